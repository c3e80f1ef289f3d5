package dev.portcullis.oauth.client;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;

/** Verifies that a request comes from the client it names (O-81). Any thread; blocks on the store, and on the network for keys and documents of clients. */
public final class ClientAuthenticator {
    private final Clients clients;
    private final ClientAssertions assertions;
    private final Telemetry telemetry;

    public ClientAuthenticator(Clients clients, OAuthSettings settings, GrantStore store, Telemetry telemetry) {
        this.clients = clients;
        this.assertions = new ClientAssertions(clients, settings, store, telemetry);
        this.telemetry = telemetry;
    }

    /**
     * @param snapshot the client as it stands in the grant that the request is about: used instead of the registration if it is the same client (O-85)
     * @throws OAuthException INVALID_CLIENT, in the same words whether the client is unknown, uses another method than it registered, or has the wrong secret;
     *     TEMPORARILY_UNAVAILABLE: its document or its keys cannot be had now
     */
    public RegisteredClient authenticate(
            ClientCredentials credentials, @Nullable RegisteredClient snapshot, long nowSeconds) {
        return switch (clients.find(credentials.clientId(), snapshot, nowSeconds)) {
            case FoundClient.Known(RegisteredClient client) -> {
                if (client.authMethod() != credentials.method() || !isProved(client, credentials, nowSeconds)) {
                    throw refused(credentials);
                }
                yield client;
            }
            case FoundClient.Unknown() -> throw refused(credentials);
            case FoundClient.Unavailable() ->
                throw new OAuthException(
                        OAuthError.TEMPORARILY_UNAVAILABLE, "the client's metadata is unavailable, try again");
        };
    }

    private boolean isProved(RegisteredClient client, ClientCredentials credentials, long nowSeconds) {
        String proof = credentials.proof();
        return credentials.method() == AuthMethod.PRIVATE_KEY_JWT
                ? proof != null && assertions.prove(client, proof, nowSeconds)
                : isSecretRight(client, proof);
    }

    /** Compares digests, in constant time (O-106, T-76). */
    private static boolean isSecretRight(RegisteredClient client, @Nullable String secret) {
        TokenHash expected = client.secretHash();
        if (expected == null) {
            return secret == null;
        }
        return secret != null && TokenHash.of(secret).equals(expected);
    }

    private OAuthException refused(ClientCredentials credentials) {
        telemetry.audit(AuditEvent.of(What.CLIENT_AUTHENTICATION)
                .client(credentials.clientId())
                .failed("not authenticated by " + credentials.method().wireName()));
        return new OAuthException(
                OAuthError.INVALID_CLIENT, "the client is unknown, or did not authenticate as it registered");
    }
}
