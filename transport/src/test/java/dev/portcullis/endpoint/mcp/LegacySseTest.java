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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP+SSE transport (H §6), and its clients on the main path (H-6). */
class LegacySseTest {
    private static Wire wire;

    @BeforeAll
    static void start() {
        wire = new Wire();
    }

    @AfterAll
    static void stop() {
        wire.close();
    }

    private static void assertError(Answer answer, int status, int code) {
        assertThat(answer.status() + " " + answer.body())
                .startsWith(status + " ")
                .contains("\"code\":" + code + ",");
        assertThat(answer.header("content-type")).isEqualTo("application/json");
    }

    private static void assertAccepted(Answer answer) {
        assertThat(answer.status() + answer.body()).isEqualTo("202");
    }

    // H-150, H-16, H-17
    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/sse/", "/mcp", "/mcp/"})
    void getWhenStreamIsOpenedThenFirstSaysWhereToPost(String path) {
        try (var stream = wire.open("ada", path)) {
            assertThat(stream.head.status()).isEqualTo(200);
            assertThat(stream.head.header("content-type")).isEqualTo("text/event-stream");
            assertThat(stream.head.header("cache-control")).contains("no-store");
            assertThat(stream.head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(stream.head.headers()).doesNotContainKey("mcp-session-id"); // H-152
            var first = stream.next();
            assertThat(first.event()).isEqualTo("endpoint");
            assertThat(first.id()).isEmpty();
            assertThat(first.data()).matches("/messages\\?sessionId=[A-Za-z0-9_-]{43}");
        }
    }

    // H-151, H-153, H-106: any revision with sessions, whatever it was made for
    @ParameterizedTest
    @CsvSource({
        "2024-11-05, 2024-11-05",
        "2025-03-26, 2025-03-26",
        "2025-06-18, 2025-06-18",
        "2025-11-25, 2025-11-25",
        "2026-07-28, 2025-11-25",
        "1999-01-01, 2025-11-25"
    })
    void clientWhenItInitializesThenIsAnsweredOnTheStream(String requested, String negotiated) {
        try (var client = wire.legacy("ada")) {
            assertAccepted(client.post(Wire.initialize(requested)));
            var answer = client.stream.next();
            assertThat(answer.event()).isEqualTo("message");
            assertThat(answer.id()).isEmpty(); // H-152
            assertThat(answer.data())
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"" + negotiated);
            var noted = client.post(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                    "MCP-Protocol-Version",
                    negotiated);
            assertAccepted(noted);
            assertThat(noted.header("mcp-protocol-version")).isEqualTo(negotiated); // H-19
            assertAccepted(client.post(request("tools/call", ADD)));
            assertThat(client.stream.next().data())
                    .contains("\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"5\"");
            assertAccepted(client.post(request("nope", "")));
            assertThat(client.stream.next().data()).contains("\"id\":7,\"error\":{\"code\":-32601");
            assertAccepted(client.post("{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}")); // H-113: unknown, dropped
            assertAccepted(client.post(request("ping", "")));
            assertThat(client.stream.next().data()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
        }
    }

    // H-113, H-133: notifications go where the answer goes, before it
    @Test
    void callWhenItTellsProgressThenTellsItOnTheStream() {
        try (var client = wire.legacy("ada")) {
            client.initialize("2024-11-05");
            assertAccepted(client.post(request("tools/call", "\"name\":\"steps\",\"_meta\":{\"progressToken\":1}")));
            assertThat(client.stream.next().data()).contains("notifications/progress", "\"progress\":1");
            assertThat(client.stream.next().data()).contains("notifications/progress", "\"progress\":2");
            assertThat(client.stream.next().data()).contains("done");
        }
    }

    // H-34, H-102, H-101
    @Test
    void clientWhenOutOfOrderThenIsRefusedOnTheStream() {
        try (var client = wire.legacy("ada")) {
            assertAccepted(client.post(request("tools/list", "")));
            assertThat(client.stream.next().data()).contains("\"id\":7,\"error\":{\"code\":-32600");
            assertAccepted(client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
            assertAccepted(client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
            assertAccepted(client.post(request("initialize", "\"protocolVersion\":\"2024-11-05\"")));
            assertThat(client.stream.next().data()).contains("\"id\":7,\"error\":{\"code\":-32602");
            assertThat(client.initialize("2024-11-05")).contains("\"protocolVersion\":\"2024-11-05\"");
            assertAccepted(client.post(Wire.initialize("2025-11-25")));
            assertThat(client.stream.next().data()).contains("\"id\":0,\"error\":{\"code\":-32600");
            assertAccepted(client.post(request("ping", "")));
            assertThat(client.stream.next().data()).contains("\"result\":{}");
        }
    }

    // H-153, H-33, H-35, H-151, H-15
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | | | 400 | -32700",
                "'' | | | 400 | -32700",
                "[] | | | 400 | -32600",
                "{} | | | 400 | -32600",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"} | | | 400 | -32600",
                "ping | MCP-Protocol-Version | 2031-01-01 | 400 | -32022",
                "ping | MCP-Protocol-Version | 2026-07-28 | 400 | -32022",
                "modern | | | 400 | -32022",
                "ping | Content-Type | text/plain | 415 | -32600",
                "ping | Content-Encoding | gzip | 415 | -32600",
            })
    void postWhenItCannotBeTakenThenIsRefusedByStatus(String body, String header, String value, int status, int code) {
        try (var client = wire.legacy("ada")) {
            client.initialize("2024-11-05");
            String sent = body.equals("ping")
                    ? request("ping", "")
                    : body.equals("modern") ? request("tools/call", ADD + "," + META) : body;
            int calls = wire.fixture.toolCalls.size();
            var answer = header == null ? client.post(sent) : client.post(sent, header, value);
            assertError(answer, status, code);
            if (body.equals("modern") || "2026-07-28".equals(value)) {
                assertThat(answer.body()).contains("\"supported\":[\"2026-07-28\"]");
            }
            assertAccepted(client.post(request("ping", ""))); // and the stream lives
            assertThat(client.stream.next().data()).contains("\"result\":{}");
            assertThat(wire.fixture.toolCalls).hasSize(calls);
        }
    }

    // H-15, T-6
    @Test
    void postWhenBodyIsTooLongThenIsRefused() {
        try (var client = wire.legacy("ada");
                var poster = wire.server.connect()) {
            wire.write(
                    poster,
                    "ada",
                    "POST",
                    client.target,
                    "",
                    "Content-Length",
                    Integer.toString(McpRoutes.BODY_BYTES_MAX + 1));
            assertThat(poster.read().status()).isEqualTo(413);
        }
    }

    // H-111: batches where the revision has them; each response is an event
    @ParameterizedTest
    @CsvSource({"2024-11-05, true", "2025-03-26, true", "2025-06-18, false", "2025-11-25, false"})
    void batchWhenPostedThenEachResponseIsAnEvent(String version, boolean takesBatches) {
        try (var client = wire.legacy("ada")) {
            String ping = request("ping", "");
            assertError(client.post("[" + ping + "]"), 400, -32600); // which revision is not known yet
            client.initialize(version);
            var answer = client.post(
                    "[" + ping + ",7,{\"jsonrpc\":\"2.0\",\"method\":\"x\"}," + ping.replace("7", "8") + "]");
            if (!takesBatches) {
                assertError(answer, 400, -32600);
                return;
            }
            assertAccepted(answer);
            var events = java.util.stream.Stream.generate(client.stream::next)
                    .limit(3)
                    .map(Wire.Event::data)
                    .toList();
            assertThat(events)
                    .contains(
                            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}",
                            "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}")
                    .anyMatch(event -> event.startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600"));
            assertError(client.post("[" + ping + "," + Wire.initialize(version) + "]"), 400, -32600); // H-102
            assertError(client.post("[" + request("ping", META) + "]"), 400, -32022);
        }
    }

    // O-23: a missing scope is said by status, where the post stands for one call
    @Test
    void callWhenScopeIsMissingThenChallengesForItsPath() {
        try (var client = wire.legacy("ada")) {
            client.initialize("2024-11-05");
            var refused = client.post(request("tools/call", "\"name\":\"scoped\""));
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.header("www-authenticate"))
                    .contains("insufficient_scope", "oauth-protected-resource/sse\"");
            assertAccepted(client.post("[" + request("tools/call", "\"name\":\"scoped\"") + "]"));
            assertThat(client.stream.next().data()).contains("\"isError\":true", "tools:scoped"); // O-24
        }
    }

    // H-152, T-33: unknown, foreign, repeated, none
    @Test
    void postWhenSessionIsNotTheCallersThenIsUnknown() {
        try (var client = wire.legacy("ada")) {
            client.initialize("2024-11-05");
            String call = request("tools/call", ADD);
            String id = client.target.substring(client.target.indexOf('?'));
            var unknown = wire.send("bob", "POST", "/messages?sessionId=unknown", call);
            assertError(unknown, 404, -32600);
            for (String target : new String[] {
                client.target, "/messages", "/messages?sessionId=", "/messages" + id + "&" + id.substring(1)
            }) {
                var answer = wire.send("bob", "POST", target, call);
                assertThat(answer.body()).isEqualTo(unknown.body());
                assertThat(answer.status()).isEqualTo(404);
            }
            assertError(wire.send("ada", "POST", "/messages" + id + "&" + id.substring(1), call), 404, -32600);
            assertThat(wire.send("", "POST", client.target, call).status()).isEqualTo(401);
            String key = id.substring(id.indexOf('=') + 1);
            assertError(wire.send("ada", "POST", "/mcp", call, "Mcp-Session-Id", key), 404, -32600); // no session there
            assertAccepted(client.post(request("ping", "")));
            assertThat(client.stream.next().data()).contains("\"id\":7,\"result\":{}"); // the first thing on the stream
        }
    }

    // H-152, T-37: the stream's end is the session's, and ends its calls
    @Test
    void streamWhenClientGoesThenSessionAndCallsEnd() throws InterruptedException {
        String target;
        try (var client = wire.legacy("eve")) {
            target = client.target;
            client.initialize("2024-11-05");
            client.post(request("tools/call", "\"name\":\"wait\""));
            assertThat(acquire(wire.fixture.waiting)).isTrue();
        }
        assertThat(acquire(wire.fixture.interrupted)).isTrue();
        Await.until(
                "the session is unknown",
                () -> wire.send("eve", "POST", target, request("ping", "")).status() == 404);
        Await.until("the call has ended", () -> wire.fixture.running.get() == 0);
    }

    // H-120, H-132, H-152: what a session is told beside answers comes on the one stream, without ids, and not before
    // there is a session
    @Test
    void clientWhenListsAndResourcesChangeThenIsTold() {
        try (var fresh = new Wire();
                var early = fresh.legacy("ada");
                var client = fresh.legacy("ada")) {
            client.initialize("2024-11-05");
            client.post(request("resources/subscribe", "\"uri\":\"test://watched\""));
            assertThat(client.stream.next().data()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
            fresh.fixture.catalog.removeTool("steps");
            var list = client.stream.next();
            assertThat(list.data()).contains("\"method\":\"notifications/tools/list_changed\"");
            assertThat(list.event() + list.id()).isEqualTo("message");
            fresh.fixture.catalog.changes().resourceUpdated("test://watched");
            assertThat(client.stream.next().data())
                    .contains("\"method\":\"notifications/resources/updated\"", "\"uri\":\"test://watched\"");
            assertThat(early.initialize("2024-11-05")).contains("\"id\":0,\"result\"");
        }
    }

    // H-115: cancelled calls get no response
    @Test
    void callWhenCancelledThenIsNotAnswered() throws InterruptedException {
        try (var client = wire.legacy("ada")) {
            client.initialize("2024-11-05");
            assertAccepted(client.post(request("tools/call", "\"name\":\"wait\"")));
            assertThat(acquire(wire.fixture.waiting)).isTrue();
            assertAccepted(client.post(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}"));
            assertThat(acquire(wire.fixture.interrupted)).isTrue();
            client.post(request("ping", "").replace("7", "8"));
            assertThat(client.stream.next().data()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}");
        }
    }

    // H-5, H-4, H-154
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /sse | GET, OPTIONS",
                "DELETE | /sse | GET, OPTIONS",
                "GET | /messages | POST, OPTIONS",
                "DELETE | /messages | POST, OPTIONS",
                "PUT | /mcp | POST, GET, DELETE, OPTIONS",
            })
    void requestWhenMethodIsNotOfThePathThenSaysWhichAre(String method, String path, String allow) {
        var answer = wire.send("", method, path, "");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).isEqualTo(allow);
    }

    // H-21, O-11: tokens of one path are good at all
    @Test
    void requestWhenTokenIsForAnotherPathThenIsServed() {
        for (String path : new String[] {"/mcp", "/sse"}) {
            String bearer = "Bearer " + wire.fixture.token("ada", path);
            try (var stream = wire.open("", "/sse", "Authorization", bearer)) {
                assertThat(stream.head.status()).isEqualTo(200);
                String target = stream.next().data();
                assertAccepted(wire.send("", "POST", target, Wire.initialize("2024-11-05"), "Authorization", bearer));
                assertThat(stream.next().data()).contains("protocolVersion");
            }
            assertThat(wire.send("", "POST", "/mcp", Wire.initialize("2025-11-25"), "Authorization", bearer)
                            .status())
                    .isEqualTo(200);
        }
        String elsewhere = "Bearer " + wire.fixture.token("ada", "/other");
        for (String path : new String[] {"/mcp", "/sse"}) {
            assertThat(wire.send("", "GET", path, "", "Authorization", elsewhere)
                            .status())
                    .isEqualTo(401);
        }
    }

    // O-11: who comes to a path is told of that path's resource; what is posted belongs to the stream
    @ParameterizedTest
    @CsvSource({"GET, /mcp, mcp", "GET, /sse, sse", "POST, /messages?sessionId=x, sse", "DELETE, /mcp, mcp"})
    void requestWhenTokenIsAbsentThenChallengeNamesTheResource(String method, String target, String resource) {
        var answer = wire.send("", method, target, method.equals("POST") ? "{}" : "");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("www-authenticate"))
                .contains("resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/" + resource
                        + "\"");
    }

    // H-6, H-33, H-35, H-14
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/mcp | text/event-stream | | 200",
                "/mcp | text/event-stream | 2024-11-05 | 200",
                "/mcp | application/json, text/event-stream | | 200",
                "/mcp | */* | | 400",
                "/mcp | text/* | | 400",
                "/mcp | - | | 400",
                "/mcp | text/event-stream;q=0, */* | | 406",
                "/mcp | application/json | | 406",
                "/mcp | text/event-stream | 2025-03-26 | 400",
                "/mcp | text/event-stream | 2025-06-18 | 400",
                "/mcp | text/event-stream | 2025-11-25 | 400",
                "/mcp | text/event-stream | 2031-01-01 | 400",
                "/mcp | text/event-stream | 2026-07-28 | 405",
                "/sse | text/event-stream | | 200",
                "/sse | */* | | 200",
                "/sse | - | | 200",
                "/sse | application/json | | 406",
                "/sse | text/event-stream | 2025-06-18 | 200",
                "/sse | text/event-stream | 2031-01-01 | 400",
                "/sse | text/event-stream | 2026-07-28 | 400",
            })
    void getWhenHeadersDifferThenOpensOrRefuses(String path, String accept, String version, int status) {
        String[] headers = version == null
                ? new String[] {"Accept", accept}
                : new String[] {"Accept", accept, "MCP-Protocol-Version", version};
        try (var stream = wire.open("ada", path, headers)) {
            assertThat(stream.head.status()).isEqualTo(status);
            if (status == 200) {
                assertThat(stream.next().event()).isEqualTo("endpoint");
            } else if (status == 405) {
                assertThat(stream.head.header("allow")).isEqualTo("POST, OPTIONS");
            } else {
                assertThat(stream.head.header("content-type")).isEqualTo("application/json");
            }
        }
    }

    // H-6, off; T-32: places, per person
    @Test
    void getWhenNotOfferedOrTooManyThenRefuses() {
        var limits = new McpHttpLimits(1_000, 1, SseLimits.DEFAULT, false, Priming.AUTO);
        try (var small = new Wire(new McpFixture(limits, 2, CallLimits.DEFAULT))) {
            assertError(small.send("ada", "GET", "/mcp", ""), 400, -32600);
            try (var first = small.legacy("ada");
                    var second = small.legacy("ada");
                    var other = small.legacy("bob")) {
                var refused = small.send("ada", "GET", "/sse", "");
                assertError(refused, 429, -32603);
                assertThat(refused.header("retry-after")).isEqualTo("1");
                assertThat(first.initialize("2024-11-05")).contains("2024-11-05");
                assertThat(second.initialize("2024-11-05")).contains("2024-11-05");
                assertThat(other.initialize("2024-11-05")).contains("2024-11-05");
            }
            Await.until("places are free again", () -> small.fixture.connections() == 0);
            try (var again = small.legacy("ada")) {
                assertThat(again.initialize("2025-03-26")).contains("2025-03-26");
            }
        }
    }

    // H-18, H-10, H-12, H-154: on both paths
    @ParameterizedTest
    @ValueSource(strings = {"/mcp", "/sse", "/messages"})
    void requestWhenFromABrowserThenOriginsAndHostsAreChecked(String path) {
        String method = path.equals("/sse") ? "GET" : "POST";
        var preflight = wire.send(
                "",
                "OPTIONS",
                path,
                "",
                "Origin",
                "https://inspector.example.org",
                "Access-Control-Request-Method",
                method,
                "Access-Control-Request-Headers",
                "authorization, content-type, mcp-param-x, x-other");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://inspector.example.org");
        assertThat(preflight.header("access-control-allow-headers"))
                .isEqualTo("authorization, content-type, mcp-param-x");
        assertThat(wire.send("", method, path, "", "Origin", "https://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(wire.send("", method, path, "", "Origin", "null").status()).isEqualTo(403);
        assertThat(wire.send("", method, path, "", "Host", "evil.example").status())
                .isEqualTo(421);
        var challenged = wire.send("", method, path, "", "Origin", "https://inspector.example.org");
        assertThat(challenged.status()).isEqualTo(401);
        assertThat(challenged.header("access-control-expose-headers")).contains("WWW-Authenticate");
    }

    // T-111, T-37: whenever clients go, nothing is left of them
    @Test
    void clientsWhenTheyGoAtAnyMomentThenNothingIsLeft() {
        var random = new java.util.Random(152);
        try (var racing = new Wire(new McpFixture(1, 1_000))) {
            for (int i = 0; i < 60; i++) {
                try (var client = racing.legacy("ada")) {
                    try (var poster = racing.server.connect()) {
                        racing.write(poster, "ada", "POST", client.target, Wire.initialize("2025-03-26"));
                        racing.write(poster, "ada", "POST", client.target, request("tools/call", "\"name\":\"wait\""));
                        if (random.nextBoolean()) {
                            poster.read();
                            poster.read();
                        }
                        for (int spins = random.nextInt(100_000); spins > 0; spins--) {
                            Thread.onSpinWait();
                        }
                        if (random.nextBoolean()) {
                            racing.fixture.goOn.release();
                        }
                    }
                }
            }
            Await.until("all are gone", () -> racing.fixture.connections() == 0);
            Await.until("all streams have closed", () -> racing.fixture.streams.get() == 0);
            Await.until("no tool runs", () -> racing.fixture.running.get() == 0);
            assertThat(racing.fixture.toolCalls).allMatch(call -> call.endsWith("OK") || call.endsWith("CANCELLED"));
        }
    }
}
