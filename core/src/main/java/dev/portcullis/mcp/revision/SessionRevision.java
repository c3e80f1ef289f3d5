package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import org.jspecify.annotations.Nullable;

/** What the revisions with sessions have in common, as of 2025-06-18: results are bare, and structured content is an object. */
interface SessionRevision extends Revision {
    ServerInfo info();

    @Override
    default boolean serves(McpMethod method) {
        return switch (method) {
            case DISCOVER, LISTEN, UPDATE_TASK -> false;
            case GET_TASK, CANCEL_TASK, LIST_TASKS, TASK_RESULT -> tasks() == TaskRules.CLIENT_DECIDES;
            case INITIALIZE,
                    INITIALIZED,
                    PING,
                    LIST_TOOLS,
                    CALL_TOOL,
                    LIST_PROMPTS,
                    GET_PROMPT,
                    LIST_RESOURCES,
                    LIST_RESOURCE_TEMPLATES,
                    READ_RESOURCE,
                    SUBSCRIBE,
                    UNSUBSCRIBE,
                    COMPLETE,
                    SET_LOG_LEVEL,
                    CANCELLED,
                    PROGRESS,
                    ROOTS_CHANGED -> true;
        };
    }

    @Override
    default boolean takesBatches() {
        return false;
    }

    @Override
    default boolean speaksHttpSse() {
        return false;
    }

    @Override
    default boolean primesStreams() {
        return false;
    }

    @Override
    default TaskRules tasks() {
        return TaskRules.NONE;
    }

    @Override
    default McpError resourceNotFound() {
        return McpError.RESOURCE_NOT_FOUND;
    }

    @Override
    default void beginResult(JsonWriter out) {}

    @Override
    default void endResult(JsonWriter out) {}

    @Override
    default void caching(JsonWriter out, int ttlMillis) {}

    @Override
    default void capabilities(JsonWriter out, Offer offer) {
        Shapes.capabilities(out);
    }

    @Override
    default void serverInfo(JsonWriter out) {
        Shapes.serverInfo(out, info());
    }

    @Override
    default void tool(JsonWriter out, ToolDefinition tool) {
        Shapes.tool(out, tool, false);
    }

    @Override
    default void content(JsonWriter out, Content content) {
        Shapes.content(out, content);
    }

    @Override
    default void structuredContent(JsonWriter out, RawJson value) {
        if (value.kind() == JsonKind.OBJECT) { // H-210: the text copy stays
            out.name("structuredContent").raw(value);
        }
    }

    @Override
    default void prompt(JsonWriter out, PromptDefinition prompt) {
        throw new IllegalStateException("not yet");
    }

    @Override
    default void promptMessage(JsonWriter out, PromptMessage message) {
        throw new IllegalStateException("not yet");
    }

    @Override
    default void resource(JsonWriter out, ResourceDefinition resource) {
        throw new IllegalStateException("not yet");
    }

    @Override
    default void progress(JsonWriter out, double progress, double total, @Nullable String message) {
        Shapes.progress(out, progress, total, message);
    }

    @Override
    default boolean canAsk(InputRequest request) {
        return true;
    }

    @Override
    default void inputParams(JsonWriter out, InputRequest request) {
        throw new IllegalStateException("not yet");
    }
}
