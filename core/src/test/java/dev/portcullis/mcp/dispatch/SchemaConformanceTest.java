package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything we write, in every revision, against the schemas that the protocol's authors publish; and what clients write, as far as we read it. */
class SchemaConformanceTest {
    private static final String META =
            "\"_meta\":{\"progressToken\":7,\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private static Schema schema(ProtocolVersion version, String definition) {
        String name = "/schema/" + version.text() + ".json";
        try (InputStream in = SchemaConformanceTest.class.getResourceAsStream(name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String definitions = text.contains("\"$defs\"") ? "$defs" : "definitions";
            String pointed = text.replaceFirst(
                    "\\{", "{\"\\$ref\":\"#/" + definitions.replace("$", "\\$") + "/" + definition + "\",");
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(pointed, InputFormat.JSON);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static void assertValid(ProtocolVersion version, String definition, String json) {
        assertThat(schema(version, definition).validate(json, InputFormat.JSON))
                .as("%s as %s of %s", json, definition, version)
                .isEmpty();
    }

    /** @return the member {@code result} of a response that ends with it */
    private static String result(String answer) {
        String body = answer.substring(answer.indexOf(' ') + 1);
        return body.substring(body.indexOf("\"result\":") + 9, body.length() - 1);
    }

    private static DispatcherFixture fixture() {
        var rich = new TestTool(
                ToolDefinition.of("rich", "All there is", "{\"type\":\"object\"}")
                        .titled("Rich")
                        .annotated(new ToolDefinition.Annotations(true, false, null, false))
                        .withOutputSchema("{\"type\":\"object\"}"),
                call -> {
                    call.progress(1, 2, "half");
                    return new ToolResult(
                            List.of(
                                    new Content.Text("é\n\"<"),
                                    new Content.Image(new byte[] {1, 2, 3}, "image/png"),
                                    new Content.Audio(new byte[] {4}, "audio/wav"),
                                    new Content.Embedded(new ResourceContents.Text("test://a", "text/plain", "text"))),
                            "{\"n\":1}",
                            false);
                });
        return new DispatcherFixture(TestTool.add(), rich);
    }

    @Test
    void schemaWhenMessageIsWrongThenSaysSo() { // else the other tests prove nothing
        assertThat(schema(ProtocolVersion.V2026_07_28, "CallToolResult").validate("{\"content\":[]}", InputFormat.JSON))
                .isNotEmpty();
        assertThat(schema(ProtocolVersion.V2025_06_18, "InitializeResult").validate("{}", InputFormat.JSON))
                .isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void answersWhenValidatedThenFitTheSchemaOfTheRevision(ProtocolVersion version) throws Exception {
        boolean stateless = !version.hasSessions();
        boolean renamed = version.compareTo(ProtocolVersion.V2025_11_25) <= 0; // newest first
        String response = renamed ? "JSONRPCResultResponse" : "JSONRPCResponse";
        String error = renamed ? "JSONRPCErrorResponse" : "JSONRPCError";
        try (var fixture = fixture()) {
            var results = Map.of(
                    "ListToolsResult",
                    fixture.call(version, ADA, "tools/list", "{}"),
                    "CallToolResult",
                    fixture.call(version, ADA, "tools/call", "{\"name\":\"rich\"}"),
                    stateless ? "DiscoverResult" : "EmptyResult",
                    fixture.call(version, ADA, stateless ? "server/discover" : "ping", "{}"));
            results.forEach((definition, answer) -> {
                assertValid(version, definition, result(answer));
                assertValid(version, response, answer.substring(4));
                assertValid(version, "JSONRPCMessage", answer.substring(4));
            });
            for (String params : List.of("{\"name\":\"nope\"}", "{\"name\":\"add\",\"arguments\":7}")) {
                assertValid(
                        version,
                        error,
                        fixture.call(version, ADA, "tools/call", params).substring(4));
            }
            assertValid(version, error, fixture.call(version, ADA, "nope", "{}").substring(4));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"V2025_06_18", "V2025_11_25"})
    void initializeWhenValidatedThenFitsTheSchema(ProtocolVersion version) throws Exception {
        try (var fixture = fixture()) {
            assertValid(version, "InitializeResult", result(fixture.initialize(version.text())));
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void progressWhenValidatedThenFitsTheSchema(ProtocolVersion version) throws Exception {
        try (var fixture = fixture()) {
            var sink = new RecordingSink();
            fixture.dispatch(version, ADA, request("tools/call", "{\"name\":\"rich\"," + META + "}"), sink);
            sink.awaitEnd();
            assertThat(sink.notifications).hasSize(1);
            assertValid(version, "ProgressNotification", sink.notifications.getFirst());
            assertValid(version, "JSONRPCNotification", sink.notifications.getFirst());
        }
    }

    @Test
    void requestsWhenValidByTheSchemaThenAreServed() throws Exception {
        String call = "{\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2}," + META + "}";
        assertValid(ProtocolVersion.V2026_07_28, "CallToolRequestParams", call);
        assertValid(
                ProtocolVersion.V2026_07_28,
                "CallToolRequest",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":" + call + "}");
        try (var fixture = fixture()) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(fixture.call(version, ADA, "tools/call", call)).contains("\"text\":\"3\"");
            }
        }
    }

    @Test
    void unsupportedWhenValidatedThenFitsTheSchema() {
        try (var fixture = fixture()) {
            var refusal = fixture.revisions.unsupported("1900-01-01", false);
            assertValid(
                    ProtocolVersion.V2026_07_28,
                    "UnsupportedProtocolVersionError",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":"
                            + refusal.error().code() + ",\"message\":\"m\",\"data\":"
                            + new String(refusal.data(), StandardCharsets.UTF_8) + "}}");
        }
    }
}
