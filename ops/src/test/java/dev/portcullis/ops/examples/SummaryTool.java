package dev.portcullis.ops.examples;

import dev.portcullis.mcp.model.InputRequest.Sampling;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class SummaryTool implements ToolHandler {
    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("summarize", "Summarize a text in one sentence", """
                {"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}""");
    }

    @Override
    public ToolResult call(ToolCall call) throws Exception {
        if (!call.client().sampling()) {
            return ToolResult.error("This client lends no model.");
        }
        var question = Sampling.of("One sentence for: " + call.arguments().string("text"), 200);
        return ToolResult.text(call.sample("summary", question).text());
    }
}
