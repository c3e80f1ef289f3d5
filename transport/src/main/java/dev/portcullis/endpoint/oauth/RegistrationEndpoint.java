package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.client.ClientRegistration;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;

/** {@code POST /register} (RFC 7591 §3; O-127…O-132). */
final class RegistrationEndpoint implements Endpoint {
    private static final String MINUTE_SECONDS = "60";

    private final ClientRegistration registration;
    private final Offloading offloading;
    private final InstantSource clock;

    RegistrationEndpoint(ClientRegistration registration, Offloading offloading, InstantSource clock) {
        this.registration = registration;
        this.offloading = offloading;
        this.clock = clock;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        if (!exchange.head().hasMediaType("application/json")) {
            exchange.reply(
                    OAuthReplies.error(OAuthError.INVALID_CLIENT_METADATA, "Content-Type must be application/json"));
        }
        switch (registration.admit(exchange.head().headerAll(HttpHeaderNames.AUTHORIZATION), seconds())) {
            case ADMITTED -> {}
            case NOT_AUTHORIZED -> answer(exchange, notAuthorized());
            case TOO_MANY -> answer(exchange, tooMany());
        }
        return CollectedBody.reading(exchange, exchange.route().bodyBytesMax(), body -> {
            if (!exchange.isAnswered()) {
                offloading.answer(exchange, () -> OAuthJson.registered(registration.register(body, seconds())));
            }
        });
    }

    private static void answer(Exchange exchange, Reply refusal) {
        if (!exchange.isAnswered()) {
            exchange.reply(refusal);
        }
    }

    /** One answer, whether the token is missing or wrong (O-132). */
    private static Reply notAuthorized() {
        return OAuthReplies.error(OAuthError.INVALID_TOKEN, "registration needs an initial access token")
                .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
    }

    private static Reply tooMany() {
        return OAuthReplies.error(
                        HttpResponseStatus.TOO_MANY_REQUESTS,
                        OAuthError.TEMPORARILY_UNAVAILABLE,
                        "too many clients have registered in this minute")
                .with(HttpHeaderNames.RETRY_AFTER, MINUTE_SECONDS);
    }

    private long seconds() {
        return clock.instant().getEpochSecond();
    }
}
