package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import dev.portcullis.http.StreamWriter;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a connection is while its answer is a stream, and afterwards, over real sockets. */
class StreamingTest {
    private static final String GET = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String ECHO = "GET /mcp?behind HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final BlockingQueue<Open> streams = new LinkedBlockingQueue<>();
    private final EchoEndpoint echo = new EchoEndpoint();

    private record Open(Channel channel, StreamWriter writer) {
        static Open of(Exchange exchange) {
            return new Open(exchange.channel(), exchange.startStream(Reply.empty(HttpResponseStatus.OK)));
        }

        void run(Runnable task) throws Exception {
            channel.eventLoop().submit(task).get(20, TimeUnit.SECONDS);
        }

        void write(String text) throws Exception {
            run(() -> writer.write(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
        }

        void end() throws Exception {
            run(writer::end);
        }

        List<String> handlers() throws Exception {
            return channel.eventLoop().submit(() -> channel.pipeline().names()).get(20, TimeUnit.SECONDS);
        }
    }

    private TestServer start(HttpLimits limits) {
        var route = EchoEndpoint.route(
                "stream", "/stream", Route.Access.OPEN, Route.Cors.NONE, 100_000, exchange -> new BodyReader() {
                    @Override
                    public void read(ByteBuf part) {}

                    @Override
                    public void end() {
                        streams.add(Open.of(exchange));
                    }
                });
        return new TestServer.Settings().limits(limits).start(route, echo.mcp(10));
    }

    private TestServer start() {
        return start(HttpLimits.DEFAULT);
    }

    private Open stream() throws InterruptedException {
        Open open = streams.poll(20, TimeUnit.SECONDS);
        assertThat(open).isNotNull();
        return open;
    }

    @Test
    void streamWhenOpenThenOneHandlerIsThereAndAllAreWhenItHasEnded() throws Exception {
        try (var server = start();
                var client = server.connect()) {
            for (int turn = 1; turn <= 3; turn++) {
                client.send(GET);
                Open open = stream();
                assertThat(client.readHead().status()).isEqualTo(200);
                assertThat(open.handlers()).hasSize(2).startsWith(HandlerNames.STREAM); // and Netty's own last one
                open.write("x".repeat(turn * 1_500)); // chunks that are copied, and chunks that are not
                assertThat(client.readChunk()).isEqualTo("x".repeat(turn * 1_500));
                open.end();
                assertThat(client.readChunk()).isEmpty();

                client.send(ECHO);
                assertThat(client.read().body()).isEqualTo("GET behind ");
                assertThat(open.handlers()).startsWith(HandlerNames.OF_REQUESTS.toArray(String[]::new));
                int requests = 2 * turn;
                Await.until("all are over", () -> server.telemetry.finished.size() == requests);
                assertThat(server.telemetry.finished).contains("stream 200", "mcp 200");
            }
        }
    }

    @Test
    void streamWhenItsRequestIsLargeThenItsBytesCountUntilItEnds() throws Exception { // T-112
        try (var server = start();
                var client = server.connect()) {
            client.send(
                    "POST /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n" + "x".repeat(50_000));
            Open open = stream();
            client.readHead();
            assertThat(open.handlers()).contains(HandlerNames.BODY);
            open.write("event");
            assertThat(client.readChunk()).isEqualTo("event");
            open.end();
            assertThat(client.readChunk()).isEmpty();
            assertThat(client.send(ECHO).read().body()).isEqualTo("GET behind ");
        }
    }

    @Test
    void streamWhenPeerSendsManyRequestsEarlyThenEachIsAnsweredAfterIt() throws Exception { // T-14
        try (var server = start();
                var client = server.connect()) {
            client.send(GET);
            Open open = stream();
            client.readHead();
            client.send(ECHO.repeat(100));
            open.write("event");
            assertThat(client.readChunk()).isEqualTo("event");
            assertThat(echo.opened).hasValue(0);
            open.end();
            assertThat(client.readChunk()).isEmpty();
            for (int i = 0; i < 100; i++) {
                assertThat(client.read().body()).isEqualTo("GET behind ");
            }
        }
    }

    @Test
    void streamWhenPeerSpeaksHttp10ThenItsEndIsTheConnections() throws Exception {
        try (var server = start();
                var client = server.connect()) {
            client.send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n");
            Open open = stream();
            var head = client.readHead();
            assertThat(head.headers()).doesNotContainKey("transfer-encoding").containsEntry("connection", "close");
            open.write("one");
            open.write("two");
            open.end();
            assertThat(client.readRest()).isEqualTo("onetwo");
        }
    }

    @Test
    void streamWhenServerDrainsThenItEndsWholeAndTheConnectionWithIt() throws Exception { // T-113
        try (var server = start();
                var client = server.connect()) {
            client.send(GET);
            Open open = stream();
            client.readHead();
            Thread draining = Thread.ofVirtual().start(() -> server.server.drain(Duration.ofSeconds(20)));
            Await.until("told", () -> draining.getState() != Thread.State.NEW);
            open.channel
                    .eventLoop()
                    .submit(() -> ServerPipeline.drain(open.channel))
                    .get(20, TimeUnit.SECONDS);
            open.write("last");
            open.end();
            assertThat(client.readChunk()).isEqualTo("last");
            assertThat(client.readChunk()).isEmpty();
            assertThat(client.readRest()).isEmpty();
            client.socket.shutdownOutput();
            Await.until("drained", () -> !draining.isAlive());
        }
    }

    @Test
    void streamWhenPeerLeavesThenListenersRunAndRequestIsOver() throws Exception {
        try (var server = start()) {
            var left = new LinkedBlockingQueue<String>();
            try (var client = server.connect()) {
                client.send(GET);
                Open open = stream();
                client.readHead();
                open.run(() -> open.writer.onClose(() -> left.add("left")));
            }
            assertThat(left.poll(20, TimeUnit.SECONDS)).isEqualTo("left");
            Await.until("over", () -> server.telemetry.finished.equals(List.of("stream 200")));
        }
    }

    @Test
    void streamWhenPeerDoesNotTakeItsEndThenConnectionIsClosed() throws Exception { // T-4, T-30
        var usual = HttpLimits.DEFAULT;
        var impatient = new HttpLimits(
                usual.requestLineBytesMax(),
                usual.headerBytesMax(),
                usual.headerFieldsMax(),
                usual.headerMillis(),
                usual.keepAliveMillis(),
                usual.bodyMillis(),
                usual.requestMillis(),
                100,
                usual.writeProgressBytesMin(),
                usual.discardedBytesMax(),
                usual.bodiesBytesMax(),
                usual.lingerMillis());
        try (var server = start(impatient);
                var client = server.connect()) {
            client.send(GET);
            Open open = stream();
            client.readHead();
            open.write("x".repeat(16 * 1024 * 1024)); // more than sockets hold
            open.end();
            Await.until("cut", () -> !open.channel.isActive());
            assertThat(server.telemetry.refused).containsExactly(Outcome.WRITE_STALLED);
        }
    }
}
