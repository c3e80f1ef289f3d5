package dev.portcullis.ops.conformance;

import static dev.portcullis.mcp.registry.ToolDefinition.TaskSupport.OPTIONAL;
import static dev.portcullis.mcp.registry.ToolDefinition.TaskSupport.REQUIRED;

import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.LinkedHashMap;
import java.util.List;

/** Tools that outlive their request, and one that never does. */
final class TaskTools {
    private static final int JOB_MILLIS = 1_000;

    private TaskTools() {}

    static List<ToolHandler> all() {
        return List.of(
                FixtureTool.of(
                        "greet",
                        "Greets at once",
                        requiring("\"name\":{\"type\":\"string\"}", "name"),
                        call -> ToolResult.text("Hello, " + call.arguments().string("name") + "!")),
                FixtureTool.of("slow_compute", "Takes its time", """
                                {"type":"object","properties":{"seconds":{"type":"number"},"label":{"type":"string"}}}""", TaskTools::computeSlowly)
                        .asTask(OPTIONAL),
                FixtureTool.of("failing_job", "Fails as tools do", call -> {
                            call.becomeTask();
                            Thread.sleep(JOB_MILLIS);
                            return ToolResult.error("The job failed.");
                        })
                        .asTask(REQUIRED),
                FixtureTool.of("protocol_error_job", "Fails as only a bug does", call -> {
                            call.becomeTask();
                            throw new IllegalStateException("on purpose");
                        })
                        .asTask(OPTIONAL),
                FixtureTool.of(
                                "confirm_delete",
                                "Asks before it deletes",
                                requiring("\"filename\":{\"type\":\"string\"}", "filename"),
                                TaskTools::confirmDelete)
                        .asTask(OPTIONAL),
                FixtureTool.of("multi_input", "Asks for two things at once", TaskTools::askTwoThings)
                        .asTask(OPTIONAL),
                FixtureTool.of("test_tool_with_task", "Asks first and becomes a task then", call -> {
                            var answer = call.elicit(
                                    "user_name", Form.of("What is your name?").requireText("name", null));
                            call.becomeTask();
                            var content = answer.content();
                            return ToolResult.text("Done for " + (content == null ? "nobody" : content.string("name")));
                        })
                        .asTask(OPTIONAL));
    }

    private static String requiring(String property, String name) {
        return "{\"type\":\"object\",\"properties\":{" + property + "},\"required\":[\"" + name + "\"]}";
    }

    private static ToolResult computeSlowly(ToolCall call) throws InterruptedException {
        call.becomeTask();
        double seconds = call.arguments().has("seconds") ? call.arguments().number("seconds") : 1;
        Thread.sleep((long) (seconds * 1_000));
        return ToolResult.text("Computed " + call.arguments().string("label", "something"));
    }

    private static ToolResult confirmDelete(ToolCall call) throws Exception {
        call.becomeTask();
        String file = call.arguments().string("filename");
        var answer = call.elicit("confirm", Form.of("Delete " + file + "?").requireBool("confirm", null));
        var content = answer.content();
        boolean confirmed = content != null && content.bool("confirm", false);
        return ToolResult.text((confirmed ? "Deleted " : "Kept ") + file);
    }

    private static ToolResult askTwoThings(ToolCall call) throws Exception {
        call.becomeTask();
        var requests = new LinkedHashMap<String, InputRequest>();
        requests.put("first", nameAndConfirmation("The first thing?"));
        requests.put("second", nameAndConfirmation("The second thing?"));
        return ToolResult.text("Answers: " + call.ask(requests).size());
    }

    /** The two fields that the suite fills in, whatever it is asked. */
    private static Form nameAndConfirmation(String question) {
        return Form.of(question).requireText("name", null).requireBool("confirm", null);
    }
}
