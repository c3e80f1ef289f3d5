package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.ADD;
import static dev.portcullis.endpoint.mcp.McpFixture.META;
import static dev.portcullis.endpoint.mcp.McpFixture.acquire;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.RawClient.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays of messages (H-111, T-25), in the revisions that have them and in those that do not. */
class BatchTest {
    static final List<String> BATCHING = Wire.BATCHING;
    private static final String NOTIFICATION = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}";
    private static final String RESPONSE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
    private static Wire wire;

    @BeforeAll
    static void start() {
        wire = new Wire();
    }

    @AfterAll
    static void stop() {
        wire.close();
    }

    private static String call(String id, String tool, String... more) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool + "\""
                + String.join("", more) + "}}";
    }

    private static String ping(int id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}";
    }

    private static String pong(int id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}";
    }

    private static String batch(String... items) {
        return "[" + String.join(",", items) + "]";
    }

    private static Answer post(String session, String body, String... headers) {
        return wire.post(
                body,
                Stream.concat(Stream.of("Mcp-Session-Id", session), Stream.of(headers))
                        .toArray(String[]::new));
    }

    private static void assertRefused(Answer answer, int status, int code) {
        assertThat(answer.status() + answer.body())
                .startsWith(status + "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" + code + ",");
    }

    // H-111, H-19, H-45: all answers in one array, each with its id and of its type
    @ParameterizedTest
    @FieldSource("BATCHING")
    void batchWhenItHasRequestsThenIsAnsweredByAnArray(String version) {
        String session = wire.session(version);
        var answer = post(
                session,
                batch(
                        ping(1),
                        NOTIFICATION,
                        call("\"two\"", "add", ",\"arguments\":{\"a\":2,\"b\":3}"),
                        RESPONSE,
                        ping(3).replace("ping", "nope")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("mcp-protocol-version")).isEqualTo(version);
        assertThat(answer.body())
                .startsWith("[{")
                .endsWith("}]")
                .contains(
                        pong(1),
                        "\"id\":\"two\",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"5\"",
                        "\"id\":3,\"error\":{\"code\":-32601");
        assertThat(answer.body().split("\"jsonrpc\"", -1)).hasSize(4);
        assertThat(post(session, batch(ping(9))).body()).isEqualTo("[" + pong(9) + "]");
    }

    // H-111
    @ParameterizedTest
    @FieldSource("BATCHING")
    void batchWhenItWantsNoAnswersThenIsTaken(String version) {
        var answer = post(wire.session(version), batch(NOTIFICATION, RESPONSE, NOTIFICATION));
        assertThat(answer.status() + answer.body()).isEqualTo("202");
        assertThat(answer.header("mcp-protocol-version")).isEqualTo(version);
    }

    // H-111, H-102, H-41, H-39, T-25: refused whole
    @ParameterizedTest
    @FieldSource("BATCHING")
    void batchWhenItIsNoneThenIsRefusedWhole(String version) {
        String session = wire.session(version);
        int calls = wire.fixture.toolCalls.size();
        String add = request("tools/call", ADD);
        assertRefused(post(session, "[]"), 400, -32600);
        assertRefused(post(session, batch(add, Wire.initialize(version))), 400, -32600);
        assertRefused(post(session, batch(add, request("ping", META))), 400, -32600);
        assertRefused(post(session, batch(add), "MCP-Protocol-Version", "2026-07-28"), 400, -32600);
        assertRefused(post(session, batch(add), "MCP-Protocol-Version", "2031-01-01"), 400, -32022);
        assertRefused(post(session, batch(add, "{]")), 400, -32700);
        assertRefused(post("stolen", batch(add)), 404, -32600);
        assertRefused(wire.post(batch(add)), 400, -32600);
        assertRefused(post(session, batch(Collections.nCopies(51, add).toArray(new String[0]))), 400, -32600);
        assertThat(wire.fixture.toolCalls).hasSize(calls);
    }

    // H-111: C and D have none
    @ParameterizedTest
    @ValueSource(strings = {"2025-06-18", "2025-11-25"})
    void batchWhenRevisionHasNoneThenIsRefused(String version) {
        var answer = post(wire.session(version), batch(ping(1)));
        assertRefused(answer, 400, -32600);
        assertThat(answer.header("mcp-protocol-version")).isEqualTo(version);
    }

    // T-25: what is no message is refused for itself
    @Test
    void batchWhenItemsAreInvalidThenOthersAreServed() {
        var answer = post(
                wire.session("2025-03-26"),
                batch(
                        "7",
                        "[]",
                        "null",
                        "{}",
                        ping(1),
                        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":7}",
                        "[" + ping(2) + "]"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains(pong(1), "\"id\":5,\"error\":{\"code\":-32600")
                .doesNotContain(pong(2));
        assertThat(answer.body().split("\"code\":-32600", -1)).hasSize(7);
        var none = post(wire.session("2025-03-26"), batch("7", NOTIFICATION));
        assertThat(none.status() + none.body()).startsWith("200[{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600");
    }

    // H-111: fifty items, answered all
    @Test
    void batchWhenItIsAsLongAsMayBeThenIsServed() {
        var answer = post(
                wire.session("2025-03-26"),
                batch(IntStream.range(0, 50).mapToObj(BatchTest::ping).toArray(String[]::new)));
        assertThat(answer.body())
                .contains(IntStream.range(0, 50).mapToObj(BatchTest::pong).toArray(String[]::new));
    }

    // H-111, H-61: once something streams, each response is an event of its own
    @Test
    void batchWhenACallStreamsThenEachResponseIsAnEvent() {
        String session = wire.session("2025-03-26");
        var answer = post(session, batch(ping(1), call("2", "steps", ",\"_meta\":{\"progressToken\":\"t\"}"), ping(3)));
        assertThat(answer.header("content-type")).isEqualTo("text/event-stream");
        assertThat(answer.body())
                .contains("data: " + pong(1) + "\n", "data: " + pong(3) + "\n")
                .containsSubsequence("\"progressToken\":\"t\",\"progress\":1", "\"progress\":2", "\"id\":2,\"result\"")
                .doesNotContain("data: [");
    }

    // H-14
    @Test
    void batchWhenOnlyOneTypeIsAcceptedThenIsAnsweredInIt() {
        String session = wire.session("2025-03-26");
        String items = batch(ping(1), call("2", "steps", ",\"_meta\":{\"progressToken\":\"t\"}"));
        var json = post(session, items, "Accept", "application/json");
        assertThat(json.header("content-type")).isEqualTo("application/json");
        assertThat(json.body()).startsWith("[").contains(pong(1), "done").doesNotContain("progressToken");
        var stream = post(session, batch(ping(1), ping(2)), "Accept", "text/event-stream");
        assertThat(stream.header("content-type")).isEqualTo("text/event-stream");
        assertThat(stream.body()).contains("data: " + pong(1) + "\n", "data: " + pong(2) + "\n");
    }

    // H-61: the soft deadline; what was ready before it is sent, too
    @Test
    void batchWhenItTakesLongThenBecomesAStream() throws Exception {
        try (var slow = new Wire(new McpFixture(1, 10));
                var client = slow.server.connect()) {
            String session = slow.session("2025-03-26");
            slow.write(
                    client,
                    "ada",
                    "POST",
                    "/mcp",
                    batch(ping(1), call("2", "wait"), ping(3)),
                    "Mcp-Session-Id",
                    session);
            assertThat(acquire(slow.fixture.waiting)).isTrue();
            var stream = new Wire.Stream(client);
            assertThat(stream.head.header("content-type")).isEqualTo("text/event-stream");
            slow.fixture.goOn.release();
            var events = List.of(
                    stream.next().data(), stream.next().data(), stream.next().data());
            assertThat(events).contains(pong(1), pong(3)).anyMatch(event -> event.contains("waited"));
            assertThat(stream.next().data()).isEmpty();
        }
    }

    // O-24: no status for one item; the item says it
    @Test
    void batchWhenAScopeIsMissingThenTheItemSaysSo() {
        var answer = post(wire.session("2025-03-26"), batch(call("1", "scoped"), ping(2)));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"isError\":true", "tools:scoped", pong(2));
    }

    // H-115: what is cancelled is not answered; if nothing is left, nothing is said
    @Test
    void batchWhenItemsAreCancelledThenOnlyOthersAreAnswered() throws Exception {
        String session = wire.session("2025-03-26");
        String cancel = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}";
        try (var client = wire.server.connect()) {
            for (boolean withPing : new boolean[] {true, false}) {
                String items = withPing ? batch(call("7", "wait"), ping(8)) : batch(call("7", "wait"));
                wire.write(
                        client, "ada", "POST", "/mcp", items, "Mcp-Session-Id", session, "Accept", "application/json");
                assertThat(acquire(wire.fixture.waiting)).isTrue();
                assertThat(post(session, cancel).status()).isEqualTo(202);
                var answer = client.read();
                assertThat(answer.status() + answer.body()).isEqualTo(withPing ? "200[" + pong(8) + "]" : "202");
                assertThat(acquire(wire.fixture.interrupted)).isTrue();
            }
        }
        assertThat(post(session, batch(ping(1), cancel)).body()).isEqualTo("[" + pong(1) + "]");
    }

    // T-25: a person's limit counts items; H-134: and each has its time
    @Test
    void batchWhenItWantsTooMuchThenItemsAreRefusedOrGivenUp() {
        var limits = new McpHttpLimits(60_000, 1, SseLimits.DEFAULT);
        try (var small = new Wire(new McpFixture(limits, 10, CallLimits.DEFAULT.running(300, 2)))) {
            String session = small.session("2025-03-26");
            var answer = small.post(
                    batch(call("1", "wait"), call("2", "wait"), call("3", "wait"), ping(4)), "Mcp-Session-Id", session);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("\"id\":3,\"error\":{\"code\":-32603", pong(4));
            assertThat(answer.body().split("No answer within", -1)).hasSize(3);
            Await.until("the tools have stopped", () -> small.fixture.running.get() == 0);
        }
    }

    // T-37: items that end at any moment, by any cause, with the client there or gone: each ends once, and nothing is
    // left
    @Test
    void batchWhenEverythingRacesThenEachItemEndsOnce() {
        var random = new Random(111);
        try (var racing = new Wire(new McpFixture(1, 1_000))) {
            String session = racing.session("2025-03-26");
            int calls = 0;
            for (int i = 0; i < 60; i++) {
                var items = new ArrayList<String>();
                for (int id = random.nextInt(6); id >= 0; id--) {
                    boolean waits = random.nextBoolean();
                    items.add(call("" + id, waits ? "wait" : "steps", ",\"_meta\":{\"progressToken\":" + id + "}"));
                    calls++;
                    if (waits) {
                        racing.fixture.goOn.release();
                    }
                    if (random.nextInt(4) == 0) {
                        items.add(
                                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"
                                        + id + "}}");
                    }
                }
                try (var client = racing.server.connect()) {
                    racing.write(
                            client,
                            "ada",
                            "POST",
                            "/mcp",
                            batch(items.toArray(new String[0])),
                            "Mcp-Session-Id",
                            session);
                    if (random.nextBoolean()) {
                        var answer = client.read();
                        assertThat(answer.status()).isIn(200, 202);
                        for (int id = 0; id < 6; id++) {
                            assertThat(answer.body().split("\"id\":" + id + ",\"result\"", -1).length)
                                    .isLessThanOrEqualTo(2);
                        }
                    }
                }
            }
            racing.fixture.goOn.release(calls);
            Await.until("no tool runs", () -> racing.fixture.running.get() == 0);
            Await.until("all streams have closed", () -> racing.fixture.streams.get() == 0);
            int begun = calls;
            Await.until("each call has ended once", () -> racing.fixture.toolCalls.size() == begun);
        }
    }
}
