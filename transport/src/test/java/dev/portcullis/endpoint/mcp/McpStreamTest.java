package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.INITIALIZE;
import static dev.portcullis.endpoint.mcp.McpFixture.META;
import static dev.portcullis.endpoint.mcp.McpFixture.acquire;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static dev.portcullis.endpoint.mcp.McpFixture.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.Await;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What streams, waits or breaks off, over real sockets. */
class McpStreamTest {
    private static final String PROGRESS_META = META.replace("\"_meta\":{", "\"_meta\":{\"progressToken\":\"t\",");

    private static void call(RawClient client, String tool, String meta, String... more) {
        String[] headers = {"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", tool};
        String[] all = java.util.stream.Stream.concat(java.util.Arrays.stream(headers), java.util.Arrays.stream(more))
                .toArray(String[]::new);
        send(client, "POST", request("tools/call", "\"name\":\"" + tool + "\"," + meta), all);
    }

    private static String open(RawClient client) {
        send(client, "POST", INITIALIZE);
        return client.read().header("mcp-session-id");
    }

    // H-61, H-62, H-133
    @Test
    void callWhenToolTellsProgressThenStreamsItAndTheResult() {
        try (var fixture = new McpFixture();
                var server = TestServer.with(fixture.route);
                var client = server.connect()) {
            call(client, "steps", PROGRESS_META);
            var head = client.read();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
            assertThat(head.header("mcp-protocol-version")).isEqualTo("2026-07-28");
            assertThat(head.body())
                    .doesNotContain("\nid:", "retry:")
                    .containsSubsequence(
                            "event: message",
                            "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
                                    + "{\"progressToken\":\"t\",\"progress\":1,\"total\":2,\"message\":\"half\"}}",
                            "\"progress\":2",
                            "\"id\":7,\"result\":{\"resultType\":\"complete\"");
            call(client, "steps", META); // no token, no stream; and the connection lives
            assertThat(client.read().header("content-type")).isEqualTo("application/json");
        }
    }

    // H-14
    @Test
    void callWhenOnlyStreamsAreAcceptedThenStreamsTheResult() {
        try (var fixture = new McpFixture();
                var server = TestServer.with(fixture.route);
                var client = server.connect()) {
            call(client, "steps", META, "accept", "text/event-stream");
            var answer = client.read();
            assertThat(answer.header("content-type")).isEqualTo("text/event-stream");
            assertThat(answer.body()).contains("done");
        }
    }

    // H-61: the soft deadline
    @Test
    void callWhenItTakesLongThenBecomesAStream() throws Exception {
        try (var fixture = new McpFixture(1, 10);
                var server = TestServer.with(fixture.route);
                var client = server.connect()) {
            call(client, "wait", META);
            assertThat(client.readHead().header("content-type")).isEqualTo("text/event-stream");
            fixture.goOn.release();
            assertThat(client.readChunk()).contains("waited");
            assertThat(client.readChunk()).isEmpty();
        }
    }

    // H-63: before the head, and in the middle of a stream
    @ParameterizedTest
    @ValueSource(ints = {1, 60_000})
    void statelessCallWhenPeerGoesThenIsInterrupted(int softDeadlineMillis) throws Exception {
        try (var fixture = new McpFixture(softDeadlineMillis, 10);
                var server = TestServer.with(fixture.route)) {
            try (var client = server.connect()) {
                call(client, "wait", META);
                assertThat(acquire(fixture.waiting)).isTrue();
                if (softDeadlineMillis == 1) {
                    client.readHead();
                }
            }
            assertThat(acquire(fixture.interrupted)).isTrue();
            Await.until("the call has ended", () -> fixture.toolCalls.contains("wait CANCELLED"));
            assertThat(fixture.toolCalls).hasSize(1);
        }
    }

    // H-115: in a session a disconnect is not a cancellation
    @Test
    void sessionCallWhenPeerGoesThenGoesOn() throws Exception {
        try (var fixture = new McpFixture(60_000, 10);
                var server = TestServer.with(fixture.route)) {
            try (var client = server.connect()) {
                String session = open(client);
                send(client, "POST", request("tools/call", "\"name\":\"wait\""), "Mcp-Session-Id", session);
                assertThat(acquire(fixture.waiting)).isTrue();
            }
            Await.until("the server has seen it", () -> server.telemetry.connections.get() == 0);
            fixture.goOn.release();
            Await.until("the call has ended", () -> fixture.toolCalls.contains("wait OK"));
            assertThat(fixture.interrupted.availablePermits()).isZero();
        }
    }

    // H-115: cancelled, as JSON and as a stream
    @ParameterizedTest
    @ValueSource(ints = {1, 60_000})
    void sessionCallWhenCancelledThenEndsWithoutAResponse(int softDeadlineMillis) throws Exception {
        try (var fixture = new McpFixture(softDeadlineMillis, 10);
                var server = TestServer.with(fixture.route);
                var caller = server.connect();
                var canceller = server.connect()) {
            String session = open(caller);
            send(caller, "POST", request("tools/call", "\"name\":\"wait\""), "Mcp-Session-Id", session);
            assertThat(acquire(fixture.waiting)).isTrue();
            if (softDeadlineMillis == 1) {
                assertThat(caller.readHead().status()).isEqualTo(200);
            }
            send(
                    canceller,
                    "POST",
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}",
                    "Mcp-Session-Id",
                    session);
            assertThat(canceller.read().status()).isEqualTo(202);
            if (softDeadlineMillis == 1) {
                assertThat(caller.readChunk()).matches("id: [0-9a-z]+-0\ndata: \n\n"); // H-124
                assertThat(caller.readChunk()).isEmpty();
            } else {
                var answer = caller.read();
                assertThat(answer.status()).isEqualTo(202);
                assertThat(answer.body()).isEmpty();
            }
            assertThat(acquire(fixture.interrupted)).isTrue();
        }
    }

    // H-120, H-105
    @Test
    void standaloneStreamWhenSupersededOrSessionEndsThenCloses() {
        try (var fixture = new McpFixture(1_000, 1);
                var server = TestServer.with(fixture.route);
                var first = server.connect();
                var second = server.connect();
                var third = server.connect()) {
            String session = open(third);
            send(first, "GET", "", "Mcp-Session-Id", session);
            assertThat(first.readHead().header("content-type")).isEqualTo("text/event-stream");
            send(second, "GET", "", "Mcp-Session-Id", session);
            assertThat(second.readHead().status()).isEqualTo(200);
            assertThat(first.readChunk()).isEmpty();
            String another = open(third);
            send(third, "GET", "", "Mcp-Session-Id", another); // T-32
            var refused = third.read();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            send(third, "DELETE", "", "Mcp-Session-Id", session);
            assertThat(third.read().status()).isEqualTo(204);
            assertThat(second.readChunk()).isEmpty();
            Await.until("the place is free", () -> {
                send(third, "GET", "", "Mcp-Session-Id", another);
                return third.readHead().status() == 200;
            });
        }
    }

    // H-2: both kinds on one connection
    @Test
    void connectionWhenRevisionsAreMixedThenEachMessageHasItsOwn() {
        try (var fixture = new McpFixture();
                var server = TestServer.with(fixture.route);
                var client = server.connect()) {
            String session = open(client);
            for (int i = 0; i < 20; i++) {
                send(client, "POST", request("ping", ""), "Mcp-Session-Id", session);
                assertThat(client.read().body()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
                call(client, "steps", META);
                assertThat(client.read().body()).contains("resultType");
            }
        }
    }

    // H-50, in the bytes of HTTP
    @Test
    void callWhenHeadersHaveSpaceAndOddCaseThenServes() {
        try (var fixture = new McpFixture();
                var server = TestServer.with(fixture.route);
                var client = server.connect()) {
            send(
                    client,
                    "POST",
                    request("tools/call", "\"name\":\"steps\"," + META),
                    "mcp-PROTOCOL-version",
                    "  2026-07-28",
                    "MCP-METHOD",
                    "tools/call \t",
                    "mcp-name",
                    "\t steps  ");
            assertThat(client.read().body()).contains("done");
        }
    }

    // T-37: whenever the peer goes, the call ends once and nothing is left
    @Test
    void statelessCallWhenPeerGoesAtAnyMomentThenEndsOnce() {
        var random = new Random(37);
        try (var fixture = new McpFixture(1, 10);
                var server = TestServer.with(fixture.route)) {
            int calls = 150;
            for (int i = 0; i < calls; i++) {
                try (var client = server.connect()) {
                    call(client, random.nextBoolean() ? "wait" : "steps", random.nextBoolean() ? META : PROGRESS_META);
                    if (random.nextBoolean()) {
                        fixture.goOn.release();
                    }
                    for (int spins = random.nextInt(200_000); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                }
            }
            Await.until("all connections closed", () -> server.telemetry.connections.get() == 0);
            fixture.goOn.release(calls);
            Await.until("all calls that began have ended", () -> fixture.running.get() == 0);
            Await.until("all streams have closed", () -> fixture.streams.get() == 0);
            assertThat(fixture.toolCalls.size()).isLessThanOrEqualTo(calls).isPositive();
            assertThat(fixture.toolCalls).allMatch(ended -> ended.endsWith("OK") || ended.endsWith("CANCELLED"));
        }
    }
}
