package dev.portcullis.endpoint.mcp;

import io.netty.util.AsciiString;

/** Names of MCP's header fields, as HTTP/2 wants them; they compare without regard to case (H-50). */
final class McpHeaders {
    static final AsciiString PROTOCOL_VERSION = AsciiString.cached("mcp-protocol-version");
    static final AsciiString SESSION_ID = AsciiString.cached("mcp-session-id");
    static final AsciiString METHOD = AsciiString.cached("mcp-method");
    static final AsciiString NAME = AsciiString.cached("mcp-name");
    static final AsciiString LAST_EVENT_ID = AsciiString.cached("last-event-id");
    static final String PARAM_PREFIX = "mcp-param-";

    private McpHeaders() {}
}
