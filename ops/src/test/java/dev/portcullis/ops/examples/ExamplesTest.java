package dev.portcullis.ops.examples;

import static dev.portcullis.ops.examples.WireClient.SESSIONS;
import static dev.portcullis.ops.examples.WireClient.STATELESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.ops.server.PortcullisServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Each example of README.md does what is said there, on both wires. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesTest {
    private static final int SECONDS_MAX = 20;
    private static final String EVERYTHING = """
            {"elicitation":{},"sampling":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}""";

    private final NoteResource notes = new NoteResource();
    private @Nullable PortcullisServer server;

    @BeforeAll
    void start() throws Exception {
        server = PortcullisServer.builder()
                .settings(Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0"))
                .settings(Map.of("AUTH", "off", "STORE", "memory:", "ANSWER_SECONDS", "20"))
                .tool(new AreaTool(), new ForecastTool(), new BookingTool(), new SummaryTool())
                .tool(new IndexTool(), new ReportTool())
                .prompt(new ReviewPrompt())
                .resource(notes)
                .start();
    }

    @AfterAll
    void stop() {
        server().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void areaWhenCalledThenMultiplies(String revision) throws Exception {
        try (var client = client(revision)) {
            assertThat(text(call(client, "area", "{\"width\":2.5,\"height\":2}")))
                    .isEqualTo("5.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void forecastWhenCalledThenIsStructuredAndCheckedBothWays(String revision) throws Exception {
        try (var client = client(revision)) {
            var city = Map.of("mcp-param-city", "Oslo");
            var result = client.request("tools/call", arguments("forecast", "{\"city\":\"Oslo\",\"days\":2}"), city);
            assertThat(result.at("/structuredContent/celsius").asInt()).isEqualTo(22);
            assertThat(text(result)).contains("22");

            var wrong = client.request("tools/call", arguments("forecast", "{\"city\":\"Oslo\",\"days\":9}"), city);
            assertThat(wrong.get("isError").asBoolean()).isTrue();
            assertThat(text(wrong)).contains("days");
        }
    }

    /** H-51: what stands in the header is what stands in the body, or the call is refused. */
    @Test
    void forecastWhenTheHeaderNamesAnotherCityThenIsRefused() throws Exception {
        try (var client = client(STATELESS)) {
            var answer = client.request(
                    "tools/call", arguments("forecast", "{\"city\":\"Oslo\"}"), Map.of("mcp-param-city", "Bergen"));

            assertThat(answer.at("/error/code").asInt()).isEqualTo(-32020);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void bookWhenThePersonAnswersThenBooksAndOtherwiseNot(String revision) throws Exception {
        try (var client = client(revision)) {
            assertThat(text(call(client, "book", "{}"))).isEqualTo("Booked for Ada.");
        }
        try (var client = new WireClient(server().url(), revision, EVERYTHING, _ -> "{\"action\":\"decline\"}")) {
            assertThat(text(call(client, "book", "{}"))).isEqualTo("Nothing was booked.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void summarizeWhenTheClientHasAModelThenAsksItAndOtherwiseSaysSo(String revision) throws Exception {
        try (var client = client(revision)) {
            assertThat(text(call(client, "summarize", "{\"text\":\"Long.\"}"))).isEqualTo("Short.");
        }
        try (var client = new WireClient(server().url(), revision, "{}", _ -> "{}")) {
            var result = call(client, "summarize", "{\"text\":\"Long.\"}");
            assertThat(result.get("isError").asBoolean()).isTrue();
            assertThat(text(result)).contains("no model");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void indexWhenCalledThenTellsHowFarItIsAndLogs(String revision) throws Exception {
        try (var client = client(revision)) {
            if (!client.isStateless()) {
                client.request("logging/setLevel", "{\"level\":\"info\"}");
            }
            var result = client.request("tools/call", """
                    {"name":"index","arguments":{"files":5},\
                    "_meta":{"progressToken":"p","io.modelcontextprotocol/logLevel":"info"}}""");

            assertThat(text(result)).isEqualTo("Done.");
            assertThat(client.told()).extracting(JsonNode::toString).anyMatch(line -> line.contains("\"progress\":5"));
            assertThat(client.told())
                    .extracting(JsonNode::toString)
                    .anyMatch(line -> line.contains("notifications/message") && line.contains("Indexed 5 files"));
        }
    }

    /** H-115 and H-63: a session's client says so, one without a session goes away. */
    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void indexWhenCancelledThenStops(String revision) throws Exception {
        long before = cancelled();
        try (var client = client(revision)) {
            client.whenTold(_ -> {
                if (client.isStateless()) {
                    throw new CancellationException();
                }
                try {
                    client.cancelRunning();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            assertThatThrownBy(() -> client.request("tools/call", """
                            {"name":"index","arguments":{"files":100000},"_meta":{"progressToken":"p"}}"""))
                    .as("there is no answer")
                    .isInstanceOfAny(CancellationException.class, AssertionError.class);

            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
            while (cancelled() == before) {
                assertThat(System.nanoTime()).as("time to notice").isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /** @return how many calls were cancelled, as operators see it */
    private long cancelled() throws Exception {
        var metrics = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + server().management().getPort() + "/metrics"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            String sample = "portcullis_tool_calls_total{outcome=\"cancelled\",tool=\"index\"} ";
            return http.send(metrics, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith(sample))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(sample.length())))
                    .sum();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void reportWhenTheClientKnowsTasksThenIsOneAndOtherwiseIsWaitedFor(String revision) throws Exception {
        try (var client = new WireClient(server().url(), revision, "{}", _ -> "{}")) {
            assertThat(text(call(client, "report", "{}"))).isEqualTo("It was a good year.");
        }
        try (var client = client(revision)) {
            var result = client.isStateless()
                    ? resultOf(client, call(client, "report", "{}"))
                    : client.request(
                            "tasks/result",
                            taskId(client.request("tools/call", "{\"name\":\"report\",\"arguments\":{},\"task\":{}}")
                                    .get("task")));
            assertThat(text(result)).isEqualTo("It was a good year.");
        }
    }

    /** As clients of 2026-07-28 do: they come back until it is done. */
    private static JsonNode resultOf(WireClient client, JsonNode created) throws Exception {
        assertThat(created.get("resultType").asString()).isEqualTo("task");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        for (; ; ) {
            var task = client.request("tasks/get", taskId(created));
            if (task.path("status").asString("").equals("completed")) {
                return task.get("result");
            }
            assertThat(System.nanoTime()).as(task.toString()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static String taskId(JsonNode task) {
        return "{\"taskId\":\"" + task.get("taskId").asString() + "\"}";
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void reviewWhenAskedForThenSaysItAndCompletesItsArgument(String revision) throws Exception {
        try (var client = client(revision)) {
            var prompt = client.request("prompts/get", "{\"name\":\"review\",\"arguments\":{\"language\":\"Java\"}}");
            assertThat(prompt.at("/messages/0/content/text").asString()).isEqualTo("Review this Java change.");

            var completed = client.request("completion/complete", """
                    {"ref":{"type":"ref/prompt","name":"review"},"argument":{"name":"language","value":"Ja"}}""");
            assertThat(completed.at("/completion/values")).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSIONS, STATELESS})
    void noteWhenWrittenThenSubscribersAreToldAndCanReadIt(String revision) throws Exception {
        String day = "day-of-" + revision;
        String uri = "note://" + day;
        try (var client = client(revision)) {
            assertThat(client.request("resources/read", "{\"uri\":\"" + uri + "\"}")
                            .has("error"))
                    .isTrue();

            var news = client.listen("{\"resourceSubscriptions\":[\"" + uri + "\"]}");
            if (client.isStateless()) {
                var first = news.poll(SECONDS_MAX, TimeUnit.SECONDS);
                assertThat(first).asString().contains("notifications/subscriptions/acknowledged");
            } else {
                client.request("resources/subscribe", "{\"uri\":\"" + uri + "\"}");
            }
            notes.write(day, "Rain.", server().catalog().changes());

            assertThat(news.poll(SECONDS_MAX, TimeUnit.SECONDS))
                    .asString()
                    .contains("notifications/resources/updated", uri);
            var read = client.request("resources/read", "{\"uri\":\"" + uri + "\"}");
            assertThat(read.at("/contents/0/text").asString()).isEqualTo("Rain.");
        }
    }

    /** As its author would start it; nobody has signed in, so nobody gets in. */
    @Test
    void weatherServerWhenStartedThenSaysWhereItIsAndWantsASignIn(@TempDir Path folder) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), WeatherServer.class.getName())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0"));
        Process process = builder.start();
        try (var out = process.inputReader()) {
            String line = out.readLine();
            assertThat(line).startsWith("MCP clients connect to http://localhost:");
            var request = HttpRequest.newBuilder(URI.create(line.substring(line.indexOf("http"))))
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build();
            try (var http = HttpClient.newHttpClient()) {
                assertThat(http.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(401);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private WireClient client(String revision) throws Exception {
        return new WireClient(server().url(), revision, EVERYTHING, ExamplesTest::answer);
    }

    /** What the client's person and model say to everything. */
    private static String answer(JsonNode request) {
        return request.get("method").asString().equals("elicitation/create")
                ? "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}"
                : "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"Short.\"}}";
    }

    private static JsonNode call(WireClient client, String tool, String arguments) throws Exception {
        return client.request("tools/call", arguments(tool, arguments));
    }

    private static String arguments(String tool, String arguments) {
        return "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}";
    }

    private static String text(JsonNode result) {
        return result.at("/content/0/text").asString(result.toString());
    }

    private PortcullisServer server() {
        return java.util.Objects.requireNonNull(server);
    }
}
