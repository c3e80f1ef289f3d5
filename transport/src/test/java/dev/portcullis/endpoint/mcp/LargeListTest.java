package dev.portcullis.endpoint.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A list that is sent from where it is kept (H-184) is the same whole, in an event, in a batch, and as often as it is asked for. */
class LargeListTest {
    private static final int TOOLS = 40;
    private static final String LAST = "{\"name\":\"many-" + (TOOLS - 1) + "\"";

    private static Wire wire;

    /** Of a long description, with characters of several bytes. */
    private record Many(int number) implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of(
                    "many-" + number, "Liste n° " + number + " … ".repeat(80), "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) {
            return ToolResult.text("");
        }
    }

    @BeforeAll
    static void start() {
        wire = new Wire();
        for (int i = 0; i < TOOLS; i++) {
            wire.fixture.catalog.add(new Many(i));
        }
    }

    @AfterAll
    static void stop() {
        wire.close();
    }

    static Stream<String> versions() {
        return Stream.concat(Stream.of(Wire.MODERN), Wire.LEGACY.stream());
    }

    private static String session(String version) {
        return version.equals(Wire.MODERN) ? "" : wire.session(version);
    }

    /** @return the elements, of whatever bears them */
    private static String listed(String answer) {
        int from = answer.indexOf("\"tools\":[");
        assertThat(from).as(answer).isPositive();
        return answer.substring(from, answer.lastIndexOf("]") + 1);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void listWhenAskedOftenThenEachAnswerIsWhole(String version) {
        String session = session(version);
        String expected = wire.request(version, session, "tools/list", "").body();
        assertThat(expected)
                .startsWith("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{")
                .contains(LAST)
                .endsWith("}}");
        assertThat(listed(expected).getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(16 * 1024);

        for (int i = 0; i < 5; i++) {
            var answer = wire.request(version, session, "tools/list", "");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-length"))
                    .isEqualTo(Integer.toString(expected.getBytes(StandardCharsets.UTF_8).length));
            assertThat(answer.body()).isEqualTo(expected);
        }
    }

    /** The next answer begins where this one ends. */
    @Test
    void listWhenConnectionIsKeptThenTheNextAnswerFollows() {
        String body = McpFixture.request("tools/list", McpFixture.META);
        try (var client = wire.server.connect()) {
            for (String origin : List.of("-", "https://mcp.example.com", "-")) {
                wire.write(
                        client,
                        "ada",
                        "POST",
                        "/mcp",
                        body,
                        "MCP-Protocol-Version",
                        Wire.MODERN,
                        "Mcp-Method",
                        "tools/list",
                        "Origin",
                        origin);
                var answer = client.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).contains(LAST).endsWith("}}");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void listWhenOnlyEventsAreTakenThenIsAnEvent(String version) {
        String session = session(version);
        String expected = wire.request(version, session, "tools/list", "").body();
        var answer = version.equals(Wire.MODERN)
                ? wire.modern("tools/list", "", "", "Accept", "text/event-stream")
                : wire.post(
                        McpFixture.request("tools/list", ""),
                        "Mcp-Session-Id",
                        session,
                        "MCP-Protocol-Version",
                        version,
                        "Accept",
                        "text/event-stream");

        if (answer.status() == 200) {
            assertThat(answer.header("content-type")).startsWith("text/event-stream");
            assertThat(answer.body()).contains("data: " + expected + "\n\n");
        } else {
            assertThat(answer.status()).isEqualTo(406); // H-14: a revision that wants both types
        }
    }

    /** Two in one text: H-111. */
    @Test
    void listWhenInABatchThenAllAreThere() {
        String session = wire.session("2025-03-26");
        String expected =
                listed(wire.request("2025-03-26", session, "tools/list", "").body());
        String list = McpFixture.request("tools/list", "");
        var answer =
                wire.post("[" + list + "," + list.replace("\"id\":7", "\"id\":8") + "]", "Mcp-Session-Id", session);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().split("\"tools\":\\[", -1)).hasSize(3);
        assertThat(answer.body()).startsWith("[{\"jsonrpc\"").contains(expected).endsWith("]");
    }

    /** Nobody sees a list that has become another. */
    @Test
    void listWhenAToolIsAddedThenIsTheNewOne() {
        var before = wire.request(Wire.MODERN, "", "tools/list", "").body();
        wire.fixture.catalog.add(new Many(1_000));
        var with = wire.request(Wire.MODERN, "", "tools/list", "").body();
        wire.fixture.catalog.removeTool("many-1000");

        assertThat(with).contains("{\"name\":\"many-1000\"");
        assertThat(wire.request(Wire.MODERN, "", "tools/list", "").body()).isEqualTo(before);
    }
}
