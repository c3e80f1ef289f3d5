package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.devidp.DevIdentityProvider;
import dev.portcullis.ops.devidp.DevIdpSettings;
import dev.portcullis.ops.devidp.Person;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.tool.AddTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** O-25, T-74: at the resource nothing counts but an access token that this deployment issued, whoever signed the rest and whomever it names. */
@Timeout(120)
class TokenPassthroughTest {
    private static final String ALICE = "alice@example.com";
    private static final String SECRET = "a secret of the stand-in's";
    private static final JsonMapper JSON = new JsonMapper();

    private final int port = freePort();
    private final int otherPort = freePort();
    private DevIdentityProvider access;

    private static int freePort() {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void startStandIn() throws Exception {
        var callbacks = List.of(callback(port), callback(otherPort));
        var settings = new DevIdpSettings(
                "localhost", 0, DevIdpSettings.DEFAULT_CLIENT_ID, SECRET, callbacks, Person.READY_MADE);
        access = DevIdentityProvider.start(settings, InstantSource.system());
    }

    @AfterEach
    void stopStandIn() {
        access.close();
    }

    private static URI callback(int port) {
        return URI.create("http://localhost:" + port + "/callback");
    }

    /** All deployments have the same provider and, as nobody should, the same key. */
    private PortcullisServer start(int atPort) throws Exception {
        return PortcullisServer.builder()
                .tool(new AddTool())
                .setting("PORT", Integer.toString(atPort))
                .setting("MANAGEMENT_PORT", "0")
                .setting("STORE", "memory:")
                .setting("RATE_LIMIT", "off")
                .setting("ACCESS_CLIENT_ID", DevIdpSettings.DEFAULT_CLIENT_ID)
                .setting("ACCESS_CLIENT_SECRET", SECRET)
                .setting("ACCESS_ISSUER", access.issuer())
                .setting("COOKIE_ENCRYPTION_KEY", "a key of this test's, and of no other")
                .start();
    }

    @Test
    void callWhenTokenIsTheProvidersThenIsRefused() throws Exception {
        try (var _ = start(port)) {
            var client = client(port);
            String good = client.signIn(ALICE).access();
            JsonNode upstream = tokensOfTheProvider(client);

            for (String name : List.of("id_token", "access_token", "refresh_token")) {
                String token = upstream.get(name).asString();
                assertThat(token).as(name).isNotEmpty();
                assertRefused(client.call(token, "add", "{\"a\":1,\"b\":2}"));
            }
            assertThat(client.add(good, 1, 2)).isEqualTo("3");
        }
    }

    @Test
    void callWhenTokenIsOfAnotherDeploymentThenIsRefused() throws Exception {
        try (var _ = start(port);
                var _ = start(otherPort)) {
            var here = client(port);
            var there = client(otherPort);
            String foreign = there.signIn(ALICE).access();
            assertThat(there.add(foreign, 1, 2)).isEqualTo("3");

            assertRefused(here.call(foreign, "add", "{\"a\":1,\"b\":2}"));
        }
    }

    /** Codes and refresh tokens are for the token endpoint alone (T-75). */
    @Test
    void callWhenTokenIsOfAnotherKindThenIsRefused() throws Exception {
        try (var _ = start(port)) {
            var client = client(port);
            var landing = client.signInUntilCode(ALICE);
            assertRefused(client.call(landing.code(), "add", "{\"a\":1,\"b\":2}"));

            assertRefused(client.call(client.redeem(landing).refresh(), "add", "{\"a\":1,\"b\":2}"));
        }
    }

    private static ScriptedClient client(int port) throws Exception {
        return new ScriptedClient(URI.create("http://localhost:" + port));
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate").orElse(""))
                .startsWith("Bearer error=\"invalid_token\"");
    }

    /** What whoever has the application's secret gets of the provider for Alice. */
    private JsonNode tokensOfTheProvider(ScriptedClient browser) throws Exception {
        String verifier = Randoms.base64Url(32);
        var page = browser.get(URI.create(access.issuer() + "/authorization?"
                + ScriptedClient.query(Map.of(
                        "response_type", "code",
                        "client_id", DevIdpSettings.DEFAULT_CLIENT_ID,
                        "redirect_uri", callback(port).toString(),
                        "scope", "openid email profile groups",
                        "state", "s",
                        "nonce", "n",
                        "code_challenge", ScriptedClient.challenge(verifier),
                        "code_challenge_method", "S256"))));
        String location = browser.submit(page, "person", ALICE)
                .headers()
                .firstValue("location")
                .orElseThrow();
        String code =
                ScriptedClient.parameters(URI.create(location).getRawQuery()).get("code");
        var answer = browser.send(ScriptedClient.post(
                URI.create(access.issuer() + "/token"),
                Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        String.valueOf(code),
                        "redirect_uri",
                        callback(port).toString(),
                        "client_id",
                        DevIdpSettings.DEFAULT_CLIENT_ID,
                        "client_secret",
                        SECRET,
                        "code_verifier",
                        verifier)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }
}
