package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;

/**
 * One of a family of refresh tokens, known by its hash.
 *
 * @param hash SHA-256 of the token
 * @param grantId the grant whose family it is of
 * @param generation 0 for the first, one more for each successor
 * @param wrappedKey the grant's key, wrapped under the token; empty once the token can no longer be used and is only remembered
 * @param expiresAt Unix seconds
 * @param firstUsedAt Unix seconds of its first use; 0 before
 */
public record RefreshToken(
        TokenHash hash, String grantId, int generation, byte[] wrappedKey, long expiresAt, long firstUsedAt) {}
