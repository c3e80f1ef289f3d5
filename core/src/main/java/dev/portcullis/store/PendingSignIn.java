package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;

/**
 * A person on the way to the identity provider and back (O-67).
 *
 * @param state SHA-256 of the {@code state} sent with them
 * @param browser SHA-256 of the cookie that their browser holds
 * @param sealed the whole transaction, sealed under a key derived from the state: the store's owner cannot read it
 * @param expiresAt Unix seconds
 */
public record PendingSignIn(TokenHash state, TokenHash browser, byte[] sealed, long expiresAt) {}
