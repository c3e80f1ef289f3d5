package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.ADD;
import static dev.portcullis.endpoint.mcp.McpFixture.INITIALIZE;
import static dev.portcullis.endpoint.mcp.McpFixture.META;
import static dev.portcullis.endpoint.mcp.McpFixture.person;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.RecordedExchange;
import io.netty.handler.codec.http.HttpMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that has a whole answer: which revision, which status, which code. */
class McpEndpointTest {
    private static final String LIST = request("tools/list", "");

    private final McpFixture fixture = new McpFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void assertError(RecordedExchange exchange, int status, int code) {
        assertThat(exchange.status() + " " + exchange.body())
                .startsWith(status + " ")
                .contains("\"code\":" + code + ",");
        assertThat(exchange.header("content-type")).isEqualTo("application/json");
        assertThat(exchange.header("cache-control")).isEqualTo("no-store"); // H-16
    }

    // H-30, H-19
    @Test
    void postWhenMetaNamesStatelessRevisionThenIsServedWhateverElse() {
        var plain = fixture.stateless("tools/call", "add", ADD);
        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.body()).contains("\"text\":\"5\"", "\"resultType\":\"complete\"", "\"id\":7");
        assertThat(plain.header("mcp-protocol-version")).isEqualTo("2026-07-28");
        var withSession =
                fixture.stateless("tools/call", "add", ADD, "mcp-session-id", "stolen", "last-event-id", "x"); // T-27
        assertThat(withSession.status()).isEqualTo(200);
        assertThat(withSession.header("mcp-session-id")).isNull();
        assertError(fixture.stateless("initialize", "", ""), 404, -32601); // H-47
    }

    // H-31
    @ParameterizedTest
    @ValueSource(strings = {"", "2025-11-25", "2026-07-28", "1999-01-01"})
    void postWhenInitializeWithoutMetaThenHandshakeWhateverTheHeader(String version) {
        var exchange = version.isEmpty()
                ? fixture.post(INITIALIZE)
                : fixture.post(INITIALIZE, "mcp-protocol-version", version);
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.header("mcp-session-id")).matches("[\\x21-\\x7E]{22,}");
        assertThat(exchange.header("mcp-protocol-version")).isEqualTo("2025-11-25");
        assertThat(exchange.body()).contains("\"protocolVersion\":\"2025-11-25\"", "\"serverInfo\":{");
    }

    // H-32
    @Test
    void postWhenHeaderIsStatelessAndMetaIsMissingThenMissingMeta() {
        assertError(fixture.post(LIST, "mcp-protocol-version", "2026-07-28"), 400, -32602);
        assertError(
                fixture.post(LIST, "mcp-protocol-version", "2026-07-28", "mcp-session-id", fixture.session()),
                400,
                -32602);
        var notification = fixture.post(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}", "mcp-protocol-version", "2026-07-28");
        assertThat(notification.status()).isEqualTo(202);
        assertThat(notification.body()).isEmpty();
        assertError(
                fixture.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", "mcp-protocol-version", "2026-07-28"),
                400,
                -32600);
    }

    // H-33, H-103, H-104
    @Test
    void postWhenSessionIsNamedThenItsRevisionHolds() {
        String session = fixture.session();
        assertThat(fixture.post(LIST, "mcp-session-id", session).status()).isEqualTo(200);
        assertThat(fixture.post(LIST, "mcp-session-id", session, "mcp-protocol-version", "2025-06-18")
                        .header("mcp-protocol-version"))
                .isEqualTo("2025-11-25");
        assertError(fixture.post(LIST, "mcp-session-id", session, "mcp-protocol-version", "x"), 400, -32022);
        assertError(fixture.post(LIST, "mcp-session-id", "unknown"), 404, -32600);
        assertError(fixture.post(request("nope", ""), "mcp-session-id", session), 200, -32601);
        assertError(fixture.post(request("tools/call", "\"name\":\"nope\""), "mcp-session-id", session), 200, -32602);
        assertThat(fixture.post(
                                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                                "mcp-session-id",
                                session)
                        .status())
                .isEqualTo(202); // H-106
        assertThat(fixture.post("{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}", "mcp-session-id", session)
                        .status())
                .isEqualTo(202); // H-113
    }

    // H-34, H-35
    @Test
    void postWhenNothingSaysWhichRevisionThenRefuses() {
        assertError(fixture.post(LIST), 400, -32600);
        assertError(fixture.post(LIST, "mcp-protocol-version", "2025-11-25"), 400, -32600);
        var unknown = fixture.post(LIST, "mcp-protocol-version", "2031-01-01");
        assertError(unknown, 400, -32022);
        assertThat(unknown.body())
                .contains(
                        "\"data\":{\"supported\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\",\"2024-11-05\"],"
                                + "\"requested\":\"2031-01-01\"}");
    }

    // H-36, H-37, H-38, H-51
    @Test
    void postWhenVersionsDisagreeOrAreUnknownThenRefuses() {
        String modern = request("tools/list", META);
        assertError(fixture.post(modern, "mcp-method", "tools/list"), 400, -32020); // H-38
        assertError(
                fixture.post(modern, "mcp-method", "tools/list", "mcp-protocol-version", "2025-11-25"), 400, -32020);
        assertError(
                fixture.post(
                        modern,
                        "mcp-method",
                        "tools/list",
                        "mcp-protocol-version",
                        "2026-07-28",
                        "mcp-protocol-version",
                        "2026-07-28"),
                400,
                -32020);
        var legacy = fixture.post(
                modern.replace("2026-07-28", "2025-11-25"),
                "mcp-method",
                "tools/list",
                "mcp-protocol-version",
                "2025-11-25");
        assertError(legacy, 400, -32022);
        assertThat(legacy.body()).contains("\"supported\":[\"2026-07-28\"],\"requested\":\"2025-11-25\"");
        var unknown = fixture.post(
                modern.replace("2026-07-28", "v999.0.0"),
                "mcp-method",
                "tools/list",
                "mcp-protocol-version",
                "v999.0.0");
        assertError(unknown, 400, -32022);
        assertThat(unknown.body()).contains("\"2024-11-05\"],\"requested\":\"v999.0.0\"", "\"id\":7");
    }

    // H-39, H-40, H-41, H-45, T-24
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | -32700",
                "'' | -32700",
                "[] | -32600",
                "[{}] | -32600",
                "{} | -32600",
                "7 | -32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"} | -32600",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"} | -32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]} | -32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"} | -32700",
            })
    void postWhenBodyIsNoMessageThenRefuses(String body, int code) {
        assertError(fixture.post(body), 400, code);
        assertError(fixture.post(body, "mcp-protocol-version", "2026-07-28"), 400, code);
        assertError(fixture.post(body, "mcp-session-id", fixture.session()), 400, code);
    }

    // H-42 and the order of H §4.2
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"_meta\":[]",
                "\"_meta\":null",
                "\"_meta\":{}",
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}",
                "\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}}",
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":20260728,\"io.modelcontextprotocol/clientCapabilities\":{}}",
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":[]}",
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{},"
                        + "\"io.modelcontextprotocol/clientInfo\":\"me\"}",
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{},"
                        + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"n\"}}",
            })
    void statelessWhenMetaIsIncompleteThenMissingMetaBeforeAllElse(String meta) {
        assertError(fixture.post(request("nope", meta), "mcp-protocol-version", "2026-07-28"), 400, -32602);
    }

    // H §4.2: each step before the next
    @Test
    void statelessWhenSeveralThingsAreWrongThenTheFirstStepAnswers() {
        String unknownVersion = META.replace("2026-07-28", "v9");
        assertError(fixture.post(request("nope", unknownVersion), "mcp-protocol-version", "v8"), 400, -32020); // 5
        assertError(fixture.post(request("nope", unknownVersion), "mcp-protocol-version", "v9"), 400, -32022); // 6
        String unknownMethod = request("nope", META);
        assertError(fixture.post(unknownMethod, "mcp-protocol-version", "2026-07-28"), 400, -32020); // 7
        assertError(
                fixture.post(unknownMethod, "mcp-protocol-version", "2026-07-28", "mcp-method", "nope"),
                404,
                -32601); // 8
        assertError(fixture.stateless("tools/call", "", "\"name\":\"nope\""), 400, -32020); // 9
        assertError(fixture.stateless("tools/call", "nope", "\"name\":\"nope\""), 200, -32602); // 12
        assertError(fixture.stateless("tools/call", "mirror", "\"name\":\"mirror\",\"arguments\":[]"), 200, -32602);
        assertError(
                fixture.stateless("tools/call", "mirror", "\"name\":\"mirror\",\"arguments\":{\"region\":\"x\"}"),
                400,
                -32020); // 13
    }

    // O-23, H §4.2 step 11
    @Test
    void statelessWhenScopeIsMissingThenChallenges() {
        var exchange = fixture.stateless("tools/call", "scoped", "\"name\":\"scoped\",\"arguments\":[]");
        assertThat(exchange.status()).isEqualTo(403);
        assertThat(exchange.header("www-authenticate"))
                .contains("error=\"insufficient_scope\"", "scope=\"tools:scoped\"", "resource_metadata=\"https://mcp.");
    }

    // H-50, H-53, H-54 to H-58, T-26
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mcp-Method | tools/call | ok",
                "Mcp-Method | TOOLS/CALL | bad",
                "Mcp-Method | tools/list | bad",
                "Mcp-Method | =?base64?dG9vbHMvY2FsbA==?= | bad",
                "Mcp-Name | add | ok",
                "MCP-NAME | add | ok",
                "Mcp-Name | =?base64?YWRk?= | ok",
                "Mcp-Name | Add | bad",
                "Mcp-Name | other | bad",
                "Mcp-Name | =?BASE64?YWRk?= | bad",
                "Mcp-Name | =?base64?YWRk | bad",
                "Mcp-Name | YWRk?= | bad",
                "Mcp-Name | =?base64?YWR?= | bad",
                "Mcp-Name | =?base64?YW!k?= | bad",
                "Mcp-Name | =?base64?/w==?= | bad",
                "Mcp-Param-Other | whatever | ok",
            })
    void statelessWhenHeaderMirrorsTheBodyThenMustMatch(String header, String value, String expected) {
        boolean method = header.equalsIgnoreCase("mcp-method");
        boolean name = header.equalsIgnoreCase("mcp-name");
        var exchange = fixture.post(
                request("tools/call", ADD + "," + META),
                "mcp-protocol-version",
                "2026-07-28",
                method ? header : "mcp-method",
                method ? value : "tools/call",
                name ? header : "mcp-name",
                name ? value : "add",
                "x-other",
                "x",
                method || name ? "x-more" : header,
                value);
        if (expected.equals("ok")) {
            assertThat(exchange.status()).isEqualTo(200);
        } else {
            assertError(exchange, 400, -32020);
            assertThat(fixture.toolCalls).isEmpty();
        }
    }

    // H-51
    @Test
    void statelessWhenMirroredHeaderIsRepeatedThenRefuses() {
        assertError(fixture.stateless("tools/call", "add", ADD, "mcp-name", "add"), 400, -32020);
        assertError(fixture.stateless("tools/call", "add", ADD, "mcp-method", "tools/call"), 400, -32020);
    }

    // H-52, H-54
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"region\":\"Hello\"} | Region | Hello | ok",
                "{\"region\":\"Hello\"} | region | =?base64?SGVsbG8=?= | ok",
                "{\"region\":\"Hello\"} | Region | =?base64?SGVsbG8?= | bad",
                "{\"region\":\"Hello\"} | Region | =?base64?SGVs!!!bG8=?= | bad",
                "{\"region\":\"Hello\"} | Region | hello | bad",
                "{\"region\":\"Hello\"} | Region | '' | bad",
                "{\"region\":\"\"} | Region | '' | ok",
                "{\"region\":\"\"} | Region | =?base64??= | ok",
                "{\"region\":\"=?base64?SGVs\"} | Region | =?base64?SGVs | ok",
                "{\"region\":\"SGVs?=\"} | Region | SGVs?= | ok",
                "{\"region\":\"é\"} | Region | =?base64?w6k=?= | ok",
                "{\"region\":\"é\"} | Region | é | bad",
                "{\"region\":null} | Region | x | bad",
                "{} | Region | x | bad",
                "{\"region\":\"x\"} | Count | 1 | bad",
                "{\"count\":42} | Count | 42 | ok",
                "{\"count\":42} | Count | 42.0 | ok",
                "{\"count\":42.0} | Count | 42 | ok",
                "{\"count\":42} | Count | 43 | bad",
                "{\"count\":42} | Count | 0x2A | bad",
                "{\"count\":42} | Count | 42d | bad",
                "{\"flag\":true} | Flag | true | ok",
                "{\"flag\":true} | Flag | TRUE | bad",
                "{\"flag\":true} | Flag | false | bad",
                "{\"deep\":{\"er\":\"x\"}} | Deeper | x | ok",
                "{\"deep\":{\"er\":\"x\"}} | Deeper | y | bad",
                "{\"deep\":{\"er\":\"x\"}} | Region | x | bad",
                "{\"deep\":{}} | Unknown | x | ok",
                "{\"deep\":null} | Unknown | x | isError",
            })
    void statelessWhenArgumentIsMirroredThenHeaderMustMatch(
            String arguments, String header, String value, String expected) {
        var exchange = fixture.stateless(
                "tools/call", "mirror", "\"name\":\"mirror\",\"arguments\":" + arguments, "Mcp-Param-" + header, value);
        if (expected.equals("bad")) {
            assertError(exchange, 400, -32020);
        } else {
            assertThat(exchange.status()).isEqualTo(200);
            assertThat(exchange.body().contains("isError")).isEqualTo(expected.equals("isError"));
        }
    }

    // H-54: missing
    @Test
    void statelessWhenMirroredArgumentHasNoHeaderThenRefuses() {
        assertError(
                fixture.stateless("tools/call", "mirror", "\"name\":\"mirror\",\"arguments\":{\"region\":\"x\"}"),
                400,
                -32020);
        assertThat(fixture.stateless("tools/call", "mirror", "\"name\":\"mirror\"")
                        .status())
                .isEqualTo(200);
    }

    // H-59: headers mean nothing in a session
    @Test
    void sessionWhenMirroredHeadersLieThenAreIgnored() {
        var exchange = fixture.post(
                request("tools/call", "\"name\":\"mirror\",\"arguments\":{\"region\":\"x\"}"),
                "mcp-session-id",
                fixture.session(),
                "mcp-method",
                "tools/list",
                "mcp-param-region",
                "y");
        assertThat(exchange.status()).isEqualTo(200);
    }

    // H-58, H-63
    @Test
    void statelessNotificationWhenHeadersAreAbsentOrRightThenTakenElseRefused() {
        String cancelled = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7,"
                + META + "}}";
        assertThat(fixture.post(cancelled).status()).isEqualTo(202);
        assertThat(fixture.post(cancelled, "mcp-method", "notifications/cancelled")
                        .status())
                .isEqualTo(202);
        assertError(fixture.post(cancelled, "mcp-method", "tools/call"), 400, -32020);
        assertError(fixture.post(cancelled, "mcp-protocol-version", "2025-11-25"), 400, -32020);
    }

    // H-14, H-15
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "accept | application/json | 200",
                "accept | */* | 200",
                "accept | application/*, text/* | 200",
                "accept | APPLICATION/JSON;q=0.5 | 200",
                "accept | text/html | 406",
                "accept | application/json;q=0 | 406",
                "content-type | application/json; charset=UTF-8 | 200",
                "content-type | Application/JSON;charset=\"utf-8\" | 200",
                "content-type | application/json; charset=latin1 | 415",
                "content-type | text/plain | 415",
                "content-type | application/jsonp | 415",
                "content-encoding | identity | 200",
                "content-encoding | gzip | 415",
            })
    void postWhenMediaTypeIsGivenThenServesOrRefuses(String header, String value, int status) {
        var exchange = fixture.post(INITIALIZE, header, value);
        assertThat(exchange.status()).isEqualTo(status);
        if (status != 200) {
            assertError(exchange, status, -32600);
        }
    }

    // H-3, H-33
    @Test
    void getOrDeleteWhenSessionIsWrongThenRefuses() {
        for (var method : new HttpMethod[] {HttpMethod.GET, HttpMethod.DELETE}) {
            var modern = fixture.exchange(method, "mcp-protocol-version", "2026-07-28")
                    .send("");
            assertThat(modern.status()).isEqualTo(405);
            assertThat(modern.header("allow")).isEqualTo("POST, OPTIONS");
            assertError(
                    fixture.exchange(method, "mcp-protocol-version", "2025-11-25")
                            .send(""),
                    400,
                    -32600);
            assertError(fixture.exchange(method, "mcp-session-id", "unknown").send(""), 404, -32600);
            assertError(
                    fixture.exchange(method, "mcp-session-id", fixture.session(), "mcp-protocol-version", "x")
                            .send(""),
                    400,
                    -32022);
        }
        assertError(
                fixture.exchange(HttpMethod.GET, "mcp-session-id", fixture.session(), "accept", "application/json")
                        .send(""),
                406,
                -32600);
        assertError(
                fixture.exchange(HttpMethod.GET, "mcp-session-id", fixture.session(), "last-event-id", "1-1")
                        .send(""),
                400,
                -32600); // H-122
    }

    // H-105
    @Test
    void deleteWhenSessionIsLiveThenItIsGone() {
        String session = fixture.session();
        var deleted =
                fixture.exchange(HttpMethod.DELETE, "mcp-session-id", session).send("");
        assertThat(deleted.status()).isEqualTo(204);
        assertError(
                fixture.exchange(HttpMethod.DELETE, "mcp-session-id", session).send(""), 404, -32600);
        assertError(fixture.exchange(HttpMethod.GET, "mcp-session-id", session).send(""), 404, -32600);
        assertError(fixture.post(LIST, "mcp-session-id", session), 404, -32600);
    }

    // H-102
    @Test
    void initializeWhenInASessionThenRefuses() {
        assertError(fixture.post(INITIALIZE, "mcp-session-id", fixture.session()), 400, -32600);
        assertError(fixture.post(INITIALIZE, "mcp-session-id", ""), 400, -32600);
    }

    // H-103, T-33: every method with the id of another person, or of the same through another client
    @Test
    void sessionWhenOfSomebodyElseThenIsUnknown() {
        var ada = person("ada", "client-1");
        String session = String.valueOf(
                fixture.exchange(HttpMethod.POST).by(ada).send(INITIALIZE).header("mcp-session-id"));
        for (var other :
                new dev.portcullis.identity.Principal[] {person("bob", "client-1"), person("ada", "client-2")}) {
            for (var method : new HttpMethod[] {HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE}) {
                String body = method.equals(HttpMethod.POST) ? request("tools/call", ADD) : "";
                var foreign = fixture.exchange(method, "mcp-session-id", session)
                        .by(other)
                        .send(body);
                var unknown = fixture.exchange(method, "mcp-session-id", "unknown")
                        .by(other)
                        .send(body);
                assertError(foreign, 404, -32600);
                assertThat(foreign.body()).isEqualTo(unknown.body());
            }
        }
        assertThat(fixture.toolCalls).isEmpty();
        assertThat(fixture.exchange(HttpMethod.POST, "mcp-session-id", session)
                        .by(ada)
                        .send(LIST)
                        .status())
                .isEqualTo(200);
    }

    // H-101: clients that ask for 2025-06-18 get it, and its rules
    @Test
    void sessionWhenOlderRevisionWasNegotiatedThenItsRulesHold() {
        var opened = fixture.post(INITIALIZE.replace("2025-11-25", "2025-06-18"));
        assertThat(opened.header("mcp-protocol-version")).isEqualTo("2025-06-18");
        assertError(
                fixture.post(
                        request("tools/call", "\"name\":\"add\",\"arguments\":{}"),
                        "mcp-session-id",
                        String.valueOf(opened.header("mcp-session-id"))),
                200,
                -32602);
    }

    // H-14: only JSON acceptable, so progress is dropped
    @Test
    void callWhenOnlyJsonIsAcceptedThenProgressIsDropped() {
        var exchange = fixture.stateless("tools/call", "steps", "\"name\":\"steps\"", "accept", "application/json");
        assertThat(exchange.body()).contains("done");
        var session = fixture.post(
                request("tools/call", "\"name\":\"steps\",\"_meta\":{\"progressToken\":1}"),
                "mcp-session-id",
                fixture.session(),
                "accept",
                "application/json");
        assertThat(session.body()).contains("done").doesNotContain("progress");
    }
}
