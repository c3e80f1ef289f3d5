package dev.portcullis.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Event streams that this process holds open on a server, a connection each. The streams belong to one event loop; methods are for the main thread, and block. */
final class HeldStreams implements AutoCloseable {
    private static final int AT_A_TIME = 64;
    private static final long PATIENCE_SECONDS = 30;
    private static final int HEAD_CHARS_MAX = 8_192;

    private final URI server;
    private final String sign;
    private final Supplier<Ear> ears;
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Semaphore places = new Semaphore(AT_A_TIME);
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closing;

    /** What is told all that a stream brings after its beginning. */
    @FunctionalInterface
    interface Ear {
        /** @param bytes are not to be kept */
        void hear(ByteBuf bytes);
    }

    /** @param sign what is in the first bytes of a stream that has begun */
    HeldStreams(URI server, String sign) {
        this(server, sign, () -> _ -> {});
    }

    /**
     * @param sign what is in the first bytes of a stream that has begun, and at the end of what is sent for a beginning
     * @param ears one for each stream; they are told on the one event loop
     */
    HeldStreams(URI server, String sign, Supplier<Ear> ears) {
        this.server = server;
        this.sign = sign;
        this.ears = ears;
    }

    /** Opens one more for each of these. @throws LoadException one was refused, or has ended */
    void open(List<Request> requests) throws InterruptedException {
        open(requests, sign);
    }

    /** The same with streams that begin with another sign. */
    void open(List<Request> requests, String sign) throws InterruptedException {
        var bootstrap =
                new Bootstrap().group(group).channel(NioSocketChannel.class).option(ChannelOption.TCP_NODELAY, true);
        for (var request : requests) {
            take(1);
            channels.add(bootstrap
                    .handler(new Stream(encode(request), sign))
                    .connect(server.getHost(), server.getPort())
                    .sync()
                    .channel());
        }
        take(AT_A_TIME); // all have begun
        places.release(AT_A_TIME);
        requireAll();
    }

    /**
     * Leaves what comes unread, or reads on. Whoever measures beside would be disturbed by reading comments of thousands of streams; a server does not notice, for as long as
     * they fit in the socket's buffer. That a stream has ended is noticed when it is read again.
     */
    void read(boolean isReading) throws InterruptedException {
        channels.forEach(channel -> channel.config().setAutoRead(isReading));
        for (int turn = 0; turn < 2; turn++) { // of the loop: what is there already has been read then
            group.next().submit(() -> {}).sync();
        }
    }

    private void take(int permits) throws InterruptedException {
        if (!places.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new LoadException("streams do not begin: " + failures);
        }
    }

    /** @throws LoadException a stream was refused, or has ended */
    void requireAll() {
        if (!failures.isEmpty()) {
            throw new LoadException(failures.size() + " streams failed, the first: " + failures.peek());
        }
    }

    int size() {
        return open.get();
    }

    private ByteBuf encode(Request request) {
        var head = new StringBuilder(request.method() + ' ' + request.path() + " HTTP/1.1\r\n");
        head.append("host: ").append(server.getAuthority()).append("\r\n");
        request.headers().forEach(header -> head.append(header.getKey() + ": " + header.getValue() + "\r\n"));
        if (request.body().length > 0) {
            head.append("content-length: ").append(request.body().length).append("\r\n");
        }
        head.append("\r\n");
        return Unpooled.copiedBuffer(head.toString().getBytes(StandardCharsets.UTF_8), request.body());
    }

    /** Ends all. Blocks until their sockets are closed. */
    @Override
    public void close() {
        closing = true;
        channels.forEach(Channel::close);
        channels.forEach(channel -> channel.closeFuture().syncUninterruptibly());
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Stream extends ChannelInboundHandlerAdapter {
        private final ByteBuf request;
        private final String sign;
        private final StringBuilder beginning = new StringBuilder();
        private final Ear ear = ears.get();
        private boolean hasBegun;

        Stream(ByteBuf request, String sign) {
            this.request = request;
            this.sign = sign;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(request, ctx.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var bytes = (ByteBuf) message;
            if (hasBegun) {
                ear.hear(bytes);
            } else if (beginning.length() < HEAD_CHARS_MAX) {
                beginning.append(bytes.toString(StandardCharsets.ISO_8859_1));
                if (beginning.indexOf(sign) >= 0) {
                    begin();
                }
            }
            bytes.release();
        }

        private void begin() {
            hasBegun = true;
            if (!beginning.toString().startsWith("HTTP/1.1 200")) {
                failures.add(beginning.toString());
            }
            beginning.setLength(0);
            beginning.trimToSize();
            open.incrementAndGet();
            places.release();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (hasBegun) {
                open.decrementAndGet();
            } else {
                places.release();
            }
            if (!closing) {
                failures.add(hasBegun ? "a stream has ended" : "refused: " + beginning);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failures.add(cause.toString());
            ctx.close();
        }
    }
}
