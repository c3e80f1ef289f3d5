package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.client.ClientRegistration;
import java.time.InstantSource;

/** {@code POST /register} (RFC 7591 §3; O-127…O-131). */
final class RegistrationEndpoint implements Endpoint {
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
        return CollectedBody.reading(exchange, exchange.route().bodyBytesMax(), body -> {
            if (!exchange.isAnswered()) {
                offloading.answer(
                        exchange,
                        () -> OAuthJson.registered(
                                registration.register(body, clock.instant().getEpochSecond())));
            }
        });
    }
}
