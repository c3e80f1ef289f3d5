package dev.portcullis.benchmarks.jmh;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One {@code tools/call} of {@code add} from a connection's bytes to its bytes, with sign-in on: the whole pipeline without the socket. Beside the same pipeline with an
 * endpoint that reads the body and answers a constant, and beside Netty's codec with such a handler alone. All answer the same bytes of JSON, in a channel without a socket.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        jvmArgsPrepend = {
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=dev.portcullis.benchmarks.jmh.EventLoopThreads",
        })
public class RequestBenchmark {
    private static final String STATELESS = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3},\
            "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
            "io.modelcontextprotocol/clientCapabilities":{},\
            "io.modelcontextprotocol/clientInfo":{"name":"benchmark","version":"1.0"}}}}""";
    private static final String IN_SESSION = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3}}}""";

    /** A stateless revision, and one with sessions. */
    @Param({"2026-07-28", "2025-11-25"})
    public String revision = "";

    private final SignedInServer server = new SignedInServer(Telemetry.NONE);
    private EmbeddedChannel whole = new EmbeddedChannel();
    private EmbeddedChannel constant = new EmbeddedChannel();
    private EmbeddedChannel bare = new EmbeddedChannel();
    private byte[] request = {};

    /** Opens the connections, and a session if the revision has them; makes sure that all three answer the same. */
    @Setup
    public void prepare() {
        request = request();
        whole = connection(channel -> channel.pipeline().addLast(server.pipeline(server.endpoint())));
        String answer = text(whole);
        if (!answer.startsWith("HTTP/1.1 200 OK\r\n") || !answer.contains("\"text\":\"5\"")) {
            throw new IllegalStateException("add answered " + answer);
        }
        byte[] body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8);
        constant = connection(channel -> channel.pipeline().addLast(server.pipeline(new Constant(body))));
        bare = connection(channel -> {
            channel.config().setAutoRead(true);
            channel.pipeline().addLast(new HttpServerCodec(), new Bare(body));
        });
        for (var other : new EmbeddedChannel[] {constant, bare}) {
            String same = text(other);
            if (!same.startsWith("HTTP/1.1 200 OK\r\n") || !same.endsWith(new String(body, StandardCharsets.UTF_8))) {
                throw new IllegalStateException("answered " + same);
            }
        }
    }

    private byte[] request() {
        var version = ProtocolVersion.of(revision);
        if (version == null) {
            throw new IllegalArgumentException("no revision " + revision);
        }
        String body = version.hasSessions() ? IN_SESSION : STATELESS;
        String more = "mcp-protocol-version: " + revision + "\n"
                + (version.hasSessions()
                        ? "mcp-session-id: " + server.openSession(version) + "\n"
                        : "mcp-method: tools/call\nmcp-name: add\n");
        // As a client on Node sends it.
        String head = """
                POST /mcp HTTP/1.1
                host: %s
                connection: keep-alive
                authorization: %s
                content-type: application/json
                accept: application/json, text/event-stream
                %saccept-language: *
                sec-fetch-mode: cors
                user-agent: node
                accept-encoding: br, gzip, deflate
                content-length: %d

                """.formatted(SignedInServer.AUTHORITY, server.credentials(), more, body.length());
        return (head.replace("\n", "\r\n") + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static EmbeddedChannel connection(Consumer<Channel> handlers) {
        return new EmbeddedChannel(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.config().setAutoRead(false);
                handlers.accept(channel);
            }
        });
    }

    /** Ends the connections and the server. */
    @TearDown
    public void close() {
        whole.finishAndReleaseAll();
        constant.finishAndReleaseAll();
        bare.finishAndReleaseAll();
        server.close();
    }

    /** The server. */
    @Benchmark
    public int wholeRequest() {
        return exchange(whole);
    }

    /** The baseline: the server's pipeline, all its gates and limits, and an endpoint that does nothing. */
    @Benchmark
    public int constantEndpoint() {
        return exchange(constant);
    }

    /** What Netty itself takes. */
    @Benchmark
    public int bareNetty() {
        return exchange(bare);
    }

    /** As one read of a socket brings it; what is written is released, as a socket does. */
    private int exchange(EmbeddedChannel connection) {
        send(connection);
        int bytes = 0;
        for (ByteBuf part = connection.readOutbound(); part != null; part = connection.readOutbound()) {
            bytes += part.readableBytes();
            part.release();
        }
        if (bytes == 0) {
            throw new IllegalStateException("no answer");
        }
        return bytes;
    }

    private void send(EmbeddedChannel connection) {
        ByteBuf read = connection.alloc().ioBuffer(2048);
        read.writeBytes(request);
        connection.writeInbound(read);
    }

    private String text(EmbeddedChannel connection) {
        send(connection);
        var text = new StringBuilder();
        for (ByteBuf part = connection.readOutbound(); part != null; part = connection.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return text.toString();
    }

    /** Reads the body and answers the same again and again. */
    private record Constant(byte[] body) implements Endpoint {
        @Override
        public BodyReader open(Exchange exchange) {
            return new BodyReader() {
                @Override
                public void read(ByteBuf part) {}

                @Override
                public void end() {
                    exchange.reply(Reply.json(HttpResponseStatus.OK, Unpooled.wrappedBuffer(body)));
                }
            };
        }
    }

    /** The same without any of ours. */
    private static final class Bare extends SimpleChannelInboundHandler<HttpObject> {
        private final byte[] body;

        Bare(byte[] body) {
            this.body = body;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (message instanceof LastHttpContent) {
                var answer = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
                answer.headers()
                        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
                var unused = ctx.writeAndFlush(answer, ctx.voidPromise());
            }
        }
    }
}
