package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Official clients of every kind and revision, all at the same time at a {@link MatrixServer} that wants sign-in, each doing all that it can: list, call, progress, logs, cancel,
 * elicitation, sampling, roots, prompts, completion, subscription. Three people use them. That these clients sign in by themselves {@link RealClientsIT} shows; here only the one over
 * {@code /sse} does, and the others are handed tokens, one each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientMatrixContract {
    static final String ALICE = "alice@example.com";
    static final String BOB = "bob@example.com";
    private static final String CAROL = "carol@example.com";
    private static final String PATIENCE_SECONDS = "170";

    private static final List<String> TOOLS = List.of(
            "add", "who", "count", "drip", "report", "wait", "cancelled", "greet", "summarize", "folders", "write");
    private static final List<String> LOGGED = IntStream.rangeClosed(1, 3)
            .mapToObj(step -> "Step " + step + " is done")
            .toList();

    @TempDir
    static Path folder;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Future<JsonNode>> scripts = new ConcurrentHashMap<>();
    private final Map<String, Future<JavaSdkClient.Seen>> javaClients = new ConcurrentHashMap<>();

    /** Starts what the clients are to use. */
    abstract void startServer() throws Exception;

    /** Where clients find that. */
    abstract URI at(String path);

    /** Ends it by SIGTERM. @return all that it printed */
    abstract String stopServer() throws Exception;

    @BeforeAll
    void startServerAndAllClients() throws Exception {
        startServer();

        // Version 1 can be told no revision: it asks for 2025-11-25, over either transport.
        script("v1", "sdk-client.mjs", "--url", uri("/mcp"), "--token", tokenOf(ALICE), "--no-browser");
        script("v1 over SSE", "sdk-client.mjs", "--url", uri("/sse"), "--transport", "sse", "--email", BOB);
        script("v2", "sdk2-client.mjs", "--url", uri("/mcp"), "--token", tokenOf(CAROL), "--no-browser");
        script(
                "v2 at 2025-06-18",
                "sdk2-client.mjs",
                "--url",
                uri("/mcp"),
                "--token",
                tokenOf(BOB),
                "--no-browser",
                "--revision",
                "2025-06-18");
        script(
                "Inspector, legacy",
                "inspector.mjs",
                "--url",
                uri("/mcp"),
                "--token",
                tokenOf(ALICE),
                "--era",
                "legacy");
        script("Inspector, modern", "inspector.mjs", "--url", uri("/mcp"), "--token", tokenOf(BOB), "--era", "modern");
        script(
                "Inspector over SSE",
                "inspector.mjs",
                "--url",
                uri("/sse"),
                "--token",
                tokenOf(CAROL),
                "--transport",
                "sse");
        for (var revision : List.of("2025-11-25", "2025-06-18", "2025-03-26")) {
            String token = tokenOf(CAROL);
            javaClient(revision, () -> JavaSdkClient.useEverythingOverHttp(at("/"), token, revision));
        }
        String token = tokenOf(ALICE);
        javaClient("2024-11-05", () -> JavaSdkClient.useEverythingOverSse(at("/"), token));
    }

    @AfterAll
    void stopServerAndReadWhatItPrinted() throws Exception {
        executor.close();
        assertThat(stopServer())
                .doesNotContain("LEAK")
                .doesNotContain("SEVERE")
                .doesNotContain("ERROR")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({
        "v1, 2025-11-25, " + ALICE,
        "v1 over SSE, 2025-11-25, " + BOB,
        "v2, 2026-07-28, " + CAROL,
        "v2 at 2025-06-18, 2025-06-18, " + BOB
    })
    void typeScriptSdkWhenOthersAreThereThenDoesEverything(String client, String revision, String person)
            throws Exception {
        JsonNode seen = scripts.get(client).get();
        String me = seen.get("me").asString();

        assertThat(seen.get("protocolVersion").asString()).isEqualTo(revision);
        assertThat(strings(seen.get("tools"))).containsExactlyInAnyOrderElementsOf(TOOLS);
        assertThat(seen.get("add").asString()).isEqualTo("5");
        assertThat(seen.get("who").asString()).isEqualTo(person);
        assertThat(seen.at("/counted/arrived").toString()).isEqualTo("[1,2,3]"); // H-133
        assertThat(strings(seen.at("/counted/logged"))).isEqualTo(LOGGED); // H-131
        assertThat(seen.get("cancelled").asString()).isEqualTo("cancelled");
        assertThat(seen.get("greeted").asString()).isEqualTo("Hello, " + me + "!");
        assertThat(seen.get("summary").asString()).isEqualTo(me + " read Sum it up");
        assertThat(seen.get("folders").asString()).isEqualTo("file:///" + me);
        assertThat(seen.get("prompt").asString()).isEqualTo("Review this Java change.");
        assertThat(strings(seen.get("completed"))).containsExactly("Kotlin");
        assertThat(strings(seen.at("/note/heard")))
                .as("news, of its own resource alone")
                .containsExactly("note://" + me);
        assertThat(seen.at("/note/wasWritten").asBoolean()).isTrue();
        assertThat(seen.at("/unknown/code").asInt()).isEqualTo(-32602);
    }

    /**
     * Not over SSE: version 1 passes progress on a moment after its arrival but takes results at once, and then knows of no such call any more. What arrives together with
     * the result, as events on one long stream do on a busy machine, never gets to its user.
     */
    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2", "v2 at 2025-06-18"})
    void typeScriptSdkWhenToolTellsProgressThenPassesItOn(String client) throws Exception {
        assertThat(scripts.get(client).get().at("/counted/steps").toString()).isEqualTo("[1,2,3]");
    }

    @Test
    void typeScriptSdkOverSseWhenNobodySignedInThenSignsInByItself() throws Exception {
        JsonNode seen = scripts.get("v1 over SSE").get();

        assertThat(seen.get("registered").asInt()).isEqualTo(1);
        assertThat(seen.get("signedIn").asInt()).isEqualTo(1);
        assertThat(strings(seen.get("pages"))).containsExactly("consent", "identity");
    }

    @ParameterizedTest
    @CsvSource({
        "'Inspector, legacy', 2025-11-25, " + ALICE,
        "'Inspector, modern', 2026-07-28, " + BOB,
        "Inspector over SSE, 2025-11-25, " + CAROL
    })
    void inspectorWhenOthersAreThereThenDoesWhatItCan(String client, String revision, String person) throws Exception {
        JsonNode seen = scripts.get(client).get();

        assertThat(seen.get("protocolVersion").asString()).isEqualTo(revision);
        assertThat(strings(seen.get("tools"))).containsExactlyInAnyOrderElementsOf(TOOLS);
        assertThat(seen.get("add").asString()).isEqualTo("5");
        assertThat(seen.get("who").asString()).isEqualTo(person);
        assertThat(seen.at("/counted/text").asString()).isEqualTo("Counted to 3");
        assertThat(seen.get("greeted").asString()).contains("supports elicitation by forms"); // H-86
        assertThat(seen.get("prompt").asString()).isEqualTo("Review this Java change.");
        assertThat(seen.get("note").asString()).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-25, " + CAROL,
        "2025-06-18, " + CAROL,
        "2025-03-26, " + CAROL,
        "2024-11-05, " + ALICE // over /sse
    })
    void javaSdkWhenOthersAreThereThenDoesAllItCan(String revision, String person) throws Exception {
        JavaSdkClient.Seen seen = javaClients.get(revision).get();

        assertThat(seen.revision()).isEqualTo(revision);
        assertThat(seen.tools()).containsExactlyInAnyOrderElementsOf(TOOLS);
        assertThat(seen.add()).isEqualTo("5");
        assertThat(seen.who()).isEqualTo(person);
        assertThat(seen.counted()).isEqualTo("Counted to 3");
        // In any order: this SDK hands each notification to a thread of its own.
        assertThat(seen.steps()).containsExactlyInAnyOrder(1.0, 2.0, 3.0);
        assertThat(seen.logged()).containsExactlyInAnyOrderElementsOf(LOGGED);
        assertThat(seen.summary()).isEqualTo(seen.me() + " read Sum it up");
        assertThat(seen.folders()).isEqualTo("file:///" + seen.me());
        assertThat(seen.prompt()).isEqualTo("Review this Java change.");
        assertThat(seen.completed()).containsExactly("Kotlin");
        assertThat(seen.heard()).as("news of its resource").isTrue();
        assertThat(seen.unknownRefused()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"2025-11-25, true", "2025-06-18, true", "2025-03-26, false", "2024-11-05, false"})
    void javaSdkWhenItsRevisionHasElicitationThenIsAsked(String revision, boolean isAsked) throws Exception {
        JavaSdkClient.Seen seen = javaClients.get(revision).get();

        assertThat(seen.greeted())
                .isEqualTo(
                        isAsked
                                ? "Hello, " + seen.me() + "!"
                                : "This needs a client that supports elicitation by forms.");
    }

    private void script(String client, String script, String... arguments) {
        var all = Stream.concat(
                Stream.of(arguments), Stream.of("--scenario", "matrix", "--timeout-seconds", PATIENCE_SECONDS));
        scripts.put(client, executor.submit(() -> NodeScript.run(folder, script, all.toArray(String[]::new))));
    }

    private void javaClient(String revision, Callable<JavaSdkClient.Seen> run) {
        javaClients.put(revision, executor.submit(run));
    }

    final String tokenOf(String person) throws Exception {
        return new ScriptedClient(at("/")).signIn(person).access();
    }

    final String uri(String path) {
        return at(path).toString();
    }

    static List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }
}
