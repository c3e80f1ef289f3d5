package dev.portcullis.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads a small body whole: for forms and other requests that are of no use in parts. Copies the parts into one array, which it hands on at the end; keeps no
 * buffer. Event loop only.
 */
public final class CollectedBody implements BodyReader {
    private static final int FIRST_BYTES = 512;

    private final Exchange exchange;
    private final int bytesMax;
    private final Consumer<byte[]> whole;
    private byte[] bytes;
    private int length;
    private boolean tooLarge;

    private CollectedBody(Exchange exchange, int bytesMax, Consumer<byte[]> whole) {
        this.exchange = exchange;
        this.bytesMax = bytesMax;
        this.whole = whole;
        this.bytes = new byte[Math.min(FIRST_BYTES, bytesMax)];
    }

    /**
     * @param bytesMax a longer body is answered with 413; usually the limit of the route
     * @param whole gets the body, empty if there is none, once and on the event loop; must not block
     */
    public static BodyReader reading(Exchange exchange, int bytesMax, Consumer<byte[]> whole) {
        return new CollectedBody(exchange, bytesMax, whole);
    }

    @Override
    public void read(ByteBuf part) {
        int more = part.readableBytes();
        if (tooLarge || more > bytesMax - length) {
            refuse();
            return;
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(bytesMax, Math.max(length + more, bytes.length * 2)));
        }
        part.readBytes(bytes, length, more);
        length += more;
    }

    private void refuse() {
        if (!tooLarge) {
            tooLarge = true;
            bytes = new byte[0];
            exchange.reply(Reply.empty(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));
        }
    }

    @Override
    public void end() {
        if (!tooLarge) {
            whole.accept(Arrays.copyOf(bytes, length));
        }
    }
}
