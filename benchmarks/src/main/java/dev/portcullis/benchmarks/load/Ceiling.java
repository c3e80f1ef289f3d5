package dev.portcullis.benchmarks.load;

import dev.portcullis.http.HttpLimits;
import dev.portcullis.server.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelMatchers;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The most that could be had: Netty with the codec, the transport and the socket options of the product, and nothing else. It reads each body and answers with the same
 * constant.
 */
final class Ceiling {
    /** It only lets go of bodies. */
    static final String READING = "reading";

    /** It copies each body into an array as long as Content-Length says. */
    static final String COPYING = "copying";

    /** The answer begins with the body and never ends. */
    static final String STREAMING = "streaming";

    /** The same to a GET; the events in the body of a POST are written to all streams. Answers when that was, by {@link System#nanoTime}. */
    static final String BROADCASTING = "broadcasting";

    /** What it prints when it accepts. */
    static final String LISTENING = "listening";

    /** What a message has only of its own: they are written anew. */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection");

    private Ceiling() {}

    /** @param arguments port; file of the answer; {@link #READING}, {@link #COPYING}, {@link #STREAMING} or {@link #BROADCASTING} */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        var constant = Constant.read(Path.of(arguments[1]));
        String how = arguments[2];
        var loops = new EventLoops(EventLoops.Kind.best(), 0);
        var streams = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        var bound = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 4_096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(codec(HttpLimits.DEFAULT));
                        if (how.equals(COPYING)) {
                            channel.pipeline().addLast(new CopyingHandler());
                        }
                        channel.pipeline()
                                .addLast(
                                        switch (how) {
                                            case STREAMING -> new StreamingHandler(constant);
                                            case BROADCASTING -> new BroadcastingHandler(constant, streams);
                                            default -> new ConstantHandler(constant);
                                        });
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .syncUninterruptibly();
        System.out.println(LISTENING);
        bound.channel().closeFuture().syncUninterruptibly();
    }

    /** Set as the product's. */
    private static HttpServerCodec codec(HttpLimits limits) {
        return new HttpServerCodec(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytesMax())
                .setMaxHeaderSize(limits.headerBytesMax())
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false)
                .setValidateHeaders(true));
    }

    /** Writes an answer for {@link Constant#read}: its header lines, an empty line, its body. */
    static void write(Answer answer, Path file) {
        var bytes = new ByteArrayOutputStream();
        var head = new StringBuilder();
        answer.headers().stream()
                .filter(header -> !FRAMING.contains(header.getKey()))
                .forEach(header -> head.append(header.getKey())
                        .append(": ")
                        .append(header.getValue())
                        .append('\n'));
        bytes.writeBytes(head.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(answer.body());
        try {
            Files.write(file, bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is answered: shared by all connections. */
    private record Constant(HttpHeaders headers, ByteBuf body) {
        static Constant read(Path file) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            var headers = new DefaultHttpHeaders();
            int line = 0;
            while (bytes[line] != '\n') {
                int end = line;
                while (bytes[end] != '\n') {
                    end++;
                }
                String[] header = new String(bytes, line, end - line, StandardCharsets.UTF_8).split(": ", 2);
                headers.add(AsciiString.cached(header[0]), AsciiString.cached(header[1]));
                line = end + 1;
            }
            int begin = line + 1;
            var body = Unpooled.directBuffer(bytes.length - begin).writeBytes(bytes, begin, bytes.length - begin);
            headers.set(HttpHeaderNames.CONTENT_LENGTH, AsciiString.cached(Integer.toString(body.readableBytes())));
            return new Constant(headers, Unpooled.unreleasableBuffer(body).asReadOnly());
        }

        DefaultFullHttpResponse response() {
            return new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body.duplicate(), headers, EmptyHttpHeaders.INSTANCE);
        }
    }

    /** Begins an answer without an end. Event loop only. */
    private static final class StreamingHandler extends ChannelInboundHandlerAdapter {
        private final Constant constant;

        StreamingHandler(Constant constant) {
            this.constant = constant;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            if (message instanceof LastHttpContent) {
                beginStream(ctx, constant);
            }
        }
    }

    private static void beginStream(ChannelHandlerContext ctx, Constant constant) {
        var headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_EVENT_STREAM)
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        ctx.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, headers));
        ctx.writeAndFlush(new DefaultHttpContent(constant.body().duplicate()), ctx.voidPromise());
    }

    /** Begins streams, and writes to all of them. Event loop only. */
    private static final class BroadcastingHandler extends ChannelInboundHandlerAdapter {
        private static final byte[] END_OF_EVENT = {'\n', '\n'};

        private final Constant constant;
        private final ChannelGroup streams;
        private final ByteBuf events = Unpooled.buffer();
        private boolean isStream;

        BroadcastingHandler(Constant constant, ChannelGroup streams) {
            this.constant = constant;
            this.streams = streams;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                isStream = request.method().equals(HttpMethod.GET);
            }
            if (message instanceof HttpContent part) {
                events.writeBytes(part.content());
            }
            ReferenceCountUtil.release(message);
            if (message instanceof LastHttpContent) {
                if (isStream) {
                    beginStream(ctx, constant);
                    ctx.pipeline().remove(HttpServerCodec.class); // what is broadcast are bytes
                    streams.add(ctx.channel());
                } else {
                    broadcast(ctx);
                }
            }
        }

        private void broadcast(ChannelHandlerContext ctx) {
            long begun = System.nanoTime();
            while (events.isReadable()) {
                int end = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(END_OF_EVENT), events);
                int bytes = end + END_OF_EVENT.length - events.readerIndex();
                var chunk = Unpooled.directBuffer();
                chunk.writeCharSequence(Integer.toHexString(bytes) + "\r\n", StandardCharsets.US_ASCII);
                chunk.writeBytes(events, bytes).writeCharSequence("\r\n", StandardCharsets.US_ASCII);
                streams.writeAndFlush(chunk, ChannelMatchers.all(), true);
            }
            events.clear();
            var said = Unpooled.copiedBuffer(Long.toString(begun), StandardCharsets.US_ASCII);
            var headers = new DefaultHttpHeaders().set(HttpHeaderNames.CONTENT_LENGTH, said.readableBytes());
            ctx.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, said, headers, EmptyHttpHeaders.INSTANCE),
                    ctx.voidPromise());
        }
    }

    /** Answers when a body has been read. Event loop only. */
    private static final class ConstantHandler extends ChannelInboundHandlerAdapter {
        private final Constant constant;

        ConstantHandler(Constant constant) {
            this.constant = constant;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            if (message instanceof LastHttpContent) {
                ctx.write(constant.response(), ctx.voidPromise());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    /** Passes everything on. Event loop only. */
    private static final class CopyingHandler extends ChannelInboundHandlerAdapter {
        private byte[] body = {};
        private int bytes;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                body = new byte[request.headers().getInt(HttpHeaderNames.CONTENT_LENGTH, 0)];
                bytes = 0;
            }
            if (message instanceof HttpContent content) {
                int part = content.content().readableBytes();
                content.content().readBytes(body, bytes, part);
                bytes += part;
            }
            ctx.fireChannelRead(message);
        }
    }
}
