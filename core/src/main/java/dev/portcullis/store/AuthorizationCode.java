package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import org.jspecify.annotations.Nullable;

/**
 * An authorization code (RFC 6749 §4.1.2), known by its hash. Client, scopes and resources stand in its grant.
 *
 * @param hash SHA-256 of the code
 * @param grantId the grant it was issued for
 * @param codeChallenge S256 challenge of the authorization request (RFC 7636 §4.2)
 * @param wrappedKey the grant's key, wrapped under the code; empty once spent
 * @param expiresAt Unix seconds; once spent, until when that is remembered
 * @param spent whether it was exchanged
 * @param boundTo SHA-256 thumbprint of the key whose holder may redeem it ({@code dpop_jkt}, RFC 9449 §10); null if none was named
 */
public record AuthorizationCode(
        TokenHash hash,
        String grantId,
        String codeChallenge,
        byte[] wrappedKey,
        long expiresAt,
        boolean spent,
        @Nullable TokenHash boundTo) {
    /** A code that is bound to no key. */
    public AuthorizationCode(
            TokenHash hash, String grantId, String codeChallenge, byte[] wrappedKey, long expiresAt, boolean spent) {
        this(hash, grantId, codeChallenge, wrappedKey, expiresAt, spent, null);
    }

    /** This code, spent, and remembered as such until {@code rememberUntil}. */
    public AuthorizationCode spentUntil(long rememberUntil) {
        return new AuthorizationCode(hash, grantId, codeChallenge, new byte[0], rememberUntil, true, boundTo);
    }
}
