package dev.portcullis.json;

/**
 * Finds what of a text stands deep inside a string, so that the parser need not be shown it: it would keep every character, and nobody reads the string from there. What is left out is
 * judged elsewhere: encoding and escapes by {@link TextCheck}, control characters by the parser, which is shown them. Follows one text through its parts.
 *
 * <pre>
 * outside ── quote ──▶ inside ── {@link #BRIEF_BYTES} of it ──▶ deep ── quote, control character ──▶ inside ── quote ──▶ outside
 * </pre>
 */
final class LongString {
    /** So much of a string the parser is shown in any case. */
    static final int BRIEF_BYTES = 128;

    /** So much of one that may be read from the parser: more than any such string may have. */
    static final int READ_BYTES_MAX = 2 * 1024;

    private static final int HEX_DIGITS = 4;

    private boolean inside;
    private boolean deep;

    /** The last byte was a backslash that escapes the next. */
    private boolean escaped;

    private int hexDigitsLeft;

    /** The last byte ended an escape with digits, which may be half of a pair. */
    private boolean afterHex;

    /** How many bytes without escapes were shown of the string, and how many are to be. */
    private int shown;

    private int shownMax;

    /** How many bytes were shown of the string. */
    private int bytesShown;

    /** Where the inside of the string begins, if that is in the part and no escape has come since; else -1. */
    private int begin = -1;

    /** @return whether the next byte is deep inside a string */
    boolean isDeep() {
        return deep;
    }

    /** The string is one that matters: more of it is not deep. */
    void goOn() {
        deep = false;
        shown = 0;
        shownMax = READ_BYTES_MAX;
    }

    boolean hasGoneOn() {
        return shownMax > BRIEF_BYTES;
    }

    int bytesShown() {
        return bytesShown;
    }

    int begin() {
        return begin;
    }

    /** The next bytes are of another array. */
    void beginPart() {
        begin = -1;
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
                endDeep();
                return at;
            }
            escaped = at < to;
            at += escaped ? 1 : 0;
        }
        return to;
    }

    void endDeep() {
        deep = false;
    }

    /** @return where something begins that is deep inside a string; else the part's end */
    int endOfShown(byte[] bytes, int from, int to) {
        int end = find(bytes, from, to);
        bytesShown += end - from;
        return end;
    }

    private int find(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (!inside) {
                at = ByteWords.indexOfQuote(bytes, at, to);
                inside = at < to;
                at += inside ? 1 : 0;
                begin = at;
                bytesShown = from - at;
                shown = 0;
                shownMax = BRIEF_BYTES;
                afterHex = false;
            } else if (escaped || hexDigitsLeft > 0) {
                afterHex = hexDigitsLeft == 1;
                hexDigitsLeft = escaped ? (bytes[at] == 'u' ? HEX_DIGITS : 0) : hexDigitsLeft - 1;
                escaped = false;
                at++;
            } else if (shown >= shownMax && !afterHex && canBeLeftOut(bytes[at])) {
                deep = true;
                return at;
            } else {
                int end = ByteWords.endOfPlain(bytes, at, Math.min(to, at + Math.max(1, shownMax - shown)));
                if (end > at) {
                    shown += end - at;
                    at = end;
                    afterHex = false;
                } else {
                    inside = bytes[at] != '"';
                    escaped = bytes[at] == '\\';
                    begin = escaped ? -1 : begin;
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
