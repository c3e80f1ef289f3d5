package dev.portcullis.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks over a {@link RawJson}. It trusts that the text has been checked and so does without states, tables and copies: a walk over a small object costs tens of
 * nanoseconds and allocates nothing.
 *
 * <pre>{@code
 * cursor.enterObject();
 * while (cursor.nextMember()) {            // steps over what was not read
 *     if (cursor.nameIs(NAME)) name = cursor.string();
 * }
 * }</pre>
 */
public final class JsonCursor {
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    /** Longer strings are not kept: they would be kept for ever. */
    private static final int FAMILIAR_BYTES_MAX = 128;

    private final byte[] bytes;
    private final int end;

    /** Strings that stand here only with their beginning. */
    private final @Nullable LongStrings longStrings;

    /** Next byte to read. */
    private int at;

    /** Where the value stands that may still be unread. */
    private int valueAt;

    private int nameFrom;
    private int nameTo;
    private boolean nameEscaped;

    JsonCursor(byte[] bytes, int from, int end, @Nullable LongStrings longStrings) {
        this.bytes = bytes;
        this.longStrings = longStrings;
        this.at = from;
        this.valueAt = from;
        this.end = end;
    }

    static JsonKind kindOf(byte first) {
        return switch (first) {
            case '{' -> JsonKind.OBJECT;
            case '[' -> JsonKind.ARRAY;
            case '"' -> JsonKind.STRING;
            case 't', 'f' -> JsonKind.BOOLEAN;
            case 'n' -> JsonKind.NULL;
            default -> JsonKind.NUMBER;
        };
    }

    /** @return what the cursor stands on */
    public JsonKind kind() {
        return kindOf(bytes[valueAt]);
    }

    /** Steps into the object the cursor stands on. */
    public void enterObject() {
        enter('{');
    }

    /** Steps into the array the cursor stands on. */
    public void enterArray() {
        enter('[');
    }

    private void enter(char bracket) {
        if (bytes[valueAt] != bracket) {
            throw new IllegalStateException("expected " + bracket + ", found " + kind());
        }
        at = valueAt + 1;
        valueAt = -1;
    }

    /** @return whether there is another member; the cursor then stands on its value */
    public boolean nextMember() {
        if (!nextElement()) {
            return false;
        }
        nameFrom = at + 1;
        int close = closeOfString(bytes, at);
        nameEscaped = close < 0;
        nameTo = Math.abs(close);
        at = nameTo + 1;
        skipSpace();
        at++; // the colon
        skipSpace();
        valueAt = at;
        return true;
    }

    /** @return whether there is another element; the cursor then stands on it */
    public boolean nextElement() {
        if (valueAt >= 0 && at == valueAt) {
            at = endOfValue(bytes, at, end);
        }
        skipSpace();
        if (bytes[at] == ',') {
            at++;
            skipSpace();
        }
        if (bytes[at] == '}' || bytes[at] == ']') {
            at++;
            valueAt = -1;
            return false;
        }
        valueAt = at;
        return true;
    }

    /** @return whether the member's name is this; UTF-8 without quotes or backslashes */
    public boolean nameIs(byte[] wanted) {
        return nameEscaped
                ? name().equals(new String(wanted, StandardCharsets.UTF_8))
                : nameTo - nameFrom == wanted.length
                        && Arrays.equals(bytes, nameFrom, nameTo, wanted, 0, wanted.length);
    }

    /** The same of a text; without garbage if neither has more than ASCII. */
    public boolean nameIs(String wanted) {
        return isText(nameFrom, nameTo, nameEscaped, wanted);
    }

    private boolean isText(int from, int to, boolean hasEscape, String wanted) {
        int length = to - from;
        if (hasEscape || length > wanted.length()) { // in UTF-8 a text has no fewer bytes than chars
            return (hasEscape || !isAscii(from, to))
                    && decode(bytes, from, to, hasEscape).equals(wanted);
        }
        int same = 0;
        while (same < length && bytes[from + same] == wanted.charAt(same)) {
            same++;
        }
        return same == wanted.length();
    }

    private boolean isAscii(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** @return the member's name */
    public String name() {
        return decode(bytes, nameFrom, nameTo, nameEscaped);
    }

    /** Reads the string the cursor stands on. */
    public String string() {
        requireKind(JsonKind.STRING);
        int close = closeOfString(bytes, valueAt);
        int to = Math.abs(close);
        at = to + 1;
        return longStrings == null
                ? decode(bytes, valueAt + 1, to, close < 0)
                : decode(longStrings, bytes, valueAt, to, close < 0);
    }

    /** Reads the string the cursor stands on, of a kind that comes again and again: no new string if it is short and was read by this thread lately. */
    public String familiarString() {
        requireKind(JsonKind.STRING);
        int close = closeOfString(bytes, valueAt);
        if (close < 0 || close - valueAt > FAMILIAR_BYTES_MAX || longStrings != null) {
            return string();
        }
        var known = FamiliarObjects.ofThread().strings;
        int place = ((close - valueAt) * 31 + bytes[close - 1]) & (known.length - 1);
        String same = known[place];
        if (same == null || !isText(valueAt + 1, close, false, same)) {
            same = string();
            known[place] = same;
        }
        at = close + 1;
        return same;
    }

    /** @return whether the cursor stands on this string; without garbage if it is ASCII. The cursor stays */
    public boolean stringIs(String wanted) {
        if (kind() != JsonKind.STRING) {
            return false;
        }
        int close = closeOfString(bytes, valueAt);
        int to = Math.abs(close);
        return longStrings == null
                ? isText(valueAt + 1, to, close < 0, wanted)
                : decode(longStrings, bytes, valueAt, to, close < 0).equals(wanted);
    }

    /** Reads the boolean the cursor stands on. */
    public boolean bool() {
        requireKind(JsonKind.BOOLEAN);
        boolean value = bytes[valueAt] == 't';
        at = valueAt + (value ? 4 : 5);
        return value;
    }

    /** Reads the number the cursor stands on; infinite where a double cannot hold it. */
    public double number() {
        requireKind(JsonKind.NUMBER);
        at = endOfValue(bytes, valueAt, end);
        return number(bytes, valueAt, at);
    }

    /** @return whether the number the cursor stands on is an integer within ±2^63, whatever its form ({@code 4}, {@code 4.0}, {@code 4e0}) */
    public boolean isInteger() {
        return kind() == JsonKind.NUMBER && readInteger() != null;
    }

    /**
     * Reads the integer the cursor stands on.
     *
     * @throws IllegalArgumentException it is none
     */
    public long integer() {
        requireKind(JsonKind.NUMBER);
        Long value = readInteger();
        if (value == null) {
            throw new IllegalArgumentException("not an integer within ±2^63");
        }
        at = endOfValue(bytes, valueAt, end);
        return value;
    }

    private @Nullable Long readInteger() {
        int from = valueAt;
        int to = endOfValue(bytes, from, end);
        int i = bytes[from] == '-' ? from + 1 : from;
        long value = 0;
        for (; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || to - from > 18) {
                return readOddInteger(from, to);
            }
            value = value * 10 + digit;
        }
        return bytes[from] == '-' ? -value : value;
    }

    /** Integers that are long, or written with a fraction or an exponent. */
    private @Nullable Long readOddInteger(int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            double value = Double.parseDouble(text);
            boolean whole = value == Math.rint(value) && Math.abs(value) < 0x1p53;
            return whole ? (Long) (long) value : null;
        }
    }

    /** @return the value the cursor stands on; the cursor steps over it */
    public RawJson slice() {
        int from = valueAt;
        at = endOfValue(bytes, from, end);
        return RawJson.ofChecked(bytes, from, at, longStrings);
    }

    /** @return what was noted about the object the cursor stands on, and then it steps over it; null if it is not familiar: see {@link FamiliarObjects} */
    public @Nullable Object familiar() {
        // of a text whose long strings are kept apart the bytes are not all there is
        var same = longStrings == null ? FamiliarObjects.ofThread().at(bytes, valueAt, end) : null;
        if (same == null) {
            return null;
        }
        at = valueAt + same.bytes().length;
        return same.note();
    }

    private void requireKind(JsonKind expected) {
        if (kind() != expected) {
            throw new IllegalArgumentException("expected " + expected + ", found " + kind());
        }
    }

    private void skipSpace() {
        while (bytes[at] <= ' ') { // between tokens there is nothing else as low
            at++;
        }
    }

    /** @return just behind the string the cursor stands on */
    int endOfString() {
        return endOfString(bytes, valueAt);
    }

    // What looks at many bytes is static: it is not inlined everywhere, and a cursor that is handed to nobody costs no
    // heap.

    private static int endOfValue(byte[] bytes, int from, int end) {
        return switch (bytes[from]) {
            case '"' -> endOfString(bytes, from);
            case '{', '[' -> endOfNested(bytes, from);
            case 't', 'n' -> from + 4;
            case 'f' -> from + 5;
            default -> endOfNumber(bytes, from, end);
        };
    }

    private static int endOfNumber(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end
                && ((bytes[i] >= '0' && bytes[i] <= '9')
                        || bytes[i] == '-'
                        || bytes[i] == '+'
                        || bytes[i] == '.'
                        || (bytes[i] | 0x20) == 'e')) {
            i++;
        }
        return i;
    }

    private static int endOfNested(byte[] bytes, int from) {
        int open = 0;
        int i = from;
        while (true) {
            switch (bytes[i]) {
                case '{', '[' -> open++;
                case '}', ']' -> {
                    if (--open == 0) {
                        return i + 1;
                    }
                }
                case '"' -> i = endOfString(bytes, i) - 1;
                default -> {}
            }
            i++;
        }
    }

    /** @param quote where the opening quote is   @return just behind the closing quote */
    private static int endOfString(byte[] bytes, int quote) {
        return Math.abs(closeOfString(bytes, quote)) + 1;
    }

    /** @return where the closing quote is; negated if there is a backslash before it */
    private static int closeOfString(byte[] bytes, int quote) {
        int i = ByteWords.indexOfQuoteOrBackslash(bytes, quote + 1);
        if (bytes[i] == '"') {
            return i;
        }
        while (bytes[i] == '\\') {
            i = ByteWords.indexOfQuoteOrBackslash(bytes, i + 2);
        }
        return -i;
    }

    private static double number(byte[] bytes, int from, int to) {
        int i = from;
        boolean negative = bytes[i] == '-';
        if (negative) {
            i++;
        }
        long digits = 0;
        int count = 0;
        int fractionDigits = 0;
        boolean fraction = false;
        for (; i < to; i++) {
            byte b = bytes[i];
            if (b == '.') {
                fraction = true;
            } else if (b >= '0' && b <= '9' && ++count <= 15) {
                digits = digits * 10 + (b - '0');
                fractionDigits += fraction ? 1 : 0;
            } else {
                return Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
            }
        }
        double value = digits / POWERS_OF_TEN[fractionDigits]; // both exact, so correctly rounded
        return negative ? -value : value;
    }

    /** @return what is meant by the inside of a string, or by its beginning, which does not end between surrogates */
    static String decode(byte[] bytes, int from, int to) {
        return decode(bytes, from, to, ByteWords.indexOfBackslash(bytes, from, to) < to);
    }

    /** @param quote where a string begins, which may be kept apart */
    private static String decode(LongStrings longStrings, byte[] bytes, int quote, int to, boolean hasEscape) {
        int index = to - quote > LongString.BRIEF_BYTES ? longStrings.indexOf(quote) : -1;
        return index >= 0 ? longStrings.string(index) : decode(bytes, quote + 1, to, hasEscape);
    }

    private static String decode(byte[] bytes, int from, int to, boolean hasEscape) {
        if (!hasEscape) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        byte[] plain = new byte[to - from];
        int length = 0;
        int at = from;
        while (at < to) {
            int escape = ByteWords.indexOfBackslash(bytes, at, to);
            System.arraycopy(bytes, at, plain, length, escape - at);
            length += escape - at;
            at = escape + 2;
            if (escape < to && bytes[escape + 1] == 'u') {
                int unit = codeUnit(bytes, escape);
                at = escape + 6;
                if (Character.isHighSurrogate((char) unit)) { // the other half follows: that was checked
                    unit = Character.toCodePoint((char) unit, (char) codeUnit(bytes, at));
                    at += 6;
                }
                length = putUtf8(unit, plain, length);
            } else if (escape < to) {
                plain[length++] = (byte) unescaped(bytes[escape + 1]);
            }
        }
        return new String(plain, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * @param escape where the backslash is of one with hex digits
     * @return negative if one of them is none
     */
    static int codeUnit(byte[] bytes, int escape) {
        int unit = 0;
        for (int i = escape + 2; i < escape + 6; i++) {
            unit = unit << 4 | Character.digit(bytes[i], 16);
        }
        return unit;
    }

    /** @return where the next byte goes */
    static int putUtf8(int code, byte[] target, int from) {
        int at = from;
        if (code < 0x80) {
            target[at++] = (byte) code;
            return at;
        }
        if (code < 0x800) {
            target[at++] = (byte) (0xC0 | code >> 6);
        } else {
            if (code < 0x10000) {
                target[at++] = (byte) (0xE0 | code >> 12);
            } else {
                target[at++] = (byte) (0xF0 | code >> 18);
                target[at++] = (byte) (0x80 | (code >> 12 & 0x3F));
            }
            target[at++] = (byte) (0x80 | (code >> 6 & 0x3F));
        }
        target[at++] = (byte) (0x80 | (code & 0x3F));
        return at;
    }

    /** @return the character that is meant by a backslash and that letter; negative if there is no such escape, or one with hex digits */
    static int unescaped(byte letter) {
        return switch (letter) {
            case '"', '\\', '/' -> letter;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> -1;
        };
    }
}
