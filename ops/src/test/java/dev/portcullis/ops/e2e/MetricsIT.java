package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator sees: a real Prometheus scrapes us. */
class MetricsIT {
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void scrapeWhenPrometheusDoesItThenNothingIsAmissAndCountsAreThere() throws Exception {
        try (var server = ServerProcess.start(folder, Map.of())) {
            var client = new ScriptedClient(server.uri("/"));
            var tokens = client.signIn("alice@example.com");
            assertThat(client.add(tokens.access(), 2, 3)).isEqualTo("5");
            assertThat(client.call("nonsense", "add", "{}").statusCode()).isEqualTo(401);

            assertThat(lint(get(server.managementUri("/metrics"))))
                    .as("promtool check metrics")
                    .isEmpty();
            int port = ServerProcess.freePort();
            Process prometheus = startPrometheus(server.managementPort(), port);
            try {
                JsonNode sample = awaitSample(port, "portcullis_tool_call_duration_seconds_count{tool=\"add\"}");
                assertThat(sample.at("/value/1").asString()).isEqualTo("1");
                assertThat(awaitSample(port, "up").at("/value/1").asString()).isEqualTo("1");
            } finally {
                prometheus.destroy();
            }
        }
    }

    @Test
    void healthWhenServerRunsThenAnswersOnTheManagementPortOnly() throws Exception {
        try (var server = ServerProcess.start(folder, Map.of())) {
            for (String path : List.of("/health/live", "/health/ready", "/metrics")) {
                assertThat(status(server.managementUri(path))).as(path).isEqualTo(200);
                assertThat(status(server.uri(path))).as("public %s", path).isEqualTo(404);
            }
        }
    }

    /** What promtool has to say; it is strict about names and help texts, which is a matter of taste, so only parse errors count. */
    private String lint(String metrics) throws Exception {
        Path file = Files.writeString(folder.resolve("metrics.txt"), metrics);
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(file.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        promtool.waitFor();
        return said.lines()
                .filter(line -> line.contains("error"))
                .toList()
                .toString()
                .replace("[]", "");
    }

    private Process startPrometheus(int target, int port) throws Exception {
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global: { scrape_interval: 1s }
                scrape_configs:
                  - job_name: portcullis
                    static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
                """.formatted(target));
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
    }

    private JsonNode awaitSample(int port, String query) throws Exception {
        var uri = URI.create(
                "http://127.0.0.1:" + port + "/api/v1/query?" + ScriptedClient.query(Map.of("query", query)));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        String last = "";
        while (System.nanoTime() < deadline) {
            try {
                last = get(uri);
                JsonNode result = new JsonMapper().readTree(last).at("/data/result/0");
                if (!result.isMissingNode()) {
                    return result;
                }
            } catch (java.io.IOException | tools.jackson.core.JacksonException e) {
                last = e.toString();
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new AssertionError(
                "Prometheus has no " + query + ": " + last + "\n" + Files.readString(folder.resolve("prometheus.log")));
    }

    private String get(URI uri) throws Exception {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private int status(URI uri) throws Exception {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
