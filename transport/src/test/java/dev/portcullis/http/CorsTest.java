package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CORS of answers and of errors (H-18, O-4, T-51), and the order of checks (H-4), with real gates. */
class CorsTest {
    private static final EchoEndpoint ECHO = new EchoEndpoint();
    private static TestServer server;

    @BeforeAll
    static void start() {
        var store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
        var verifier = new AccessTokenVerifier(
                store, List.of(), AccessTokenVerifier.Limits.DEFAULT, InstantSource.system(), Telemetry.NONE);
        server = new TestServer.Settings()
                .gates(new BearerGate(
                        verifier,
                        GuardedPaths.of(List.of(TestServer.PUBLIC + "/mcp"), Scopes.of("tools")),
                        Telemetry.NONE))
                .start(
                        ECHO.mcp(10),
                        EchoEndpoint.route("token", "/token", Route.Access.OPEN, Route.Cors.ANY, 10, ECHO),
                        EchoEndpoint.route("authorize", "/authorize", Route.Access.OPEN, Route.Cors.NONE, 10, ECHO));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawClient.Answer send(String line, String... headers) {
        try (var client = server.connect()) {
            var request = new StringBuilder(line + " HTTP/1.1\r\nHost: localhost\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            return client.send(request.append("\r\n").toString()).read();
        }
    }

    @Test
    void preflightWhenOriginIsAllowedThen204WithoutToken() {
        RawClient.Answer answer = send(
                "OPTIONS /mcp",
                "Origin: " + TestServer.FRIEND,
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: authorization, Mcp-Session-Id,x-evil,mcp-param-Region, mcp-param-bad\"name");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(TestServer.FRIEND);
        assertThat(answer.header("access-control-allow-methods")).isEqualTo("GET, POST, DELETE, OPTIONS");
        assertThat(answer.header("access-control-allow-headers"))
                .isEqualTo("authorization, mcp-session-id, mcp-param-region");
        assertThat(answer.header("access-control-max-age")).isNotEmpty();
        assertThat(answer.header("vary")).isEqualToIgnoringCase("Origin");
        assertThat(answer.headers()).doesNotContainKeys("access-control-allow-credentials", "content-length");
    }

    @Test
    void preflightWhenOriginIsForeignThen403WithoutCors() {
        RawClient.Answer answer =
                send("OPTIONS /mcp", "Origin: https://evil.example", "Access-Control-Request-Method: POST");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void preflightWhenRouteIsForAnyOriginThenStarAndFixedHeaders() { // O-4
        RawClient.Answer answer =
                send("OPTIONS /token", "Origin: https://any.example", "Access-Control-Request-Method: POST");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(answer.header("access-control-allow-headers"))
                .isEqualTo("Authorization, Content-Type, DPoP, MCP-Protocol-Version");
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-credentials");
    }

    @Test
    void preflightWhenRouteIsAPageThen405() {
        RawClient.Answer answer =
                send("OPTIONS /authorize", "Origin: " + TestServer.PUBLIC, "Access-Control-Request-Method: POST");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void answerWhenPageThenNoScriptOfAnotherOriginMayReadIt() { // T-51
        assertThat(send("GET /authorize", "Origin: " + TestServer.PUBLIC).headers())
                .doesNotContainKey("access-control-allow-origin");
    }

    @ParameterizedTest
    @CsvSource({"GET /mcp, 401", "PUT /mcp, 405", "GET /mcp?access_token=x, 401", "DELETE /mcp, 401"})
    void errorWhenOriginIsAllowedThenReadable(String line, int status) { // browser clients read 401 challenges
        RawClient.Answer answer = send(line, "Origin: " + TestServer.FRIEND);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(TestServer.FRIEND);
        assertThat(answer.header("access-control-expose-headers")).contains("WWW-Authenticate", "Mcp-Session-Id");
    }

    @Test
    void errorWhenBodyIsTooLargeThenReadable() {
        RawClient.Answer answer = send("POST /token", "Origin: https://any.example", "Content-Length: 11");

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(answer.body()).startsWith("{\"error\":\"invalid_request\"");
    }

    @Test
    void orderWhenOriginIsForeignThen403BeforeAllElse() { // H-4
        assertThat(send("PUT /none", "Origin: https://evil.example").status()).isEqualTo(403);
        assertThat(send("PUT /none").status()).isEqualTo(404);
        assertThat(send("PUT /mcp").status()).isEqualTo(405);
        assertThat(send("PUT /mcp").header("allow")).isEqualTo("GET, POST, DELETE, OPTIONS");
        assertThat(send("GET /mcp").status()).isEqualTo(401);
    }

    @Test
    void headWhenGetIsAllowedThenLikeGetWithoutBody() { // RFC 9110 §9.3.2
        try (var client = server.connect()) {
            client.send("HEAD /token?q HTTP/1.1\r\nHost: localhost\r\n\r\n");
            RawClient.Answer answer = client.readHead();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-length")).isEqualTo(String.valueOf("GET q ".length()));
            client.send("GET /token?next HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("GET next ");
        }
    }

    @Test
    void forwardedWhenSpoofedThenIgnored() { // T-13
        assertThat(send("GET /mcp", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
                        .header("www-authenticate"))
                .isEqualTo(send("GET /mcp").header("www-authenticate"))
                .doesNotContain("evil");
    }
}
