package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.tool.AddTool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server with rules, scopes and header mode from settings, as operators set them (O-10, O-21, O-23, O-153, O-154, T-86). */
@Timeout(120)
class PolicyServerTest {
    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer team;
    private RSAKey key;
    private PortcullisServer server;

    @BeforeEach
    void start() throws Exception {
        key = new RSAKeyGenerator(2048).keyID("k1").generate();
        team = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        team.createContext("/cdn-cgi/access/certs", exchange -> {
            byte[] body = ("{\"keys\":[" + key.toPublicJWK().toJSONString() + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        team.start();
        Files.writeString(directory.resolve("portcullis.yaml"), """
                rules-default: deny
                scopes:
                  tools:use: {words: Use tools, default: yes}
                  tools:admin: {words: Administer, implies: tools:use}
                rules:
                  - name: administration is for administrators
                    who: {claim: {custom.role: admin}}
                    what: {scopes: tools:admin}
                    then: allow
                  - name: and for nobody else
                    what: {scopes: tools:admin}
                    then: deny
                  - name: reset
                    what: {tools: reset}
                    needs: tools:admin
                  - name: staff
                    who: {domain: example.com}
                    then: allow
                """);
        server = PortcullisServer.builder()
                .settings(Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0", "STORE", "memory:"))
                .setting("ACCESS_TEAM_DOMAIN", origin())
                .setting("ACCESS_AUDIENCE", "our-tag")
                .directory(directory)
                .fromEnvironment()
                .tool(new AddTool(), new Reset())
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
        team.stop(0);
    }

    private String origin() {
        return "http://127.0.0.1:" + team.getAddress().getPort();
    }

    private String assertion(String email, String role) throws Exception {
        long now = System.currentTimeMillis() / 1_000;
        var claims = new HashMap<String, Object>(Map.of(
                "iss", origin(), "aud", List.of("our-tag"), "type", "app", "iat", now, "exp", now + 600, "sub", email));
        claims.put("email", email);
        claims.put("custom", Map.of("role", role));
        var jws = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), new Payload(claims));
        jws.sign(new RSASSASigner(key));
        return jws.serialize();
    }

    private HttpResponse<String> call(String tool, String... headers) throws Exception {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":{\"a\":2,\"b\":3}," + META + "}}";
        return post(body, "tools/call", tool, headers);
    }

    private HttpResponse<String> post(String body, String method, String name, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(server.url())
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", method);
        if (!name.isEmpty()) {
            request.header("mcp-name", name);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(
                request.POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private String list(String assertion) throws Exception {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" + META + "}}";
        return post(body, "tools/list", "", "cf-access-jwt-assertion", assertion)
                .body();
    }

    @Test
    void callWhenAccessVouchesThenRulesDecideByWhatItSays() throws Exception {
        String staff = assertion("ada@example.com", "user");
        String admin = assertion("root@example.com", "admin");

        assertThat(call("add", "cf-access-jwt-assertion", staff).body()).contains("\"text\":\"5\"");
        assertThat(call("reset", "cf-access-jwt-assertion", staff).body()).contains("Unknown tool");
        assertThat(list(staff)).contains("\"add\"").doesNotContain("\"reset\"");
        assertThat(call("reset", "cf-access-jwt-assertion", admin).body()).contains("has been reset");
        assertThat(list(admin)).contains("\"add\"", "\"reset\"");
    }

    @Test
    void callWhenNobodyMayBeBelievedThenIsForbiddenWithoutAChallenge() throws Exception {
        String stranger = assertion("mallory@evil.example", "admin");

        for (var answer : List.of(
                call("add"),
                call("add", "cf-access-authenticated-user-email", "root@example.com"),
                call("add", "cf-access-jwt-assertion", stranger))) {
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("www-authenticate")).isEmpty();
        }
    }

    @Test
    void callWhenATokenIsBroughtThenThatIsJudged() throws Exception {
        var answer = call(
                "add", "authorization", "Bearer nonsense", "cf-access-jwt-assertion", assertion("a@example.com", "x"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).contains("scope=\"tools:use\""));
    }

    /** O-10: clients are told to ask for the least; the authorization server says what else there is. */
    @Test
    void metadataWhenScopesAreSetThenNamesThem() throws Exception {
        String origin = "http://localhost:" + server.url().getPort();

        assertThat(get(origin + "/.well-known/oauth-protected-resource/mcp"))
                .contains("\"scopes_supported\":[\"tools:use\"]");
        assertThat(get(origin + "/.well-known/oauth-authorization-server"))
                .contains("\"scopes_supported\":[\"tools:use\",\"tools:admin\"");
    }

    private String get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static final class Reset implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("reset", "Resets", "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) {
            return ToolResult.text("has been reset");
        }
    }
}
