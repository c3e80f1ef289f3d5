package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/**
 * 2026-07-28: every request stands alone and says what it speaks; results say their type, who answers, and how long they may be kept. Objects are as in 2025-11-25, but
 * tasks are an extension and the server's choice, results may be structured in any way, and pages have no ids.
 */
final class Revision20260728 implements Amendment {
    private static final byte[] COMPLETE = "\"resultType\":\"complete\"".getBytes(StandardCharsets.US_ASCII);

    private final Parts previous;
    private final byte[] meta;
    private final byte[] discoveryMeta;

    Revision20260728(Parts previous) {
        this.previous = previous;
        this.meta = meta(out -> Shapes.implementation(out, info())); // in every result: the least that says who answers
        this.discoveryMeta = meta(this::serverInfo);
    }

    private static byte[] meta(Consumer<JsonWriter> serverInfo) { // H-66
        try (var out = JsonWriter.take()) {
            out.name("_meta").beginObject().name("io.modelcontextprotocol/serverInfo");
            serverInfo.accept(out);
            return out.endObject().toBytes();
        }
    }

    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2026_07_28;
    }

    @Override
    public Parts previous() {
        return previous;
    }

    @Override
    public boolean serves(McpMethod method) {
        return switch (method) {
            case DISCOVER,
                    LISTEN,
                    LIST_TOOLS,
                    CALL_TOOL,
                    LIST_PROMPTS,
                    GET_PROMPT,
                    LIST_RESOURCES,
                    LIST_RESOURCE_TEMPLATES,
                    READ_RESOURCE,
                    COMPLETE,
                    GET_TASK,
                    UPDATE_TASK,
                    CANCEL_TASK -> true;
            case INITIALIZE,
                    INITIALIZED,
                    PING,
                    SUBSCRIBE,
                    UNSUBSCRIBE,
                    SET_LOG_LEVEL,
                    LIST_TASKS,
                    TASK_RESULT,
                    CANCELLED,
                    PROGRESS,
                    ROOTS_CHANGED -> false; // H-47, H-63
        };
    }

    @Override
    public boolean takesBatches() {
        return false; // H-41
    }

    @Override
    public boolean speaksHttpSse() {
        return false;
    }

    @Override
    public boolean primesStreams() {
        return false; // H-62
    }

    @Override
    public TaskRules tasks() {
        return TaskRules.SERVER_DECIDES;
    }

    @Override
    public void createdTask(JsonWriter out, Task task) {
        out.name("resultType").string("task");
        TaskShapes.extension(out, task);
    }

    @Override
    public void task(JsonWriter out, Task task) {
        TaskShapes.extension(out, task);
        switch (task.state()) {
            case TaskState.Completed completed -> out.name("result").raw(completed.result());
            case TaskState.Failed(var error) -> out.name("error").raw(error);
            case TaskState.Asking asking -> open(out, asking.open());
            case TaskState.Working _, TaskState.Cancelled _ -> {}
        }
    }

    private void open(JsonWriter out, Map<String, InputRequest> questions) {
        if (questions.isEmpty()) {
            return; // all answered: it is working again, and has not noticed yet
        }
        out.name("inputRequests").beginObject();
        questions.forEach((key, request) -> {
            out.name(key).beginObject().name("method").string(request.method()).name("params");
            inputParams(out, request);
            out.endObject();
        });
        out.endObject();
    }

    @Override
    public McpError resourceNotFound() {
        return McpError.INVALID_PARAMS; // H-180
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return true;
    }

    @Override
    public boolean completesInContext() {
        return true;
    }

    @Override
    public boolean tellsElicitationComplete() {
        return false;
    }

    @Override
    public void beginResult(JsonWriter out) {
        out.copy(COMPLETE); // H-65
    }

    @Override
    public void beginInputRequired(JsonWriter out) {
        out.name("resultType").string("input_required");
    }

    @Override
    public void endResult(JsonWriter out) {
        out.copy(meta);
    }

    @Override
    public void endResult(JsonWriter out, Consumer<JsonWriter> more) {
        out.name("_meta").beginObject().name("io.modelcontextprotocol/serverInfo");
        Shapes.implementation(out, info());
        more.accept(out);
        out.endObject();
    }

    @Override
    public void endDiscovery(JsonWriter out) {
        out.copy(discoveryMeta);
    }

    @Override
    public void caching(JsonWriter out, int ttlMillis) {
        out.name("ttlMs").number(ttlMillis).name("cacheScope").string("private");
    }

    @Override
    public void taskCapability(JsonWriter out) { // H-220
        out.name("extensions").beginObject();
        out.name("io.modelcontextprotocol/tasks").beginObject().endObject();
        out.endObject();
    }

    @Override
    public void toolOutput(JsonWriter out, ToolDefinition tool) {
        if (tool.outputSchema() != null) {
            Shapes.outputSchema(out, tool.outputSchema());
        }
    }

    @Override
    public void toolExecution(JsonWriter out, ToolDefinition tool) {}

    @Override
    public void structuredContent(JsonWriter out, RawJson value) {
        out.name("structuredContent").raw(value);
    }

    @Override
    public void pageMembers(JsonWriter out, InputRequest.Page page) {
        Shapes.page(out, page);
    }
}
