package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.List;

/** Tools that say something before their result. */
final class StreamTools {
    private static final int STEP_MILLIS = 50;
    private static final int POLL_MILLIS = 500;
    private static final int WORK_MILLIS = 100;

    private StreamTools() {}

    static List<ToolHandler> all() {
        return List.of(
                FixtureTool.of("test_tool_with_progress", "Reports progress", StreamTools::reportProgress),
                FixtureTool.of("test_tool_with_logging", "Logs what it does", StreamTools::log),
                FixtureTool.of("test_logging_tool", "Logs for whoever asked for it", call -> {
                    call.log(LogLevel.INFO, "Tool called");
                    return ToolResult.text("Logged if that was asked for.");
                }),
                FixtureTool.of("test_reconnection", "Ends its stream before its result", call -> {
                    call.letClientPoll(POLL_MILLIS);
                    Thread.sleep(WORK_MILLIS);
                    return ToolResult.text("The result came after the reconnection.");
                }));
    }

    private static ToolResult reportProgress(ToolCall call) throws InterruptedException {
        for (int done = 0; done <= 100; done += 50) {
            call.progress(done, 100, "Completed step " + done + " of 100");
            Thread.sleep(STEP_MILLIS);
        }
        return ToolResult.text(String.valueOf(call.meta("progressToken")));
    }

    private static ToolResult log(ToolCall call) throws InterruptedException {
        for (var text : List.of("Tool execution started", "Tool processing data", "Tool execution completed")) {
            call.log(LogLevel.INFO, text);
            Thread.sleep(STEP_MILLIS);
        }
        return ToolResult.text("Logged three messages.");
    }
}
