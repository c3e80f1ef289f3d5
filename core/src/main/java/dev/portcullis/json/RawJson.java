package dev.portcullis.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A slice of bytes that holds one JSON value, checked whole when it came in: well-formed, UTF-8, without repeated names, within the limits of {@link Json}.
 * Immutable by convention: whoever shares the array does not write to it. Of a text that was long as it arrived, long strings are kept apart ({@link LongText}).
 */
public final class RawJson {
    /** <code>{}</code>. */
    public static final RawJson EMPTY_OBJECT = new RawJson(new byte[] {'{', '}'}, 0, 2, null);

    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final @Nullable LongStrings longStrings;

    private RawJson(byte[] bytes, int offset, int length, @Nullable LongStrings longStrings) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.longStrings = longStrings;
    }

    /** A slice of a text that has been checked by a {@link JsonFeed}. The array is kept. */
    public static RawJson ofChecked(byte[] bytes, int from, int to) {
        return ofChecked(bytes, from, to, null);
    }

    static RawJson ofChecked(byte[] bytes, int from, int to, @Nullable LongStrings longStrings) {
        return new RawJson(bytes, from, to - from, longStrings);
    }

    /**
     * The value that a text begins with, behind white space. A {@link JsonFeed} has read it to its end.
     *
     * @param to end of the text
     */
    public static RawJson first(byte[] bytes, int to) {
        int from = 0;
        while (bytes[from] <= ' ') {
            from++;
        }
        return new JsonCursor(bytes, from, to, null).slice();
    }

    /** @param to end of the text that this is a slice of */
    public boolean isFollowedBySpaceOnly(int to) {
        return isSpace(bytes, offset + length, to);
    }

    /** @return whether there is only white space */
    public static boolean isSpace(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** @return a cursor that stands on the value */
    public JsonCursor cursor() {
        return new JsonCursor(bytes, offset, offset + length, longStrings);
    }

    public JsonKind kind() {
        return JsonCursor.kindOf(bytes[offset]);
    }

    /** @return bytes of the JSON text; of a string that is kept apart only its characters count */
    public int length() {
        return longStrings == null ? length : length(bytes, offset, offset + length, longStrings);
    }

    // What is done about long strings is static: a slice that is handed to nobody costs no heap.

    private static int length(byte[] bytes, int from, int to, LongStrings longStrings) {
        int sum = to - from;
        for (int i = longStrings.firstFrom(from); i < longStrings.count() && longStrings.quote(i) < to; i++) {
            int quote = longStrings.quote(i);
            sum += longStrings.string(i).length() - (endOfBeginning(bytes, quote, to) - quote - 2);
        }
        return sum;
    }

    /** @return the JSON text; a string that is kept apart with the escapes that it needs, whatever it came with */
    public String text() {
        if (longStrings == null) {
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }
        try (var out = JsonWriter.take()) {
            writeTo(out);
            return out.toString();
        }
    }

    /** @return the same in an array of its own, which keeps nothing else alive */
    public RawJson copy() {
        byte[] own = longStrings == null
                ? Arrays.copyOfRange(bytes, offset, offset + length)
                : text().getBytes(StandardCharsets.UTF_8);
        return new RawJson(own, 0, own.length, null);
    }

    /** Of a {@link #copy}. */
    byte[] wholeArray() {
        if (length != bytes.length) {
            throw new IllegalArgumentException("a slice of something longer");
        }
        return bytes;
    }

    void writeTo(JsonWriter out) {
        if (longStrings == null) {
            out.append(bytes, offset, length);
        } else {
            write(out, bytes, offset, offset + length, longStrings);
        }
    }

    private static void write(JsonWriter out, byte[] bytes, int begin, int to, LongStrings longStrings) {
        int from = begin;
        for (int i = longStrings.firstFrom(begin); i < longStrings.count() && longStrings.quote(i) < to; i++) {
            int quote = longStrings.quote(i);
            out.append(bytes, from, quote - from).append(longStrings.string(i));
            from = endOfBeginning(bytes, quote, to);
        }
        out.append(bytes, from, to - from);
    }

    /** @return just behind the closing quote of the beginning that stands here of a string kept apart */
    private static int endOfBeginning(byte[] bytes, int quote, int to) {
        return new JsonCursor(bytes, quote, to, null).endOfString();
    }

    @Override
    public String toString() {
        return "RawJson[" + length + " bytes]"; // not the text: it may hold what no log should
    }
}
