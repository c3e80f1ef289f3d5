package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.ArgumentHeaders;
import dev.portcullis.mcp.dispatch.CallContext;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.dispatch.PendingCall;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Attachment;
import dev.portcullis.mcp.session.Reading;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Messages, batches, the standalone stream and the end of sessions (H §5.1 to §5.3). */
final class SessionExchange {
    /** The calls of a batch go on when its client has gone (H-115): there is nothing to cancel. */
    private static final PendingCall PENDING_BATCH = () -> {};

    private final McpDispatcher dispatcher;
    private final Revisions revisions;
    private final Sessions sessions;
    private final HttpReplySink.Context sinks;

    SessionExchange(McpDispatcher dispatcher, Revisions revisions, Sessions sessions, HttpReplySink.Context sinks) {
        this.dispatcher = dispatcher;
        this.revisions = revisions;
        this.sessions = sessions;
        this.sinks = sinks;
    }

    /** {@code initialize}. */
    void open(Exchange exchange, MediaTypes accepted, Posted posted) throws McpException {
        if (Era.single(exchange.head(), McpHeaders.SESSION_ID) != null) { // H-102
            throw new McpException(McpError.INVALID_REQUEST, "initialize belongs to no session");
        }
        var session = dispatcher.openSession(posted.params(), exchange.principal());
        if (posted.message() instanceof JsonRpcMessage.Request request) {
            dispatch(exchange, accepted, request, posted.params(), session, true);
        }
    }

    /** Any other message. */
    void message(Exchange exchange, MediaTypes accepted, Posted posted, Era.InSession era) throws McpException {
        var session = find(exchange, era.sessionId());
        if (isVersionRefused(exchange, posted.id(), session, era)) {
            return;
        }
        switch (posted.message()) {
            case JsonRpcMessage.Request request ->
                dispatch(exchange, accepted, request, posted.params(), session, false);
            case JsonRpcMessage.Notification _, JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ -> {
                var route = take(dispatcher, posted, session);
                if (route == null) {
                    exchange.reply(McpReplies.accepted(revisionOf(session)));
                } else {
                    acceptOnceRouted(exchange, session, List.of(route));
                }
            }
        }
    }

    /** What a call on another node waits for is accepted once it cannot be lost any more. */
    private void acceptOnceRouted(Exchange exchange, Session session, List<Runnable> routes) {
        SessionSteps.elsewhere(exchange, sinks, () -> {
            routes.forEach(Runnable::run);
            exchange.reply(McpReplies.accepted(revisionOf(session)));
        });
    }

    private void dispatch(
            Exchange exchange,
            MediaTypes accepted,
            JsonRpcMessage.Request request,
            RequestParams params,
            Session session,
            boolean opensSession) {
        var revision = revisionOf(session);
        var sink = new HttpReplySink(exchange, accepted, revision, session, opensSession, request, sinks);
        var pending = dispatcher.dispatch(request, context(exchange, revision, session, params, sink));
        if (pending != null) {
            sink.waitFor(pending, false);
            endIfOver(session, exchange);
        }
    }

    /** A session that has ended since it was found did not see the calls begun meanwhile: they end, too (H-105). */
    private void endIfOver(Session session, Exchange exchange) {
        if (sessions.find(session.id(), exchange.principal()) == null) {
            dispatcher.endCalls(session);
        }
    }

    /** What stands around a message of a session; headers mean nothing there (H-59). */
    static CallContext context(
            Exchange exchange, Revision revision, Session session, RequestParams params, ReplySink sink) {
        return new CallContext(
                revision,
                exchange.principal(),
                session,
                session.clientCapabilities(),
                params,
                ArgumentHeaders.NONE,
                sink);
    }

    /** Several messages in one array: each is served for itself, and all answers are given together (H-111). */
    void batch(Exchange exchange, MediaTypes accepted, PostedBatch batch, Era.InSession era) throws McpException {
        var session = find(exchange, era.sessionId());
        if (isVersionRefused(exchange, null, session, era)) {
            return;
        }
        var revision = revisionOf(session);
        if (!revision.takesBatches()) {
            refuse(exchange, session, Era.noBatches());
            return;
        }
        if (batch.answers() == 0) {
            var routes = takeAll(batch, session);
            if (routes.isEmpty()) {
                exchange.reply(McpReplies.accepted(revision));
            } else {
                acceptOnceRouted(exchange, session, routes);
            }
            return;
        }
        var ids = batch.ids();
        var whole = new HttpReplySink(exchange, accepted, revision, session, false, null, sinks) {
            @Override
            List<JsonRpcId> requests() {
                return ids;
            }
        };
        var answers = new BatchSink(whole, accepted, batch.answers());
        for (var posted : batch.messages()) {
            if (posted.message() instanceof JsonRpcMessage.Request request) {
                var item = answers.item(request);
                dispatcher.dispatch(request, context(exchange, revision, session, posted.params(), item));
            } else {
                route(take(dispatcher, posted, session));
            }
        }
        batch.invalid().forEach(answers::refuse);
        if (!answers.isComplete()) {
            whole.waitFor(PENDING_BATCH, false);
            endIfOver(session, exchange);
        }
    }

    private List<Runnable> takeAll(PostedBatch batch, Session session) {
        var routes = new ArrayList<Runnable>();
        for (var posted : batch.messages()) {
            var route = take(dispatcher, posted, session);
            if (route != null) {
                routes.add(route);
            }
        }
        return routes;
    }

    /** Nobody is told whether it arrives: the answers of the batch are awaited, not this. */
    private void route(@Nullable Runnable route) {
        if (route == null) {
            return;
        }
        try {
            sinks.offload().execute(() -> {
                try {
                    route.run();
                } catch (StoreException e) {
                    sinks.telemetry().refused(Outcome.STORE_UNAVAILABLE);
                }
            });
        } catch (RejectedExecutionException full) {
            sinks.telemetry().refused(Outcome.OVERLOADED);
        }
    }

    /**
     * Takes what wants no answer: a notification, or the client's answer to a request of ours (H-113).
     *
     * @return what is left to do, which blocks: it brings an answer to the node that waits for it; null if all is done
     */
    static @Nullable Runnable take(McpDispatcher dispatcher, Posted posted, Session session) {
        return switch (posted.message()) {
            case JsonRpcMessage.Notification notification -> {
                dispatcher.notified(notification, posted.params(), session);
                yield null;
            }
            case JsonRpcMessage.Response response ->
                dispatcher.responded(response, session) ? null : () -> dispatcher.route(response, session);
            case JsonRpcMessage.ErrorResponse response ->
                dispatcher.responded(response, session) ? null : () -> dispatcher.route(response, session);
            case JsonRpcMessage.Request _ -> throw new IllegalArgumentException("a request wants an answer");
        };
    }

    private Revision revisionOf(Session session) {
        return revisions.of(session.version());
    }

    /** The session's standalone stream (H-120), or one that was lost (H-122). */
    void stream(Exchange exchange) throws McpException {
        var era = Era.inSession(exchange.head(), revisions);
        var session = find(exchange, era.sessionId());
        if (isVersionRefused(exchange, null, session, era)) {
            return;
        }
        String lastEventId = Era.single(exchange.head(), McpHeaders.LAST_EVENT_ID);
        switch (sessions.attach(session, exchange.principal(), lastEventId)) {
            case Attachment.Attached(var reading) -> read(exchange, session, reading);
            case Attachment.TooMany() -> {
                sinks.telemetry().refused(Outcome.TOO_MANY_STREAMS);
                refuse(exchange, session, new McpException(McpError.TOO_MANY, "Too many streams are open"));
            }
            case Attachment.UnknownEvent() ->
                refuse(exchange, session, new McpException(McpError.INVALID_REQUEST, "Unknown event id"));
            case Attachment.Ended() -> throw unknownSession();
        }
    }

    private void read(Exchange exchange, Session session, Reading reading) {
        var stream = sinks.streams()
                .open(
                        exchange,
                        McpHeaders.PROTOCOL_VERSION.toString(),
                        session.version().text());
        sinks.tokens().follow(exchange, stream);
        if (sinks.limits().priming().isAlwaysFor(revisionOf(session))) {
            stream.mark(reading.position(), -1);
        }
        SessionReader.join(stream, reading, true);
    }

    /** H-105. */
    void end(Exchange exchange) throws McpException {
        var era = Era.inSession(exchange.head(), revisions);
        var session = find(exchange, era.sessionId());
        if (!isVersionRefused(exchange, null, session, era)) {
            dispatcher.endSession(session);
            exchange.reply(McpReplies.of(HttpResponseStatus.NO_CONTENT, revisionOf(session)));
        }
    }

    /** @throws McpException UNKNOWN_SESSION: none, or not this caller's (H-103) */
    private Session find(Exchange exchange, String sessionId) throws McpException {
        var session = sessions.find(sessionId, exchange.principal());
        if (session == null) {
            throw unknownSession();
        }
        return session;
    }

    private McpException unknownSession() {
        sinks.telemetry().refused(Outcome.UNKNOWN_SESSION);
        return new McpException(McpError.UNKNOWN_SESSION, "Session not found");
    }

    /** The session's revision is the truth; a header may name any other that we know, but none that we do not (H-33, H-108). */
    private boolean isVersionRefused(Exchange exchange, @Nullable JsonRpcId id, Session session, Era.InSession era)
            throws McpException {
        String version = era.isVersionKnown() ? null : Era.single(exchange.head(), McpHeaders.PROTOCOL_VERSION);
        if (version == null) {
            return false;
        }
        McpReplies.refuse(exchange, id, revisions.unsupported(version, false), revisionOf(session), sinks);
        return true;
    }

    private void refuse(Exchange exchange, Session session, McpException refusal) {
        McpReplies.refuse(exchange, null, refusal, revisionOf(session), sinks);
    }
}
