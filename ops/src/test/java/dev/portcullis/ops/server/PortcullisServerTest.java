package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.tool.AddTool;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server in the test's own process. */
class PortcullisServerTest {
    private static final Map<String, String> ANYWHERE =
            Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0", "STORE", "memory:");

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void startWhenPortsAreZeroThenServesWhereItSaysAndNowhereAfterClose() throws Exception {
        var server = PortcullisServer.builder()
                .settings(ANYWHERE)
                .setting("AUTH", "off")
                .name("test")
                .tool(new AddTool())
                .start();
        try (server) {
            assertThat(server.url().getPort()).isPositive();
            assertThat(server.warnings()).singleElement().asString().contains("AUTH=off");
            assertThat(call(server, "add", "{\"a\":2,\"b\":3}")).contains("\"text\":\"5\"");

            var management = server.management();
            assertThat(management.getAddress().isLoopbackAddress()).isTrue();
            var metrics = get(URI.create("http://localhost:" + management.getPort() + "/metrics"));
            assertThat(metrics.body()).contains("portcullis_tool_calls_total{outcome=\"ok\",tool=\"add\"} 1.0");
        }
        Assertions.assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> get(server.url()));
    }

    /** The stand-in for Access, and what our metadata says of us, know the ports that were found. */
    @Test
    void startWhenPortsAreZeroThenSignInKnowsThem() throws Exception {
        try (var server = PortcullisServer.builder().settings(ANYWHERE).start()) {
            assertThat(post(server, "{}").statusCode()).isEqualTo(401);
            String origin = "http://localhost:" + server.url().getPort();
            var metadata = get(URI.create(origin + "/.well-known/oauth-authorization-server"));
            assertThat(metadata.body()).contains("\"issuer\":\"" + origin + "\"");
        }
    }

    @Test
    void catalogWhenAToolIsAddedAndRemovedThenServesAccordinglyAndCountsIt() throws Exception {
        try (var server = PortcullisServer.builder()
                .settings(ANYWHERE)
                .setting("AUTH", "off")
                .start()) {
            assertThat(call(server, "add", "{\"a\":2,\"b\":3}")).contains("\"error\"");

            server.catalog().add(new AddTool());
            assertThat(call(server, "add", "{\"a\":2,\"b\":3}")).contains("\"text\":\"5\"");

            server.catalog().removeTool("add");
            assertThat(call(server, "add", "{\"a\":2,\"b\":3}")).contains("\"error\"");
            var metrics =
                    get(URI.create("http://localhost:" + server.management().getPort() + "/metrics"));
            assertThat(metrics.body()).contains("portcullis_tool_calls_total{outcome=\"ok\",tool=\"add\"} 1.0");
        }
    }

    @Test
    void startWhenSettingsAndOffersAreWrongThenSaysAllAtOnce() {
        var builder = PortcullisServer.builder()
                .setting("PROT", "1")
                .setting("AUTH", "perhaps")
                .setting("JAVA_OPTS", "-Xmx1g")
                .tool(new AddTool(), new AddTool());

        var refusal = catchThrowableOfType(ConfigException.class, builder::start);

        assertThat(refusal.exitCode()).isEqualTo(ExitCode.CONFIG);
        assertThat(refusal.mistakes()).hasSize(4);
        assertThat(refusal.report())
                .contains("tool add: the name is taken", "PROT (program) is no setting", "Did you mean PORT?")
                .contains("AUTH=perhaps (program)", "JAVA_OPTS (program) has no effect there");
    }

    /** The program's word, then what stands around it, and that only when asked for. */
    @Test
    void startWhenFilesAreAroundThenReadsThemOnlyFromTheEnvironmentAndTheProgramWins() throws Exception {
        Files.writeString(directory.resolve("portcullis.yaml"), "auth: perhaps\nrate-limit: off\n");

        var builder = PortcullisServer.builder().settings(ANYWHERE).directory(directory);
        try (var server = builder.start()) {
            assertThat(server.warnings()).isEmpty();
        }
        try (var server = builder.setting("AUTH", "off").fromEnvironment().start()) {
            assertThat(server.warnings()).hasSize(2).last().asString().contains("RATE_LIMIT=off");
        }
    }

    @Test
    void startWhenAPortIsTakenThenNothingStaysOpen() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var builder = PortcullisServer.builder()
                    .settings(ANYWHERE)
                    .directory(directory)
                    .setting("STORE", "file:kept.db")
                    .setting("DEV_IDP_PORT", Integer.toString(taken.getLocalPort()));

            var refusal = catchThrowableOfType(StartException.class, builder::start);

            assertThat(refusal.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(refusal.explanation()).contains("DEV_IDP_PORT");
            // The store would be locked, had it been left open.
            builder.setting("DEV_IDP_PORT", "0").start().close();
        }
    }

    private String call(PortcullisServer server, String tool, String arguments) throws Exception {
        return post(server, """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":%s,"_meta":{\
                "io.modelcontextprotocol/protocolVersion":"2026-07-28",\
                "io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},\
                "io.modelcontextprotocol/clientCapabilities":{}}}}""".formatted(tool, arguments)).body();
    }

    private HttpResponse<String> post(PortcullisServer server, String body) throws Exception {
        var request = HttpRequest.newBuilder(server.url())
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", "tools/call")
                .header("mcp-name", "add")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(URI uri) throws Exception {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
