package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.ArgumentHeaders;
import dev.portcullis.mcp.dispatch.CallContext;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Attachment;
import dev.portcullis.mcp.session.Reading;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.sse.SseStream;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** Messages, the standalone stream and the end of sessions (H §5.1 to §5.3). */
final class SessionExchange {
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
    void open(Exchange exchange, MediaTypes accepted, JsonRpcMessage.Request request, RequestParams params)
            throws McpException {
        if (Era.single(exchange.head(), McpHeaders.SESSION_ID) != null) { // H-102
            throw new McpException(McpError.INVALID_REQUEST, "initialize belongs to no session");
        }
        var session = dispatcher.openSession(params, exchange.principal());
        dispatch(exchange, accepted, request, params, session, session);
    }

    /** Any other message. */
    void message(Exchange exchange, MediaTypes accepted, JsonRpcMessage.Single message, RequestParams params, String sessionId)
            throws McpException {
        var session = find(exchange, sessionId);
        switch (message) {
            case JsonRpcMessage.Request request -> dispatch(exchange, accepted, request, params, session, null);
            case JsonRpcMessage.Notification notification -> {
                dispatcher.notified(notification, params, session);
                accept(exchange, session);
            }
            case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ ->
                accept(exchange, session); // we have asked nothing: dropped (H-113, T-35)
        }
    }

    private void dispatch(
            Exchange exchange,
            MediaTypes accepted,
            JsonRpcMessage.Request request,
            RequestParams params,
            Session session,
            @Nullable Session opened) {
        var revision = revisions.of(session.version());
        var sink = new HttpReplySink(exchange, accepted, revision.version().text(), opened, resumption(session), sinks);
        var context = new CallContext(
                revision,
                exchange.principal(),
                session,
                session.clientCapabilities(),
                params,
                ArgumentHeaders.NONE, // H-59
                sink);
        var pending = dispatcher.dispatch(request, context);
        if (pending != null) {
            sink.waitFor(pending, false);
        }
    }

    private static void accept(Exchange exchange, Session session) {
        exchange.reply(versioned(Reply.empty(HttpResponseStatus.ACCEPTED), session));
    }

    private static Reply versioned(Reply reply, Session session) {
        return reply.with(McpHeaders.PROTOCOL_VERSION, session.version().text());
    }

    private Resumption resumption(Session session) {
        return new Resumption(sessions, session, revisions.of(session.version()), Priming.AUTO);
    }

    /** The session's standalone stream (H-120), or one that was lost (H-122). */
    void stream(Exchange exchange) throws McpException {
        var session = find(exchange, requireSessionId(exchange));
        String lastEventId = Era.single(exchange.head(), McpHeaders.LAST_EVENT_ID);
        switch (sessions.attach(session, exchange.principal(), lastEventId)) {
            case Attachment.Attached(var reading) -> read(exchange, session, reading);
            case Attachment.TooMany() -> {
                sinks.telemetry().refused(Outcome.TOO_MANY_STREAMS);
                throw new McpException(McpError.TOO_MANY, "Too many streams are open");
            }
            case Attachment.UnknownEvent() -> throw new McpException(McpError.INVALID_REQUEST, "Unknown event id");
            case Attachment.Ended() -> throw unknownSession();
        }
    }

    private void read(Exchange exchange, Session session, Reading reading) {
        var stream = SseStream.open(
                exchange,
                sinks.limits().streams(),
                sinks.telemetry(),
                McpHeaders.PROTOCOL_VERSION.toString(),
                session.version().text());
        sinks.tokens().follow(exchange, stream);
        if (resumption(session).primes(Priming.ALWAYS)) {
            stream.mark(reading.position(), -1);
        }
        SessionReader.join(stream, reading, true);
    }

    /** H-105. */
    void end(Exchange exchange) throws McpException {
        var session = find(exchange, requireSessionId(exchange));
        dispatcher.endSession(session);
        exchange.reply(versioned(Reply.empty(HttpResponseStatus.NO_CONTENT), session));
    }

    private static String requireSessionId(Exchange exchange) throws McpException {
        String id = Era.single(exchange.head(), McpHeaders.SESSION_ID);
        if (id == null) {
            throw new McpException(McpError.INVALID_REQUEST, "Mcp-Session-Id is missing");
        }
        return id;
    }

    /** @throws McpException UNKNOWN_SESSION: none, or not this caller's (H-103); UNSUPPORTED_VERSION: the header names no revision (H-33) */
    private Session find(Exchange exchange, String sessionId) throws McpException {
        var session = sessions.find(sessionId, exchange.principal());
        if (session == null) {
            throw unknownSession();
        }
        String version = Era.single(exchange.head(), McpHeaders.PROTOCOL_VERSION);
        if (version != null && ProtocolVersion.of(version) == null) {
            throw revisions.unsupported(version, false);
        }
        return session;
    }

    private McpException unknownSession() {
        sinks.telemetry().refused(Outcome.UNKNOWN_SESSION);
        return new McpException(McpError.UNKNOWN_SESSION, "Session not found");
    }
}
