package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.RequestHead;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.revision.Revisions;
import org.jspecify.annotations.Nullable;

/** Which kind of revision a posted message speaks; decided for each message alone, never for a connection (H-2, H-30 to H-35). */
sealed interface Era {
    /** Stands alone. */
    record Stateless() implements Era {}

    /** Opens a session. */
    record Handshake() implements Era {}

    /** Belongs to a session. */
    record InSession(String sessionId) implements Era {}

    /** @throws McpException none of these */
    static Era of(JsonRpcMessage.Single message, RequestParams params, RequestHead head, Revisions revisions)
            throws McpException {
        if (params.meta().protocolVersion() != null) {
            return new Stateless(); // H-30
        }
        if (message instanceof JsonRpcMessage.Request request
                && request.method().equals(McpMethod.INITIALIZE.text())) {
            return new Handshake(); // H-31
        }
        String version = single(head, McpHeaders.PROTOCOL_VERSION);
        var known = ProtocolVersion.of(version);
        if (known != null && !known.hasSessions()) {
            return stateless(message); // H-32
        }
        String sessionId = single(head, McpHeaders.SESSION_ID);
        if (sessionId != null) {
            return new InSession(sessionId); // H-33
        }
        if (version != null && known == null) {
            throw revisions.unsupported(version, false); // H-35
        }
        throw new McpException(McpError.INVALID_REQUEST, "A session is required; send initialize first"); // H-34
    }

    private static Era stateless(JsonRpcMessage.Single message) throws McpException {
        return switch (message) {
            case JsonRpcMessage.Request _, JsonRpcMessage.Notification _ -> new Stateless();
            case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ ->
                throw new McpException(McpError.INVALID_REQUEST, "This revision has no responses to the server");
        };
    }

    /** @return a header's one value; null if absent   @throws McpException INVALID_REQUEST: repeated */
    static @Nullable String single(RequestHead head, CharSequence header) throws McpException {
        var fields = head.headerAll(header);
        if (fields.size() > 1) {
            throw new McpException(McpError.INVALID_REQUEST, "Header " + header + " is repeated");
        }
        return fields.isEmpty() ? null : MirroredValue.trim(fields.getFirst());
    }
}
