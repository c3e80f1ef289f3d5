package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestMeta;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.CallContext;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import io.netty.handler.codec.http.HttpResponseStatus;

/** One message of a stateless revision: everything it needs stands in it (H §4). The order of checks is that of H §4.2. */
final class StatelessExchange {
    private final McpDispatcher dispatcher;
    private final Revisions revisions;
    private final HttpReplySink.Context sinks;

    StatelessExchange(McpDispatcher dispatcher, Revisions revisions, HttpReplySink.Context sinks) {
        this.dispatcher = dispatcher;
        this.revisions = revisions;
        this.sinks = sinks;
    }

    /** @throws McpException the message is refused */
    void request(Exchange exchange, MediaTypes accepted, JsonRpcMessage.Request request, RequestParams params)
            throws McpException {
        var headers = new HeaderCheck(exchange.head());
        var capabilities = requireMeta(params);
        String requested = versionOf(params.meta());
        headers.requireVersion(requested);
        var revision = revisions.stateless(requested);
        headers.requireMethod(request.method());
        var method = dispatcher.method(request.method(), revision);
        headers.requireName(method, params);
        var sink = new HttpReplySink(exchange, accepted, revision, null, false, request, sinks);
        var context = new CallContext(revision, exchange.principal(), null, capabilities, params, headers, sink);
        var pending = dispatcher.dispatch(method, request, context);
        if (pending != null) {
            sink.waitFor(pending, true);
        }
    }

    /** H-42. */
    private static ClientCapabilities requireMeta(RequestParams params) throws McpException {
        if (!params.metaIsObject()) {
            throw new McpException(McpError.MISSING_META, "params._meta must be an object");
        }
        return params.meta().requireComplete();
    }

    private static String versionOf(RequestMeta meta) throws McpException {
        String version = meta.version();
        if (version == null) {
            throw new McpException(McpError.MISSING_META, "_meta needs io.modelcontextprotocol/protocolVersion");
        }
        return version;
    }

    /** Clients have nothing to notify us of; what they send is taken and forgotten (H-63, H-161), unless it contradicts itself (H-58). */
    void notification(Exchange exchange, JsonRpcMessage.Notification notification, RequestParams params)
            throws McpException {
        Revision revision = revisions.newestFirst().getFirst();
        String requested = params.meta().version();
        new HeaderCheck(exchange.head()).requireNoContradiction(requested, notification.method());
        if (requested != null) {
            revision = revisions.stateless(requested);
        }
        exchange.reply(Reply.empty(HttpResponseStatus.ACCEPTED)
                .with(McpHeaders.PROTOCOL_VERSION, revision.version().text()));
    }
}
