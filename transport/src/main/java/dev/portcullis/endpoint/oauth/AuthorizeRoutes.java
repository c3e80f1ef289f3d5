package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Route;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** The endpoints that browsers navigate to, as opposed to those that clients call: consent and the return from the identity provider (O §1). */
public final class AuthorizeRoutes {
    /** Our own form: what came as a query of at most 16 KiB, sealed, in base64url. */
    private static final int FORM_BYTES_MAX = 24 * 1024;

    /** A navigation has no body. */
    private static final int NO_BODY = 0;

    private AuthorizeRoutes() {}

    /**
     * What people read.
     *
     * @param scopeWords scope → what it allows, in words that follow <i>It would be able to</i>, e.g. <i>see and call tools in your name</i>
     * @param providerSources origins ({@code http://localhost:8790}) of an identity provider that has no TLS, as only one on loopback may; empty otherwise
     */
    public record PageSettings(Map<String, String> scopeWords, List<String> providerSources) {
        public PageSettings {
            scopeWords = Map.copyOf(scopeWords);
            providerSources = List.copyOf(providerSources);
        }
    }

    /** @param offload runs blocking work on virtual threads; rejects what is too much */
    public static List<Route> of(
            OAuthSettings settings,
            PageSettings pages,
            AuthorizationFlow flow,
            Executor offload,
            InstantSource clock,
            Telemetry telemetry) {
        String issuer = settings.issuer().toString();
        String server = settings.issuer().getAuthority();
        var cookies = new BrowserCookies(settings.secureCookies());
        var replies = new StepReplies(
                new ConsentPage(server, pages.scopeWords(), pages.providerSources()),
                new ErrorPage(server, issuer),
                cookies);
        var browsers = new BrowserEndpoint(cookies, replies, new Offloading(offload, telemetry), clock);
        var consent = new ConsentEndpoint(flow, browsers, issuer);
        return List.of(
                new Route(
                        "authorize",
                        "/authorize",
                        List.of(HttpMethod.GET, HttpMethod.POST),
                        Route.Access.OPEN,
                        Route.Cors.NONE,
                        FORM_BYTES_MAX,
                        new AuthorizeEndpoint(flow, consent, browsers)),
                new Route(
                        "callback",
                        "/callback",
                        List.of(HttpMethod.GET),
                        Route.Access.OPEN,
                        Route.Cors.NONE,
                        NO_BODY,
                        new CallbackEndpoint(flow, browsers)));
    }
}
