package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.ADD;
import static dev.portcullis.endpoint.mcp.McpFixture.acquire;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.McpMethod;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.RawClient.Answer;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Two people, and what each can do to the other's sessions (T-33, T-34, T-35), and what races within one (T-36, T-37). */
class StolenSessionTest {
    static final List<String> LEGACY = Wire.LEGACY;
    private static final String CANCEL =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}";
    private static final Pattern ID = Pattern.compile("\"id\":([0-9]+),\"method\":\"roots/list\"");

    private static String initializeWithRoots(String version) {
        return Wire.initialize(version).replace("\"capabilities\":{}", "\"capabilities\":{\"roots\":{}}");
    }

    private static String roots(String id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"roots\":[{\"uri\":\"file:///home\"}]}}";
    }

    private static String idOf(String question) {
        var id = ID.matcher(question);
        assertThat(id.find()).as(question).isTrue();
        return id.group(1);
    }

    // T-33, H-103, H-104: each method of each revision with the other's id is as with an unknown one, and does nothing
    @ParameterizedTest
    @FieldSource("LEGACY")
    void sessionWhenOfSomebodyElseThenIsUnknownToEveryMethod(String version) {
        try (var wire = new Wire()) {
            String adas = wire.session("ada", version);
            String bobs = wire.session("bob", version);
            for (var method : McpMethod.values()) {
                if (method == McpMethod.INITIALIZE) {
                    continue; // belongs to no session at all (H-102)
                }
                String body = method.isNotification()
                        ? "{\"jsonrpc\":\"2.0\",\"method\":\"" + method.text() + "\"}"
                        : request(method.text(), ADD + ",\"uri\":\"test://note\",\"taskId\":\"x\",\"level\":\"debug\"");
                assertUnknown(wire, "POST", adas, body);
                assertUnknown(wire, "POST", adas, "[" + body + "]");
            }
            assertUnknown(wire, "POST", adas, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
            assertUnknown(wire, "GET", adas, "");
            assertUnknown(wire, "GET", adas, "", "Last-Event-ID", "1-1"); // T-34
            assertUnknown(wire, "DELETE", adas, "");
            assertThat(wire.send("", "POST", "/mcp", request("ping", ""), "Mcp-Session-Id", adas)
                            .status())
                    .isEqualTo(401);
            assertThat(wire.fixture.toolCalls).isEmpty();
            for (String person : List.of("ada", "bob")) {
                String id = person.equals("ada") ? adas : bobs;
                assertThat(wire.send(person, "POST", "/mcp", request("ping", ""), "Mcp-Session-Id", id)
                                .body())
                        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
            }
        }
    }

    private static void assertUnknown(Wire wire, String method, String session, String body, String... headers) {
        var all = new java.util.ArrayList<>(List.of("Mcp-Session-Id", session));
        all.addAll(List.of(headers));
        Answer foreign = wire.send("bob", method, "/mcp", body, all.toArray(new String[0]));
        all.set(1, "unknown");
        Answer unknown = wire.send("bob", method, "/mcp", body, all.toArray(new String[0]));
        assertThat(foreign.status()).as(body).isEqualTo(404);
        assertThat(foreign.body()).isEqualTo(unknown.body()).contains("\"code\":-32600");
        assertThat(foreign.headers()).doesNotContainKeys("mcp-session-id", "mcp-protocol-version");
    }

    // T-35: answers count only in the session that was asked, once
    @Test
    void answerWhenFromAnotherSessionThenIsDropped() {
        try (var wire = new Wire();
                var caller = wire.server.connect()) {
            String adas = wire.send("ada", "POST", "/mcp", initializeWithRoots("2025-11-25"))
                    .header("mcp-session-id");
            String bobs = wire.send("bob", "POST", "/mcp", initializeWithRoots("2025-11-25"))
                    .header("mcp-session-id");
            String adasOther = wire.session("ada", "2025-11-25");
            wire.write(
                    caller, "ada", "POST", "/mcp", request("tools/call", "\"name\":\"ask\""), "Mcp-Session-Id", adas);
            var stream = new Wire.Stream(caller);
            String id = idOf(nextMessage(stream));
            for (String[] foreign : new String[][] {{"bob", bobs}, {"ada", adasOther}}) {
                for (String answer : new String[] {
                    roots(id),
                    roots("\"" + id + "\""),
                    "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":-1,\"message\":\"no\"}}"
                }) {
                    var taken = wire.send(foreign[0], "POST", "/mcp", answer, "Mcp-Session-Id", foreign[1]);
                    assertThat(taken.status() + taken.body()).isEqualTo("202"); // as any unknown one (H-113)
                }
            }
            assertThat(wire.send("bob", "POST", "/mcp", roots(id), "Mcp-Session-Id", adas)
                            .status())
                    .isEqualTo(404);
            assertThat(wire.fixture.toolCalls).isEmpty();
            for (int i = 0; i < 2; i++) { // twice: the second is dropped
                assertThat(wire.send("ada", "POST", "/mcp", roots(id), "Mcp-Session-Id", adas)
                                .status())
                        .isEqualTo(202);
            }
            assertThat(nextMessage(stream)).contains("\"id\":7,\"result\"", "roots: 1");
        }
    }

    // T-35: an answer of the wrong type fails the call, cleanly; the same through HTTP+SSE and in a batch
    @Test
    void answerWhenOfTheWrongTypeThenTheCallFails() {
        try (var wire = new Wire();
                var client = wire.legacy("ada")) {
            client.post(initializeWithRoots("2024-11-05"));
            client.stream.next();
            for (String answer : new String[] {"{\"roots\":7}", "{}", "{\"roots\":[{\"uri\":1}]}"}) {
                client.post("[" + request("tools/call", "\"name\":\"ask\"") + "]");
                String id = idOf(client.stream.next().data());
                assertThat(client.post("[{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + answer + "}]")
                                .status())
                        .isEqualTo(202);
                assertThat(client.stream.next().data()).contains("\"id\":7", "\"isError\":true");
            }
            client.post(request("tools/call", "\"name\":\"ask\""));
            client.post(roots(idOf(client.stream.next().data())));
            assertThat(client.stream.next().data()).contains("roots: 1");
        }
    }

    private static String nextMessage(Wire.Stream stream) {
        String data = stream.next().data();
        return data.isEmpty() ? stream.next().data() : data; // an event with an id alone (H-124)
    }

    // T-36: one id at two people's, two sessions' and two connections' at once
    @Test
    void callsWhenTheyShareAnIdThenEachIsAnsweredAndCancelledForItself() throws Exception {
        try (var wire = new Wire(new McpFixture(60_000, 10));
                var first = wire.server.connect();
                var second = wire.server.connect();
                var third = wire.server.connect()) {
            String adas = wire.session("ada", "2025-11-25");
            String adasOther = wire.session("ada", "2025-06-18");
            String bobs = wire.session("bob", "2025-11-25");
            String call = request("tools/call", "\"name\":\"wait\"");
            wire.write(first, "ada", "POST", "/mcp", call, "Mcp-Session-Id", adas);
            wire.write(second, "ada", "POST", "/mcp", call, "Mcp-Session-Id", adasOther);
            wire.write(third, "bob", "POST", "/mcp", call, "Mcp-Session-Id", bobs);
            for (int i = 0; i < 3; i++) {
                assertThat(acquire(wire.fixture.waiting)).isTrue();
            }
            assertThat(wire.send("ada", "POST", "/mcp", CANCEL, "Mcp-Session-Id", adas)
                            .status())
                    .isEqualTo(202);
            assertThat(first.read().status()).isEqualTo(202); // H-115
            assertThat(acquire(wire.fixture.interrupted)).isTrue();
            assertThat(wire.fixture.running.get()).isLessThanOrEqualTo(2);
            wire.fixture.goOn.release(2);
            assertThat(second.read().body()).contains("\"id\":7", "waited");
            assertThat(third.read().body()).contains("\"id\":7", "waited");
        }
    }

    // H-105, T-37: a session's end finds calls that begin at that very moment
    @Test
    void callWhenItsSessionEndsAtThatMomentThenEnds() {
        try (var wire = new Wire(new McpFixture(60_000, 10))) {
            for (int i = 0; i < 100; i++) {
                String session = wire.session("ada", "2025-03-26");
                String call = request("tools/call", "\"name\":\"wait\"");
                try (var client = wire.server.connect();
                        var other = wire.server.connect()) {
                    wire.write(
                            client,
                            "ada",
                            "POST",
                            "/mcp",
                            i % 2 == 0 ? call : "[" + call + "]",
                            "Mcp-Session-Id",
                            session);
                    wire.write(other, "ada", "DELETE", "/mcp", "", "Mcp-Session-Id", session);
                    assertThat(other.read().status()).isEqualTo(204);
                    assertThat(client.read().status()).isIn(202, 404); // without an answer, or too late
                }
            }
            Await.until("no tool runs", () -> wire.fixture.running.get() == 0);
        }
    }

    // T-37, H-105, H-115: cancelled, ended, answered and gone at any moment: one end each, and nothing is left
    @Test
    void callsWhenEverythingRacesThenEachEndsOnce() {
        var random = new Random(37);
        try (var wire = new Wire(new McpFixture(1, 1_000))) {
            int calls = 80;
            for (int i = 0; i < calls; i++) {
                String version = LEGACY.get(random.nextInt(LEGACY.size()));
                String session = wire.session("ada", version);
                try (var client = wire.server.connect();
                        var other = wire.server.connect()) {
                    wire.write(
                            client,
                            "ada",
                            "POST",
                            "/mcp",
                            request("tools/call", "\"name\":\"wait\""),
                            "Mcp-Session-Id",
                            session);
                    for (int spins = random.nextInt(100_000); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                    int how = random.nextInt(4);
                    switch (how) {
                        case 0 -> wire.write(other, "ada", "POST", "/mcp", CANCEL, "Mcp-Session-Id", session);
                        case 1 -> wire.write(other, "ada", "DELETE", "/mcp", "", "Mcp-Session-Id", session);
                        case 2 -> wire.fixture.goOn.release(calls); // for those, too, whose client has gone (H-115)
                        default -> {}
                    }
                    if (how == 0 || how == 1) {
                        assertThat(other.read().status()).isIn(202, 204);
                    }
                    if (how == 2) {
                        assertThat(client.read().body()).contains("waited");
                        wire.fixture.goOn.drainPermits();
                    }
                }
            }
            wire.fixture.goOn.release(calls);
            Await.until("no tool runs", () -> wire.fixture.running.get() == 0);
            Await.until("all streams have closed", () -> wire.fixture.streams.get() == 0);
            Await.until("no connection is left", () -> wire.server.telemetry.connections.get() == 0);
            assertThat(wire.fixture.toolCalls)
                    .hasSizeLessThanOrEqualTo(calls)
                    .allMatch(call -> call.endsWith("OK") || call.endsWith("CANCELLED"));
        }
    }
}
