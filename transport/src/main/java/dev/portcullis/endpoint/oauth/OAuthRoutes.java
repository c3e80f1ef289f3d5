package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import dev.portcullis.http.form.FormBody;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.TokenService;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The endpoints that OAuth clients call, as opposed to browsers: discovery, registration, tokens, revocation, introspection (O §1). */
public final class OAuthRoutes {
    /** A document is asked for without a body. */
    private static final int NO_BODY = 0;

    /** O-6. */
    private static final int REGISTRATION_BYTES_MAX = 64 * 1024;

    private OAuthRoutes() {}

    /**
     * @param registration null: clients cannot register themselves, and there is no such route; the documents must agree
     * @param offload runs blocking work on virtual threads; rejects what is too much
     */
    public static List<Route> of(
            OAuthSettings settings,
            MetadataDocuments documents,
            TokenService tokens,
            @Nullable ClientRegistration registration,
            Executor offload,
            InstantSource clock,
            Telemetry telemetry) {
        var offloading = new Offloading(offload, telemetry);
        String realm = settings.issuer().toString();
        var routes = new ArrayList<Route>();
        documents
                .byPath()
                .forEach((path, document) -> routes.add(new Route(
                        "metadata",
                        path,
                        List.of(HttpMethod.GET),
                        Route.Access.OPEN,
                        Route.Cors.ANY,
                        NO_BODY,
                        new MetadataEndpoint(document))));
        routes.add(post(
                "token",
                FormBody.BYTES_MAX,
                new FormEndpoint(
                        request -> OAuthJson.tokens(tokens.token(request, seconds(clock))),
                        offloading,
                        realm,
                        () -> tokens.proofNonce(seconds(clock)))));
        routes.add(post(
                "revoke",
                FormBody.BYTES_MAX,
                new FormEndpoint(
                        request -> {
                            tokens.revoke(request, seconds(clock));
                            return Reply.empty(HttpResponseStatus.OK).with("cache-control", "no-store");
                        },
                        offloading,
                        realm)));
        if (settings.offered().introspection()) {
            routes.add(post(
                    "introspect",
                    FormBody.BYTES_MAX,
                    new FormEndpoint(
                            request -> OAuthJson.introspected(tokens.introspect(request, seconds(clock))),
                            offloading,
                            realm)));
        }
        if (registration != null) {
            routes.add(post(
                    "register", REGISTRATION_BYTES_MAX, new RegistrationEndpoint(registration, offloading, clock)));
        }
        return List.copyOf(routes);
    }

    private static Route post(String name, int bodyBytesMax, Endpoint endpoint) {
        return new Route(
                name, "/" + name, List.of(HttpMethod.POST), Route.Access.OPEN, Route.Cors.ANY, bodyBytesMax, endpoint);
    }

    private static long seconds(InstantSource clock) {
        return clock.instant().getEpochSecond();
    }
}
