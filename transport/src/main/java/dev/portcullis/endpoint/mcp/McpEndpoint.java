package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Gate;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.RequestHead;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.sse.SseStreams;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.Executor;

/** {@code /mcp}: all revisions on one path (H-1), told apart message by message (H-2). Stateless; one instance serves all. */
public final class McpEndpoint implements Endpoint, MessageReader.Handler {
    private final Revisions revisions;
    private final Sessions sessions;
    private final McpDispatcher dispatcher;
    private final HttpReplySink.Context sinks;
    private final StatelessExchange stateless;
    private final SessionExchange inSession;
    private final LegacySse legacySse;
    private final EarlyScopes earlyScopes;

    /**
     * @param guarded for the scopes a tool needs: says how the callers of a path are asked for them
     * @param tokens ends streams with their tokens
     * @param offload where what may have to wait for other machines is done; rejects what is too much
     */
    public McpEndpoint(
            McpDispatcher dispatcher,
            Revisions revisions,
            Sessions sessions,
            GuardedPaths guarded,
            TokenWatch tokens,
            McpHttpLimits limits,
            Executor offload,
            Telemetry telemetry) {
        this.revisions = revisions;
        this.sessions = sessions;
        this.dispatcher = dispatcher;
        this.sinks = new HttpReplySink.Context(
                guarded, sessions, tokens, limits, new SseStreams(limits.streams(), telemetry), offload, telemetry);
        this.stateless = new StatelessExchange(dispatcher, revisions, sinks);
        this.inSession = new SessionExchange(dispatcher, revisions, sessions, sinks);
        this.legacySse = new LegacySse(dispatcher, revisions, sessions, sinks);
        this.earlyScopes = new EarlyScopes(dispatcher, revisions, guarded);
    }

    /** @return what requests have to pass behind the gate that says who calls; nothing where this is the only node */
    public List<Gate> gates() {
        return sessions.block() ? List.of(new SessionGate(sessions, legacySse)) : List.of();
    }

    /** @return the HTTP+SSE transport's two paths, served by the same parts */
    LegacySse legacySse() {
        return legacySse;
    }

    /** Ends all streams of this process that wait for something to happen, when it is to stop (T-113). */
    public void endStreams() {
        dispatcher.endStreams();
        legacySse.endStreams();
    }

    @Override
    public BodyReader open(Exchange exchange) {
        try {
            return exchange.head().method().equals(HttpMethod.POST) ? openPost(exchange) : openWithoutBody(exchange);
        } catch (McpException e) {
            McpReplies.refuse(exchange, null, e, sinks);
            return BodyReader.NONE;
        }
    }

    private BodyReader openPost(Exchange exchange) throws McpException {
        var accepted = mediaTypes(exchange.head());
        if (earlyScopes.isRefused(exchange)) {
            return BodyReader.NONE;
        }
        return new MessageReader(exchange, accepted, sinks, this);
    }

    /** Judged once for each head. */
    private MediaTypes mediaTypes(RequestHead head) throws McpException {
        var known = HeadNote.of(head);
        if (known != null) {
            return known.accepted;
        }
        MediaTypes.requireJson(head, sinks.telemetry());
        var accepted = MediaTypes.acceptedBy(head);
        MediaTypes.requireAcceptable(!accepted.isEmpty(), sinks.telemetry());
        head.note(new HeadNote(accepted));
        return accepted;
    }

    private BodyReader openWithoutBody(Exchange exchange) throws McpException {
        RequestHead head = exchange.head();
        var version = ProtocolVersion.of(Era.single(head, McpHeaders.PROTOCOL_VERSION));
        if (version != null && !version.hasSessions()) { // H-3
            exchange.reply(McpReplies.of(HttpResponseStatus.METHOD_NOT_ALLOWED, revisions.of(version))
                    .with(HttpHeaderNames.ALLOW, "POST, OPTIONS"));
            return BodyReader.NONE;
        }
        if (head.method().equals(HttpMethod.DELETE)) {
            return new Bodiless(exchange, sinks, inSession::end);
        }
        MediaTypes.requireAcceptable(MediaTypes.acceptedBy(head).stream(), sinks.telemetry());
        boolean legacy = legacySse.isMeantBy(head);
        return new Bodiless(exchange, sinks, legacy ? legacySse::open : inSession::stream);
    }

    @Override
    public void handle(Exchange exchange, MediaTypes accepted, JsonRpcMessage message) {
        switch (message) {
            case JsonRpcMessage.Single single -> handle(exchange, accepted, Posted.of(single));
            case JsonRpcMessage.Batch batch -> handle(exchange, accepted, PostedBatch.of(batch));
        }
    }

    private void handle(Exchange exchange, MediaTypes accepted, Posted posted) {
        try {
            switch (Era.of(posted, exchange.head(), revisions)) {
                case Era.Stateless() -> handleStateless(exchange, accepted, posted);
                case Era.Handshake() -> inSession.open(exchange, accepted, posted);
                case Era.InSession era -> inSession.message(exchange, accepted, posted, era);
            }
        } catch (McpException e) {
            McpReplies.refuse(exchange, posted.id(), e, sinks);
        }
    }

    private void handleStateless(Exchange exchange, MediaTypes accepted, Posted posted) {
        try {
            switch (posted.message()) {
                case JsonRpcMessage.Request request -> stateless.request(exchange, accepted, request, posted.params());
                case JsonRpcMessage.Notification notification ->
                    stateless.notification(exchange, notification, posted.params());
                case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ ->
                    throw new IllegalStateException("a response has no _meta, and so is of no such revision");
            }
        } catch (McpException e) {
            Revision revision = revisions.newestFirst().getFirst();
            McpReplies.refuse(exchange, posted.id(), e, revision, sinks);
        }
    }

    private void handle(Exchange exchange, MediaTypes accepted, PostedBatch batch) {
        try {
            inSession.batch(exchange, accepted, batch, Era.ofBatch(batch.messages(), exchange.head(), revisions));
        } catch (McpException e) {
            McpReplies.refuse(exchange, null, e, sinks);
        }
    }
}
