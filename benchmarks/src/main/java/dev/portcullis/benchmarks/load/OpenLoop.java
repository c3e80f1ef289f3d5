package dev.portcullis.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Open loop: requests are due at a fixed rate, whether the server keeps up or not, and latency counts from when a request was due. A server that halts for a second
 * delays all that were due in it, and all of them are seen (what is called coordinated omission leaves them out).
 *
 * <pre>
 *   due ──a connection is free──► sent ──answered──► recorded
 *    └──none is──► waits its turn ──┘
 * </pre>
 *
 * <p>One event loop, which never sleeps: a timer would be late by more than an answer takes. So it wants a core of its own. It reads of an answer no more than it must:
 * status, Content-Length, and that many bytes.
 */
final class OpenLoop {
    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int DIGITS = 3;
    private static final long LATE_SECONDS_MAX = 20;

    private final List<ByteBuf> requests;
    private final ArrayDeque<Connection> free = new ArrayDeque<>();
    private final Histogram[] slices;
    private final CompletableFuture<Result> ended = new CompletableFuture<>();
    private final EventLoop loop;
    private final long intervalNanos1000;
    private final long dueTotal;
    private final long warmTotal;
    private long begin;
    private long sent;
    private long answered;

    /**
     * What is to be sent.
     *
     * @param warmSeconds at the same rate before, that do not count
     * @param slices of equal length, which are told apart
     */
    record Plan(int connections, double perSecond, int warmSeconds, int seconds, int slices) {
        Plan(int connections, double perSecond, int warmSeconds, int seconds) {
            this(connections, perSecond, warmSeconds, seconds, 1);
        }
    }

    /**
     * What came of it.
     *
     * @param slices nanoseconds from when a request was due to the end of its answer, in the slice in which it was due
     * @param perSecond that were answered
     */
    record Result(List<Histogram> slices, double perSecond) {
        /** @return of all slices */
        Histogram latencies() {
            var all = new Histogram(HIGHEST_NANOS, DIGITS);
            slices.forEach(all::add);
            return all;
        }

        double millisAt(double percentile) {
            return latencies().getValueAtPercentile(percentile) / 1e6;
        }

        /** @return of each slice */
        List<Double> eachMillisAt(double percentile) {
            return slices.stream()
                    .map(slice -> slice.getValueAtPercentile(percentile) / 1e6)
                    .toList();
        }
    }

    private OpenLoop(URI server, List<Request> requests, Plan plan, EventLoop loop) {
        this.loop = loop;
        this.requests =
                requests.stream().map(request -> encode(server, request)).toList();
        this.intervalNanos1000 = Math.round(1e12 / plan.perSecond());
        this.warmTotal = Math.round(plan.perSecond() * plan.warmSeconds());
        this.dueTotal = warmTotal + Math.round(plan.perSecond() * plan.seconds());
        this.slices = new Histogram[plan.slices()];
        Arrays.setAll(slices, _ -> new Histogram(HIGHEST_NANOS, DIGITS));
    }

    /**
     * Sends these requests in turn. Blocks until all are answered.
     *
     * @throws LoadException an answer was no success, a connection ended, or the last answers were late by more than {@value #LATE_SECONDS_MAX} s
     */
    static Result run(URI server, List<Request> requests, Plan plan) throws InterruptedException {
        boolean isEpoll = Epoll.isAvailable();
        var group =
                new MultiThreadIoEventLoopGroup(1, isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        var run = new OpenLoop(server, requests, plan, group.next());
        try {
            var bootstrap = new Bootstrap()
                    .group(run.loop)
                    .channel(isEpoll ? EpollSocketChannel.class : NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true);
            for (int i = 0; i < plan.connections(); i++) {
                var connection = run.new Connection();
                bootstrap
                        .handler(connection)
                        .connect(server.getHost(), server.getPort())
                        .sync();
                run.free.add(connection); // before the loop begins to use it
            }
            run.loop.execute(run::begin);
            return run.ended.get(plan.warmSeconds() + plan.seconds() + LATE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new LoadException("open loop: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new LoadException(
                    "answers are late by more than " + LATE_SECONDS_MAX + " s at " + Report.number(plan.perSecond())
                            + " requests/s",
                    e);
        } finally {
            run.ended.cancel(false);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            run.requests.forEach(request -> request.unwrap().release());
        }
    }

    private static ByteBuf encode(URI server, Request request) {
        var head = new StringBuilder();
        head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
        head.append("host: ").append(server.getAuthority()).append("\r\n");
        request.headers()
                .forEach(header -> head.append(header.getKey())
                        .append(": ")
                        .append(header.getValue())
                        .append("\r\n"));
        head.append("content-length: ").append(request.body().length).append("\r\n\r\n");
        var bytes = Unpooled.directBuffer()
                .writeBytes(head.toString().getBytes(StandardCharsets.UTF_8))
                .writeBytes(request.body());
        return Unpooled.unreleasableBuffer(bytes).asReadOnly();
    }

    private void begin() {
        begin = System.nanoTime();
        sendDue();
    }

    /** Goes round with the loop, which looks at its sockets between; as a task that is to run at once, it would be run again before. */
    private void sendDue() {
        long now = System.nanoTime();
        while (sent < dueTotal && dueAt(sent) <= now) {
            var connection = free.poll();
            if (connection == null) {
                break; // the next answer goes on
            }
            connection.send(dueAt(sent), requests.get((int) (sent % requests.size())), sliceOf(sent));
            sent++;
        }
        if (!ended.isDone()) {
            loop.schedule(this::sendDue, 1, TimeUnit.NANOSECONDS);
        }
    }

    private long dueAt(long number) {
        return begin + number * intervalNanos1000 / 1_000;
    }

    /** @return null while warming up */
    private @Nullable Histogram sliceOf(long number) {
        return number < warmTotal
                ? null
                : slices[(int) ((number - warmTotal) * slices.length / (dueTotal - warmTotal))];
    }

    private void answered(Connection connection) {
        free.add(connection);
        if (++answered == dueTotal) {
            double seconds = (System.nanoTime() - dueAt(warmTotal)) / 1e9;
            ended.complete(new Result(List.of(slices), (dueTotal - warmTotal) / seconds));
        }
    }

    private void fail(String message) {
        ended.completeExceptionally(new LoadException(message));
    }

    /** One request at a time. Event loop only, once it is connected. */
    private final class Connection extends ChannelInboundHandlerAdapter {
        private static final int HEAD_BYTES_MAX = 16 * 1024;
        private static final int STATUS_AT = "HTTP/1.1 ".length();
        private static final String LENGTH = "content-length:";

        private final byte[] head = new byte[HEAD_BYTES_MAX];
        private @Nullable ChannelHandlerContext context;
        private int headBytes;
        private long bodyLeft = -1;
        private long due;
        private @Nullable Histogram slice;

        /** @param of where its latency counts; null for nowhere */
        void send(long dueNanos, ByteBuf request, @Nullable Histogram of) {
            due = dueNanos;
            slice = of;
            Objects.requireNonNull(context).writeAndFlush(request.duplicate(), context.voidPromise());
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            context = ctx;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var bytes = (ByteBuf) message;
            try {
                while (bytes.isReadable()) {
                    readHead(bytes);
                    if (bodyLeft >= 0) {
                        int part = (int) Math.min(bodyLeft, bytes.readableBytes());
                        bytes.skipBytes(part);
                        bodyLeft -= part;
                        end();
                    }
                }
            } finally {
                bytes.release();
            }
        }

        /** Up to the empty line: what was copied of the body is given back. */
        private void readHead(ByteBuf bytes) {
            if (bodyLeft >= 0) {
                return;
            }
            int before = headBytes;
            int copied = Math.min(bytes.readableBytes(), head.length - headBytes);
            bytes.readBytes(head, headBytes, copied);
            headBytes += copied;
            for (int end = Math.max(before, 3); end < headBytes; end++) {
                if (head[end] == '\n' && head[end - 1] == '\r' && head[end - 2] == '\n') {
                    bytes.readerIndex(bytes.readerIndex() - (headBytes - end - 1));
                    bodyLeft = lengthIn(new String(head, 0, end, StandardCharsets.ISO_8859_1));
                    headBytes = 0;
                    return;
                }
            }
            if (headBytes == head.length) {
                fail("an answer's head has more than " + HEAD_BYTES_MAX + " bytes");
            }
        }

        private long lengthIn(String text) {
            if (text.charAt(STATUS_AT) != '2') {
                fail("an answer is no success: " + text);
                return 0;
            }
            int from = text.toLowerCase(Locale.ROOT).indexOf(LENGTH);
            if (from < 0) {
                fail("an answer without Content-Length: " + text);
                return 0;
            }
            return Long.parseLong(text.substring(from + LENGTH.length(), text.indexOf('\r', from))
                    .strip());
        }

        private void end() {
            if (bodyLeft == 0) {
                bodyLeft = -1;
                if (slice != null) {
                    slice.recordValue(Math.min(System.nanoTime() - due, HIGHEST_NANOS));
                }
                answered(this);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail("a connection has ended");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail("a connection failed: " + cause);
        }
    }
}
