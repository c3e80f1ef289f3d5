package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.ADD;
import static dev.portcullis.endpoint.mcp.McpFixture.META;
import static dev.portcullis.endpoint.mcp.McpFixture.acquire;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.testing.RawClient.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every revision (H §1, §2), the stateless one (H §4), those with sessions (H §5), and which error has which status (H §9). */
class HttpRulesTest {
    static final List<String> LEGACY = Wire.LEGACY;
    static final List<String> ALL = List.of("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");
    private static Wire wire;

    @BeforeAll
    static void start() {
        wire = new Wire();
    }

    @AfterAll
    static void stop() {
        wire.close();
    }

    /** Sends a request as a client of a revision does. */
    private static Answer send(String version, String body, String method, String name, String... more) {
        var headers = new ArrayList<>(List.of("MCP-Protocol-Version", version));
        if (version.equals(Wire.MODERN)) {
            headers.addAll(List.of("Mcp-Method", method, "Mcp-Name", name));
        } else {
            headers.addAll(List.of("Mcp-Session-Id", wire.session(version)));
        }
        headers.addAll(List.of(more));
        return wire.post(body, headers.toArray(new String[0]));
    }

    private static String call(String version, String members) {
        return request("tools/call", version.equals(Wire.MODERN) ? members + "," + META : members);
    }

    private static void assertError(Answer answer, int status, int code) {
        assertThat(answer.status() + answer.body()).startsWith(status + "{").contains("\"code\":" + code + ",");
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff"); // H-16
    }

    // H-4, H-7, H-10, H-12, H-21: the door comes before everything else, on every path and method
    @ParameterizedTest
    @CsvSource({"POST, /mcp", "GET, /mcp", "DELETE, /mcp", "POST, /mcp/", "GET, /sse", "POST, /messages"})
    void requestWhenSeveralThingsAreWrongThenTheDoorAnswersFirst(String method, String path) {
        String[] wrong = {
            "Host",
            "evil.example",
            "Origin",
            "https://evil.example",
            "Content-Type",
            "text/plain",
            "MCP-Protocol-Version",
            "x"
        };
        assertThat(wire.send("", method, path, "{", wrong).status()).isEqualTo(421);
        wrong[1] = "localhost";
        assertThat(wire.send("", method, path, "{", wrong).status()).isEqualTo(403);
        wrong[3] = "https://inspector.example.org";
        assertThat(wire.send("", "PUT", path, "", wrong).status()).isEqualTo(405);
        var answer = wire.send("", method, path, "{", wrong);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://inspector.example.org"); // H-18
        assertThat(answer.header("vary")).containsIgnoringCase("origin");
        assertThat(answer.headers()).doesNotContainKey("location"); // H-7
    }

    // H-14, H-15, H-16, H-61 for each revision
    @ParameterizedTest
    @FieldSource("ALL")
    void postWhenMediaTypesDifferThenIsAnsweredInOneThatIsAccepted(String version) {
        for (String[] row : new String[][] {
            {"Accept", "application/json, text/event-stream", "200", "application/json"},
            {"Accept", "text/event-stream, application/json;q=0.9", "200", "application/json"},
            {"Accept", "-", "200", "application/json"},
            {"Accept", "*/*", "200", "application/json"},
            {"Accept", "text/html, *; q=.2, */*; q=.2", "200", "application/json"},
            {"Accept", "application/*", "200", "application/json"},
            {"Accept", "text/event-stream", "200", "text/event-stream"},
            {"Accept", "application/json;q=0, text/*", "200", "text/event-stream"},
            {"Accept", "text/html", "406", "application/json"},
            {"Accept", "application/json;q=0, text/event-stream;q=0.000", "406", "application/json"},
            {"Content-Type", "application/json;charset=utf-8", "200", "application/json"},
            {"Content-Type", "text/json", "415", "application/json"},
            {"Content-Type", "-", "415", "application/json"},
            {"Content-Type", "application/json; charset=utf-16", "415", "application/json"},
            {"Content-Encoding", "gzip", "415", "application/json"},
            {"Content-Encoding", "identity", "200", "application/json"},
        }) {
            var answer = send(version, call(version, ADD), "tools/call", "add", row[0], row[1]);
            assertThat(answer.status()).as(String.join(" ", row)).isEqualTo(Integer.parseInt(row[2]));
            assertThat(answer.header("content-type")).isEqualTo(row[3]);
            if (answer.status() != 200) {
                assertError(answer, answer.status(), -32600);
            } else {
                assertThat(answer.body()).contains("\"text\":\"5\"");
                assertThat(answer.header("mcp-protocol-version")).isEqualTo(version); // H-19
            }
        }
    }

    // H-14: without a stream nothing is told on the way, and nobody can be asked
    @ParameterizedTest
    @FieldSource("ALL")
    void callWhenOnlyJsonIsAcceptedThenNothingIsToldOnTheWay(String version) {
        String token = "\"_meta\":{\"progressToken\":1";
        String members = version.equals(Wire.MODERN)
                ? "\"name\":\"steps\"," + META.replace("\"_meta\":{", token + ",")
                : "\"name\":\"steps\"," + token + "}";
        var json = send(version, request("tools/call", members), "tools/call", "steps", "Accept", "application/json");
        assertThat(json.header("content-type")).isEqualTo("application/json");
        assertThat(json.body()).contains("done").doesNotContain("notifications/progress");
        var stream = send(version, request("tools/call", members), "tools/call", "steps");
        assertThat(stream.header("content-type")).isEqualTo("text/event-stream");
        assertThat(stream.header("x-accel-buffering")).isEqualTo("no");
        assertThat(stream.header("cache-control")).contains("no-store");
        assertThat(stream.body()).contains("notifications/progress", "done");
    }

    // H §5.1, H-113: who takes no stream cannot be asked
    @Test
    void callWhenItMustAskAndOnlyJsonIsAcceptedThenSaysSo() {
        String initialize =
                Wire.initialize("2025-11-25").replace("\"capabilities\":{}", "\"capabilities\":{\"roots\":{}}");
        String session = wire.post(initialize).header("mcp-session-id");
        var answer = wire.post(
                request("tools/call", "\"name\":\"ask\""), "Mcp-Session-Id", session, "Accept", "application/json");
        assertThat(answer.status() + answer.body()).startsWith("200").contains("\"isError\":true", "text/event-stream");
    }

    // H-20: too many calls of one person
    @ParameterizedTest
    @FieldSource("ALL")
    void callWhenTooManyRunThenIsToldToComeAgain(String version) throws Exception {
        var limits = new McpHttpLimits(60_000, 3, SseLimits.DEFAULT);
        try (var small = new Wire(new McpFixture(limits, 10, CallLimits.DEFAULT.running(60_000, 1)));
                var busy = small.server.connect()) {
            small.write(
                    busy,
                    "ada",
                    "POST",
                    "/mcp",
                    request("tools/call", "\"name\":\"wait\""),
                    "Mcp-Session-Id",
                    small.session("2025-11-25"));
            assertThat(acquire(small.fixture.waiting)).isTrue();
            var refused = version.equals(Wire.MODERN)
                    ? small.modern("tools/call", "wait", "\"name\":\"wait\"")
                    : small.post(request("tools/call", "\"name\":\"wait\""), "Mcp-Session-Id", small.session(version));
            assertError(refused, 429, -32603);
            assertThat(refused.body()).contains("\"id\":7");
            assertThat(refused.header("retry-after")).isEqualTo("3");
            small.fixture.goOn.release();
            assertThat(busy.read().body()).contains("waited");
        }
    }

    // H §9, H-47, H-48, H-104, H-112, H-160, H-172, H-180, H-182, O-23: the same mistake, and its status, in each
    // revision
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nope | | | 200 -32601 | 404 -32601",
                "tools/call | \"name\":\"nope\" | nope | 200 -32602 | 200 -32602",
                "tools/call | \"name\":7 | - | 200 -32602 | 200 -32602",
                "tools/call | \"name\":\"add\",\"arguments\":[] | add | 200 -32602 | 200 -32602",
                "tools/list | \"cursor\":\"forged\" | - | 200 -32602 | 200 -32602",
                "prompts/get | \"name\":\"nope\" | nope | 200 -32602 | 200 -32602",
                "resources/read | \"uri\":\"test://nope\" | test://nope | 200 -32002 | 200 -32602",
                "completion/complete | \"ref\":7 | - | 200 -32602 | 200 -32602",
                "ping | | - | 200 ok | 404 -32601",
                "logging/setLevel | \"level\":\"loud\" | - | 200 -32602 | 404 -32601",
                "resources/unsubscribe | \"uri\":\"test://note\" | - | 200 ok | 404 -32601",
                "server/discover | | - | 200 -32601 | 200 ok",
                "roots/list | | - | 200 -32601 | 404 -32601",
                "sampling/createMessage | | - | 200 -32601 | 404 -32601",
                "notifications/initialized | | - | 200 -32601 | 404 -32601",
                "tasks/list | | - | any | 404 -32601",
                "tasks/result | | - | any | 404 -32601",
                "tools/call | \"name\":\"scoped\" | scoped | 403 | 403",
            })
    void requestWhenRefusedThenStatusIsThatOfItsRevision(
            String method, String members, String name, String inSession, String modern) {
        String params = members == null ? "" : members;
        for (String version : ALL) {
            boolean isModern = version.equals(Wire.MODERN);
            String expected = isModern ? modern : inSession;
            String all = !isModern ? params : params.isEmpty() ? META : params + "," + META;
            var answer = send(version, request(method, all), method, name == null ? "-" : name);
            String[] parts = expected.split(" ", -1);
            String as = version + " " + method + " " + answer.status() + " " + answer.body();
            if (!expected.equals("any")) {
                assertThat(answer.status()).as(as).isEqualTo(Integer.parseInt(parts[0]));
            }
            if (parts.length > 1 && !parts[1].equals("ok")) {
                assertThat(answer.body()).as(as).contains("\"id\":7,\"error\":{\"code\":" + parts[1] + ",");
            } else if (parts.length > 1) {
                assertThat(answer.body()).as(as).contains("\"id\":7,\"result\":{");
            }
            assertThat(answer.header("mcp-protocol-version")).as(as).isEqualTo(version); // H-19
            if (isModern) {
                assertThat(answer.body()).doesNotContain("-32002", "-32042"); // H-49
            }
        }
    }

    // H-45: ids come back with their type, and only if they are ids
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | 7",
                "\"7\" | \"7\"",
                "-9007199254740991 | -9007199254740991",
                "\"\" | \"\"",
                "7.5 | -",
                "null | -",
                "true | -",
                "{} | -",
                "[7] | -",
                "9007199254740993 | -",
            })
    void requestWhenIdIsOfSomeTypeThenComesBackOrIsRefused(String id, String back) {
        for (String version : ALL) {
            String body = call(version, ADD).replace("\"id\":7", "\"id\":" + id);
            var answer = send(version, body, "tools/call", "add");
            if (back.equals("-")) {
                assertError(answer, 400, -32600);
                assertThat(answer.body()).doesNotContain("\"id\"");
            } else {
                assertThat(answer.status() + answer.body())
                        .startsWith("200{\"jsonrpc\":\"2.0\",\"id\":" + back + ",\"result\"");
            }
        }
    }

    // H §4.3: Mcp-Name of every method that has one, plain and in base64 (H-50 to H-53)
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tools/call | \"name\":\"add\",\"arguments\":{\"a\":1,\"b\":1} | add",
                "prompts/get | \"name\":\"greet\" | greet",
                "resources/read | \"uri\":\"test://note\" | test://note",
                "resources/read | \"uri\":\"test://né\" | =?base64?dGVzdDovL27DqQ==?=",
            })
    void modernWhenNameIsMirroredThenMustMatch(String method, String members, String name) {
        assertThat(wire.modern(method, name, members).body()).doesNotContain("-32020");
        if (!name.startsWith("=?")) {
            String encoded = java.util.Base64.getEncoder()
                    .encodeToString(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(wire.modern(method, "=?base64?" + encoded + "?=", members)
                            .body())
                    .doesNotContain("-32020");
            assertThat(wire.modern(method, " \t" + name + "\t ", members).body())
                    .doesNotContain("-32020");
            assertMismatch(method, "=?BASE64?" + encoded + "?=", members);
            assertMismatch(method, "=?base64?" + encoded, members);
            assertMismatch(method, "=?base64?!" + encoded + "?=", members);
        }
        assertMismatch(method, "", members);
        assertMismatch(method, "other", members);
        assertMismatch(method, name + "é", members);
        assertMismatch(method, "=?base64?/w==?=", members);
        assertError(wire.modern(method, name, members, "Mcp-Name", name), 400, -32020); // H-51
        assertError(wire.modern(method, name, members, "Mcp-Method", method), 400, -32020);
    }

    private static void assertMismatch(String method, String name, String members) {
        assertError(wire.modern(method, name, members), 400, -32020);
    }

    // H-60, H-63, H-161, H-58
    @ParameterizedTest
    @ValueSource(strings = {"notifications/cancelled", "notifications/whatever", "notifications/progress"})
    void notificationWhenPostedThenIsTaken(String method) {
        String body = "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\"}";
        for (String version : LEGACY) {
            var answer = send(version, body, method, "-");
            assertThat(answer.status() + answer.body()).isEqualTo("202");
            assertThat(answer.header("mcp-protocol-version")).isEqualTo(version);
        }
        String withMeta = body.replace("}", ",\"params\":{" + META + "}}");
        for (String sent : new String[] {body, withMeta}) {
            var bare = wire.post(sent, "MCP-Protocol-Version", Wire.MODERN);
            assertThat(bare.status() + bare.body()).isEqualTo("202");
            var mirrored = wire.post(sent, "MCP-Protocol-Version", Wire.MODERN, "Mcp-Method", method);
            assertThat(mirrored.status() + mirrored.body()).isEqualTo("202");
            assertError(wire.post(sent, "MCP-Protocol-Version", Wire.MODERN, "Mcp-Method", "tools/call"), 400, -32020);
        }
        assertError(wire.post(withMeta, "MCP-Protocol-Version", "2025-11-25"), 400, -32020);
    }

    // H-41
    @Test
    void modernWhenBodyIsNoRequestThenIsRefused() {
        String[] headers = {"MCP-Protocol-Version", Wire.MODERN, "Mcp-Method", "tools/call", "Mcp-Name", "add"};
        String call = call(Wire.MODERN, ADD);
        for (String body : new String[] {
            "[" + call + "]",
            "[]",
            "{}",
            "7",
            "\"x\"",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
            call.replace("2.0", "1.0"),
            call.replace("\"id\":7", "\"id\":null")
        }) {
            assertError(wire.post(body, headers), 400, -32600);
        }
        assertError(wire.post("", headers), 400, -32700);
        assertError(wire.post(call + "}", headers), 400, -32700);
    }

    // H-101, H-102
    @ParameterizedTest
    @ValueSource(strings = {"protocolVersion", "capabilities", "clientInfo"})
    void initializeWhenAMemberIsMissingThenIsInvalid(String member) {
        for (String version : LEGACY) {
            String body = Wire.initialize(version).replace("\"" + member + "\"", "\"x\"");
            var answer = wire.post(body);
            assertError(answer, 200, -32602);
            assertThat(answer.headers()).doesNotContainKey("mcp-session-id");
        }
    }

    // H-103, H-105, H-106, for each revision: a session's whole life
    @ParameterizedTest
    @FieldSource("LEGACY")
    void sessionWhenItLivesAndEndsThenIsServedAndUnknown(String version) {
        String session = wire.session(version);
        assertThat(wire.request(version, session, "tools/call", ADD).body())
                .contains("\"text\":\"5\""); // before initialized
        var noted =
                wire.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", "Mcp-Session-Id", session);
        assertThat(noted.status() + noted.body()).isEqualTo("202");
        assertThat(wire.request(version, session, "tools/list", "").body()).contains("\"tools\":[");
        assertThat(wire.request(version, session, "ping", "").headers()).doesNotContainKey("mcp-session-id");
        var ended = wire.send("ada", "DELETE", "/mcp", "", "Mcp-Session-Id", session);
        assertThat(ended.status() + ended.body()).isEqualTo("204");
        assertThat(ended.header("mcp-protocol-version")).isEqualTo(version);
        assertError(wire.send("ada", "DELETE", "/mcp", "", "Mcp-Session-Id", session), 404, -32600);
        assertError(wire.request(version, session, "ping", ""), 404, -32600);
        assertError(wire.send("ada", "GET", "/mcp", "", "Mcp-Session-Id", session), 404, -32600);
    }
}
