package dev.portcullis.json;

/**
 * Checks, part by part, what the parser is lax about (T-22): that the bytes are UTF-8 (RFC 3629: no overlong form, no surrogate, nothing past U+10FFFF), and that
 * there are only the escapes that there are, and those of surrogates come in pairs. Two parsers that disagree on such text could disagree on a name.
 *
 * <pre>
 * PLAIN ── lead byte ──▶ continuation bytes ──▶ PLAIN
 *   └── backslash ──▶ escape ── u ──▶ four hex digits ──▶ PLAIN, or PLAIN that only a low surrogate's escape may follow
 * </pre>
 */
final class TextCheck {
    /** {@link #step}: the byte stands for itself. */
    static final int ITSELF = -1;

    private static final int NOTHING_YET = -2;
    private static final int SHORT_ESCAPE_BYTES = 2;
    private static final int HEX_ESCAPE_BYTES = 6;

    private int continuationsLeft;
    private int continuationMin;
    private int continuationMax;
    private Escape escape = Escape.NONE;
    private int hexDigitsLeft;
    private int hexValue;
    private int highSurrogate;
    private boolean lowSurrogateDue;

    private enum Escape {
        NONE,
        BACKSLASH,
        HEX
    }

    /** @throws JsonException not UTF-8, or half a surrogate pair */
    void check(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (isPlain()) {
                at = skipPlain(bytes, at, to);
                if (at == to) {
                    return;
                }
            }
            step(bytes[at++] & 0xFF);
        }
    }

    /** @throws JsonException the text ends inside a character */
    void end() {
        if (!isPlain()) {
            throw new JsonException("the text ends inside a character");
        }
    }

    /** @return whether the last byte ended a character */
    boolean isPlain() {
        return continuationsLeft == 0 && escape == Escape.NONE && !lowSurrogateDue;
    }

    /** Skips what is whole and has no backslash. */
    private static int skipPlain(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\\') {
            int next = bytes[at] < 0
                    ? endOfWide(bytes, at, to)
                    : Math.max(
                            at + 1, ByteWords.endOfPrintable(bytes, at, to)); // quotes and controls are others' affair
            if (next == at) {
                return at;
            }
            at = next;
        }
        return at;
    }

    /** @return where the first byte is that begins no whole character of several bytes */
    static int endOfWide(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] < 0) {
            int next = endOfCharacter(bytes, at, to);
            if (next == at) {
                return at;
            }
            at = next;
        }
        return at;
    }

    /** @return just behind the character; where it begins if it is not whole, or not UTF-8 */
    private static int endOfCharacter(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xFF;
        int end = at + (lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
        if (lead < 0xC2 || lead > 0xF4 || end > to) {
            return at;
        }
        int code = lead & (0x3F >> (end - at - 1));
        for (int i = at + 1; i < end; i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                return at;
            }
            code = code << 6 | (bytes[i] & 0x3F);
        }
        boolean isShortest = lead < 0xE0 || code >= (lead < 0xF0 ? 0x800 : 0x10000);
        boolean isCharacter = code <= Character.MAX_CODE_POINT && (code < 0xD800 || code > 0xDFFF);
        return isShortest && isCharacter ? end : at;
    }

    /** @return the character that is meant by the escape whose backslash stands there; negative if it is not whole, or bad, or one of a pair */
    static int escaped(byte[] bytes, int at, int to) {
        if (at + SHORT_ESCAPE_BYTES > to) {
            return -1;
        }
        if (bytes[at + 1] != 'u') {
            return JsonCursor.unescaped(bytes[at + 1]);
        }
        int unit = at + HEX_ESCAPE_BYTES <= to ? JsonCursor.codeUnit(bytes, at) : -1;
        return unit >= 0 && Character.isSurrogate((char) unit) ? -1 : unit;
    }

    /** @return how long the escape is whose backslash stands there */
    static int escapeBytes(byte[] bytes, int at) {
        return bytes[at + 1] == 'u' ? HEX_ESCAPE_BYTES : SHORT_ESCAPE_BYTES;
    }

    /**
     * Checks one more byte.
     *
     * @return the character (a code point) that is meant by the escape that it ends; or {@link #ITSELF}; or what is neither
     * @throws JsonException not UTF-8, or half a surrogate pair
     */
    int step(int b) {
        if (continuationsLeft > 0) {
            require(b >= continuationMin && b <= continuationMax, "not UTF-8");
            continuationsLeft--;
            continuationMin = 0x80;
            continuationMax = 0xBF;
            return ITSELF;
        }
        return switch (escape) {
            case NONE -> {
                require(!lowSurrogateDue || b == '\\', "half a surrogate pair");
                if (b == '\\') {
                    escape = Escape.BACKSLASH;
                    yield NOTHING_YET;
                }
                if (b >= 0x80) {
                    beginCharacter(b);
                }
                yield ITSELF;
            }
            case BACKSLASH -> {
                require(!lowSurrogateDue || b == 'u', "half a surrogate pair");
                if (b != 'u') {
                    int character = JsonCursor.unescaped((byte) b);
                    require(character >= 0, "a bad escape");
                    escape = Escape.NONE;
                    yield character;
                }
                escape = Escape.HEX;
                hexDigitsLeft = 4;
                hexValue = 0;
                yield NOTHING_YET;
            }
            case HEX -> {
                int digit = Character.digit(b, 16);
                require(digit >= 0, "a bad escape");
                hexValue = hexValue << 4 | digit;
                yield --hexDigitsLeft == 0 ? endHex() : NOTHING_YET;
            }
        };
    }

    private void beginCharacter(int lead) {
        require(lead >= 0xC2 && lead <= 0xF4, "not UTF-8");
        continuationsLeft = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        continuationMin = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        continuationMax = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    }

    private int endHex() {
        escape = Escape.NONE;
        boolean low = hexValue >= 0xDC00 && hexValue <= 0xDFFF;
        require(low == lowSurrogateDue, "half a surrogate pair");
        lowSurrogateDue = hexValue >= 0xD800 && hexValue <= 0xDBFF;
        if (lowSurrogateDue) {
            highSurrogate = hexValue;
            return NOTHING_YET;
        }
        return low ? Character.toCodePoint((char) highSurrogate, (char) hexValue) : hexValue;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new JsonException(message);
        }
    }
}
