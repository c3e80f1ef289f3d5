package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * All there is of a pipeline while its answer is a stream that may stay open for hours: writes the chunks (RFC 9112 §7.1), notices when the peer leaves, and keeps what the
 * peer sends too early for when it is its turn: what one read of the socket brings, then nothing more is read. There may be very many: whatever else a connection needs is
 * made anew when the stream has ended. Event loop only.
 *
 * <pre>
 *   STREAMING ──end──► ENDING ──last chunk taken──► the connection serves on, or ends
 *       │                └── writeStallMillis ──► closed
 *       └──peer gone──► closed
 * </pre>
 *
 * Holds at most one buffer, in {@code early}.
 */
public final class StreamHandler extends ChannelDuplexHandler implements ChannelFutureListener {
    private static final System.Logger LOG = System.getLogger(StreamHandler.class.getName());
    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(5).writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

    /** Bytes up to which a chunk is copied between its length and its end: less work for the socket than three buffers. */
    private static final int COPIED_BYTES_MAX = 2_048;

    private static final int FRAME_BYTES_MAX = 12;
    private static final int CRLF = '\r' << 8 | '\n';

    private final Connection connection;
    private final HttpExchange exchange;
    private final long startNanos;
    private final short status;
    private final boolean chunked;
    private boolean closing;
    private boolean running = true;
    private @Nullable ByteBuf early;
    private @Nullable LazyTimer stall;

    /** What is shared by all connections of a listener. */
    public interface Connection {
        HttpLimits limits();

        Telemetry telemetry();

        /**
         * The stream has ended, and there may be another request.
         *
         * @param early bytes of it that have come; taken over
         */
        void serveOn(ChannelHandlerContext stream, @Nullable ByteBuf early);

        /** The stream has ended, and the connection with it. */
        void end(ChannelHandlerContext stream);
    }

    /**
     * @param chunked false if the end of the connection is the end of the answer (HTTP/1.0)
     * @param closing whether the connection ends with the stream
     */
    public StreamHandler(Connection connection, StreamBegun begun, boolean chunked, boolean closing) {
        this.connection = connection;
        this.exchange = begun.exchange();
        this.startNanos = begun.startNanos();
        this.status = (short) begun.status();
        this.chunked = chunked;
        this.closing = closing;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.read(); // or nobody would notice that the peer leaves
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            early = early == null ? bytes : Unpooled.wrappedBuffer(early, bytes);
        } else {
            ReferenceCountUtil.release(message); // the empty end of a request without a body
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (early == null) {
            ctx.read();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof LastHttpContent) {
            ctx.write(
                    chunked ? LAST_CHUNK.duplicate() : Unpooled.EMPTY_BUFFER,
                    promise.unvoid().addListener(this));
            watch(ctx);
        } else if (message instanceof HttpContent part) {
            write(ctx, part.content(), promise);
        } else {
            ctx.write(message, promise);
        }
    }

    private void write(ChannelHandlerContext ctx, ByteBuf part, ChannelPromise promise) {
        if (!chunked) {
            ctx.write(part, promise);
        } else if (part.readableBytes() <= COPIED_BYTES_MAX) {
            ByteBuf chunk = head(ctx.alloc(), part.readableBytes(), part.readableBytes());
            chunk.writeBytes(part);
            part.release();
            ctx.write(ByteBufUtil.writeShortBE(chunk, CRLF), promise);
        } else {
            ctx.write(head(ctx.alloc(), part.readableBytes(), 0), ctx.voidPromise());
            ctx.write(part, ctx.voidPromise());
            ctx.write(ByteBufUtil.writeShortBE(ctx.alloc().buffer(2), CRLF), promise);
        }
    }

    private static ByteBuf head(ByteBufAllocator allocator, int bytes, int room) {
        ByteBuf head = allocator.buffer(FRAME_BYTES_MAX + room);
        head.writeCharSequence(Integer.toHexString(bytes), StandardCharsets.US_ASCII);
        return ByteBufUtil.writeShortBE(head, CRLF);
    }

    /** A peer that does not take the end has had its time. */
    private void watch(ChannelHandlerContext ctx) {
        stall = new LazyTimer(ctx.executor(), () -> {
            connection.telemetry().refused(Outcome.WRITE_STALLED);
            ctx.close();
        });
        stall.start(connection.limits().writeStallMillis());
    }

    /** The last chunk is with the socket, or never will be. */
    @Override
    public void operationComplete(ChannelFuture written) {
        finish();
        ChannelHandlerContext ctx = written.channel().pipeline().context(this);
        if (ctx == null) {
            return;
        }
        if (!written.isSuccess()) {
            ctx.close();
        } else if (closing) {
            connection.end(ctx);
        } else {
            ByteBuf bytes = early;
            early = null;
            connection.serveOn(ctx, bytes);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        closing |= event == ConnectionEvent.DRAIN;
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        exchange.writabilityChanged();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        exchange.giveUp();
        finish();
        ctx.fireChannelInactive();
    }

    /** A half answer must not look whole: the connection is cut. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.log(System.Logger.Level.DEBUG, "connection lost", cause);
        } else {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "a stream of route " + exchange.route().name() + " failed",
                    cause);
            connection.telemetry().refused(Outcome.INTERNAL_ERROR);
        }
        exchange.giveUp();
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        finish();
        if (early != null) {
            early.release();
            early = null;
        }
    }

    private void finish() {
        if (stall != null) {
            stall.end();
        }
        if (running) {
            running = false;
            connection.telemetry().requestFinished(exchange.route().name(), status, System.nanoTime() - startNanos);
        }
    }
}
