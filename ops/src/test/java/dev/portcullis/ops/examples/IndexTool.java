package dev.portcullis.ops.examples;

import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class IndexTool implements ToolHandler {
    private static final int FILES = 5;

    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("index", "Index the archive", "{\"type\":\"object\"}")
                .timingOutAfter(30_000); // milliseconds; 60 seconds otherwise, and never more than TOOL_SECONDS
    }

    @Override
    public ToolResult call(ToolCall call)
            throws InterruptedException { // how a cancelled call usually ends: let it through
        for (int file = 1; file <= FILES && !call.cancelled(); file++) {
            Thread.sleep(10);
            call.progress(file, FILES, "File " + file);
        }
        call.log(LogLevel.INFO, "Indexed " + FILES + " files");
        return ToolResult.text("Done.");
    }
}
