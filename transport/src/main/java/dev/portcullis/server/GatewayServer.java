package dev.portcullis.server;

import dev.portcullis.pipeline.ServerPipeline;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One listening socket and its connections. Methods are called by one thread, in this order:
 *
 * <pre>
 *   new ──bind──► connections wait ──serve──► accepting ──drain──► no new ones, answers in progress end ──stop──► closed
 *                        └────────stop────────────┴────────────────────────stop────────────────────────────────► closed
 * </pre>
 *
 * <p>Binding comes first since what is served may have to know the port: of port 0, or of an address in its answers.
 */
public final class GatewayServer {
    private static final int BACKLOG = 4_096;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    /**
     * Of a large answer, beyond what the peer has room for: else the kernel copies megabytes at once for one that reads nothing, and everybody waits meanwhile. More only
     * helps who is further away than it can be filled up again in time.
     */
    private static final long UNSENT_BYTES_MAX = 256 * 1024;

    /** As of Netty's own. */
    private static final int READ_BYTES_MIN = 64;

    private static final int READ_BYTES_FIRST = 2 * 1024;

    /** Of a body that comes fast: each read costs a walk through the pipeline. */
    private static final int READ_BYTES_MAX = 256 * 1024;

    /** Of sizes for reads; without this each connection has one of its own, all alike. */
    private static final RecvByteBufAllocator READ_SIZES =
            new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES_FIRST, READ_BYTES_MAX);

    private final EventLoops loops;
    private final ChannelGroup connections = new DefaultChannelGroup("connections", GlobalEventExecutor.INSTANCE);
    private @Nullable Channel listener;
    private volatile @Nullable ServerPipeline pipeline;

    public GatewayServer(EventLoops loops) {
        this.loops = loops;
    }

    /**
     * Takes the address; connections wait until {@link #serve}.
     *
     * @param address port 0 for any free port
     * @return what it is bound to
     * @throws IOException the address is taken, or not ours
     */
    public InetSocketAddress bind(InetSocketAddress address) throws IOException {
        var bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, READ_SIZES)
                .childHandler(new Accepted());
        var unsentBytes = loops.unsentBytes();
        if (unsentBytes != null) {
            bootstrap.childOption(unsentBytes, UNSENT_BYTES_MAX);
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + address, bound.cause());
        }
        listener = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /**
     * Begins to accept.
     *
     * @throws IllegalStateException nothing is bound
     */
    public void serve(ServerPipeline served) {
        if (listener == null) {
            throw new IllegalStateException("not bound");
        }
        pipeline = served;
        listener.config().setAutoRead(true);
    }

    /** @return connections that are open now */
    public int connections() {
        return connections.size();
    }

    /**
     * Accepts no more connections; closes those that wait for a request; lets answers in progress end, each with {@code connection: close} (T-113). Streams that
     * are to end with a last word must be ended by their owners meanwhile. Blocks.
     *
     * @return whether all connections ended in time
     */
    public boolean drain(Duration atMost) {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        connections.forEach(ServerPipeline::drain);
        return connections.newCloseFuture().awaitUninterruptibly(atMost.toMillis());
    }

    /** Closes what is open. Blocks until it is. */
    public void stop() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        connections.close().awaitUninterruptibly();
    }

    /** Remembers a new connection and gives it its pipeline. */
    @Sharable
    private final class Accepted extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            connections.add(ctx.channel());
            ctx.pipeline().addLast((ChannelHandler) Objects.requireNonNull(pipeline));
            ctx.pipeline().remove(this);
        }
    }
}
