package dev.portcullis.ops.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.server.ConfigException;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.tool.AddTool;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the house as a whole owes to clients and people, whatever room keeps it: O-1, O-3, O-30, O-60, O-158; T-54. */
@Timeout(180)
class SignInContractTest {
    private static final String PORTAL = "https://portal.example.com/servers-callback";
    private static final String SHARED_PORTAL =
            "https://oauth-callbacks.cloudflareaccess.com/cdn-cgi/access/outbound-oauth-callback";
    private static final String STATIC_SECRET = "a-secret-of-this-test-that-nobody-else-has";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    private PortcullisServer server;
    private URI origin;

    /** A browser, and a client that is used for nothing else. */
    private ScriptedClient browser;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(directory.resolve("portcullis.yaml"), """
                clients:
                  - id: our-portal
                    name: Our Portal
                    secret: %s
                    redirect-uris: %s
                """.formatted(STATIC_SECRET, SHARED_PORTAL));
        server = PortcullisServer.builder()
                .settings(Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0", "STORE", "memory:"))
                .directory(directory)
                .fromEnvironment()
                .tool(new AddTool())
                .start();
        origin = URI.create("http://localhost:" + server.url().getPort());
        browser = new ScriptedClient(origin);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode register(String members) throws Exception {
        var answer = tryRegister(members);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> tryRegister(String members) throws Exception {
        return browser.send(HttpRequest.newBuilder(origin.resolve("/register"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{" + members + "}", UTF_8)));
    }

    private HttpResponse<String> authorize(String clientId, String redirectUri, String... changed) throws Exception {
        var parameters = new LinkedHashMap<>(Map.of(
                "response_type", "code",
                "client_id", clientId,
                "redirect_uri", redirectUri,
                "state", "a state",
                "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method", "S256"));
        for (int i = 0; i < changed.length; i += 2) {
            if (changed[i + 1] == null) {
                parameters.remove(changed[i]);
            } else {
                parameters.put(changed[i], changed[i + 1]);
            }
        }
        return browser.get(origin.resolve("/authorize?" + ScriptedClient.query(parameters)));
    }

    /** Approves, signs in, and is sent back. @return the parameters that the client gets */
    private Map<String, String> follow(HttpResponse<String> page, String redirectUri) throws Exception {
        var answer = browser.submit(page, "decision", "approve");
        for (int hop = 0; hop < 10; hop++) {
            if (answer.statusCode() == 200) {
                answer = browser.submit(answer, "person", "alice@example.com");
                continue;
            }
            URI next =
                    answer.uri().resolve(answer.headers().firstValue("location").orElseThrow());
            if (next.toString().startsWith(redirectUri + "?")) {
                return ScriptedClient.parameters(next.getRawQuery());
            }
            answer = browser.get(next);
        }
        throw new AssertionError("too many hops, now at " + answer.uri());
    }

    private HttpResponse<String> redeem(String code, String redirectUri, String verifier, String... headers)
            throws Exception {
        var form = new LinkedHashMap<>(
                Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", redirectUri));
        if (verifier != null) {
            form.put("code_verifier", verifier);
        }
        return browser.send(ScriptedClient.post(origin.resolve("/token"), form).headers(headers));
    }

    private static String[] basic(String id, String secret) {
        return new String[] {
            "authorization", "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(UTF_8))
        };
    }

    /** O-1: the paths that clients of 2025-03-26 try when they find no metadata are the ones that metadata names, at the root. */
    @Test
    void pathsWhenClientsReadNoMetadataThenAreTheOnesTheyTry() throws Exception {
        var metadata = JSON.readTree(browser.get(origin.resolve("/.well-known/oauth-authorization-server"))
                .body());

        assertThat(metadata.get("authorization_endpoint").asString()).isEqualTo(origin + "/authorize");
        assertThat(metadata.get("token_endpoint").asString()).isEqualTo(origin + "/token");
        assertThat(metadata.get("registration_endpoint").asString()).isEqualTo(origin + "/register");
        assertThat(metadata.get("issuer").asString()).isEqualTo(origin.toString());
        // The scripted client knows nothing but these three, and gets to a tool.
        assertThat(browser.add(browser.signIn("alice@example.com").access(), 2, 3))
                .isEqualTo("5");
    }

    /** O-3: no address of ours without TLS but on loopback, and none of a client's. */
    @Test
    void startWhenThePublicUrlIsPlainHttpThenRefuses() {
        for (String url : new String[] {"http://mcp.example.com", "http://192.0.2.7:8788", "ftp://mcp.example.com"}) {
            assertThatExceptionOfType(ConfigException.class)
                    .as(url)
                    .isThrownBy(() -> PortcullisServer.builder()
                            .setting("PUBLIC_URL", url)
                            .setting("STORE", "memory:")
                            .start()
                            .close());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://client.example/cb", "http://10.0.0.1/cb", "http://localhost.evil.example/cb", "ws://a/b"
            })
    void registerWhenTheRedirectIsPlainThenRefused(String redirectUri) throws Exception {
        var answer = tryRegister("\"redirect_uris\":[\"" + redirectUri + "\"]");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"invalid_redirect_uri\"");
    }

    /** O-3: https, loopback and private-use schemes. */
    @ParameterizedTest
    @ValueSource(
            strings = {"https://client.example/cb", "http://127.0.0.1:1/cb", "http://[::1]/cb", "com.example.app:/cb"})
    void registerWhenTheRedirectIsSafeThenTaken(String redirectUri) throws Exception {
        register("\"redirect_uris\":[\"" + redirectUri + "\"]");
    }

    /** O-30: a secret does not stand in for PKCE, neither at the beginning nor at the end. */
    @Test
    void confidentialClientWhenItLeavesPkceOutThenIsRefused() throws Exception {
        for (String[] changed : new String[][] {
            {"code_challenge", null},
            {"code_challenge_method", null},
            {"code_challenge_method", "plain"},
            {"code_challenge", "too-short"}
        }) {
            var refused = authorize("our-portal", SHARED_PORTAL, changed);
            assertThat(refused.headers().firstValue("location"))
                    .as("%s %s", (Object[]) changed)
                    .hasValueSatisfying(to -> assertThat(to)
                            .startsWith(SHARED_PORTAL + "?")
                            .contains("error=invalid_request")
                            .contains("iss="));
        }
        String code =
                follow(authorize("our-portal", SHARED_PORTAL), SHARED_PORTAL).get("code");
        var without = redeem(code, SHARED_PORTAL, null, basic("our-portal", STATIC_SECRET));
        assertThat(without.statusCode()).isEqualTo(400);
        assertThat(without.body()).contains("\"invalid_request\"");
        assertThat(redeem(code, SHARED_PORTAL, Randoms.base64Url(32), basic("our-portal", STATIC_SECRET))
                        .body())
                .contains("\"invalid_grant\"");
        assertThat(redeem(
                                code,
                                SHARED_PORTAL,
                                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", // RFC 7636, appendix B
                                basic("our-portal", STATIC_SECRET))
                        .statusCode())
                .isEqualTo(200);
    }

    /** O-60, T-54: the provider knows one client only, us. Signed in there, and with another client approved, this one is asked about all the same. */
    @Test
    void authorizeWhenThePersonIsSignedInAtTheProviderThenStillAsksFirst() throws Exception {
        String first = register("\"redirect_uris\":[\"" + PORTAL + "\"],\"client_name\":\"First\"")
                .get("client_id")
                .asString();
        assertThat(follow(authorize(first, PORTAL), PORTAL)).containsKey("code");
        String second = register(
                        "\"redirect_uris\":[\"https://evil.example/cb\",\"" + PORTAL + "\"],\"client_name\":\"Second\"")
                .get("client_id")
                .asString();

        for (String redirectUri : new String[] {"https://evil.example/cb", PORTAL}) {
            var page = authorize(second, redirectUri);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("location")).isEmpty();
            assertThat(page.body()).contains("Second", URI.create(redirectUri).getHost());
        }
        var denied = browser.submit(authorize(second, PORTAL), "decision", "deny");
        assertThat(denied.headers().firstValue("location"))
                .hasValueSatisfying(
                        to -> assertThat(to).startsWith(PORTAL + "?").contains("error=access_denied"));
    }

    /** O-158: an MCP server portal registers, is matched to the letter, and gets tokens that last between its syncs, by refresh. */
    @ParameterizedTest
    @ValueSource(strings = {PORTAL, SHARED_PORTAL})
    void portalWhenItRegistersThenSignsInAndRefreshes(String redirectUri) throws Exception {
        JsonNode registered = register("\"client_name\":\"Portal\",\"redirect_uris\":[\"" + redirectUri + "\"]");
        String id = registered.get("client_id").asString();
        String[] credentials = basic(id, registered.get("client_secret").asString());

        for (String other : new String[] {
            redirectUri + "/",
            redirectUri + "?a=b",
            redirectUri.replace("https://", "https://evil."),
            redirectUri.replace("https:", "http:"),
            redirectUri.replace("callback", "Callback")
        }) {
            assertThat(authorize(id, other).statusCode()).as(other).isEqualTo(400);
        }
        var back = follow(authorize(id, redirectUri), redirectUri);
        assertThat(back).containsEntry("state", "a state").containsEntry("iss", origin.toString());
        var issued = JSON.readTree(
                redeem(back.get("code"), redirectUri, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", credentials)
                        .body());
        var refreshed = browser.send(ScriptedClient.post(
                        origin.resolve("/token"),
                        Map.of(
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                issued.get("refresh_token").asString()))
                .headers(credentials));
        assertThat(refreshed.statusCode()).as(refreshed.body()).isEqualTo(200);
        assertThat(browser.add(
                        JSON.readTree(refreshed.body()).get("access_token").asString(), 2, 3))
                .isEqualTo("5");
    }
}
