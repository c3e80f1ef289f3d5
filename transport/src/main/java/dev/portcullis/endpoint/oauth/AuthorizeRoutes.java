package dev.portcullis.endpoint.oauth;

import dev.portcullis.fetch.HostNames;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Route;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The endpoints that browsers navigate to, as opposed to those that clients call: consent, the return from the identity provider, and a person's own page (O §1). */
public final class AuthorizeRoutes {
    /** Our own form: what came as a query of at most 16 KiB, sealed, in base64url. */
    private static final int FORM_BYTES_MAX = 24 * 1024;

    /** A button of ours, with a grant and a token. */
    private static final int ACCOUNT_FORM_BYTES_MAX = 1_024;

    private static final String ACCOUNT_PATH = "/account";

    /** A navigation has no body. */
    private static final int NO_BODY = 0;

    private AuthorizeRoutes() {}

    /**
     * What people read.
     *
     * @param scopeWords scope → what it allows, in words that follow <i>It would be able to</i>, e.g. <i>see and call tools in your name</i>
     * @param providerName what people know the identity provider by: its host
     * @param providerSources origins ({@code http://localhost:8790}) of an identity provider that has no TLS, as only one on loopback may; empty otherwise
     * @param trustedHosts hosts that the operator knows: of clients described at others people are warned (O-126)
     */
    public record PageSettings(
            Map<String, String> scopeWords, String providerName, List<String> providerSources, HostNames trustedHosts) {
        public PageSettings {
            scopeWords = Map.copyOf(scopeWords);
            providerSources = List.copyOf(providerSources);
        }

        boolean trusts(@Nullable String host) {
            return host != null && trustedHosts.contain(host);
        }
    }

    /** @param offload runs blocking work on virtual threads; rejects what is too much */
    public static List<Route> of(
            OAuthSettings settings,
            PageSettings pages,
            AuthorizationFlow flow,
            AccountFlow account,
            Executor offload,
            InstantSource clock,
            Telemetry telemetry) {
        String issuer = settings.issuer().toString();
        String server = settings.issuer().getAuthority();
        var cookies = new BrowserCookies(settings.secureCookies());
        var errors = new ErrorPage(server, issuer);
        var replies = new StepReplies(new ConsentPage(server, pages), errors, cookies);
        var accountReplies = new AccountReplies(issuer + ACCOUNT_PATH, new AccountPage(server, pages), errors, cookies);
        var browsers =
                new BrowserEndpoint(cookies, errors, new OwnPages(issuer), new Offloading(offload, telemetry), clock);
        return List.of(
                route(
                        "authorize",
                        "/authorize",
                        List.of(HttpMethod.GET, HttpMethod.POST),
                        FORM_BYTES_MAX,
                        new AuthorizeEndpoint(flow, replies, browsers)),
                route(
                        "callback",
                        "/callback",
                        List.of(HttpMethod.GET),
                        NO_BODY,
                        new CallbackEndpoint(flow, replies, account, accountReplies, browsers)),
                route(
                        "account",
                        ACCOUNT_PATH,
                        List.of(HttpMethod.GET, HttpMethod.POST),
                        ACCOUNT_FORM_BYTES_MAX,
                        new AccountEndpoint(account, accountReplies, browsers)));
    }

    private static Route route(
            String name, String path, List<HttpMethod> methods, int bodyBytesMax, Endpoint endpoint) {
        return new Route(name, path, methods, Route.Access.OPEN, Route.Cors.NONE, bodyBytesMax, endpoint);
    }
}
