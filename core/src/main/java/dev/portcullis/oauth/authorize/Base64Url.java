package dev.portcullis.oauth.authorize;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Unpadded base64url (RFC 4648 §5) of untrusted text. */
final class Base64Url {
    private Base64Url() {}

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @return null if it is not base64url, or longer than {@code charsMax} */
    static byte @Nullable [] decode(String text, int charsMax) {
        if (text.length() > charsMax || !text.chars().allMatch(Base64Url::isLetter)) {
            return null;
        }
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
