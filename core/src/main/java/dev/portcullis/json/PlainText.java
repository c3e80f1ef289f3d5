package dev.portcullis.json;

import java.util.Arrays;

/**
 * Recognises, in one walk, JSON objects about which there can be no doubt: printable ASCII without a backslash, few members of different names, not deep, numbers of a usual length. It
 * accepts nothing that the parser would not, and refuses nothing: of what it does not recognise the parser is to judge. Used again and again by one thread.
 *
 * <p>Most messages are of this kind, and a parser spends most of its time on what they do not have.
 */
public final class PlainText {
    private static final int DEPTH_MAX = 16;
    private static final int MEMBERS_MAX = 16;
    private static final int NUMBER_CHARS_MAX = 32;
    private static final int UNKNOWN = -1;

    /** Any number of so many digits is exact, also as a double. */
    private static final int SHORT_DIGITS_MAX = 15;

    /** What {@link #shortInteger} says of a value that is none. */
    public static final long NO_SHORT_INTEGER = Long.MIN_VALUE;

    /** Where clients repeat themselves: an object in an object of the whole. */
    private static final int FAMILIAR_DEPTH = 2;

    private final FamiliarObjects familiar = FamiliarObjects.ofThread();

    /** Of each open object the names: where each begins and ends. */
    private final int[] names = new int[DEPTH_MAX * MEMBERS_MAX * 2];

    /** Of the whole the members' values: where each begins and ends. */
    private final int[] values = new int[MEMBERS_MAX * 2];

    private int members;
    private byte[] bytes = {};
    private int to;

    /** @return whether this is such an object, with nothing but white space around it */
    public boolean isObject(byte[] text, int from, int textTo) {
        bytes = text;
        to = textTo;
        int at = skipSpace(from);
        int end = at < to && bytes[at] == '{' ? endOfObject(at, 0) : UNKNOWN;
        return end != UNKNOWN && skipSpace(end) == to;
    }

    /** @return of how many members the object is that was recognised last */
    public int members() {
        return members;
    }

    /** @return whether this is the name of its so-manieth member */
    public boolean nameIs(int member, byte[] wanted) {
        int from = names[2 * member] + 1;
        int end = names[2 * member + 1] - 1;
        return end - from == wanted.length && Arrays.equals(bytes, from, end, wanted, 0, wanted.length);
    }

    /** @return a cursor that stands on a member's value */
    public JsonCursor cursor(int member) {
        return new JsonCursor(bytes, values[2 * member], values[2 * member + 1], null);
    }

    /** @return a member's value */
    public RawJson value(int member) {
        return RawJson.ofChecked(bytes, values[2 * member], values[2 * member + 1]);
    }

    /** @return a member's value, if it is a number that is written as an integer, and not a long one; else {@link #NO_SHORT_INTEGER} */
    public long shortInteger(int member) {
        int from = values[2 * member];
        int end = values[2 * member + 1];
        int digits = bytes[from] == '-' ? from + 1 : from;
        if (end - digits > SHORT_DIGITS_MAX) {
            return NO_SHORT_INTEGER;
        }
        long value = 0;
        for (int i = digits; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return NO_SHORT_INTEGER;
            }
            value = value * 10 + (bytes[i] - '0');
        }
        return digits == from ? value : -value;
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private int endOfValue(int at, int depth) {
        if (at >= to) {
            return UNKNOWN;
        }
        return switch (bytes[at]) {
            case '"' -> endOfString(at);
            case '{' -> depth == FAMILIAR_DEPTH ? endOfRepeated(at) : endOfObject(at, depth);
            case '[' -> endOfArray(at, depth);
            case 't' -> endOfWord(at, 'r', 'u', 'e');
            case 'n' -> endOfWord(at, 'u', 'l', 'l');
            case 'f' -> at + 1 < to && bytes[at + 1] == 'a' ? endOfWord(at + 1, 'l', 's', 'e') : UNKNOWN;
            default -> endOfNumber(at);
        };
    }

    /** What is familiar has been checked, at the same depth. */
    private int endOfRepeated(int brace) {
        var same = familiar.at(bytes, brace, to);
        return same == null ? endOfObject(brace, FAMILIAR_DEPTH) : brace + same.bytes().length;
    }

    private int endOfObject(int brace, int depth) {
        int at = skipSpace(brace + 1);
        if (depth == 0) {
            members = 0;
        }
        if (at < to && bytes[at] == '}') {
            return at + 1;
        }
        for (int count = 0; depth < DEPTH_MAX && count < MEMBERS_MAX; count++) {
            if (at >= to || bytes[at] != '"') {
                return UNKNOWN;
            }
            int nameEnd = endOfString(at);
            if (nameEnd == UNKNOWN || nameEnd - at > Json.NAME_CHARS_MAX || isRepeated(at, nameEnd, depth, count)) {
                return UNKNOWN;
            }
            at = skipSpace(nameEnd);
            if (at >= to || bytes[at] != ':') {
                return UNKNOWN;
            }
            int value = skipSpace(at + 1);
            at = endOfValue(value, depth + 1);
            if (at == UNKNOWN) {
                return UNKNOWN;
            }
            if (depth == 0) {
                values[2 * count] = value;
                values[2 * count + 1] = at;
                members = count + 1;
            }
            at = skipSpace(at);
            if (at < to && bytes[at] == '}') {
                return at + 1;
            }
            if (at >= to || bytes[at] != ',') {
                return UNKNOWN;
            }
            at = skipSpace(at + 1);
        }
        return UNKNOWN;
    }

    /** Remembers the name too. */
    private boolean isRepeated(int from, int end, int depth, int members) {
        int first = depth * MEMBERS_MAX * 2;
        int next = first + members * 2;
        for (int i = first; i < next; i += 2) {
            if (names[i + 1] - names[i] == end - from
                    && Arrays.equals(bytes, names[i], names[i + 1], bytes, from, end)) {
                return true;
            }
        }
        names[next] = from;
        names[next + 1] = end;
        return false;
    }

    private int endOfArray(int bracket, int depth) {
        int at = skipSpace(bracket + 1);
        if (at < to && bytes[at] == ']') {
            return at + 1;
        }
        while (depth < DEPTH_MAX) {
            at = endOfValue(at, depth + 1);
            if (at == UNKNOWN) {
                return UNKNOWN;
            }
            at = skipSpace(at);
            if (at < to && bytes[at] == ']') {
                return at + 1;
            }
            if (at >= to || bytes[at] != ',') {
                return UNKNOWN;
            }
            at = skipSpace(at + 1);
        }
        return UNKNOWN;
    }

    private int endOfString(int quote) {
        int at = ByteWords.endOfPrintable(bytes, quote + 1, to);
        return at < to && bytes[at] == '"' ? at + 1 : UNKNOWN;
    }

    private int endOfWord(int at, char second, char third, char fourth) {
        return at + 4 <= to && bytes[at + 1] == second && bytes[at + 2] == third && bytes[at + 3] == fourth
                ? at + 4
                : UNKNOWN;
    }

    private int endOfNumber(int from) {
        int at = bytes[from] == '-' ? from + 1 : from;
        int digits = skipDigits(at);
        if (digits == at || (bytes[at] == '0' && digits > at + 1)) {
            return UNKNOWN;
        }
        at = digits;
        if (at < to && bytes[at] == '.') {
            digits = skipDigits(at + 1);
            if (digits == at + 1) {
                return UNKNOWN;
            }
            at = digits;
        }
        // An exponent is for the parser: it ends where no value may.
        return at - from <= NUMBER_CHARS_MAX ? at : UNKNOWN;
    }

    private int skipDigits(int from) {
        int at = from;
        while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at;
    }
}
