package dev.portcullis.sse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Events as bytes (WHATWG HTML §9.2.6): {@code event}, {@code id} and {@code data} fields, a blank line. Data with line breaks becomes several data fields, so
 * that no text can end the event or begin another field. Any thread.
 */
public final class SseEncoder {
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] ID = ascii("id: ");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] RETRY = ascii("retry: ");
    private static final byte[] COMMENT = ascii(":\n\n");
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LINE_FEEDS = LOW_BITS * '\n';
    private static final long RETURNS = LOW_BITS * '\r';
    private static final int LONGEST_FRAME_BYTES = EVENT.length + ID.length + DATA.length + 4;

    private SseEncoder() {}

    /**
     * @param event the {@code event} field; null for none
     * @param id the {@code id} field; null for none
     * @param data UTF-8; not kept
     * @return a buffer of the caller's
     * @throws IllegalArgumentException a line break or NUL in {@code event} or {@code id}
     */
    public static ByteBuf encode(
            ByteBufAllocator allocator,
            @Nullable String event,
            @Nullable String id,
            byte[] data,
            int offset,
            int length) {
        requireOneLine(event);
        requireOneLine(id);
        int names =
                (event == null ? 0 : ByteBufUtil.utf8MaxBytes(event)) + (id == null ? 0 : ByteBufUtil.utf8MaxBytes(id));
        ByteBuf out = allocator.buffer(LONGEST_FRAME_BYTES + names + length);
        try {
            writeField(out, EVENT, event);
            writeField(out, ID, id);
            writeData(out, data, offset, offset + length);
            return out.writeByte('\n');
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    /** A line that readers ignore (H-17). */
    static ByteBuf comment(ByteBufAllocator allocator) {
        return allocator.buffer(COMMENT.length).writeBytes(COMMENT);
    }

    /**
     * What tells a client where it stands, and when to come back, but nothing else (H-124): with an id an event without data, else not even an event.
     *
     * @param retryMillis negative for none
     */
    static ByteBuf mark(ByteBufAllocator allocator, @Nullable String id, int retryMillis) {
        requireOneLine(id);
        ByteBuf out = allocator.buffer(64);
        writeField(out, ID, id);
        writeField(out, RETRY, retryMillis < 0 ? null : Integer.toString(retryMillis));
        if (id != null) {
            out.writeBytes(DATA).writeByte('\n');
        }
        return out.writeByte('\n');
    }

    private static void writeField(ByteBuf out, byte[] name, @Nullable String value) {
        if (value != null) {
            out.writeBytes(name);
            ByteBufUtil.writeUtf8(out, value);
            out.writeByte('\n');
        }
    }

    private static void writeData(ByteBuf out, byte[] data, int from, int end) {
        int line = from;
        for (int at = nextBreak(data, from, end); at < end; at = nextBreak(data, line, end)) {
            writeLine(out, data, line, at);
            boolean both = data[at] == '\r' && at + 1 < end && data[at + 1] == '\n';
            line = at + (both ? 2 : 1);
        }
        writeLine(out, data, line, end);
    }

    /** @return where the next CR or LF is, or {@code end}; eight bytes at a time, since JSON has none */
    private static int nextBreak(byte[] data, int from, int end) {
        int at = from;
        while (at + 8 <= end) {
            long word = (long) LONGS.get(data, at);
            if (((zeroBytes(word ^ LINE_FEEDS) | zeroBytes(word ^ RETURNS)) & HIGH_BITS) != 0) {
                break;
            }
            at += 8;
        }
        while (at < end && data[at] != '\n' && data[at] != '\r') {
            at++;
        }
        return at;
    }

    /** Sets the high bit of each byte that is zero; may set more behind the first, but never one if there is none. */
    private static long zeroBytes(long word) {
        return (word - LOW_BITS) & ~word;
    }

    private static void writeLine(ByteBuf out, byte[] data, int from, int end) {
        out.writeBytes(DATA).writeBytes(data, from, end - from).writeByte('\n');
    }

    private static void requireOneLine(@Nullable String value) {
        if (value == null) {
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\n' || c == '\r' || c == 0) {
                throw new IllegalArgumentException("a line break or NUL in an event or id field");
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
