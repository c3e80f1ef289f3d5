package dev.portcullis.pipeline;

import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.LazyTimer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection from our side first and goes on reading for a moment, as the first handler: a socket closed with unread bytes resets the connection, and a
 * reset can take our last answer away from the peer (RFC 9112 §9.6). What is read is thrown away, and bounded. Event loop only.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {
    private final HttpLimits limits;
    private @Nullable LazyTimer timer;
    private long bytes;

    private LingeringClose(HttpLimits limits) {
        this.limits = limits;
    }

    /** Call once the last answer has been handed to the socket. */
    static void begin(ChannelHandlerContext ctx, HttpLimits limits) {
        Channel channel = ctx.channel();
        if (!channel.isActive() || !(channel instanceof DuplexChannel duplex)) {
            ctx.close();
        } else if (ctx.pipeline().get(HandlerNames.LINGER) == null) {
            ctx.pipeline().addFirst(HandlerNames.LINGER, new LingeringClose(limits));
            duplex.shutdownOutput();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = new LazyTimer(ctx.executor(), ctx::close);
        timer.start(limits.lingerMillis());
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        bytes += message instanceof ByteBuf part ? part.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (bytes > limits.discardedBytesMax()) {
            ctx.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        handlerRemoved(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.end();
        }
    }
}
