package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.ADD;
import static dev.portcullis.endpoint.mcp.McpFixture.META;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.RawClient.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Which revision a message speaks (H §3), for each kind of message, header and session; nothing skips the token (T-27). */
class EraRulesTest {
    static final List<String> LEGACY = Wire.LEGACY;
    private static final String ALL =
            "\"supported\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\",\"2024-11-05\"]";
    private static Wire wire;
    private static String session;

    @BeforeAll
    static void start() {
        wire = new Wire();
        session = wire.session("2025-11-25");
    }

    @AfterAll
    static void stop() {
        wire.close();
    }

    private static String body(String kind) {
        return switch (kind) {
            case "request" -> request("tools/call", ADD);
            case "modern" -> request("tools/call", ADD + "," + META);
            case "modern initialize" -> request("initialize", META);
            case "initialize" -> Wire.initialize("2025-06-18");
            case "notification" -> "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}";
            case "response" -> "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
            case "error" -> "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}";
            case "batch" -> "[" + request("ping", "") + "]";
            case "modern batch" -> "[" + request("ping", META) + "]";
            default -> kind;
        };
    }

    private static String[] headers(String version, String sessionId) {
        var headers = new ArrayList<String>();
        if (!version.equals("-")) {
            headers.addAll(List.of("MCP-Protocol-Version", version));
        }
        if (!sessionId.equals("-")) {
            headers.addAll(List.of("Mcp-Session-Id", sessionId.equals("live") ? session : sessionId));
        }
        headers.addAll(List.of("Mcp-Method", "tools/call", "Mcp-Name", "add", "Last-Event-ID", "x-1"));
        return headers.toArray(new String[0]);
    }

    @ParameterizedTest(name = "{0} | {1} | {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // H-30: what names its revision stands alone, whatever else is there
                "modern | 2026-07-28 | - | 200 | -",
                "modern | 2026-07-28 | live | 200 | -",
                "modern | 2026-07-28 | stolen | 200 | -",
                // H-37, H-38
                "modern | - | - | 400 | -32020",
                "modern | 2025-11-25 | - | 400 | -32020",
                "modern | 2025-11-25 | live | 400 | -32020",
                "modern | 2031-01-01 | - | 400 | -32020",
                // H-31: a handshake, whatever the header says
                "initialize | - | - | 200 | -",
                "initialize | 2026-07-28 | - | 200 | -",
                "initialize | 2025-11-25 | - | 200 | -",
                "initialize | 2024-11-05 | - | 200 | -",
                "initialize | 2031-01-01 | - | 200 | -",
                "initialize | - | live | 400 | -32600",
                "initialize | - | stolen | 400 | -32600",
                // H-32
                "request | 2026-07-28 | - | 400 | -32602",
                "request | 2026-07-28 | live | 400 | -32602",
                "notification | 2026-07-28 | - | 400 | -32020",
                "response | 2026-07-28 | - | 400 | -32600",
                "response | 2026-07-28 | live | 400 | -32600",
                "error | 2026-07-28 | live | 400 | -32600",
                // H-33, H-103
                "request | - | live | 200 | -",
                "request | 2025-11-25 | live | 200 | -",
                "request | 2025-06-18 | live | 200 | -",
                "request | 2024-11-05 | live | 200 | -",
                "request | 2031-01-01 | live | 400 | -32022",
                "request | ' ' | live | 400 | -32022",
                "notification | - | live | 202 | -",
                "notification | 2031-01-01 | live | 400 | -32022",
                "response | - | live | 202 | -",
                "error | 2025-03-26 | live | 202 | -",
                "request | - | stolen | 404 | -32600",
                "notification | - | stolen | 404 | -32600",
                "response | - | stolen | 404 | -32600",
                "request | 2031-01-01 | stolen | 404 | -32600",
                // H-34, H-35
                "request | - | - | 400 | -32600",
                "request | 2025-11-25 | - | 400 | -32600",
                "request | 2024-11-05 | - | 400 | -32600",
                "notification | - | - | 400 | -32600",
                "response | - | - | 400 | -32600",
                "request | 2031-01-01 | - | 400 | -32022",
                "notification | 2031-01-01 | - | 400 | -32022",
                // H-41, H-111: batches belong to sessions that take them; this one does not
                "batch | 2026-07-28 | - | 400 | -32600",
                "batch | 2026-07-28 | live | 400 | -32600",
                "modern batch | - | live | 400 | -32600",
                "batch | - | live | 400 | -32600",
                "batch | - | stolen | 404 | -32600",
                "batch | - | - | 400 | -32600",
                "batch | 2031-01-01 | - | 400 | -32022",
                // H-39
                "{ | 2026-07-28 | - | 400 | -32700",
                "{ | - | live | 400 | -32700",
                "{ | - | - | 400 | -32700",
            })
    void postWhenMessageAndHeadersAreGivenThenIsServedOrRefused(
            String kind, String version, String sessionId, int status, String code) {
        int calls = wire.fixture.toolCalls.size();
        Answer answer = wire.post(body(kind), headers(version, sessionId));
        assertThat(answer.status() + " " + answer.body()).startsWith(status + " ");
        if (code.equals("-")) {
            assertThat(answer.body()).doesNotContain("\"error\"");
        } else {
            assertThat(answer.body())
                    .startsWith("{\"jsonrpc\":\"2.0\",")
                    .contains("\"error\":{\"code\":" + code + ","); // H-40
            assertThat(wire.fixture.toolCalls).hasSize(calls); // nothing has been done
        }
        if (code.equals("-32700")) {
            assertThat(answer.body()).doesNotContain("\"id\""); // H-39, H-200
        }
        if (kind.startsWith("modern") && !kind.endsWith("batch")) {
            assertThat(answer.header("mcp-protocol-version")).isEqualTo("2026-07-28"); // H-19
            assertThat(answer.headers()).doesNotContainKey("mcp-session-id");
        }
        if (status != 404
                && sessionId.equals("live")
                && !version.equals("2026-07-28")
                && !code.equals("-32700")
                && !kind.equals("initialize")
                && !kind.startsWith("modern")) {
            assertThat(answer.header("mcp-protocol-version"))
                    .isEqualTo("2025-11-25"); // H-19: the session's, not the header's
        }
        // T-27: without a token none of this matters
        assertThat(wire.send("", "POST", "/mcp", body(kind), headers(version, sessionId))
                        .status())
                .isEqualTo(401);
    }

    // H-30, H-47
    @Test
    void initializeWhenItNamesItsRevisionThenIsAnUnknownMethod() {
        var answer =
                wire.post(body("modern initialize"), "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "initialize");
        assertThat(answer.status() + answer.body())
                .startsWith("404")
                .contains("\"code\":-32601", "2025-11-25, 2025-06-18");
    }

    // H-36: a revision that needs a session is not offered again
    @ParameterizedTest
    @FieldSource("LEGACY")
    void postWhenMetaNamesARevisionWithSessionsThenOnlyOthersAreOffered(String version) {
        String body = request("tools/list", META.replace("2026-07-28", version));
        var answer = wire.post(body, "MCP-Protocol-Version", version, "Mcp-Method", "tools/list");
        assertThat(answer.status() + answer.body())
                .startsWith("400")
                .contains(
                        "\"code\":-32022",
                        "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"" + version + "\"}");
    }

    // H-36, H-35: of unknown ones, all are offered; what is repeated is short and clean (H-201)
    @Test
    void postWhenRevisionIsUnknownThenAllAreOffered() {
        String strange = "x".repeat(300);
        for (String unknown : new String[] {"2031-01-01", "1", strange}) {
            String body = request("tools/list", META.replace("2026-07-28", unknown));
            var modern = wire.post(body, "MCP-Protocol-Version", unknown, "Mcp-Method", "tools/list");
            assertThat(modern.status() + modern.body()).startsWith("400").contains("\"code\":-32022", ALL);
            assertThat(modern.body().length()).isLessThan(1024);
            var legacy = wire.post(request("tools/list", ""), "MCP-Protocol-Version", unknown);
            assertThat(legacy.status() + legacy.body()).startsWith("400").contains("\"code\":-32022", ALL);
        }
    }

    // H-101, H-31, H-33: what was negotiated holds, whatever the header says then
    @ParameterizedTest
    @FieldSource("LEGACY")
    void sessionWhenOpenedThenItsRevisionIsTold(String version) {
        var opened = wire.post(Wire.initialize(version), "MCP-Protocol-Version", "2026-07-28");
        assertThat(opened.status()).isEqualTo(200);
        assertThat(opened.body()).contains("\"protocolVersion\":\"" + version + "\"");
        assertThat(opened.header("mcp-protocol-version")).isEqualTo(version);
        String id = opened.header("mcp-session-id");
        assertThat(id).matches("[\\x21-\\x7E]{22,}");
        for (String other : LEGACY) {
            var answer = wire.post(request("ping", ""), "Mcp-Session-Id", id, "MCP-Protocol-Version", other);
            assertThat(answer.status() + answer.body()).isEqualTo("200{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
            assertThat(answer.header("mcp-protocol-version")).isEqualTo(version);
        }
    }

    // H-101: never a revision without sessions
    @ParameterizedTest
    @CsvSource({"2026-07-28", "2031-01-01", "1.0", "''"})
    void initializeWhenRevisionHasNoSessionsThenGetsTheNewestThatHas(String requested) {
        assertThat(wire.post(Wire.initialize(requested)).body()).contains("\"protocolVersion\":\"2025-11-25\"");
    }

    // H-51: repeated headers
    @ParameterizedTest
    @CsvSource({"MCP-Protocol-Version, 2025-11-25", "Mcp-Session-Id, x"})
    void postWhenHeaderIsRepeatedThenIsRefused(String header, String value) {
        var answer = wire.post(request("ping", ""), "Mcp-Session-Id", session, header, value, header, value);
        assertThat(answer.status() + answer.body()).startsWith("400").contains("\"code\":-32600");
    }

    // H-3, H-4
    @ParameterizedTest
    @CsvSource({"GET", "DELETE"})
    void bodilessWhenRevisionHasNoSessionsThenIsNoMethod(String method) {
        int refused = wire.fixture.refused.size();
        for (String id : new String[] {session, "stolen", "-"}) {
            var answer = wire.send(
                    "ada",
                    method,
                    "/mcp",
                    "",
                    "MCP-Protocol-Version",
                    "2026-07-28",
                    "Mcp-Session-Id",
                    id,
                    "Accept",
                    "text/html");
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.header("allow")).isEqualTo("POST, OPTIONS");
            assertThat(answer.body()).isEmpty();
        }
        assertThat(wire.fixture.refused).hasSize(refused); // answered once, refused as nothing else
        assertThat(wire.send("", method, "/mcp", "", "MCP-Protocol-Version", "2026-07-28")
                        .status())
                .isEqualTo(401);
        assertThat(wire.post(request("ping", ""), "Mcp-Session-Id", session).status())
                .isEqualTo(200); // it lives
    }

    // H-33, H-103, H-105
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | - | - | 400 | -32600",
                "DELETE | 2031-01-01 | - | 400 | -32022",
                "DELETE | - | stolen | 404 | -32600",
                "DELETE | 2031-01-01 | live | 400 | -32022",
                "GET | 2025-06-18 | - | 400 | -32600",
                "GET | 2031-01-01 | - | 400 | -32022",
                "GET | - | stolen | 404 | -32600",
                "GET | 2031-01-01 | live | 400 | -32022",
                "GET | 2025-06-18 | live | 400 | -32600", // Last-Event-ID names nothing (H-122)
            })
    void bodilessWhenSessionOrRevisionIsWrongThenIsRefused(
            String method, String version, String sessionId, int status, String code) {
        var answer = wire.send("ada", method, "/mcp", "", headers(version, sessionId));
        assertThat(answer.status() + answer.body()).startsWith("" + status).contains("\"code\":" + code);
    }

    // H-2: both kinds by turns on one connection
    @Test
    void connectionWhenRevisionsAreMixedThenEachMessageHasItsOwn() {
        var sessions = new ArrayList<String>();
        LEGACY.forEach(version -> sessions.add(wire.session(version)));
        try (var client = wire.server.connect()) {
            for (int i = 0; i < 40; i++) {
                int which = i % (LEGACY.size() + 1);
                if (which == LEGACY.size()) {
                    wire.write(client, "ada", "POST", "/mcp", body("modern"), headers("2026-07-28", "-"));
                    assertThat(client.read().body()).contains("resultType");
                } else {
                    wire.write(client, "ada", "POST", "/mcp", body("request"), headers("-", sessions.get(which)));
                    var answer = client.read();
                    assertThat(answer.header("mcp-protocol-version")).isEqualTo(LEGACY.get(which));
                    assertThat(answer.body()).contains("\"text\":\"5\"").doesNotContain("resultType");
                }
            }
        }
    }
}
