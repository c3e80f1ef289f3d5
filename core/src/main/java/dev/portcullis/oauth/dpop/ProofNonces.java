package dev.portcullis.oauth.dpop;

import dev.portcullis.crypto.KeyedHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Nonces that proofs must repeat (RFC 9449 §8), remembered by nobody: each is a keyed hash of its window of time, so that every node gives out and knows the same.
 * Good from the beginning of its window to the end of the next.
 */
final class ProofNonces {
    /** A nonce is good for this long at least, and for twice as long at most. */
    static final int WINDOW_SECONDS = 120;

    private final KeyedHash hash;

    ProofNonces(KeyedHash hash) {
        this.hash = hash;
    }

    /** @return what proofs are to repeat from now on, 43 characters of base64url */
    String at(long nowSeconds) {
        return of(Math.floorDiv(nowSeconds, WINDOW_SECONDS));
    }

    /** Compares in constant time (T-76). */
    boolean isGood(String nonce, long nowSeconds) {
        long window = Math.floorDiv(nowSeconds, WINDOW_SECONDS);
        return isEqual(nonce, of(window)) || isEqual(nonce, of(window - 1));
    }

    private String of(long window) {
        return hash.base64Url(Long.toString(window));
    }

    private static boolean isEqual(String left, String right) {
        return MessageDigest.isEqual(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
