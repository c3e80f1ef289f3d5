package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Principal;
import dev.portcullis.ops.devidp.DevIdentityProvider;
import dev.portcullis.ops.devidp.DevIdpSettings;
import dev.portcullis.ops.devidp.Person;
import dev.portcullis.ops.devidp.Switches.Answer;
import dev.portcullis.ops.devidp.Switches.RefreshTokenUse;
import dev.portcullis.ops.devidp.Switches.TokenAnswer;
import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.tool.AddTool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A whole server and the stand-in for Access, which stays in charge after the sign-in: O-27, O-99, O-145, O-157; T-87. */
@Timeout(120)
class AccessInChargeTest {
    private static final String ALICE = "alice@example.com";
    private static final String SECRET = "a secret of the stand-in's";
    private static final JsonMapper JSON = new JsonMapper();

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http = HttpClient.newBuilder().executor(threads).build();
    private DevIdentityProvider access;
    private int port;

    @BeforeEach
    void startStandIn() throws Exception {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var settings = new DevIdpSettings(
                "localhost",
                0,
                DevIdpSettings.DEFAULT_CLIENT_ID,
                SECRET,
                List.of(URI.create("http://localhost:" + port + "/callback")),
                Person.READY_MADE);
        access = DevIdentityProvider.start(settings, InstantSource.system());
    }

    @AfterEach
    void stop() {
        http.close();
        access.close();
        threads.close();
    }

    private PortcullisServer start(int stalenessSeconds) throws Exception {
        return PortcullisServer.builder()
                .tool(new AddTool())
                .policy(AccessInChargeTest::decide)
                .setting("PORT", Integer.toString(port))
                .setting("MANAGEMENT_PORT", "0")
                .setting("STORE", "memory:")
                .setting("RATE_LIMIT", "off")
                .setting("ACCESS_CLIENT_ID", DevIdpSettings.DEFAULT_CLIENT_ID)
                .setting("ACCESS_CLIENT_SECRET", SECRET)
                .setting("ACCESS_ISSUER", access.issuer())
                .setting("COOKIE_ENCRYPTION_KEY", "a key of this test's, and of no other")
                .setting("STALENESS_SECONDS", Integer.toString(stalenessSeconds))
                .setting("RECHECK_SECONDS", "0")
                .start();
    }

    /** Tools are for engineers. */
    private static Decision decide(Principal principal, Action action) {
        return action instanceof Action.CallTool
                        && !principal.identity().groups().contains("engineering")
                ? new Decision.Deny("for engineers")
                : Decision.ALLOW;
    }

    private ScriptedClient newClient() throws Exception {
        return new ScriptedClient(URI.create("http://localhost:" + port));
    }

    /** Whoever is removed at Access is gone here with the next refresh: grant, tokens, streams, tools. */
    @Test
    void removeAtAccessThenNextRefreshFailsStreamsCloseAndToolsAreGone() throws Exception {
        try (var _ = start(3_600)) {
            var client = newClient();
            Tokens alice = client.signIn(ALICE);
            Tokens bob = client.signIn("bob@example.com");
            assertThat(tools(alice.access())).isEqualTo("[\"add\"]");
            var listening = listen(alice.access());
            var session = openSession(alice.access());
            var others = listen(bob.access());
            assertThat(List.of(listening, session, others)).noneMatch(CompletableFuture::isDone);

            access.directory().remove(ALICE);
            var refusal = client.tryRefresh(alice.refresh());

            assertThat(refusal.statusCode()).isEqualTo(400);
            assertThat(refusal.body()).contains("\"invalid_grant\"");
            // O-27: at once, well before the next keep-alive, which is 15 s away.
            assertThat(listening.get(10, TimeUnit.SECONDS))
                    .as("a graceful result (H-79)")
                    .contains("\"result\"");
            session.get(10, TimeUnit.SECONDS);
            assertThat(post(alice.access(), "tools/list", "{}").statusCode()).isEqualTo(401);
            assertThat(client.signInUntilCode(ALICE).parameters()).containsEntry("error", "access_denied");

            assertThat(others).isNotDone();
            assertThat(client.add(client.refresh(bob.refresh()).access(), 2, 3)).isEqualTo("5");
        }
    }

    /** Access is down, or does not take our own credentials: nobody is signed out. */
    @ParameterizedTest
    @EnumSource(
            value = Answer.class,
            names = {"NOTHING", "ERROR", "UNAVAILABLE"})
    void accessIsDownThenTokensAreShortAndLaterUnavailableAndAllRecovers(Answer outage) throws Exception {
        try (var _ = start(3_600)) {
            var client = newClient();
            Tokens alice = client.signIn(ALICE);
            access.switches().answer(outage);

            JsonNode shortly = JSON.readTree(client.tryRefresh(alice.refresh()).body());
            assertThat(shortly.get("expires_in").asInt()).isEqualTo(900);
            assertThat(tools(shortly.get("access_token").asString())).isEqualTo("[\"add\"]");

            access.switches().reset();
            JsonNode again = JSON.readTree(
                    client.tryRefresh(shortly.get("refresh_token").asString()).body());
            assertThat(again.get("expires_in").asInt()).isEqualTo(3_600);
        }
    }

    @Test
    void accessIsDownForLongThenUnavailableWithRetryAfterUntilItIsBack() throws Exception {
        try (var _ = start(0)) {
            var client = newClient();
            Tokens alice = client.signIn(ALICE);
            access.switches().tokenAnswer(TokenAnswer.REFUSE_CLIENT);

            String refresh = alice.refresh();
            HttpResponse<String> answer = client.tryRefresh(refresh);
            while (answer.statusCode() == 200) { // still the second of the sign-in
                refresh = JSON.readTree(answer.body()).get("refresh_token").asString();
                answer = client.tryRefresh(refresh);
            }
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("\"temporarily_unavailable\"");
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(tools(alice.access())).as("nobody is signed out").isEqualTo("[\"add\"]");

            access.switches().reset();
            assertThat(client.add(client.refresh(refresh).access(), 2, 3)).isEqualTo("5");
        }
    }

    /** Access tokens that are out already show the person as they are now. */
    @Test
    void groupIsTakenAtAccessThenToolsGoWithTheNextRefresh() throws Exception {
        try (var _ = start(3_600)) {
            var client = newClient();
            Tokens alice = client.signIn(ALICE);
            assertThat(tools(alice.access())).isEqualTo("[\"add\"]");

            var listening = listen(alice.access());
            var session = openSession(alice.access());

            access.directory().setGroups(ALICE, List.of("design"));
            Tokens next = client.refresh(alice.refresh());

            // Streams that told her what engineers may hear end, to be opened anew.
            assertThat(listening.get(10, TimeUnit.SECONDS)).contains("\"result\"");
            session.get(10, TimeUnit.SECONDS);

            assertThat(tools(next.access())).isEqualTo("[]");
            assertThat(tools(alice.access())).isEqualTo("[]");
            access.directory().reset();
            client.refresh(next.refresh());
            assertThat(tools(alice.access())).isEqualTo("[\"add\"]");
        }
    }

    /** O-145: without refresh tokens of Access's nothing is asked; the grant is short instead. */
    @Test
    void accessGivesNoRefreshTokensThenRefreshesHereGoOnWithoutIt() throws Exception {
        try (var _ = start(0)) {
            access.switches().refreshTokens(RefreshTokenUse.NONE);
            var client = newClient();
            Tokens alice = client.signIn(ALICE);
            access.switches().answer(Answer.NOTHING);

            assertThat(client.add(client.refresh(alice.refresh()).access(), 2, 3))
                    .isEqualTo("5");
        }
    }

    private String tools(String accessToken) throws Exception {
        var answer = post(accessToken, "tools/list", "{}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body())
                .at("/result/tools")
                .valueStream()
                .map(tool -> tool.get("name").toString())
                .toList()
                .toString();
    }

    private HttpResponse<String> post(String accessToken, String method, String params) throws Exception {
        return http.send(request(accessToken, method, params), BodyHandlers.ofString());
    }

    private HttpRequest request(String accessToken, String method, String params) {
        var message = JSON.createObjectNode().put("jsonrpc", "2.0").put("id", 1).put("method", method);
        var withMeta = (ObjectNode) JSON.readTree(params);
        withMeta.putObject("_meta")
                .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
                .putObject("io.modelcontextprotocol/clientCapabilities");
        message.set("params", withMeta);
        return HttpRequest.newBuilder(mcp())
                .header("authorization", "Bearer " + accessToken)
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", method)
                .POST(BodyPublishers.ofString(message.toString()))
                .build();
    }

    private URI mcp() {
        return URI.create("http://localhost:" + port + "/mcp");
    }

    /** A stream of changes of the stateless revision. @return all of it, once it has ended */
    private CompletableFuture<String> listen(String accessToken) throws Exception {
        var answer = http.send(
                request(accessToken, "subscriptions/listen", "{\"notifications\":{\"toolsListChanged\":true}}"),
                BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return end(answer);
    }

    /** A session of an older revision with its standing stream. */
    private CompletableFuture<String> openSession(String accessToken) throws Exception {
        var opened = http.send(
                HttpRequest.newBuilder(mcp())
                        .header("authorization", "Bearer " + accessToken)
                        .header("content-type", "application/json")
                        .header("accept", "application/json, text/event-stream")
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                                                + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
        var stream = http.send(
                HttpRequest.newBuilder(mcp())
                        .header("authorization", "Bearer " + accessToken)
                        .header("accept", "text/event-stream")
                        .header("mcp-protocol-version", "2025-11-25")
                        .header(
                                "mcp-session-id",
                                opened.headers().firstValue("mcp-session-id").orElseThrow())
                        .GET()
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        return end(stream);
    }

    private CompletableFuture<String> end(HttpResponse<InputStream> stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (var body = stream.body()) {
                        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
    }
}
