package dev.portcullis.oauth.dpop;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import java.nio.charset.StandardCharsets;

/**
 * Nonces that proofs must repeat (RFC 9449 §8), remembered by nobody: each is a keyed hash of its window of time, so that every node gives out and knows the same.
 * Good from the beginning of its window to the end of the next, and while the master key is being replaced if it was made under an earlier one (O-180).
 */
final class ProofNonces {
    /** A nonce is good for this long at least, and for twice as long at most. */
    static final int WINDOW_SECONDS = 120;

    private static final int CHARS = 43;

    private final KeyedHash hash;

    ProofNonces(KeyedHash hash) {
        this.hash = hash;
    }

    /** @return what proofs are to repeat from now on, 43 characters of base64url */
    String at(long nowSeconds) {
        return hash.base64Url(Long.toString(Math.floorDiv(nowSeconds, WINDOW_SECONDS)));
    }

    /** Compares in constant time (T-76). */
    boolean isGood(String nonce, long nowSeconds) {
        long window = Math.floorDiv(nowSeconds, WINDOW_SECONDS);
        byte[] given = Base64Url.decode(nonce, CHARS);
        return given != null && (isOf(window, given) || isOf(window - 1, given));
    }

    private boolean isOf(long window, byte[] given) {
        return hash.isOf(Long.toString(window).getBytes(StandardCharsets.US_ASCII), given);
    }
}
