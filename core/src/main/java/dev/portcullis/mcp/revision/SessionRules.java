package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpMethod;
import java.util.function.Consumer;

/** How messages come and go in the revisions with sessions: results are bare. What their objects look like is no business of this. */
interface SessionRules extends Revision {
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
    default boolean argumentErrorsAreResults() {
        return false;
    }

    @Override
    default McpError resourceNotFound() {
        return McpError.RESOURCE_NOT_FOUND;
    }

    @Override
    default void beginResult(JsonWriter out) {}

    @Override
    default void beginInputRequired(JsonWriter out) {
        throw new IllegalStateException(version() + " has no input_required"); // H-91
    }

    @Override
    default void endResult(JsonWriter out) {}

    @Override
    default void endResult(JsonWriter out, Consumer<JsonWriter> meta) {
        out.name("_meta").beginObject();
        meta.accept(out);
        out.endObject();
    }

    @Override
    default void endDiscovery(JsonWriter out) {}

    @Override
    default void caching(JsonWriter out, int ttlMillis) {}

    @Override
    default boolean completesInContext() {
        return true;
    }

    @Override
    default boolean tellsElicitationComplete() {
        return false;
    }
}
