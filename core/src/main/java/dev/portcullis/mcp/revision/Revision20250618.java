package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.registry.Content;
import dev.portcullis.mcp.registry.ToolDefinition;

/** 2025-06-18: sessions; arguments that do not fit are errors. */
final class Revision20250618 implements Revision {
    private final ServerInfo info;

    Revision20250618(ServerInfo info) {
        this.info = info;
    }

    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_06_18;
    }

    @Override
    public boolean serves(McpMethod method) {
        return switch (method) {
            case INITIALIZE, INITIALIZED, PING, LIST_TOOLS, CALL_TOOL, CANCELLED -> true;
            case DISCOVER -> false;
        };
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return false;
    }

    @Override
    public void beginResult(JsonWriter out) {}

    @Override
    public void endResult(JsonWriter out) {}

    @Override
    public void caching(JsonWriter out, int ttlMillis) {}

    @Override
    public void capabilities(JsonWriter out) {
        Shapes.capabilities(out);
    }

    @Override
    public void serverInfo(JsonWriter out) {
        Shapes.serverInfo(out, info);
    }

    @Override
    public void tool(JsonWriter out, ToolDefinition tool) {
        Shapes.tool(out, tool, false);
    }

    @Override
    public void content(JsonWriter out, Content content) {
        Shapes.content(out, content);
    }

    @Override
    public void structuredContent(JsonWriter out, RawJson value) {
        if (value.kind() == JsonKind.OBJECT) { // H-210: the text copy stays
            out.name("structuredContent").raw(value);
        }
    }
}
