package dev.portcullis.benchmarks.jmh;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

/**
 * One of many tools, of a definition as long as most are. It says how long the text is that it is given.
 *
 * @param number makes its name
 */
record NamedTool(int number) implements ToolHandler {
    String name() {
        return "tool_" + number;
    }

    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of(name(), "Says how long a text is; number " + number + " of those that do", """
                        {"type":"object","properties":{"text":{"type":"string","description":"Any text"},\
                        "trim":{"type":"boolean","description":"Without the space around it"}},\
                        "required":["text"],"additionalProperties":false}""")
                .inline();
    }

    @Override
    public ToolResult call(ToolCall call) {
        return ToolResult.text(Integer.toString(call.arguments().string("text").length()));
    }
}
