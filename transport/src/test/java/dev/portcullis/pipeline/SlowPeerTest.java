package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.Reply;
import dev.portcullis.http.Route;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slow in every phase (T-4): the deadline ends it, and honest peers are served meanwhile. No test measures: each waits for what must come. */
class SlowPeerTest {
    private static final int SHORT = 150;
    private static final int LONG = 60_000;

    private final EchoEndpoint echo = new EchoEndpoint();
    private TestServer server;

    private static HttpLimits limits(int header, int keepAlive, int body, int request, int stall) {
        HttpLimits all = HttpLimits.DEFAULT;
        return new HttpLimits(
                all.requestLineBytesMax(),
                all.headerBytesMax(),
                all.headerFieldsMax(),
                header,
                keepAlive,
                body,
                request,
                stall,
                all.writeProgressBytesMin(),
                all.discardedBytesMax(),
                all.bodiesBytesMax(),
                all.lingerMillis());
    }

    private TestServer start(HttpLimits limits, Route... routes) {
        server = new TestServer.Settings().limits(limits).start(routes);
        return server;
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void headerWhenItNeverEndsThen408() {
        start(limits(SHORT, LONG, LONG, LONG, LONG), echo.mcp(10));
        try (var slow = server.connect()) {
            slow.send("GET /mcp HTTP/1.1\r\nHost: loc");

            RawClient.Answer answer = slow.read();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(slow.readRest()).isEmpty();
            assertThat(server.telemetry.refused).containsExactly(Outcome.HEADER_TIMEOUT);
        }
    }

    @Test
    void headerWhenSecondOneNeverEndsThen408() {
        start(limits(SHORT, LONG, LONG, LONG, LONG), echo.mcp(10));
        try (var slow = server.connect()) {
            slow.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\nGET /mc");

            assertThat(slow.read().status()).isEqualTo(200);
            assertThat(slow.read().status()).isEqualTo(408);
            assertThat(slow.readRest()).isEmpty();
        }
    }

    @Test
    void headerWhenManyNeverEndThenAnHonestPeerIsServed() {
        start(limits(LONG, LONG, LONG, LONG, LONG), echo.mcp(10));
        var slow = new java.util.ArrayList<RawClient>();
        for (int i = 0; i < 200; i++) {
            slow.add(server.connect().send("GET /mcp HTTP/1.1\r\nHo"));
        }
        try (var honest = server.connect()) {
            honest.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(honest.read().status()).isEqualTo(200);
        }
        slow.forEach(RawClient::close);
    }

    @Test
    void connectionWhenItSaysNothingThenClosed() {
        start(limits(LONG, SHORT, LONG, LONG, LONG), echo.mcp(10));
        try (var idle = server.connect()) {
            assertThat(idle.readRest()).isEmpty();
            assertThat(server.telemetry.refused).containsExactly(Outcome.IDLE_TIMEOUT);
        }
    }

    @Test
    void connectionWhenIdleAfterAnAnswerThenClosed() {
        start(limits(LONG, SHORT, LONG, LONG, LONG), echo.mcp(10));
        try (var idle = server.connect()) {
            idle.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(idle.read().status()).isEqualTo(200);
            assertThat(idle.readRest()).isEmpty();
        }
    }

    @Test
    void bodyWhenItNeverEndsThen408AndEndpointIsTold() {
        start(limits(LONG, LONG, SHORT, LONG, LONG), echo.mcp(10));
        try (var slow = server.connect()) {
            slow.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel");

            assertThat(slow.read().status()).isEqualTo(408);
            assertThat(echo.disconnected).hasValue(1);
            assertThat(server.telemetry.refused).containsExactly(Outcome.BODY_TIMEOUT);
        }
    }

    // RFC 9110 §15.5.9: else who sends a byte now and then has the time of an idle connection as well
    @Test
    void bodyWhenItDidNotComeInTimeThenConnectionEndsThoughLittleIsLeft() throws Exception {
        start(limits(LONG, LONG, SHORT, LONG, LONG), echo.mcp(10));
        try (var slow = server.connect()) {
            slow.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel");

            assertThat(slow.read().header("connection")).isEqualTo("close");
            assertThat(slow.readRest()).isEmpty();
            Await.until("the connection is let go", () -> server.telemetry.connections.get() == 0);
        }
    }

    @Test
    void answerWhenItNeverComesThen503AndEndpointIsTold() {
        var told = new AtomicInteger();
        Endpoint mute = exchange -> {
            exchange.onDisconnect(told::incrementAndGet);
            return new BodyReader() {
                @Override
                public void read(ByteBuf part) {}

                @Override
                public void end() {}
            };
        };
        start(
                limits(LONG, LONG, LONG, SHORT, LONG),
                EchoEndpoint.route("mute", "/mute", Route.Access.OPEN, Route.Cors.NONE, 0, mute));
        try (var client = server.connect()) {
            client.send("GET /mute HTTP/1.1\r\nHost: localhost\r\n\r\n");

            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).isNotEmpty();
            assertThat(told).hasValue(1);
            assertThat(server.telemetry.refused).containsExactly(Outcome.REQUEST_TIMEOUT);
        }
    }

    @Test
    void answerWhenPeerDoesNotReadItThenCut() {
        Endpoint large = exchange -> new BodyReader() {
            @Override
            public void read(ByteBuf part) {}

            @Override
            public void end() {
                exchange.reply(new Reply(
                        HttpResponseStatus.OK, List.of(), Unpooled.buffer().writeZero(64 << 20)));
            }
        };
        start(
                limits(LONG, LONG, LONG, LONG, SHORT),
                EchoEndpoint.route("large", "/large", Route.Access.OPEN, Route.Cors.NONE, 0, large));
        try (var deaf = server.connect()) {
            deaf.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");

            Await.until("the stall is noticed", () -> !server.telemetry.refused.isEmpty());
            assertThat(server.telemetry.refused).containsExactly(Outcome.WRITE_STALLED);
            Await.until("the connection is cut", () -> server.telemetry.connections.get() == 0);
        }
    }
}
