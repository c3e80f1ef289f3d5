package dev.portcullis.endpoint.mcp;

import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The value of a header that repeats something of the body (H-50, H-52): plain ASCII, or base64 of UTF-8 between {@code =?base64?} and {@code ?=}. */
final class MirroredValue {
    private static final String PREFIX = "=?base64?";
    private static final String SUFFIX = "?=";

    private MirroredValue() {}

    /** @throws McpException HEADER_MISMATCH: not plain ASCII, or no base64, or not UTF-8 */
    static String decode(CharSequence header, String field) throws McpException {
        String value = trim(field);
        requireAscii(header, value);
        boolean marked = value.length() >= PREFIX.length() + SUFFIX.length()
                && value.startsWith(PREFIX)
                && value.endsWith(SUFFIX);
        return marked
                ? decodeBase64(header, value.substring(PREFIX.length(), value.length() - SUFFIX.length()))
                : value;
    }

    private static String decodeBase64(CharSequence header, String base64) throws McpException {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) { // padding left out, stray bits
                throw mismatch(header, "is not canonical base64");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw mismatch(header, "is not base64 of UTF-8");
        }
    }

    private static void requireAscii(CharSequence header, String value) throws McpException {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < 0x20 || c > 0x7E) && c != '\t') {
                throw mismatch(header, "has a character outside ASCII; use =?base64?…?=");
            }
        }
    }

    /** Takes spaces and tabs off both ends. */
    static String trim(String field) {
        int from = 0;
        int to = field.length();
        while (from < to && isSpace(field.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(field.charAt(to - 1))) {
            to--;
        }
        return field.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    static McpException mismatch(CharSequence header, String problem) {
        return new McpException(McpError.HEADER_MISMATCH, "Header " + header + " " + problem);
    }
}
