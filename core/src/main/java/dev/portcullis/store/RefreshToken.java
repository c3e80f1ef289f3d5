package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import org.jspecify.annotations.Nullable;

/**
 * One of a family of refresh tokens, known by its hash.
 *
 * @param hash SHA-256 of the token
 * @param grantId the grant whose family it is of
 * @param generation 0 for the first, one more for each successor
 * @param wrappedKey the grant's key, wrapped under the token; empty once the token can no longer be used and is only remembered
 * @param expiresAt Unix seconds
 * @param firstUsedAt Unix seconds of its first use; 0 before
 * @param boundTo SHA-256 thumbprint of the key whose holder may use it, and its successors (RFC 9449 §5); null if whoever bears it may
 */
public record RefreshToken(
        TokenHash hash,
        String grantId,
        int generation,
        byte[] wrappedKey,
        long expiresAt,
        long firstUsedAt,
        @Nullable TokenHash boundTo) {
    /** A token that its bearer may use. */
    public RefreshToken(
            TokenHash hash, String grantId, int generation, byte[] wrappedKey, long expiresAt, long firstUsedAt) {
        this(hash, grantId, generation, wrappedKey, expiresAt, firstUsedAt, null);
    }

    /** This token, for whoever holds that key; null: for its bearer. */
    public RefreshToken heldBy(@Nullable TokenHash thumbprint) {
        return new RefreshToken(hash, grantId, generation, wrappedKey, expiresAt, firstUsedAt, thumbprint);
    }
}
