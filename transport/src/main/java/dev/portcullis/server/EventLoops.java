package dev.portcullis.server;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that do all input and output, by the best means of this machine: io_uring, epoll, else NIO. Whoever blocks one is seen in the metrics, which watch
 * {@link #group} from outside (T-110). Any thread.
 */
public final class EventLoops implements AutoCloseable {
    private static final long CLOSE_MILLIS = 5_000;

    private final Kind kind;
    private final EventLoopGroup group;

    /** How sockets are waited for. */
    public enum Kind {
        IO_URING,
        EPOLL,
        NIO;

        /** @return the best of this machine */
        public static Kind best() {
            return IoUring.isAvailable() ? IO_URING : Epoll.isAvailable() ? EPOLL : NIO;
        }

        private IoHandlerFactory factory() {
            return switch (this) {
                case IO_URING -> IoUringIoHandler.newFactory();
                case EPOLL -> EpollIoHandler.newFactory();
                case NIO -> NioIoHandler.newFactory();
            };
        }
    }

    /** @param threads number of event loops; 0 for one per processor */
    public EventLoops(Kind kind, int threads) {
        this.kind = kind;
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        this.group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("io"), kind.factory());
    }

    public Kind kind() {
        return kind;
    }

    /** @return the threads; also timers for short tasks */
    public EventLoopGroup group() {
        return group;
    }

    /** @return what listens */
    public Class<? extends ServerChannel> serverChannel() {
        return switch (kind) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    /** @return bytes that the kernel takes beyond what it may send at once; null where that cannot be set, and it takes megabytes */
    @Nullable
    ChannelOption<Long> unsentBytes() {
        return switch (kind) {
            case IO_URING -> IoUringChannelOption.TCP_NOTSENT_LOWAT;
            case EPOLL -> EpollChannelOption.TCP_NOTSENT_LOWAT;
            case NIO -> null;
        };
    }

    /** Stops the threads; waits for at most five seconds. Servers are stopped before. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MILLIS);
    }
}
