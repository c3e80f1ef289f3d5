package dev.portcullis.ops.examples;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class ReportTool implements ToolHandler {
    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("report", "Write the yearly report", "{\"type\":\"object\"}")
                .asTask(ToolDefinition.TaskSupport.OPTIONAL);
    }

    @Override
    public ToolResult call(ToolCall call) throws InterruptedException {
        call.becomeTask(); // a client that knows tasks gets one at once, and comes back for the result; others wait
        Thread.sleep(100);
        return ToolResult.text("It was a good year.");
    }
}
