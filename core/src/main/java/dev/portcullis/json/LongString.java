package dev.portcullis.json;

/**
 * Finds what of a text stands deep inside a string, so that the parser need not be shown it: it would keep every character, and nobody reads the string from there. What is left out is
 * judged elsewhere: encoding and escapes by {@link TextCheck}, control characters by the parser, which is shown them. Follows one text through its parts.
 *
 * <pre>
 * outside ── quote ──▶ inside ── {@link #SHOWN_BYTES} of it ──▶ deep ── quote, control character ──▶ inside ── quote ──▶ outside
 * </pre>
 */
final class LongString {
    /** So much of a string the parser is shown: more than any string may have that is read from it. */
    static final int SHOWN_BYTES = 2 * 1024;

    private static final int HEX_DIGITS = 4;

    private boolean inside;
    private boolean deep;

    /** The last byte was a backslash that escapes the next. */
    private boolean escaped;

    private int hexDigitsLeft;
    private int shown;

    /** @return whether the next byte is deep inside a string */
    boolean isDeep() {
        return deep;
    }

    /** The string is one that matters: its next bytes are not deep. */
    void goOn() {
        deep = false;
        shown = 0;
    }

    /** @return where what is deep inside the string ends, or the part */
    int endOfDeep(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (escaped) {
                escaped = false;
                at++;
                continue;
            }
            at = ByteWords.endOfPlain(bytes, at, to);
            if (at < to && bytes[at] != '\\') {
                deep = false;
                return at;
            }
            escaped = at < to;
            at += escaped ? 1 : 0;
        }
        return to;
    }

    /** @return where something begins that is deep inside a string; else the part's end */
    int endOfShown(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (!inside) {
                at = ByteWords.indexOfQuote(bytes, at, to);
                inside = at < to;
                at += inside ? 1 : 0;
                shown = 0;
            } else if (escaped || hexDigitsLeft > 0) {
                hexDigitsLeft = escaped ? (bytes[at] == 'u' ? HEX_DIGITS : 0) : hexDigitsLeft - 1;
                escaped = false;
                at++;
            } else if (shown >= SHOWN_BYTES && canBeLeftOut(bytes[at])) {
                deep = true;
                return at;
            } else {
                int end = ByteWords.endOfPlain(bytes, at, Math.min(to, at + Math.max(1, SHOWN_BYTES - shown)));
                if (end > at) {
                    shown += end - at;
                    at = end;
                } else {
                    inside = bytes[at] != '"';
                    escaped = bytes[at] == '\\';
                    at++;
                }
            }
        }
        return to;
    }

    /** Neither the string's end nor a control character, nor the middle of a character that the parser has seen the beginning of. */
    private static boolean canBeLeftOut(byte b) {
        return b < 0 ? (b & 0xC0) != 0x80 : b >= ' ' && b != '"';
    }
}
