package dev.portcullis.crypto;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Unpadded base64url (RFC 4648 §5), read strictly: of all texts that a lenient reader takes for the same bytes, only the one that we would write. Any thread. */
public final class Base64Url {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private Base64Url() {}

    public static String encode(byte[] bytes) {
        return ENCODER.encodeToString(bytes);
    }

    /** @return null if it is not base64url, has padding or stray bits at its end (RFC 4648 §3.5), or is longer than {@code charsMax} */
    public static byte @Nullable [] decode(String text, int charsMax) {
        if (text.length() > charsMax || !text.chars().allMatch(Base64Url::isLetter)) {
            return null;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            return encode(bytes).equals(text) ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Whether a character is one of the 64. */
    public static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
