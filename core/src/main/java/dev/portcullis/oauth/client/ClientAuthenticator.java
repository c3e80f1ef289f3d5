package dev.portcullis.oauth.client;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient;
import org.jspecify.annotations.Nullable;

/** Verifies that a request comes from the client it names (O-81). Any thread; blocks on the store. */
public final class ClientAuthenticator {
    private final Clients clients;

    public ClientAuthenticator(Clients clients) {
        this.clients = clients;
    }

    /**
     * @param snapshot the client as it stands in the grant that the request is about: used instead of the registration if it is the same client (O-85)
     * @throws OAuthException INVALID_CLIENT, in the same words whether the client is unknown, uses another method than it registered, or has the wrong secret
     */
    public RegisteredClient authenticate(
            ClientCredentials credentials, @Nullable RegisteredClient snapshot, long nowSeconds) {
        boolean isSnapshot = snapshot != null && snapshot.id().equals(credentials.clientId());
        RegisteredClient client = isSnapshot ? snapshot : clients.find(credentials.clientId(), nowSeconds);
        if (client == null || client.authMethod() != credentials.method() || !isSecretRight(client, credentials)) {
            throw new OAuthException(
                    OAuthError.INVALID_CLIENT, "the client is unknown, or did not authenticate as it registered");
        }
        return client;
    }

    /** Compares digests, in constant time (O-106, T-76). */
    private static boolean isSecretRight(RegisteredClient client, ClientCredentials credentials) {
        String secret = credentials.secret();
        TokenHash expected = client.secretHash();
        if (expected == null) {
            return secret == null;
        }
        return secret != null && TokenHash.of(secret).equals(expected);
    }
}
