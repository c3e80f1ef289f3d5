package dev.portcullis.json;

import java.nio.charset.StandardCharsets;
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

    private final byte[] bytes;
    private final int end;

    /** Next byte to read. */
    private int at;

    /** Where the value stands that may still be unread. */
    private int valueAt;

    private int nameFrom;
    private int nameTo;

    JsonCursor(byte[] bytes, int from, int end) {
        this.bytes = bytes;
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
        at = endOfString(at);
        nameTo = at - 1;
        skipSpace();
        at++; // the colon
        skipSpace();
        valueAt = at;
        return true;
    }

    /** @return whether there is another element; the cursor then stands on it */
    public boolean nextElement() {
        if (valueAt >= 0 && at == valueAt) {
            at = endOfValue(at);
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
        if (nameTo - nameFrom == wanted.length) {
            for (int i = 0; i < wanted.length; i++) {
                if (bytes[nameFrom + i] != wanted[i]) {
                    return hasEscape(nameFrom, nameTo) && nameEqualsSlowly(wanted);
                }
            }
            return true;
        }
        return nameTo - nameFrom > wanted.length && hasEscape(nameFrom, nameTo) && nameEqualsSlowly(wanted);
    }

    /** The same of a text; without garbage if it is short ASCII. */
    public boolean nameIs(String wanted) {
        return isText(nameFrom, nameTo, wanted);
    }

    private boolean isText(int from, int to, String wanted) {
        int length = to - from;
        if (length == wanted.length()) {
            int i = 0;
            while (i < length && bytes[from + i] == wanted.charAt(i) && bytes[from + i] != '\\') {
                i++;
            }
            if (i == length) {
                return true;
            }
        }
        return !isPlain(from, to) && decode(from, to).equals(wanted);
    }

    /** @return whether every byte is a character of its own and stands for itself */
    private boolean isPlain(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < 0 || bytes[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    private boolean nameEqualsSlowly(byte[] wanted) {
        return name().equals(new String(wanted, StandardCharsets.UTF_8));
    }

    /** @return the member's name */
    public String name() {
        return decode(nameFrom, nameTo);
    }

    /** Reads the string the cursor stands on. */
    public String string() {
        requireKind(JsonKind.STRING);
        int from = valueAt + 1;
        at = endOfString(valueAt);
        return decode(from, at - 1);
    }

    /** @return whether the cursor stands on this string; without garbage if it is ASCII. The cursor stays */
    public boolean stringIs(String wanted) {
        return kind() == JsonKind.STRING && isText(valueAt + 1, endOfString(valueAt) - 1, wanted);
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
        int from = valueAt;
        at = endOfValue(from);
        int i = from;
        boolean negative = bytes[i] == '-';
        if (negative) {
            i++;
        }
        long digits = 0;
        int count = 0;
        int fractionDigits = 0;
        boolean fraction = false;
        for (; i < at; i++) {
            byte b = bytes[i];
            if (b == '.') {
                fraction = true;
            } else if (b >= '0' && b <= '9' && ++count <= 15) {
                digits = digits * 10 + (b - '0');
                fractionDigits += fraction ? 1 : 0;
            } else {
                return Double.parseDouble(new String(bytes, from, at - from, StandardCharsets.ISO_8859_1));
            }
        }
        double value = digits / POWERS_OF_TEN[fractionDigits]; // both exact, so correctly rounded
        return negative ? -value : value;
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
        at = endOfValue(valueAt);
        return value;
    }

    private @Nullable Long readInteger() {
        int from = valueAt;
        int to = endOfValue(from);
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
        at = endOfValue(from);
        return RawJson.ofChecked(bytes, from, at);
    }

    private void requireKind(JsonKind expected) {
        if (kind() != expected) {
            throw new IllegalArgumentException("expected " + expected + ", found " + kind());
        }
    }

    private void skipSpace() {
        while (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t') {
            at++;
        }
    }

    private int endOfValue(int from) {
        return switch (bytes[from]) {
            case '"' -> endOfString(from);
            case '{', '[' -> endOfNested(from);
            case 't', 'n' -> from + 4;
            case 'f' -> from + 5;
            default -> endOfNumber(from);
        };
    }

    private int endOfNumber(int from) {
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

    private int endOfNested(int from) {
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
                case '"' -> i = endOfString(i) - 1;
                default -> {}
            }
            i++;
        }
    }

    /** @param quote where the opening quote is   @return just behind the closing quote */
    private int endOfString(int quote) {
        int i = quote + 1;
        while (bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    private boolean hasEscape(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    private String decode(int from, int to) {
        if (!hasEscape(from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        var text = new StringBuilder(to - from);
        int plainFrom = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                text.append(new String(bytes, plainFrom, i - plainFrom, StandardCharsets.UTF_8));
                i++;
                if (bytes[i] == 'u') {
                    text.append((char) Integer.parseInt(new String(bytes, i + 1, 4, StandardCharsets.ISO_8859_1), 16));
                    i += 4;
                } else {
                    text.append(unescaped(bytes[i]));
                }
                plainFrom = i + 1;
            }
        }
        return text.append(new String(bytes, plainFrom, to - plainFrom, StandardCharsets.UTF_8))
                .toString();
    }

    private static char unescaped(byte escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) escaped;
        };
    }
}
