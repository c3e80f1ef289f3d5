package dev.portcullis.mcp.registry;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a URI is made of (RFC 3986 §2). Anything else, such as spaces, controls and characters beyond ASCII, stands in one only as {@code %XX}. */
final class UriSyntax {
    private static final String SUB_DELIMITERS = "!$&'()*+,;=";
    private static final String DELIMITERS = ":/?#[]@";

    private UriSyntax() {}

    /** @return whether the text is made of a URI's characters, each {@code %} with its two digits */
    static boolean isMadeOfUriChars(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (!isEscape(text, i)) {
                    return false;
                }
                i += 2;
            } else if (!isSegmentChar(c) && DELIMITERS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isEscape(String text, int at) {
        return at + 2 < text.length() && hex(text, at + 1) >= 0 && hex(text, at + 2) >= 0;
    }

    /** @return the digit's value; -1 if it is none */
    private static int hex(String text, int at) {
        char c = text.charAt(at);
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** @return whether a path's segment may hold it as it is (RFC 3986 §3.3, {@code pchar}) */
    static boolean isSegmentChar(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "-._~:@".indexOf(c) >= 0
                || SUB_DELIMITERS.indexOf(c) >= 0;
    }

    /** @return whether the text begins with a scheme and its colon (RFC 3986 §3.1) */
    static boolean hasScheme(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || !isAsciiLetter(text.charAt(0))) {
            return false;
        }
        return text.chars()
                .limit(colon)
                .allMatch(c -> isAsciiLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.');
    }

    private static boolean isAsciiLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /** @param text {@linkplain #isMadeOfUriChars made of a URI's characters}   @return what it stands for; null if that is not UTF-8 */
    static @Nullable String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.put((byte) (hex(text, i + 1) << 4 | hex(text, i + 2)));
                i += 2;
            } else {
                bytes.put((byte) c);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
