package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** 2026-07-28: every request stands alone and says what it speaks; results say their type, who answers, and how long they may be kept. */
final class Revision20260728 implements Revision {
    private static final byte[] COMPLETE = "\"resultType\":\"complete\"".getBytes(StandardCharsets.US_ASCII);

    private final ServerInfo info;
    private final byte[] meta;

    Revision20260728(ServerInfo info) {
        this.info = info;
        try (var out = JsonWriter.take()) {
            out.name("_meta").beginObject().name("io.modelcontextprotocol/serverInfo");
            Shapes.serverInfo(out, info);
            this.meta = out.endObject().toBytes();
        }
    }

    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2026_07_28;
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
    public boolean primesStreams() {
        return false; // H-62
    }

    @Override
    public TaskRules tasks() {
        return TaskRules.SERVER_DECIDES;
    }

    @Override
    public McpError resourceNotFound() {
        return McpError.INVALID_PARAMS;
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return true;
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
        out.copy(meta); // H-66
    }

    @Override
    public void caching(JsonWriter out, int ttlMillis) {
        out.name("ttlMs").number(ttlMillis).name("cacheScope").string("private");
    }

    @Override
    public void capabilities(JsonWriter out, Offer offer) {
        Shapes.capabilities(out);
    }

    @Override
    public void serverInfo(JsonWriter out) {
        Shapes.serverInfo(out, info);
    }

    @Override
    public void tool(JsonWriter out, ToolDefinition tool) {
        Shapes.tool(out, tool, true);
    }

    @Override
    public void content(JsonWriter out, Content content) {
        Shapes.content(out, content);
    }

    @Override
    public void structuredContent(JsonWriter out, RawJson value) {
        out.name("structuredContent").raw(value);
    }

    @Override
    public void prompt(JsonWriter out, PromptDefinition prompt) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public void promptMessage(JsonWriter out, PromptMessage message) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public void resource(JsonWriter out, ResourceDefinition resource) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public void progress(JsonWriter out, double progress, double total, @Nullable String message) {
        Shapes.progress(out, progress, total, message);
    }

    @Override
    public boolean canAsk(InputRequest request) {
        return true;
    }

    @Override
    public void inputParams(JsonWriter out, InputRequest request) {
        throw new IllegalStateException("not yet");
    }
}
