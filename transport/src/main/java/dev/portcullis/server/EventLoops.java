package dev.portcullis.server;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that do all input and output, by the best means of this machine: io_uring, epoll, else NIO. Measures on each of them how late a task runs that
 * should run now: what blocks an event loop shows there (T-110). Any thread.
 */
public final class EventLoops implements AutoCloseable {
    private static final long PROBE_MILLIS = 100;
    private static final long CLOSE_MILLIS = 5_000;

    private final Kind kind;
    private final EventLoopGroup group;
    private final AtomicLong worstDelayNanos = new AtomicLong();

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
        for (EventExecutor loop : group) {
            new DelayProbe(loop).schedule();
        }
    }

    public Kind kind() {
        return kind;
    }

    /** @return the longest delay since the last call, in nanoseconds */
    public long takeWorstDelayNanos() {
        return worstDelayNanos.getAndSet(0);
    }

    /** @return the threads; also timers for short tasks */
    public EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return switch (kind) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    /** Stops the threads; waits for at most five seconds. Servers are stopped before. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MILLIS);
    }

    /** A task of one event loop that looks how late it is. */
    private final class DelayProbe implements Runnable {
        private final EventExecutor loop;
        private long dueNanos;

        DelayProbe(EventExecutor loop) {
            this.loop = loop;
        }

        void schedule() {
            dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS);
            loop.schedule(this, PROBE_MILLIS, TimeUnit.MILLISECONDS);
        }

        @Override
        public void run() {
            worstDelayNanos.accumulateAndGet(System.nanoTime() - dueNanos, Math::max);
            if (!loop.isShuttingDown()) {
                schedule();
            }
        }
    }
}
