package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.RequestHead;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.revision.Revisions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which kind of revision a posted message speaks; decided for each message alone, never for a connection (H-2, H-30 to H-35). */
sealed interface Era {
    /** Stands alone. */
    record Stateless() implements Era {}

    /** Opens a session. */
    record Handshake() implements Era {}

    /**
     * Belongs to a session.
     *
     * @param isVersionKnown whether the header that may name a revision is absent, or names one that we know
     */
    record InSession(String sessionId, boolean isVersionKnown) implements Era {}

    /** @throws McpException none of these */
    static Era of(Posted posted, RequestHead head, Revisions revisions) throws McpException {
        if (posted.namesRevision()) {
            return new Stateless(); // H-30
        }
        if (posted.isHandshake()) {
            return new Handshake(); // H-31
        }
        var note = HeadNote.of(head);
        if (note != null && note.inSession != null) {
            return note.inSession;
        }
        String version = single(head, McpHeaders.PROTOCOL_VERSION);
        var known = ProtocolVersion.of(version);
        if (known != null && !known.hasSessions()) {
            return stateless(posted.message()); // H-32
        }
        var era = inSession(head, version, revisions);
        if (note != null) {
            note.inSession = era;
        }
        return era;
    }

    private static Era stateless(JsonRpcMessage.Single message) throws McpException {
        return switch (message) {
            case JsonRpcMessage.Request _, JsonRpcMessage.Notification _ -> new Stateless();
            case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ ->
                throw new McpException(McpError.INVALID_REQUEST, "This revision has no responses to the server");
        };
    }

    /**
     * The session of a batch; whether its revision takes batches is another question.
     *
     * @throws McpException a revision without batches is named (H-41), or a session asked for (H-102); else as for a single message
     */
    static InSession ofBatch(List<Posted> batch, RequestHead head, Revisions revisions) throws McpException {
        String version = single(head, McpHeaders.PROTOCOL_VERSION);
        var known = ProtocolVersion.of(version);
        if ((known != null && !known.hasSessions()) || batch.stream().anyMatch(Posted::namesRevision)) {
            throw noBatches();
        }
        if (batch.stream().anyMatch(Posted::isHandshake)) {
            throw new McpException(McpError.INVALID_REQUEST, "initialize cannot be part of a batch");
        }
        return inSession(head, version, revisions);
    }

    static McpException noBatches() {
        return new McpException(McpError.INVALID_REQUEST, "This protocol revision has no batches");
    }

    /** The session of a message without a body. */
    static InSession inSession(RequestHead head, Revisions revisions) throws McpException {
        return inSession(head, single(head, McpHeaders.PROTOCOL_VERSION), revisions);
    }

    private static InSession inSession(RequestHead head, @Nullable String version, Revisions revisions)
            throws McpException {
        String sessionId = single(head, McpHeaders.SESSION_ID);
        if (sessionId != null) {
            return new InSession(sessionId, version == null || ProtocolVersion.of(version) != null); // H-33
        }
        if (version != null && ProtocolVersion.of(version) == null) {
            throw revisions.unsupported(version, false); // H-35
        }
        throw new McpException(McpError.INVALID_REQUEST, "A session is required; send initialize first"); // H-34
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
