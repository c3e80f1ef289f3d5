package dev.portcullis.ops.examples;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class ForecastTool implements ToolHandler {
    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("forecast", "Forecast the temperature", """
                        {"type":"object","properties":{"city":{"type":"string","x-mcp-header":"City"},
                         "days":{"type":"integer","minimum":1,"maximum":7}},"required":["city"]}""").withOutputSchema("""
                        {"type":"object","properties":{"celsius":{"type":"number"}},"required":["celsius"]}""");
    }

    @Override
    public ToolResult call(ToolCall call) {
        String city = call.arguments().string("city");
        long days = call.arguments().integer("days", 1);
        if (city.equals("Atlantis")) {
            return ToolResult.error("There is no weather in Atlantis; try a city on land.");
        }
        return ToolResult.structured("{\"celsius\":" + (20 + days) + "}");
    }
}
