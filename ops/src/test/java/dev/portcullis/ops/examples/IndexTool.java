package dev.portcullis.ops.examples;

import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class IndexTool implements ToolHandler {
    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("index", "Index the archive", """
                        {"type":"object","properties":{"files":{"type":"integer"}},"required":["files"]}""")
                .timingOutAfter(30_000); // milliseconds; 60 seconds otherwise, and never more than TOOL_SECONDS
    }

    @Override
    public ToolResult call(ToolCall call) throws InterruptedException {
        int files = (int) call.arguments().integer("files", 0);
        for (int file = 1; file <= files; file++) {
            Thread.sleep(10); // a cancelled call is interrupted: let that through, or ask call.cancelled() now and then
            call.progress(file, files, "File " + file);
        }
        call.log(LogLevel.INFO, "Indexed " + files + " files");
        return ToolResult.text("Done.");
    }
}
