package dev.portcullis.json;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON text as UTF-8 into a buffer that its thread uses again and again. Commas are set by the writer; whether names and brackets fit together is the
 * caller's affair. Belongs to one thread.
 */
public final class JsonWriter implements AutoCloseable {
    private static final int KEPT_BYTES_MAX = 64 * 1024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final ThreadLocal<Slot> FREE = ThreadLocal.withInitial(Slot::new);

    private byte[] buffer = new byte[512];
    private int length;
    private boolean commaDue;
    private @Nullable AsciiPiece piece;

    /** Belongs into the text, but is not in the buffer as long as nobody asks for that. */
    private @Nullable KeptJson middle;

    /** Where it belongs. */
    private int middleAt;

    /**
     * A text whose middle lies elsewhere. Valid until the next write, or {@link #close}.
     *
     * @param around what is before and behind it, from 0 to {@code aroundLength}
     * @param at where in that the middle belongs
     * @param middle read-only and direct; stays as it is for ever
     */
    public record Parts(byte[] around, int aroundLength, int at, ByteBuffer middle) {}

    /** A thread's free writer; taken and put back without touching the thread's table. */
    private static final class Slot {
        @Nullable
        JsonWriter writer;
    }

    private JsonWriter() {}

    /** @return an empty writer; {@link #close} gives it back */
    public static JsonWriter take() {
        var slot = FREE.get();
        var writer = slot.writer;
        slot.writer = null;
        return writer != null ? writer : new JsonWriter();
    }

    @Override
    public void close() {
        if (buffer.length <= KEPT_BYTES_MAX) {
            clear();
            FREE.get().writer = this;
        }
    }

    /** Forgets what was written. */
    public void clear() {
        length = 0;
        commaDue = false;
        middle = null;
    }

    /** @return the bytes written, from 0 to {@link #length}; valid until the next write, or {@link #close} */
    public byte[] buffer() {
        if (middle != null) {
            copyMiddle(middle);
        }
        return buffer;
    }

    private void copyMiddle(KeptJson json) {
        middle = null;
        ensure(json.length());
        System.arraycopy(buffer, middleAt, buffer, middleAt + json.length(), length - middleAt);
        json.copyTo(buffer, middleAt);
        length += json.length();
    }

    /** @return the bytes written, for whoever can do without having them in one array; null if they are */
    public @Nullable Parts parts() {
        return middle == null ? null : new Parts(buffer, length, middleAt, middle.bytes());
    }

    public int length() {
        return middle == null ? length : length + middle.length();
    }

    /** @return a copy of what was written */
    public byte[] toBytes() {
        return Arrays.copyOf(buffer(), length);
    }

    @Override
    public String toString() {
        return new String(buffer(), 0, length, StandardCharsets.UTF_8);
    }

    public JsonWriter beginObject() {
        return open('{');
    }

    public JsonWriter endObject() {
        return close('}');
    }

    public JsonWriter beginArray() {
        return open('[');
    }

    public JsonWriter endArray() {
        return close(']');
    }

    private JsonWriter open(char bracket) {
        comma();
        put(bracket);
        commaDue = false;
        return this;
    }

    private JsonWriter close(char bracket) {
        ensure(1);
        put(bracket);
        commaDue = true;
        return this;
    }

    public JsonWriter name(String name) {
        string(name);
        ensure(1);
        put(':');
        commaDue = false;
        return this;
    }

    public JsonWriter string(String value) {
        comma();
        append(value);
        commaDue = true;
        return this;
    }

    /** A string, without a comma before it. Most are short; of a long one many characters are taken at a time. */
    void append(String value) {
        int chars = value.length();
        ensure(chars + 2);
        put('"');
        int i = 0;
        while (chars - i >= AsciiPiece.CHARS) {
            i = appendChars(value, appendPiece(value, i), i + AsciiPiece.CHARS);
        }
        appendChars(value, i, chars);
        put('"');
    }

    /** @return where it stopped: at {@code to}, or behind it if a pair of surrogates ends there */
    private int appendChars(String value, int from, int to) {
        int i = from;
        for (; i < to; i++) {
            char c = value.charAt(i);
            if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
                buffer[length++] = (byte) c;
            } else {
                i = odd(value, i, c);
                ensure(value.length() - i + 1);
            }
        }
        return i;
    }

    /** Writes what of the next piece is ASCII. @return where it stopped */
    private int appendPiece(String value, int from) {
        var ascii = piece == null ? new AsciiPiece() : piece;
        piece = ascii;
        int end = ascii.read(value, from);
        int i = 0;
        while (i < end) {
            int plain = ByteWords.endOfUnescaped(ascii.bytes(), i, end);
            System.arraycopy(ascii.bytes(), i, buffer, length, plain - i);
            length += plain - i;
            i = plain;
            while (i < end && ByteWords.isEscaped(ascii.bytes()[i])) {
                odd(value, from + i, (char) ascii.bytes()[i]);
                i++;
                ensure(value.length() - from - i + 1);
            }
        }
        return from + end;
    }

    /** Writes a character that needs more than its own byte. @return index of its last char */
    private int odd(String value, int i, char c) {
        ensure(6);
        switch (c) {
            case '"', '\\' -> escape(c);
            case '\n' -> escape('n');
            case '\r' -> escape('r');
            case '\t' -> escape('t');
            default -> {
                if (c < 0x20 || c == 0x7F) {
                    escape('u');
                    put('0');
                    put('0');
                    buffer[length++] = HEX[c >> 4];
                    buffer[length++] = HEX[c & 15];
                } else {
                    return utf8(value, i, c);
                }
            }
        }
        return i;
    }

    private int utf8(String value, int i, char c) {
        int last = i;
        int code = c;
        if (Character.isSurrogate(c)) {
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1));
            code = pair ? Character.toCodePoint(c, value.charAt(++last)) : 0xFFFD; // half a pair has no encoding
        }
        if (code < 0x800) {
            put(0xC0 | code >> 6);
        } else if (code < 0x10000) {
            put(0xE0 | code >> 12);
            continuation(code >> 6);
        } else {
            put(0xF0 | code >> 18);
            continuation(code >> 12);
            continuation(code >> 6);
        }
        continuation(code);
        return last;
    }

    private void continuation(int bits) {
        put(0x80 | (bits & 0x3F));
    }

    private void escape(char letter) {
        put('\\');
        put(letter);
    }

    public JsonWriter number(long value) {
        comma();
        if (value < 0) {
            ascii(Long.toString(value));
        } else {
            int digits = digitsOf(value);
            ensure(digits);
            long rest = value;
            for (int i = length + digits - 1; i >= length; i--) {
                buffer[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            length += digits;
        }
        commaDue = true;
        return this;
    }

    private static int digitsOf(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** A number; without a fraction where there is none. @throws IllegalArgumentException not finite */
    public JsonWriter number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return number((long) value);
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no " + value);
        }
        comma();
        ascii(Double.toString(value));
        commaDue = true;
        return this;
    }

    public JsonWriter bool(boolean value) {
        return copy(value ? TRUE : FALSE);
    }

    public JsonWriter nul() {
        return copy(NULL);
    }

    /** Copies a value that is JSON already. */
    public JsonWriter raw(RawJson value) {
        comma();
        value.writeTo(this);
        commaDue = true;
        return this;
    }

    /** Copies bytes that are a JSON value, or members without the outer commas. */
    public JsonWriter copy(byte[] json) {
        comma();
        append(json, 0, json.length);
        commaDue = true;
        return this;
    }

    /** The same of what is kept: a large piece, but only one, is not copied unless it has to be. See {@link #parts}. */
    public JsonWriter kept(KeptJson json) {
        comma();
        if (middle == null && !json.isSmall()) {
            middle = json;
            middleAt = length;
        } else {
            ensure(json.length());
            json.copyTo(buffer, length);
            length += json.length();
        }
        commaDue = true;
        return this;
    }

    /** Bytes as they are, without a comma before them. */
    JsonWriter append(byte[] json, int offset, int count) {
        ensure(count);
        System.arraycopy(json, offset, buffer, length, count);
        length += count;
        return this;
    }

    /** A string of bytes in base64 (RFC 4648 §4). */
    public JsonWriter base64(byte[] bytes) {
        comma();
        byte[] encoded = Base64.getEncoder().encode(bytes);
        ensure(encoded.length + 2);
        put('"');
        System.arraycopy(encoded, 0, buffer, length, encoded.length);
        length += encoded.length;
        put('"');
        commaDue = true;
        return this;
    }

    private void ascii(String text) {
        ensure(text.length());
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    private void comma() {
        ensure(2);
        if (commaDue) {
            put(',');
        }
    }

    private void put(int b) {
        buffer[length++] = (byte) b;
    }

    private void ensure(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
