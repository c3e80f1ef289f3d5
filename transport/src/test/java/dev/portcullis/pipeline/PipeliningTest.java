package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answer n belongs to request n, whatever answers when (T-14). */
class PipeliningTest {
    private static final int REQUESTS = 1_000;

    /** Answers now, soon, from another thread, or before the body has come; as the query says. Knows how many requests it is busy with. */
    private static final class Moody implements Endpoint {
        final AtomicInteger busy = new AtomicInteger();
        final AtomicInteger busiest = new AtomicInteger();

        @Override
        public BodyReader open(Exchange exchange) {
            busiest.accumulateAndGet(busy.incrementAndGet(), Math::max);
            String query = exchange.head().query();
            if (query.startsWith("early")) {
                answer(exchange);
            }
            return new BodyReader() {
                @Override
                public void read(ByteBuf part) {}

                @Override
                public void end() {
                    switch (query.charAt(0)) {
                        case 'n' -> answer(exchange);
                        case 's' ->
                            exchange.channel().eventLoop().schedule(() -> answer(exchange), 1, TimeUnit.MILLISECONDS);
                        default -> Thread.ofVirtual().start(() -> answer(exchange));
                    }
                }
            };
        }

        private void answer(Exchange exchange) {
            busy.decrementAndGet();
            exchange.reply(new Reply(
                    HttpResponseStatus.OK,
                    List.of(),
                    Unpooled.copiedBuffer(exchange.head().query(), StandardCharsets.UTF_8)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void requestsWhenPipelinedThenAnsweredInOrderOneAtATime(long seed) {
        var moody = new Moody();
        var random = new Random(seed);
        var route = EchoEndpoint.route("mcp", "/mcp", Route.Access.OPEN, Route.Cors.NONE, 100_000, moody);
        try (var server = TestServer.with(route);
                var client = server.connect()) {
            var all = new StringBuilder();
            var expected = new String[REQUESTS];
            for (int i = 0; i < REQUESTS; i++) {
                String mood = List.of("now", "soon", "thread", "early").get(random.nextInt(4));
                expected[i] = mood + i;
                int length = random.nextInt(4) == 0 ? random.nextInt(5_000) : 0;
                all.append("POST /mcp?" + expected[i] + " HTTP/1.1\r\nHost: localhost\r\n");
                if (random.nextBoolean() || mood.equals("early")) {
                    all.append("Content-Length: " + length + "\r\n\r\n" + "x".repeat(length));
                } else {
                    String chunk = Integer.toHexString(length) + "\r\n" + "x".repeat(length) + "\r\n";
                    all.append("Transfer-Encoding: chunked\r\n\r\n" + (length == 0 ? "" : chunk) + "0\r\n\r\n");
                }
            }
            Thread sender = Thread.ofVirtual().start(() -> client.sendIfOpen(all.toString()));

            for (int i = 0; i < REQUESTS; i++) {
                assertThat(client.read().body()).isEqualTo(expected[i]);
            }
            assertThat(moody.busiest).hasValue(1);
            sender.interrupt();
        }
    }

    @Test
    void requestWhenItsHeadPassedBeforeARefusedOneThenItsOwnRouteAnswers() { // T-14: a proxy sends many people's
        // requests this way
        var open = EchoEndpoint.route("open", "/open", Route.Access.OPEN, Route.Cors.NONE, 100, new EchoEndpoint());
        try (var server = TestServer.with(open, new EchoEndpoint().mcp(100));
                var client = server.connect()) {
            String head = " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n";
            String passing = "POST /open" + head;
            for (String refused : List.of("POST /nowhere" + head, "PUT /mcp" + head)) {
                client.send(passing + "{}" + refused + "{}" + passing + "[]");

                assertThat(client.read().body()).isEqualTo("POST  {}");
                assertThat(client.read().status()).isGreaterThanOrEqualTo(400);
                assertThat(client.read().body()).isEqualTo("POST  []");
            }
        }
    }

    @Test
    void requestWhenStreamIsOpenThenWaitsForItsEnd() { // request during SSE on the same connection
        var streams = new java.util.concurrent.LinkedBlockingQueue<Runnable>();
        Endpoint streaming = exchange -> new BodyReader() {
            @Override
            public void read(ByteBuf part) {}

            @Override
            public void end() {
                var writer = exchange.startStream(Reply.empty(HttpResponseStatus.OK));
                writer.write(Unpooled.copiedBuffer("first", StandardCharsets.UTF_8));
                streams.add(() -> exchange.channel().eventLoop().execute(writer::end));
            }
        };
        var echo = new EchoEndpoint();
        var stream = EchoEndpoint.route("stream", "/stream", Route.Access.OPEN, Route.Cors.NONE, 10, streaming);
        try (var server = TestServer.with(stream, echo.mcp(10));
                var client = server.connect()) {
            client.send(
                    "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\nGET /mcp?behind HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.readHead();
            assertThat(client.readChunk()).isEqualTo("first");
            assertThat(echo.opened).hasValue(0);

            streams.remove().run();

            assertThat(client.readChunk()).isEmpty();
            assertThat(client.read().body()).isEqualTo("GET behind ");
        }
    }
}
