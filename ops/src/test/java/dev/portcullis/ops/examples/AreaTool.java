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
                .inline(); // on the event loop: for what is pure and quick; others get a thread and may block
    }

    @Override
    public ToolResult call(ToolCall call) {
        double width = call.arguments().number("width");
        return ToolResult.text("" + width * call.arguments().number("height"));
    }
}
