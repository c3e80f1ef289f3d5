package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Content;
import dev.portcullis.mcp.registry.ToolDefinition;

/** The rules of one protocol revision: which methods there are, what a result looks like, which status an error has. */
public interface Revision {
    ProtocolVersion version();

    /** @return whether clients may send this (H §7) */
    boolean serves(McpMethod method);

    /** @return whether arguments that do not fit the schema are a result the model can read, or an error (H-173) */
    boolean argumentErrorsAreResults();

    /** Writes what every result begins with, inside the result object. */
    void beginResult(JsonWriter out);

    /** Writes what every result ends with. */
    void endResult(JsonWriter out);

    /** Writes how long a result may be kept, by the caller alone (H-95, H-96). */
    void caching(JsonWriter out, int ttlMillis);

    /** Writes the capabilities object of a server with tools. */
    void capabilities(JsonWriter out);

    /** Writes {@code serverInfo}'s object (MCP {@code Implementation}). */
    void serverInfo(JsonWriter out);

    /** Writes a {@code Tool}. */
    void tool(JsonWriter out, ToolDefinition tool);

    /** Writes a {@code ContentBlock}. */
    void content(JsonWriter out, Content content);

    /** Writes the member {@code structuredContent}, if this revision can say it. */
    void structuredContent(JsonWriter out, RawJson value);

    /** @return HTTP status of an answer that is nothing but this error (H §9) */
    default int status(McpError error) {
        return error.status(version().hasSessions());
    }
}
