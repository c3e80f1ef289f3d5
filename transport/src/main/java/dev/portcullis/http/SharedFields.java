package dev.portcullis.http;

import dev.portcullis.json.JsonWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;

/**
 * Header fields that many answers have in common: checked once (T-58), and made bytes once. A small answer is written head and body together, before it is known whether its head will stay as it
 * is; where nobody adds a field, no other head is ever made. Immutable; any thread.
 */
public final class SharedFields extends AbstractList<Map.Entry<CharSequence, CharSequence>> {
    private static final int SCRATCH_BYTES = 1024;
    private static final byte[] LINE_ENDS = ascii("\r\n\r\n");
    private static final int LINE_ENDS_WORD = 0x0D0A0D0A;

    /** Where an answer is put together: one copy into a buffer outside the heap costs as much as ten within. */
    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[SCRATCH_BYTES];
        }
    };

    private final List<Map.Entry<CharSequence, CharSequence>> fields;

    /** Up to the digits of the length. */
    private final byte[] head;

    /** @throws IllegalArgumentException a name or a value is malformed */
    public SharedFields(List<Map.Entry<CharSequence, CharSequence>> fields) {
        this.fields = List.copyOf(fields);
        var text = new StringBuilder(HttpVersion.HTTP_1_1 + " " + HttpResponseStatus.OK + "\r\n");
        HttpHeaders checked = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        for (var field : fields) {
            checked.add(field.getKey(), field.getValue());
            text.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
        }
        this.head =
                ascii(text.append(HttpHeaderNames.CONTENT_LENGTH).append(": ").toString());
    }

    @Override
    public Map.Entry<CharSequence, CharSequence> get(int index) {
        return fields.get(index);
    }

    @Override
    public int size() {
        return fields.size();
    }

    /** @return 200 with these fields and a copy of the bytes as body. The body's buffer has the head before its reader index */
    public Reply answer(ByteBufAllocator allocator, byte[] body, int length) {
        byte[] scratch = SCRATCH.get();
        int headBytes = headBytes(length);
        int together = headBytes + length;
        ByteBuf buffer = allocator.buffer(together);
        if (together <= scratch.length) {
            putHead(scratch, headBytes, length);
            System.arraycopy(body, 0, scratch, headBytes, length);
            buffer.writeBytes(scratch, 0, together).readerIndex(headBytes);
        } else {
            buffer.writeBytes(body, 0, length);
        }
        return new Reply(HttpResponseStatus.OK, this, buffer);
    }

    /** The same of a body whose middle stays where it is: it is sent from there. */
    public Reply answer(ByteBufAllocator allocator, JsonWriter.Parts body) {
        int length = body.aroundLength() + body.middle().remaining();
        int headBytes = headBytes(length);
        int together = headBytes + body.aroundLength();
        byte[] scratch = together <= SCRATCH_BYTES ? SCRATCH.get() : new byte[together];
        putHead(scratch, headBytes, length);
        System.arraycopy(body.around(), 0, scratch, headBytes, body.aroundLength());
        ByteBuf around = allocator.directBuffer(together).writeBytes(scratch, 0, together);
        ByteBuf whole = allocator
                .compositeDirectBuffer(3)
                .addComponent(true, around.readRetainedSlice(headBytes + body.at()))
                .addComponent(true, Unpooled.wrappedBuffer(body.middle()))
                .addComponent(true, around);
        return new Reply(HttpResponseStatus.OK, this, whole.readerIndex(headBytes));
    }

    private int headBytes(int bodyBytes) {
        int digits = 1;
        for (int rest = bodyBytes; rest > 9; rest /= 10) {
            digits++;
        }
        return head.length + digits + LINE_ENDS.length;
    }

    private void putHead(byte[] target, int headBytes, int bodyBytes) {
        System.arraycopy(head, 0, target, 0, head.length);
        int at = headBytes - LINE_ENDS.length;
        System.arraycopy(LINE_ENDS, 0, target, at, LINE_ENDS.length);
        int rest = bodyBytes;
        do {
            target[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
    }

    /** Whether a body has its head before it, as {@link #answer} puts it there. */
    boolean isBehindHead(ByteBuf body) {
        int from = body.readerIndex();
        return from > head.length
                && from == headBytes(body.readableBytes())
                && body.getInt(from - LINE_ENDS.length) == LINE_ENDS_WORD
                && body.getByte(0) == head[0];
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
