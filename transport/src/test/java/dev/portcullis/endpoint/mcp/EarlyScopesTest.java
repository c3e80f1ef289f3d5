package dev.portcullis.endpoint.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcDecoder;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.sse.SseStreams;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.RawClient.Answer;
import dev.portcullis.testing.TestServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O-23, O-24, H-50, H-51, H-52, H-59, T-88: scopes are asked for by the headers alone, which nevertheless cannot get anything served. */
@Timeout(60)
class EarlyScopesTest {
    private static final String MODERN = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n";

    private final Wire wire = new Wire();

    @AfterEach
    void close() {
        wire.server.close();
        wire.fixture.close();
    }

    /** The head of a request with a body that never comes. */
    private static String head(String token, String more) {
        return "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                + "\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
                + "Content-Length: 4194304\r\n" + more + "\r\n";
    }

    private Answer ask(String more) {
        try (RawClient client = wire.server.connect()) {
            return client.send(head(wire.token("ada"), more)).read();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mcp-Name: scoped\r\n",
                "mcp-name:   scoped \t\r\n",
                "Expect: 100-continue\r\nMcp-Name: scoped\r\n",
                "Mcp-Name: =?base64?c2NvcGVk?=\r\n"
            })
    void requestWhenItsHeadersNameWhatNeedsAScopeThenIsRefusedWithoutItsBody(String more) {
        var answer = ask(MODERN + more);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("www-authenticate"))
                .startsWith("Bearer error=\"insufficient_scope\"")
                .contains(
                        "scope=\"tools:scoped\"",
                        "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"");
        assertThat(answer.header("mcp-protocol-version")).isEqualTo("2026-07-28");
        assertThat(answer.body()).startsWith("{\"error\":\"insufficient_scope\"");
        assertThat(wire.fixture.refused).containsExactly(Outcome.INSUFFICIENT_SCOPE);
    }

    /** A header that says less than the body gets nothing served. */
    @Test
    void requestWhenItsHeadersNameSomethingElseThanItsBodyThenIsRefusedAsAContradiction() {
        var fixture = wire.fixture;
        String scoped = "\"name\":\"scoped\",\"arguments\":{}";

        assertThat(fixture.stateless("tools/call", "add", scoped).body()).contains("-32020");
        assertThat(fixture.stateless("tools/call", "Scoped", scoped).body()).contains("-32020");
        assertThat(fixture.stateless("tools/call", "", scoped).body()).contains("-32020");
        assertThat(fixture.stateless("tools/call", "scoped", scoped, "mcp-name", "add")
                        .body())
                .contains("-32020");
        assertThat(fixture.toolCalls).isEmpty();
    }

    @Test
    void requestWhenHeadersAreMalformedThenTheBodyDecides() {
        var fixture = wire.fixture;
        String marked = Base64.getEncoder().encodeToString("scoped".getBytes(StandardCharsets.UTF_8));

        assertThat(fixture.stateless("tools/call", "=?base64?!" + marked + "?=", McpFixture.ADD)
                        .body())
                .contains("-32020");
    }

    /** H-59: of older revisions nobody wants these headers, so nobody heeds them. */
    @Test
    void requestWhenInASessionThenTheHeadersAreNotHeeded() {
        var fixture = wire.fixture;
        String session = fixture.session();

        var answer = fixture.post(
                McpFixture.request("tools/call", McpFixture.ADD),
                "mcp-session-id",
                session,
                "mcp-protocol-version",
                "2025-11-25",
                "mcp-method",
                "tools/call",
                "mcp-name",
                "scoped");

        assertThat(answer.body()).contains("\"text\":\"5\"");
    }

    /** In a session the body says what is called; the answer is a status all the same, since nothing streams yet. */
    @Test
    void requestWhenInASessionAndAScopeIsMissingThenIs403() {
        var fixture = wire.fixture;

        var answer = fixture.post(
                McpFixture.request("tools/call", "\"name\":\"scoped\",\"arguments\":{}"),
                "mcp-session-id",
                fixture.session());

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("www-authenticate")).contains("scope=\"tools:scoped\"");
    }

    @Test
    void requestWhenNothingIsMissingThenItsBodyIsRead() {
        assertThat(wire.fixture.stateless("tools/call", "add", McpFixture.ADD).body())
                .contains("\"text\":\"5\"");
    }

    /** O-24: once events flow no status can be sent; the client still learns which scope. */
    @Test
    void needScopeWhenTheAnswerStreamsAlreadyThenIsAResultThatNamesIt() throws Exception {
        String text = McpFixture.request("tools/call", "\"name\":\"scoped\"");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var decoder = new JsonRpcDecoder(1_000, bytes.length);
        decoder.read(bytes, 0, bytes.length);
        var request = (JsonRpcMessage.Request) decoder.end();
        var store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
        var verifier = new AccessTokenVerifier(
                store, List.of(), AccessTokenVerifier.Limits.DEFAULT, InstantSource.system(), Telemetry.NONE);
        Endpoint streaming = exchange -> {
            var sink = sink(exchange, request, verifier);
            try (var out = JsonWriter.take()) {
                out.beginObject().name("method").string("notifications/test").endObject();
                sink.notification(out, new Slack.None());
            }
            sink.needScope(Scopes.of("a", "b"));
            return BodyReader.NONE;
        };
        var route = EchoEndpoint.route("mcp", "/mcp", Route.Access.OPEN, Route.Cors.ALLOWED, 100, streaming);
        try (store;
                var server = TestServer.with(route);
                var client = server.connect()) {
            var answer = client.send("GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                    .read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("notifications/test", "\"id\":7", "\"isError\":true", "needed: a b");
        }
    }

    private static HttpReplySink sink(Exchange exchange, JsonRpcMessage.Request request, AccessTokenVerifier verifier) {
        var revision = new Revisions(new ServerInfo("t", "T", "1", null)).of(ProtocolVersion.ALL.getFirst());
        var guarded = new GuardedPaths(McpRoutes.resources(URI.create("https://mcp.example.com")), Scopes.of("tools"));
        var limits = new McpHttpLimits(1_000, 1, SseLimits.DEFAULT);
        var context = new HttpReplySink.Context(
                guarded,
                null,
                new TokenWatch(verifier, Runnable::run),
                limits,
                new SseStreams(limits.streams(), Telemetry.NONE),
                Runnable::run,
                Telemetry.NONE);
        return new HttpReplySink(
                exchange, MediaTypes.acceptedBy(exchange.head()), revision, null, false, request, context);
    }
}
