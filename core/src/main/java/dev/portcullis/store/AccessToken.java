package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import java.util.List;

/**
 * An access token, known by its hash.
 *
 * @param hash SHA-256 of the token
 * @param grantId the grant it was issued under
 * @param scopes what it allows; no more than the grant
 * @param resources what it is good for; no more than the grant
 * @param wrappedKey the grant's key, wrapped under the token
 * @param expiresAt Unix seconds
 */
public record AccessToken(
        TokenHash hash, String grantId, Scopes scopes, List<String> resources, byte[] wrappedKey, long expiresAt) {
    public AccessToken {
        resources = List.copyOf(resources);
    }
}
