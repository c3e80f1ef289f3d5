package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.registry.Content;
import dev.portcullis.mcp.registry.ToolDefinition;

/** What the revisions with sessions have in common, as of 2025-06-18: results are bare, and structured content is an object. */
interface SessionRevision extends Revision {
    ServerInfo info();

    @Override
    default boolean serves(McpMethod method) {
        return switch (method) {
            case INITIALIZE, INITIALIZED, PING, LIST_TOOLS, CALL_TOOL, CANCELLED -> true;
            case DISCOVER -> false;
        };
    }

    @Override
    default void beginResult(JsonWriter out) {}

    @Override
    default void endResult(JsonWriter out) {}

    @Override
    default void caching(JsonWriter out, int ttlMillis) {}

    @Override
    default void capabilities(JsonWriter out) {
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
}
