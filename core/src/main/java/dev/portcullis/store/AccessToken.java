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
 * @param issuedAt Unix seconds; 0 if that is not known
 */
public record AccessToken(
        TokenHash hash,
        String grantId,
        Scopes scopes,
        List<String> resources,
        byte[] wrappedKey,
        long expiresAt,
        @Nullable TokenHash boundTo,
        @Nullable String clientId,
        long issuedAt) {
    public AccessToken {
        resources = List.copyOf(resources);
    }

    /** A token of which is not known when it was issued. */
    public AccessToken(
            TokenHash hash,
            String grantId,
            Scopes scopes,
            List<String> resources,
            byte[] wrappedKey,
            long expiresAt,
            @Nullable TokenHash boundTo,
            @Nullable String clientId) {
        this(hash, grantId, scopes, resources, wrappedKey, expiresAt, boundTo, clientId, 0);
    }

    /** A token that its bearer may use, of the grant's own client. */
    public AccessToken(
            TokenHash hash, String grantId, Scopes scopes, List<String> resources, byte[] wrappedKey, long expiresAt) {
        this(hash, grantId, scopes, resources, wrappedKey, expiresAt, null, null);
    }

    /** This token, for whoever holds that key; null: for its bearer. */
    public AccessToken heldBy(@Nullable TokenHash thumbprint) {
        return new AccessToken(hash, grantId, scopes, resources, wrappedKey, expiresAt, thumbprint, clientId, issuedAt);
    }

    /** This token with another end. */
    public AccessToken endingAt(long expiresAt) {
        return new AccessToken(hash, grantId, scopes, resources, wrappedKey, expiresAt, boundTo, clientId, issuedAt);
    }

    /** This token, issued to another client than the grant's. */
    public AccessToken issuedTo(String otherClientId) {
        return new AccessToken(
                hash, grantId, scopes, resources, wrappedKey, expiresAt, boundTo, otherClientId, issuedAt);
    }
}
