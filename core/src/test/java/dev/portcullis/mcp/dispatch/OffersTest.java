package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2024_11_05;
import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.registry.ToolResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** H-71, H-160: what is told is what is there. */
class OffersTest {
    private static final String[] METHODS = {
        "tools/list",
        "tools/call",
        "prompts/list",
        "prompts/get",
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "completion/complete"
    };

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void methodsWhenNothingIsOfferedThenAreUnknown(ProtocolVersion version) throws Exception {
        String status = version.hasSessions() ? "200 " : "404 ";
        try (var fixture = new DispatcherFixture(Catalog.of())) {
            for (String method : METHODS) {
                assertThat(fixture.call(version, ADA, method, "{}"))
                        .startsWith(status)
                        .contains("-32601", "Method not found: " + method);
            }
        }
    }

    /** H-80: with nothing that could change there is nothing to listen to. */
    @Test
    void listenWhenNothingIsOfferedThenIsUnknown() throws Exception {
        try (var fixture = new DispatcherFixture(Catalog.of())) {
            assertThat(fixture.call(V2026_07_28, ADA, "subscriptions/listen", "{\"notifications\":{}}"))
                    .startsWith("404 ")
                    .contains("-32601");
            assertThat(fixture.call(V2025_11_25, ADA, "resources/subscribe", "{\"uri\":\"test://page\"}"))
                    .startsWith("200 ")
                    .contains("-32601");
        }
    }

    @Test
    void capabilitiesWhenNothingIsOfferedThenAreThoseOfEveryServer() throws Exception {
        try (var fixture = new DispatcherFixture(Catalog.of())) {
            assertThat(fixture.initialize("2025-11-25")).contains("\"capabilities\":{\"logging\":{}}");
            assertThat(fixture.call(V2026_07_28, ADA, "server/discover", "{}"))
                    .contains("\"capabilities\":{\"logging\":{}}");
        }
    }

    @Test
    void capabilitiesWhenTheCatalogGrowsThenSoDoThey() throws Exception {
        var catalog = Catalog.of();
        try (var fixture = new DispatcherFixture(catalog)) {
            assertThat(fixture.initialize("2025-11-25")).doesNotContain("\"tools\"");
            catalog.add(TestTool.add());
            assertThat(fixture.initialize("2025-11-25"))
                    .contains("\"tools\":{\"listChanged\":true}")
                    .doesNotContain("\"tasks\"");
            catalog.add(taskTool());
            assertThat(fixture.initialize("2025-11-25"))
                    .contains("\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}");
            assertThat(fixture.initialize("2025-06-18")).doesNotContain("\"tasks\"");
            assertThat(fixture.call(V2026_07_28, ADA, "server/discover", "{}"))
                    .contains("\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}")
                    .doesNotContain("\"tasks\":");
            catalog.removeTool("slow");
            assertThat(fixture.initialize("2025-11-25")).doesNotContain("\"tasks\"");
        }
    }

    private static TestTool taskTool() {
        return new TestTool(
                ToolDefinition.of("slow", "Takes its time", "{\"type\":\"object\"}")
                        .asTask(TaskSupport.OPTIONAL),
                _ -> ToolResult.text("done"));
    }

    /** H §7: the oldest revision has completion, and no word for it. */
    @Test
    void completionWhenOldestRevisionThenIsServedWithoutCapability() throws Exception {
        String params = "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"review\"},"
                + "\"argument\":{\"name\":\"style\",\"value\":\"t\"}}";
        try (var fixture = new DispatcherFixture(GoldenCatalog.catalog())) {
            assertThat(fixture.initialize("2024-11-05")).doesNotContain("completions");
            assertThat(fixture.initialize("2025-03-26")).contains("\"completions\":{}");
            assertThat(fixture.call(V2024_11_05, ADA, "completion/complete", params))
                    .contains("\"values\":[\"terse\"");
        }
    }
}
