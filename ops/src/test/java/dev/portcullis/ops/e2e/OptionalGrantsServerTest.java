package dev.portcullis.ops.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.tool.AddTool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The optional grants as an operator switches them on, over real sockets and up to a called tool: O-16, O-82, O-84, O-117, O-160, O-165, O-170, O-175; T-77, T-89,
 * T-90.
 */
@Timeout(180)
class OptionalGrantsServerTest {
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String SECRET = "a-secret-of-this-test-that-nobody-else-has";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    private final ECKey robotKey = newKey("robot-1");
    private final AtomicInteger keyFetches = new AtomicInteger();
    private volatile ECKey issuerKey = newKey("issuer-1");
    private HttpServer issuer;

    @BeforeEach
    void start() throws Exception {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/jwks", exchange -> {
            keyFetches.incrementAndGet();
            byte[] keys = new JWKSet(issuerKey.toPublicJWK()).toString().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
        Files.writeString(directory.resolve("portcullis.yaml"), """
                assertion-issuers:
                  - issuer: ISSUER
                    jwks-uri: ISSUER/jwks
                    clients: {their-editor: editor}
                clients:
                  - id: service
                    secret: "SECRET"
                    grant-types:
                      - client_credentials
                      - urn:ietf:params:oauth:grant-type:token-exchange
                  - id: robot
                    auth-method: private_key_jwt
                    jwks: 'KEYS'
                    grant-types: client_credentials
                  - id: editor
                    auth-method: client_secret_post
                    secret: "SECRET"
                    grant-types: urn:ietf:params:oauth:grant-type:jwt-bearer
                """.replace("ISSUER", issuerUrl())
                .replace("SECRET", SECRET)
                .replace("KEYS", new JWKSet(robotKey.toPublicJWK()).toString()));
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    private String issuerUrl() {
        return "http://127.0.0.1:" + issuer.getAddress().getPort();
    }

    private PortcullisServer server(String onOrOff) throws Exception {
        return PortcullisServer.builder()
                .settings(Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0", "STORE", "memory:"))
                .directory(directory)
                .fromEnvironment()
                .setting("INTROSPECTION", onOrOff)
                .setting("INTROSPECTION_CLIENTS", onOrOff.equals("on") ? "service" : "")
                .setting("TOKEN_EXCHANGE", onOrOff)
                .setting("IDENTITY_ASSERTIONS", onOrOff)
                .setting("CLIENT_CREDENTIALS", onOrOff)
                .setting("DPOP", onOrOff)
                .tool(new AddTool())
                .start();
    }

    private static URI origin(PortcullisServer server) {
        return URI.create("http://localhost:" + server.url().getPort());
    }

    private static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static String signed(String type, boolean showsKey, ECKey key, Map<String, Object> claims)
            throws Exception {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType(type));
        var jws = new JWSObject(
                showsKey
                        ? header.jwk(key.toPublicJWK()).build()
                        : header.keyID(key.getKeyID()).build(),
                new Payload(claims));
        jws.sign(new ECDSASigner(key));
        return jws.serialize();
    }

    private static Map<String, Object> claims(Object... namesAndValues) {
        long now = System.currentTimeMillis() / 1_000;
        var claims = new HashMap<String, Object>(Map.of("jti", Randoms.base64Url(16), "iat", now, "exp", now + 120));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            claims.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return claims;
    }

    private String identityAssertion(URI origin, ECKey key) throws Exception {
        return signed(
                "oauth-id-jag+jwt",
                false,
                key,
                claims(
                        "iss",
                        issuerUrl(),
                        "sub",
                        "alice-there",
                        "aud",
                        origin.toString(),
                        "client_id",
                        "their-editor",
                        "resource",
                        origin + "/mcp",
                        "email",
                        "alice@example.com"));
    }

    /** RFC 9449 §4.2. */
    private static String proof(ECKey key, String method, URI target, String accessToken) throws Exception {
        var claims = claims("htm", method, "htu", target.toString());
        if (accessToken != null) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(accessToken.getBytes(UTF_8));
            claims.put("ath", Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
        }
        return signed("dpop+jwt", true, key, claims);
    }

    private static String basic(String id, String secret) {
        String pair = ScriptedClient.query(Map.of(id, secret)).replace('=', ':');
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    private static Map<String, String> form(String... namesAndValues) {
        var form = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return form;
    }

    private static HttpResponse<String> asService(ScriptedClient client, URI at, String... form) throws Exception {
        return client.send(ScriptedClient.post(at, form(form)).header("authorization", basic("service", SECRET)));
    }

    private static String member(HttpResponse<String> answer, String name) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode value = JSON.readTree(answer.body()).get(name);
        assertThat(value).as(name + " in " + answer.body()).isNotNull();
        return value.asString();
    }

    private static String outcome(HttpResponse<String> answer) {
        String error = answer.body().contains("\"error\"")
                ? " " + JSON.readTree(answer.body()).get("error").asString()
                : "";
        return answer.statusCode() + error;
    }

    /** Calls the tool {@code add} with these header fields. */
    private static HttpResponse<String> add(ScriptedClient client, URI mcp, String... headers) throws Exception {
        return client.send(HttpRequest.newBuilder(mcp)
                .headers(headers)
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", "tools/call")
                .header("mcp-name", "add")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"add\",\"arguments\":"
                                + "{\"a\":2,\"b\":3},\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}")));
    }

    @Test
    void anyWhenOffThenRefusedAndNowhereInTheMetadata() throws Exception {
        try (var server = server("off")) {
            URI origin = origin(server);
            var client = new ScriptedClient(origin);
            String alice = client.signIn("alice@example.com").access();
            String metadata = client.get(origin.resolve("/.well-known/oauth-authorization-server"))
                            .body()
                    + client.get(origin.resolve("/.well-known/oauth-protected-resource/mcp"))
                            .body();

            assertThat(metadata)
                    .doesNotContain(EXCHANGE, JWT_BEARER, "client_credentials", "id-jag", "introspection", "dpop");
            URI token = origin.resolve("/token");
            assertThat(outcome(asService(client, token, "grant_type", "client_credentials")))
                    .isEqualTo("400 unsupported_grant_type");
            assertThat(outcome(asService(
                            client,
                            token,
                            "grant_type",
                            EXCHANGE,
                            "subject_token",
                            alice,
                            "subject_token_type",
                            ACCESS_TOKEN)))
                    .isEqualTo("400 unsupported_grant_type");
            assertThat(outcome(client.token(form(
                            "grant_type",
                            JWT_BEARER,
                            "client_id",
                            "editor",
                            "client_secret",
                            SECRET,
                            "assertion",
                            identityAssertion(origin, issuerKey)))))
                    .isEqualTo("400 unsupported_grant_type");
            assertThat(asService(client, origin.resolve("/introspect"), "token", alice)
                            .statusCode())
                    .isEqualTo(404);
            assertThat(keyFetches).hasValue(0);

            // A proof is not looked at, and the scheme is one like any other that we do not know (O-21).
            URI mcp = origin.resolve("/mcp");
            var refused =
                    add(client, mcp, "authorization", "DPoP " + alice, "dpop", proof(newKey("c"), "POST", mcp, alice));
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().allValues("www-authenticate"))
                    .singleElement()
                    .asString()
                    .startsWith("Bearer ")
                    .doesNotContain("error=");
        }
    }

    @Test
    void serviceWhenAllIsOnThenActsForItselfExchangesAndAsks() throws Exception {
        try (var server = server("on")) {
            URI origin = origin(server);
            URI token = origin.resolve("/token");
            URI mcp = origin.resolve("/mcp");
            var client = new ScriptedClient(origin);
            assertThat(client.get(origin.resolve("/.well-known/oauth-authorization-server"))
                            .body())
                    .contains(EXCHANGE, JWT_BEARER, "client_credentials", "id-jag", "/introspect", "dpop_signing_alg");

            // O-175
            String own = member(asService(client, token, "grant_type", "client_credentials"), "access_token");
            assertThat(client.add(own, 2, 3)).isEqualTo("5");

            // O-165
            String alice = client.signIn("alice@example.com").access();
            var exchanged = asService(
                    client, token, "grant_type", EXCHANGE, "subject_token", alice, "subject_token_type", ACCESS_TOKEN);
            assertThat(member(exchanged, "issued_token_type")).isEqualTo(ACCESS_TOKEN);
            assertThat(exchanged.body()).doesNotContain("refresh_token");
            String forAlice = member(exchanged, "access_token");
            assertThat(client.add(forAlice, 2, 3)).isEqualTo("5");

            // O-117
            URI introspect = origin.resolve("/introspect");
            var known = JSON.readTree(
                    asService(client, introspect, "token", forAlice).body());
            assertThat(known.get("active").asBoolean()).isTrue();
            assertThat(known.get("client_id").asString()).isEqualTo("service");
            assertThat(known.get("aud").toString()).contains(mcp.toString());
            client.revoke(alice);
            assertThat(asService(client, introspect, "token", alice).body()).isEqualTo("{\"active\":false}");
            assertThat(add(client, mcp, "authorization", "Bearer " + alice).statusCode())
                    .isEqualTo(401);
        }
    }

    /** O-81, O-175: with a key instead of a secret, and each assertion once. */
    @Test
    void robotWhenItSignsThenActsForItselfOncePerAssertion() throws Exception {
        try (var server = server("on")) {
            URI origin = origin(server);
            var client = new ScriptedClient(origin);
            var form = form(
                    "grant_type",
                    "client_credentials",
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    "client_assertion",
                    signed("JWT", false, robotKey, claims("iss", "robot", "sub", "robot", "aud", origin.toString())));

            assertThat(client.add(member(client.token(form), "access_token"), 2, 3))
                    .isEqualTo("5");
            assertThat(outcome(client.token(form))).as("T-89").isEqualTo("401 invalid_client");
            form.put(
                    "client_assertion",
                    signed(
                            "JWT",
                            false,
                            newKey("robot-1"),
                            claims("iss", "robot", "sub", "robot", "aud", origin.toString())));
            assertThat(outcome(client.token(form))).isEqualTo("401 invalid_client");
        }
    }

    /** O-170, O-146: keys are fetched once for all, and once more for a new one; what was taken out is good no more. */
    @Test
    void editorWhenItBringsAssertionsThenKeysAreFetchedOncePerRotation() throws Exception {
        try (var server = server("on")) {
            URI origin = origin(server);
            var client = new ScriptedClient(origin);
            ECKey first = issuerKey;
            String used = identityAssertion(origin, first);

            var granted = bring(client, used);
            assertThat(granted.body()).doesNotContain("refresh_token");
            assertThat(client.add(member(granted, "access_token"), 2, 3)).isEqualTo("5");
            assertThat(outcome(bring(client, used))).isEqualTo("400 invalid_grant");
            assertThat(outcome(bring(client, identityAssertion(origin, first)))).isEqualTo("200");
            assertThat(keyFetches).hasValue(1);

            issuerKey = newKey("issuer-2");
            assertThat(outcome(bring(client, identityAssertion(origin, issuerKey))))
                    .isEqualTo("200");
            assertThat(keyFetches).hasValue(2);
            for (int i = 0; i < 5; i++) {
                assertThat(outcome(bring(client, identityAssertion(origin, first))))
                        .isEqualTo("400 invalid_grant");
            }
            assertThat(keyFetches).as("one for unknown keys in 30 s").hasValue(2);
        }
    }

    private static HttpResponse<String> bring(ScriptedClient client, String assertion) throws Exception {
        return client.token(
                form("grant_type", JWT_BEARER, "client_id", "editor", "client_secret", SECRET, "assertion", assertion));
    }

    /** O-160. */
    @Test
    void clientWhenItProvesAKeyThenItsTokensAreGoodWithThatKeyAlone() throws Exception {
        try (var server = server("on")) {
            URI origin = origin(server);
            URI token = origin.resolve("/token");
            URI mcp = origin.resolve("/mcp");
            var client = new ScriptedClient(origin);
            ECKey key = newKey("c");
            var landing = client.signInUntilCode("alice@example.com");

            var issued = client.send(ScriptedClient.post(
                            token,
                            form(
                                    "grant_type",
                                    "authorization_code",
                                    "code",
                                    landing.code(),
                                    "client_id",
                                    client.clientId(),
                                    "redirect_uri",
                                    ScriptedClient.REDIRECT_URI,
                                    "code_verifier",
                                    landing.verifier()))
                    .header("dpop", proof(key, "POST", token, null)));

            assertThat(member(issued, "token_type")).isEqualTo("DPoP");
            String bound = member(issued, "access_token");
            String proof = proof(key, "POST", mcp, bound);
            var called = add(client, mcp, "authorization", "DPoP " + bound, "dpop", proof);
            assertThat(called.body()).contains("\"text\":\"5\"");

            var replayed = add(client, mcp, "authorization", "DPoP " + bound, "dpop", proof);
            assertThat(replayed.statusCode()).isEqualTo(401);
            assertThat(replayed.headers().allValues("www-authenticate"))
                    .anyMatch(each -> each.startsWith("DPoP ") && each.contains("invalid_dpop_proof"));
            assertThat(add(client, mcp, "authorization", "Bearer " + bound).statusCode())
                    .isEqualTo(401);
            assertThat(add(
                                    client,
                                    mcp,
                                    "authorization",
                                    "DPoP " + bound,
                                    "dpop",
                                    proof(newKey("thief"), "POST", mcp, bound))
                            .statusCode())
                    .isEqualTo(401);

            String refresh = member(issued, "refresh_token");
            assertThat(outcome(client.tryRefresh(refresh))).startsWith("400 ");
            var refreshed = client.send(ScriptedClient.post(
                            token,
                            form(
                                    "grant_type",
                                    "refresh_token",
                                    "refresh_token",
                                    refresh,
                                    "client_id",
                                    client.clientId()))
                    .header("dpop", proof(key, "POST", token, null)));
            assertThat(member(refreshed, "token_type")).isEqualTo("DPoP");
        }
    }

    /** O-84, T-77: at every endpoint that takes secrets, of one client and one address alone. */
    @Test
    void introspectWhenSecretsAreGuessedThen429() throws Exception {
        try (var server = server("on")) {
            URI origin = origin(server);
            var client = new ScriptedClient(origin);
            URI introspect = origin.resolve("/introspect");
            HttpResponse<String> answer;
            int guesses = 0;
            do {
                answer = client.send(ScriptedClient.post(introspect, form("token", "x"))
                        .header("authorization", basic("service", "a guess, number " + guesses++)));
                assertThat(outcome(answer)).isIn("401 invalid_client", "429 temporarily_unavailable");
            } while (answer.statusCode() == 401 && guesses < 1_000);

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(asService(client, introspect, "token", "x").statusCode())
                    .as("the right one as well, from here, for a while")
                    .isEqualTo(429);
            var form = form("token", "x", "client_id", "editor", "client_secret", SECRET);
            assertThat(client.send(ScriptedClient.post(introspect, form)).statusCode())
                    .as("another client")
                    .isEqualTo(200);
        }
    }
}
