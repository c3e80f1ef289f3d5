package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * All that stands around a message.
 *
 * @param revision whose rules hold
 * @param principal who sent it
 * @param session the session it belongs to; null in stateless revisions
 * @param clientCapabilities what the client can do: declared at the session's start, or by this request
 * @param params its params
 * @param argumentHeaders the headers that repeat arguments
 * @param sink takes the answer
 */
public record CallContext(
        Revision revision,
        Principal principal,
        @Nullable Session session,
        ClientCapabilities clientCapabilities,
        RequestParams params,
        ArgumentHeaders argumentHeaders,
        ReplySink sink) {
    /** The same with another sink. */
    CallContext with(ReplySink other) {
        return new CallContext(revision, principal, session, clientCapabilities, params, argumentHeaders, other);
    }
}
