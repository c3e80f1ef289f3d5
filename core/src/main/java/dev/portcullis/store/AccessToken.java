package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An access token, known by its hash.
 *
 * @param hash SHA-256 of the token
 * @param grantId the grant it was issued under
 * @param scopes what it allows; no more than the grant
 * @param resources what it is good for; no more than the grant
 * @param wrappedKey the grant's key, wrapped under the token
 * @param expiresAt Unix seconds
 * @param boundTo SHA-256 thumbprint of the key whose holder may use it (RFC 9449 §6.1); null if whoever bears it may
 * @param clientId the client it was issued to, if that is another than the grant's (RFC 8693); null otherwise
 */
public record AccessToken(
        TokenHash hash,
        String grantId,
        Scopes scopes,
        List<String> resources,
        byte[] wrappedKey,
        long expiresAt,
        @Nullable TokenHash boundTo,
        @Nullable String clientId) {
    public AccessToken {
        resources = List.copyOf(resources);
    }

    /** A token that its bearer may use, of the grant's own client. */
    public AccessToken(
            TokenHash hash, String grantId, Scopes scopes, List<String> resources, byte[] wrappedKey, long expiresAt) {
        this(hash, grantId, scopes, resources, wrappedKey, expiresAt, null, null);
    }
}
