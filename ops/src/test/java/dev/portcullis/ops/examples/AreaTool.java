package dev.portcullis.ops.examples;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class AreaTool implements ToolHandler {
    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("area", "Area of a rectangle in square metres", """
                        {"type":"object","properties":{"width":{"type":"number"},"height":{"type":"number"}},
                         "required":["width","height"]}""")
                .inline(); // pure and quick: runs on the event loop; without this it gets a virtual thread and may
        // block
    }

    @Override
    public ToolResult call(ToolCall call) {
        return ToolResult.text(
                "" + call.arguments().number("width") * call.arguments().number("height"));
    }
}
