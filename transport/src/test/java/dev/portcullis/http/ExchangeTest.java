package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One exchange over a real socket: answers from any thread, peers that leave, endpoints that fail. */
class ExchangeTest {
    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final AtomicInteger disconnected = new AtomicInteger();

    /** Hands the exchange to the test once the body is there. */
    private Route route() {
        return route(exchange -> new BodyReader() {
            @Override
            public void read(ByteBuf part) {}

            @Override
            public void end() {
                exchange.onDisconnect(disconnected::incrementAndGet);
                exchanges.add(exchange);
            }
        });
    }

    private static Route route(Endpoint endpoint) {
        return EchoEndpoint.route("test", "/test", Route.Access.BEARER, Route.Cors.ALLOWED, 1_000_000, endpoint);
    }

    private Exchange exchange() throws InterruptedException {
        Exchange exchange = exchanges.poll(20, TimeUnit.SECONDS);
        assertThat(exchange).isNotNull();
        return exchange;
    }

    private static final String GET = "GET /test HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static ByteBuf buffer(String text) {
        return ByteBufAllocator.DEFAULT.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void replyWhenManyThreadsAnswerThenOneDoesAndTheOthersBuffersAreReleased() throws Exception {
        try (var server = TestServer.with(route());
                var client = server.connect()) {
            client.send(GET);
            Exchange exchange = exchange();
            var start = new CountDownLatch(1);
            var bodies = new java.util.concurrent.ConcurrentLinkedQueue<ByteBuf>();
            for (int i = 0; i < 8; i++) {
                Thread.ofVirtual().start(() -> {
                    ByteBuf body = buffer("answer");
                    bodies.add(body);
                    await(start);
                    exchange.reply(new Reply(HttpResponseStatus.OK, List.of(), body));
                });
            }
            Await.until("all threads are there", () -> bodies.size() == 8);
            start.countDown();

            assertThat(client.read().body()).isEqualTo("answer");
            Await.until("all buffers are released", () -> bodies.stream().allMatch(body -> body.refCnt() == 0));
            assertThat(exchange.isAnswered()).isTrue();
            assertThat(disconnected).hasValue(0);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void replyWhenPeerHasGoneThenDroppedAndListenerWasTold() throws Exception { // H-63
        try (var server = TestServer.with(route())) {
            try (var client = server.connect()) {
                client.send(GET);
                exchanges.add(exchange());
            }
            Await.until("the endpoint is told", () -> disconnected.get() == 1);
            Exchange exchange = exchange();
            ByteBuf body = buffer("too late");

            exchange.reply(new Reply(HttpResponseStatus.OK, List.of(), body));

            assertThat(exchange.isAnswered()).isTrue();
            assertThat(body.refCnt()).isZero();
            Await.until("counted", () -> server.telemetry.finished.contains("test 0"));
        }
    }

    @Test
    void onDisconnectWhenPeerHasGoneAlreadyThenRunsAtOnce() throws Exception {
        try (var server = TestServer.with(route())) {
            try (var client = server.connect()) {
                client.send(GET);
                exchanges.add(exchange());
            }
            Await.until("the endpoint is told", () -> disconnected.get() == 1);

            exchange().onDisconnect(disconnected::incrementAndGet);

            Await.until("the late listener runs", () -> disconnected.get() == 2);
        }
    }

    @Test
    void bodyWhenPeerLeavesInItsMiddleThenEndpointIsTold() { // T-37
        var echo = new EchoEndpoint();
        try (var server = TestServer.with(echo.mcp(1_000_000))) {
            try (var client = server.connect()) {
                client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n"
                        + "x".repeat(100_000));
                Await.until("half is read", () -> echo.bytes.get() == 100_000);
            }
            Await.until("the endpoint is told", () -> echo.disconnected.get() == 1);
        }
    }

    @Test
    void streamWhenWrittenAndEndedThenConnectionServesTheNext() throws Exception {
        try (var server = TestServer.with(route());
                var client = server.connect()) {
            client.send(GET);
            Exchange exchange = exchange();
            StreamWriter writer =
                    exchange.startStream(Reply.empty(HttpResponseStatus.OK).with("x-mine", "yes"));
            assertThat(exchange.startStream(Reply.empty(HttpResponseStatus.OK)).isOpen())
                    .isFalse();
            exchange.channel().eventLoop().execute(() -> {
                writer.write(buffer("one"));
                writer.write(buffer("two"));
                writer.end();
                writer.write(buffer("after the end"));
            });

            RawClient.Answer head = client.readHead();
            assertThat(head.header("x-mine")).isEqualTo("yes");
            assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(client.readChunk()).isEqualTo("one");
            assertThat(client.readChunk()).isEqualTo("two");
            assertThat(client.readChunk()).isEmpty();
            client.send(GET);
            exchange().reply(Reply.empty(HttpResponseStatus.NO_CONTENT));
            assertThat(client.read().status()).isEqualTo(204);
            assertThat(disconnected).hasValue(0);
        }
    }

    @Test
    void streamWhenAbortedThenConnectionEndsWithoutAnEndOfBody() throws Exception {
        var closed = new AtomicInteger();
        try (var server = TestServer.with(route());
                var client = server.connect()) {
            client.send(GET);
            Exchange exchange = exchange();
            exchange.channel().eventLoop().execute(() -> {
                StreamWriter writer = exchange.startStream(Reply.empty(HttpResponseStatus.OK));
                writer.onClose(closed::incrementAndGet);
                writer.write(buffer("half"));
                writer.abort();
            });

            client.readHead();
            assertThat(client.readRest()).doesNotContain("\r\n0\r\n");
            Await.until("closed", () -> closed.get() == 1 && disconnected.get() == 1);
        }
    }

    @Test
    void streamWhenHttp10ThenEndsWithTheConnection() throws Exception { // RFC 9112 §6.3
        try (var server = TestServer.with(route());
                var client = server.connect()) {
            client.send("GET /test HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
            Exchange exchange = exchange();
            exchange.channel().eventLoop().execute(() -> {
                StreamWriter writer = exchange.startStream(Reply.empty(HttpResponseStatus.OK));
                writer.write(buffer("all"));
                writer.end();
            });

            RawClient.Answer head = client.readHead();
            assertThat(head.headers()).doesNotContainKey("transfer-encoding").containsEntry("connection", "close");
            assertThat(client.readRest()).isEqualTo("all");
        }
    }

    @Test
    void streamWhenHeadThenHeadAloneAndConnectionServesTheNext() throws Exception {
        try (var server = TestServer.with(route());
                var client = server.connect()) {
            client.send("HEAD /test HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(exchange().startStream(Reply.empty(HttpResponseStatus.OK)))
                    .isNotNull();
            assertThat(client.readHead().status()).isEqualTo(200);
            client.send(GET);
            exchange().reply(new Reply(HttpResponseStatus.OK, List.of(), buffer("next")));
            assertThat(client.read().body()).isEqualTo("next");
        }
    }

    @Test
    void endpointWhenItThrowsThen500WithoutDetailAndOthersLive() { // T-115
        List<Endpoint> broken = List.of(
                exchange -> {
                    throw new IllegalStateException("secret detail");
                },
                exchange -> new BodyReader() {
                    @Override
                    public void read(ByteBuf part) {
                        throw new IllegalStateException("secret detail");
                    }

                    @Override
                    public void end() {}
                },
                exchange -> new BodyReader() {
                    @Override
                    public void read(ByteBuf part) {}

                    @Override
                    public void end() {
                        throw new IllegalStateException("secret detail");
                    }
                });
        for (Endpoint endpoint : broken) {
            try (var server = TestServer.with(route(endpoint));
                    var client = server.connect()) {
                client.send("POST /test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");

                RawClient.Answer answer = client.read();

                assertThat(answer.status()).isEqualTo(500);
                assertThat(answer.body())
                        .startsWith("{\"jsonrpc\"")
                        .contains("request ")
                        .doesNotContain("secret");
                assertThat(server.telemetry.refused).containsExactly(Outcome.INTERNAL_ERROR);
            }
        }
    }

    @Test
    void endpointWhenItThrowsAfterItsAnswerBeganThenConnectionIsCut() {
        Endpoint broken = exchange -> {
            exchange.startStream(Reply.empty(HttpResponseStatus.OK))
                    .write(Unpooled.copiedBuffer("half", StandardCharsets.UTF_8));
            throw new IllegalStateException("secret detail");
        };
        try (var server = TestServer.with(route(broken));
                var client = server.connect()) {
            client.send(GET);
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.readRest()).doesNotContain("\r\n0\r\n").doesNotContain("500");
        }
    }

    @Test
    void headerWhenItHasALineBreakThenNoHeaderIsInjected() throws Exception { // T-58
        try (var server = TestServer.with(route());
                var client = server.connect()) {
            for (int i = 0; i < 2; i++) { // from another thread and on the event loop
                client.send(GET);
                Exchange exchange = exchange();
                var reply = new Reply(HttpResponseStatus.OK, List.of(), buffer("x"))
                        .with("location", "/a\r\nSet-Cookie: x=y");
                (i == 0
                                ? (java.util.concurrent.Executor) Runnable::run
                                : exchange.channel().eventLoop())
                        .execute(() -> exchange.reply(reply));
                RawClient.Answer answer = client.read();
                assertThat(answer.status()).isEqualTo(500);
                assertThat(answer.headers()).doesNotContainKey("set-cookie");
            }
        }
    }
}
