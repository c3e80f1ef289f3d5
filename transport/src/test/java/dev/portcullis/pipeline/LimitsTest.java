package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.Route;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Header and body limits at limit − 1, limit and limit + 1 (T-5, T-6). */
class LimitsTest {
    private static final HttpLimits LIMITS = HttpLimits.DEFAULT;
    private static final int BODY_MAX = 100_000;
    private static final EchoEndpoint ECHO = new EchoEndpoint();
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(ECHO.mcp(BODY_MAX));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void reset() {
        ECHO.opened.set(0);
        ECHO.bytes.set(0);
        ECHO.disconnected.set(0);
        server.telemetry.refused.clear();
    }

    @ParameterizedTest
    @CsvSource({"-1, 200", "0, 200", "1, 414"})
    void requestLineAroundLimit(int more, int status) {
        String before = "GET /mcp?";
        String after = " HTTP/1.1";
        int query = LIMITS.requestLineBytesMax() + more - before.length() - after.length();
        try (var client = server.connect()) {
            client.sendIfOpen(before + "a".repeat(query) + after + "\r\nHost: localhost\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(status);
        }
        assertThat(server.telemetry.refused.contains(Outcome.URI_TOO_LONG)).isEqualTo(status == 414);
        assertThat(ECHO.opened).hasValue(status == 414 ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 200", "0, 200", "1, 431"})
    void headerBytesAroundLimit(int more, int status) {
        String host = "Host: localhost";
        String name = "X-Long: ";
        int value = LIMITS.headerBytesMax() + more - host.length() - name.length();
        try (var client = server.connect()) {
            client.sendIfOpen("GET /mcp HTTP/1.1\r\n" + host + "\r\n" + name + "a".repeat(value) + "\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(status);
        }
        assertThat(server.telemetry.refused.contains(Outcome.HEADERS_TOO_LARGE)).isEqualTo(status == 431);
        assertThat(ECHO.opened).hasValue(status == 431 ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 200", "0, 200", "1, 431"})
    void headerFieldsAroundLimit(int more, int status) {
        int beside = LIMITS.headerFieldsMax() + more - 1;
        try (var client = server.connect()) {
            client.sendIfOpen("GET /mcp HTTP/1.1\r\nHost: localhost\r\n" + "X: y\r\n".repeat(beside) + "\r\n");

            assertThat(client.read().status()).isEqualTo(status);
        }
        assertThat(ECHO.opened).hasValue(status == 431 ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 200", "0, 200", "1, 413"})
    void declaredBodyAroundLimit(int more, int status) {
        String body = "a".repeat(BODY_MAX + more);
        try (var client = server.connect()) {
            client.sendIfOpen(
                    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);

            assertThat(client.read().status()).isEqualTo(status);
        }
        assertThat(ECHO.opened).hasValue(status == 413 ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 200", "0, 200", "1, 413"})
    void undeclaredBodyAroundLimit(int more, int status) {
        int length = BODY_MAX + more;
        try (var client = server.connect()) {
            client.sendIfOpen("POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(length) + "\r\n" + "a".repeat(length) + "\r\n0\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(status);
        }
        assertThat(ECHO.bytes.get()).isLessThanOrEqualTo(BODY_MAX);
    }

    @Test
    void bodyWhenHugeIsDeclaredThen413BeforeAnyOfItIsRead() {
        try (var client = server.connect()) {
            client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10737418240\r\n\r\n");

            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.readRest()).isEmpty();
        }
        assertThat(server.telemetry.refused).containsExactly(Outcome.BODY_TOO_LARGE);
        assertThat(ECHO.opened).hasValue(0);
    }

    @Test
    void expectWhenBodyIsWelcomeThen100First() { // RFC 9110 §10.1.1
        try (var client = server.connect()) {
            client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(100);
            client.send("helloGET /mcp?next HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("POST  hello");
            assertThat(client.read().body()).isEqualTo("GET next ");
        }
        assertThat(server.telemetry.finished).doesNotContain("mcp 100");
    }

    @Test
    void expectWhenBodyIsTooLargeThen413And100IsNeverSent() {
        try (var client = server.connect()) {
            client.send(
                    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10737418240\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(413);
            assertThat(client.readRest()).isEmpty();
        }
    }

    @Test
    void expectWhenRefusedAtAGateThenConnectionEndsSinceTheBodyMayOrMayNotCome() {
        try (var client = server.connect()) {
            client.send("POST /none HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            RawClient.Answer answer = client.read();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.readRest()).isEmpty();
        }
    }

    @Test
    void expectWhenUnknownThen417() {
        try (var client = server.connect()) {
            client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(417);
        }
        assertThat(ECHO.opened).hasValue(0);
    }

    @Test
    void refusedWhenLittleBodyIsLeftThenItIsDiscardedAndConnectionLives() {
        try (var client = server.connect()) {
            client.send("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(404);
            client.send("a".repeat(20_000) + "GET /mcp?next HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("GET next ");
        }
    }

    @Test
    void refusedWhenMuchBodyIsLeftThenConnectionEndsAndAnswerArrives() {
        try (var client = server.connect()) {
            client.sendIfOpen(
                    "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + "a".repeat(50_000));
            RawClient.Answer answer = client.read();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.readRest()).isEmpty();
        }
    }

    @Test
    void bodiesWhenTogetherTooLargeThen503AndSmallOnesPassAndTheRoomComesBack() { // T-112
        try (var tight =
                new TestServer.Settings().limits(withBodiesBytesMax(20_000)).start(ECHO.mcp(BODY_MAX), anybody())) {
            RawClient holder = tight.connect();
            holder.send(post("/mcp", 30_000) + "a".repeat(24_000));
            Await.until("the first body is held", () -> ECHO.bytes.get() == 24_000);

            try (var second = tight.connect()) {
                second.sendIfOpen(post("/mcp", 15_000) + "b".repeat(15_000));
                RawClient.Answer answer = second.read();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("retry-after")).isNotEmpty();
            }
            try (var small = tight.connect()) {
                small.send(post("/mcp", 1_000) + "c".repeat(1_000));
                assertThat(small.read().status()).isEqualTo(200);
            }
            try (var unknown = tight.connect()) { // does not draw on the same budget
                unknown.send(post("/open", 15_000) + "d".repeat(15_000));
                assertThat(unknown.read().status()).isEqualTo(200);
            }
            assertThat(tight.telemetry.refused).containsExactly(Outcome.OVERLOADED);

            holder.close();
            Await.until("the first has gone", () -> ECHO.disconnected.get() > 0);
            for (int i = 0; i < 3; i++) { // answered or gone: either way all of it is back
                try (var next = tight.connect()) {
                    next.send(post("/mcp", 24_000) + "e".repeat(24_000));
                    assertThat(next.read().status()).isEqualTo(200);
                    next.send(post("/mcp", 24_000) + "f".repeat(24_000));
                    assertThat(next.read().status()).isEqualTo(200);
                }
            }
        }
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static Route anybody() {
        return EchoEndpoint.route("open", "/open", Route.Access.OPEN, Route.Cors.ANY, BODY_MAX, ECHO);
    }

    private static HttpLimits withBodiesBytesMax(long bodiesBytesMax) {
        return new HttpLimits(
                LIMITS.requestLineBytesMax(),
                LIMITS.headerBytesMax(),
                LIMITS.headerFieldsMax(),
                LIMITS.headerMillis(),
                LIMITS.keepAliveMillis(),
                LIMITS.bodyMillis(),
                LIMITS.requestMillis(),
                LIMITS.writeStallMillis(),
                LIMITS.writeProgressBytesMin(),
                LIMITS.discardedBytesMax(),
                bodiesBytesMax,
                LIMITS.lingerMillis());
    }

    @Test
    void connectionsWhenBeyondLimitThenClosedAndOthersLive() { // T-4
        try (var small = new TestServer.Settings()
                        .connectionLimits(new ConnectionLimits(2, 2))
                        .start(ECHO.mcp(10));
                var first = small.connect();
                var second = small.connect()) {
            assertThat(first.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            assertThat(second.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            try (var third = small.connect()) {
                assertThat(third.readRest()).isEmpty();
            }
            assertThat(first.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            assertThat(small.telemetry.refused).containsExactly(Outcome.TOO_MANY_CONNECTIONS);
        }
    }

    @Test
    void connectionsWhenOneAddressHasTooManyThenClosed() {
        try (var small = new TestServer.Settings()
                        .connectionLimits(new ConnectionLimits(10, 1))
                        .start(ECHO.mcp(10));
                var first = small.connect()) {
            assertThat(first.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            try (var second = small.connect()) {
                assertThat(second.readRest()).isEmpty();
            }
            assertThat(small.telemetry.refused).containsExactly(Outcome.TOO_MANY_CONNECTIONS_PER_ADDRESS);
        }
    }
}
