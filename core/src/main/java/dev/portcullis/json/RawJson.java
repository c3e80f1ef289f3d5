package dev.portcullis.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A slice of bytes that holds one JSON value, checked whole when it came in: well-formed, UTF-8, without repeated names, within the limits of {@link Json}.
 * Immutable by convention: whoever shares the array does not write to it.
 */
public final class RawJson {
    /** <code>{}</code>. */
    public static final RawJson EMPTY_OBJECT = new RawJson(new byte[] {'{', '}'}, 0, 2);

    private final byte[] bytes;
    private final int offset;
    private final int length;

    private RawJson(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /** A slice of a text that has been checked by a {@link JsonFeed}. The array is kept. */
    public static RawJson ofChecked(byte[] bytes, int from, int to) {
        return new RawJson(bytes, from, to - from);
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
        return new JsonCursor(bytes, from, to).slice();
    }

    /** @param to end of the text that this is a slice of */
    public boolean isFollowedBySpaceOnly(int to) {
        for (int i = offset + length; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** @return a cursor that stands on the value */
    public JsonCursor cursor() {
        return new JsonCursor(bytes, offset, offset + length);
    }

    public JsonKind kind() {
        return JsonCursor.kindOf(bytes[offset]);
    }

    public int length() {
        return length;
    }

    /** @return the JSON text */
    public String text() {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    /** @return the same in an array of its own, which keeps nothing else alive */
    public RawJson copy() {
        return new RawJson(Arrays.copyOfRange(bytes, offset, offset + length), 0, length);
    }

    /** Of a {@link #copy}. */
    byte[] wholeArray() {
        if (length != bytes.length) {
            throw new IllegalArgumentException("a slice of something longer");
        }
        return bytes;
    }

    void writeTo(JsonWriter out) {
        out.copy(bytes, offset, length);
    }

    @Override
    public String toString() {
        return "RawJson[" + length + " bytes]"; // not the text: it may hold what no log should
    }
}
