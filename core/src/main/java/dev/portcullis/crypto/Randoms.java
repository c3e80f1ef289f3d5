package dev.portcullis.crypto;

import java.security.SecureRandom;

/** The only source of randomness (T-117). Any thread. */
public final class Randoms {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Randoms() {}

    public static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** @return {@code byteCount} random bytes as unpadded base64url */
    public static String base64Url(int byteCount) {
        return Base64Url.encode(bytes(byteCount));
    }
}
