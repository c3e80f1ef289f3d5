package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.acquire;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.RawClient;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of sessions that are lost and found again, over real sockets (H-113 to H-125, T-33, T-34, T-37). */
class ResumptionTest {
    private static final String D = "2025-11-25";
    private static final Pattern EVENT_ID = Pattern.compile("^id: ([!-~]+)$", Pattern.MULTILINE);

    private static Wire wire(int softDeadlineMillis, Priming priming) {
        var limits = new McpHttpLimits(softDeadlineMillis, 1, SseLimits.DEFAULT, true, priming);
        return new Wire(new McpFixture(limits, 1_000, CallLimits.DEFAULT));
    }

    private static RawClient call(Wire wire, String session, String tool) {
        var client = wire.server.connect();
        String members = "\"name\":\"" + tool + "\",\"_meta\":{\"progressToken\":\"t\"}";
        wire.write(client, "ada", "POST", "/mcp", request("tools/call", members), "Mcp-Session-Id", session);
        return client;
    }

    private static RawClient get(Wire wire, String person, String session, @Nullable String after) {
        var client = wire.server.connect();
        var headers = new ArrayList<>(List.of("Mcp-Session-Id", session));
        if (after != null) {
            headers.addAll(List.of("Last-Event-ID", after));
        }
        wire.write(client, person, "GET", "/mcp", "", headers.toArray(new String[0]));
        return client;
    }

    private static RawClient openGet(Wire wire, String session, @Nullable String after) {
        var client = get(wire, "ada", session, after);
        assertThat(client.readHead().header("content-type")).isEqualTo("text/event-stream");
        return client;
    }

    private static String idOf(String event) {
        var id = EVENT_ID.matcher(event);
        assertThat(id.find()).as(event).isTrue();
        return id.group(1);
    }

    // H-124, H-125: what the suite calls test_reconnection
    @Test
    void callWhenItLetsItsClientPollThenGoesOnAndIsReadThere() throws Exception {
        try (var wire = wire(60_000, Priming.AUTO)) {
            String session = wire.session(D);
            String id;
            try (var client = call(wire, session, "poll")) {
                assertThat(client.readHead().header("content-type")).isEqualTo("text/event-stream");
                String first = client.readChunk();
                assertThat(first).matches("id: [0-9a-z]+-0\nretry: 300\ndata: \n\n");
                assertThat(client.readChunk()).isEmpty();
                id = idOf(first);
            }
            assertThat(acquire(wire.fixture.waiting)).isTrue();
            try (var client = openGet(wire, session, id)) {
                wire.fixture.goOn.release();
                assertThat(client.readChunk()).contains("id: ", "event: message", "\"id\":7,\"result\"", "polled");
                assertThat(client.readChunk()).isEmpty();
            }
            try (var again = openGet(wire, session, id)) { // for five minutes
                assertThat(again.readChunk()).contains("polled");
            }
        }
    }

    // H-124: never before 2025-11-25, nor if so set
    @ParameterizedTest
    @ValueSource(strings = {"2025-06-18", "2025-03-26", D})
    void callWhenItsClientDoesNotPollThenIsAnsweredThere(String version) {
        try (var wire = wire(60_000, version.equals(D) ? Priming.NEVER : Priming.ALWAYS)) {
            String session = wire.session(version);
            wire.fixture.goOn.release();
            try (var client = call(wire, session, "poll")) {
                var answer = client.read();
                assertThat(answer.header("content-type")).isEqualTo("application/json");
                assertThat(answer.body()).contains("polled");
            }
            try (var client = call(wire, session, "steps")) {
                client.readHead();
                assertThat(client.readChunk()).contains("\"progress\":1");
            }
        }
    }

    // H-124
    @Test
    void streamWhenPrimingIsAlwaysThenBeginsWithAnId() {
        try (var wire = wire(60_000, Priming.ALWAYS)) {
            String session = wire.session(D);
            try (var client = call(wire, session, "steps");
                    var standalone = openGet(wire, session, null)) {
                client.readHead();
                assertThat(client.readChunk()).matches("id: [0-9a-z]+-0\ndata: \n\n");
                assertThat(client.readChunk()).contains("\"progress\":1");
                assertThat(standalone.readChunk()).matches("id: [0-9a-z]+-0\ndata: \n\n");
            }
        }
    }

    // H-115, H-122
    @ParameterizedTest
    @ValueSource(strings = {D, "2025-06-18", "2025-03-26"})
    void callWhenConnectionIsLostThenIsReadBehindTheLastEvent(String version) throws Exception {
        try (var wire = wire(60_000, Priming.AUTO)) {
            String session = wire.session(version);
            String first;
            String second;
            try (var client = call(wire, session, "steps")) {
                client.readHead();
                first = client.readChunk();
                assertThat(first).contains("event: message", "\"progress\":1");
                second = client.readChunk();
            }
            Await.until("the call has ended", () -> wire.fixture.toolCalls.contains("steps OK"));
            try (var client = openGet(wire, session, idOf(first))) {
                assertThat(client.readChunk()).isEqualTo(second);
                assertThat(client.readChunk()).contains("done");
                assertThat(client.readChunk()).isEmpty();
            }
        }
    }

    // H-115: a call that is lost before it said anything, but may be found
    @Test
    void callWhenItTakesLongAndIsLostThenIsFoundByItsFirstId() throws Exception {
        try (var wire = wire(1, Priming.AUTO)) {
            String session = wire.session(D);
            String id;
            try (var client = call(wire, session, "wait")) {
                client.readHead();
                id = idOf(client.readChunk());
            }
            Await.until("it has gone", () -> wire.fixture.streams.get() == 0);
            wire.fixture.goOn.release();
            Await.until("the call has ended", () -> wire.fixture.toolCalls.contains("wait OK"));
            try (var client = openGet(wire, session, id)) {
                assertThat(client.readChunk()).contains("waited");
            }
        }
    }

    // H-122, T-33, T-34
    @Test
    void getWhenCursorIsNotOfThisSessionThenRefuses() {
        try (var wire = wire(60_000, Priming.AUTO)) {
            String session = wire.session(D);
            String other = wire.session(D);
            String bobs = wire.session("bob", D);
            String id;
            try (var client = call(wire, session, "steps")) {
                client.readHead();
                id = idOf(client.readChunk());
            }
            for (String odd : List.of(id + "0", id + "x", "--", "0-0", "*".repeat(1_000))) {
                assertRefused(wire, "ada", session, odd, 400);
            }
            assertRefused(wire, "ada", other, id, 400);
            assertRefused(wire, "bob", bobs, id, 400);
            assertRefused(wire, "bob", session, id, 404);
            wire.send("ada", "DELETE", "/mcp", "", "Mcp-Session-Id", session);
            assertRefused(wire, "ada", session, id, 404);
        }
    }

    private static void assertRefused(Wire wire, String person, String session, String cursor, int status) {
        try (var client = get(wire, person, session, cursor)) {
            var refused = client.read();
            assertThat(refused.status()).as(cursor).isEqualTo(status);
            assertThat(refused.body()).contains("\"error\"").doesNotContain("progress", "done");
        }
    }

    // H-120, H-132
    @Test
    void standaloneWhenLostThenReadsOnAndIsSuperseded() {
        try (var wire = wire(60_000, Priming.AUTO)) {
            String session = wire.session("2025-06-18");
            var subscribed = wire.request("2025-06-18", session, "resources/subscribe", "\"uri\":\"test://watched\"");
            assertThat(subscribed.body()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
            var changes = wire.fixture.catalog.changes();
            String id;
            try (var first = openGet(wire, session, null)) {
                changes.resourceUpdated("test://watched");
                String event = first.readChunk();
                assertThat(event).contains("notifications/resources/updated", "test://watched");
                id = idOf(event);
            }
            Await.until("it has gone", () -> wire.fixture.streams.get() == 0);
            wire.fixture.catalog.removeTool("mirror");
            try (var second = openGet(wire, session, id)) {
                assertThat(second.readChunk()).contains("notifications/tools/list_changed");
                try (var third = openGet(wire, session, null)) {
                    assertThat(second.readChunk()).isEmpty();
                    changes.resourceUpdated("test://watched");
                    assertThat(third.readChunk()).contains("notifications/resources/updated");
                }
            }
        }
    }

    // H-120: whoever comes last has the stream, and nothing is left of the others
    @Test
    void standaloneWhenManyCompeteThenOneStays() throws Exception {
        try (var wire = wire(60_000, Priming.AUTO)) {
            String session = wire.session(D);
            var clients = new ArrayList<RawClient>();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 30; i++) {
                var client = wire.server.connect();
                clients.add(client);
                threads.add(Thread.ofVirtual()
                        .start(() -> wire.write(client, "ada", "GET", "/mcp", "", "Mcp-Session-Id", session)));
            }
            for (var thread : threads) {
                thread.join();
            }
            clients.forEach(client -> assertThat(client.readHead().status()).isEqualTo(200));
            Await.until("one stays", () -> wire.fixture.streams.get() == 1);
            wire.fixture.catalog.removeTool("mirror");
            long told = clients.stream()
                    .filter(client -> client.readChunk().contains("list_changed"))
                    .count();
            assertThat(told).isEqualTo(1);
            clients.forEach(RawClient::close);
        }
    }

    // H-151, H-152, H-132: one stream for everything, and nothing to come back to
    @Test
    void legacySseWhenThingsChangeThenHearsOfThemWithoutIds() {
        try (var wire = wire(60_000, Priming.ALWAYS);
                var client = wire.legacy("ada")) {
            client.initialize("2024-11-05");
            client.post(request("resources/subscribe", "\"uri\":\"test://watched\""));
            assertThat(client.stream.next().data()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
            wire.fixture.catalog.changes().resourceUpdated("test://watched");
            var event = client.stream.next();
            assertThat(event.event()).isEqualTo("message");
            assertThat(event.id()).isEmpty();
            assertThat(event.data()).contains("notifications/resources/updated", "test://watched");
            wire.fixture.goOn.release();
            client.post(request("tools/call", "\"name\":\"poll\"")); // which it cannot
            assertThat(client.stream.next().data()).contains("polled");
            wire.fixture.dispatcher.endStreams();
            assertThat(client.stream.next().data()).isEmpty();
        }
    }

    // T-37: whenever clients go, come back and cancel, every call ends once, and nothing stays open
    @Test
    void callsWhenLostCancelledAndFoundAtRandomThenEachEndsOnce() {
        var random = new Random(37);
        try (var wire = wire(1, Priming.AUTO)) {
            int calls = 120;
            var sessions = List.of(wire.session(D), wire.session(D), wire.session("2025-06-18"));
            for (int i = 0; i < calls; i++) {
                String session = sessions.get(random.nextInt(sessions.size()));
                String tool = List.of("wait", "steps", "poll").get(random.nextInt(3));
                @Nullable String id = null;
                try (var client = call(wire, session, tool)) {
                    if (random.nextBoolean()) {
                        wire.fixture.goOn.release();
                    }
                    for (int spins = random.nextInt(100_000); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                    if (random.nextInt(3) == 0) {
                        wire.fixture.goOn.release();
                        if (client.readHead().header("content-type").equals("text/event-stream")) {
                            var found = EVENT_ID.matcher(client.readChunk());
                            id = found.find() ? found.group(1) : null;
                        }
                    }
                    if (random.nextInt(3) == 0) {
                        wire.post(
                                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}",
                                "Mcp-Session-Id",
                                session);
                    }
                }
                if (id != null && random.nextBoolean()) {
                    try (var client = get(wire, "ada", session, id)) {
                        assertThat(client.readHead().status()).isEqualTo(200);
                    }
                }
            }
            wire.fixture.goOn.release(calls);
            Await.until("all calls have ended", () -> wire.fixture.running.get() == 0);
            Await.until("all connections closed", () -> wire.server.telemetry.connections.get() == 0);
            Await.until("all streams have closed", () -> wire.fixture.streams.get() == 0);
            assertThat(wire.fixture.toolCalls).hasSizeLessThanOrEqualTo(calls).isNotEmpty();
        } catch (UncheckedIOException e) {
            throw new AssertionError("a connection that should have lived has not", e);
        }
    }
}
