package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.List;

/** Tools whose input schema is what matters. */
final class SchemaTools {
    /** Must come back from {@code tools/list} as it stands here. */
    private static final String EVERY_KEYWORD = """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",\
            "$defs":{"address":{"$anchor":"addressDef","type":"object",\
            "properties":{"street":{"type":"string"},"city":{"type":"string"}}}},\
            "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},\
            "contactMethod":{"type":"string","enum":["phone","email"]},\
            "phone":{"type":"string"},"email":{"type":"string"}},\
            "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],\
            "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},\
            "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}""";

    private static final String MIRRORED = """
            {"type":"object","properties":{\
            "region":{"type":"string","x-mcp-header":"Region"},"level":{"type":"integer"}}}""";

    private SchemaTools() {}

    static List<ToolHandler> all() {
        return List.of(
                FixtureTool.of(
                        "json_schema_2020_12_tool",
                        "Has a schema with keywords of JSON Schema 2020-12",
                        EVERY_KEYWORD,
                        call -> ToolResult.text(
                                "Called with " + call.arguments().json())),
                FixtureTool.of(
                        "test_x_mcp_header",
                        "Has an argument that is repeated in a header",
                        MIRRORED,
                        call -> ToolResult.text("region=" + call.arguments().string("region", "<none>"))));
    }
}
