package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.RequestHead;
import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Attachment;
import dev.portcullis.mcp.session.Reading;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.sse.SseStream;
import dev.portcullis.telemetry.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP+SSE transport (H §6): a stream to each client, and a path to which it posts. A session lives exactly as long as its stream, in the process that has the stream.
 * Any thread.
 */
final class LegacySse {
    private static final String QUERY = "sessionId=";

    private final McpDispatcher dispatcher;
    private final Revisions revisions;
    private final Sessions sessions;
    private final HttpReplySink.Context sinks;

    /** Bounded by what bounds all streams that are open. */
    private final Map<String, LegacySseConnection> connections = new ConcurrentHashMap<>();

    LegacySse(McpDispatcher dispatcher, Revisions revisions, Sessions sessions, HttpReplySink.Context sinks) {
        this.dispatcher = dispatcher;
        this.revisions = revisions;
        this.sessions = sessions;
        this.sinks = sinks;
    }

    McpDispatcher dispatcher() {
        return dispatcher;
    }

    Revisions revisions() {
        return revisions;
    }

    HttpReplySink.Context sinks() {
        return sinks;
    }

    Revision revisionOf(Session session) {
        return revisions.of(session.version());
    }

    /** @return whether a GET of the main path asks for this transport (H-6) */
    boolean isMeantBy(RequestHead head) throws McpException {
        if (!sinks.limits().sseOnMcp()
                || Era.single(head, McpHeaders.SESSION_ID) != null
                || !MediaTypes.namesStream(head)) {
            return false;
        }
        String version = Era.single(head, McpHeaders.PROTOCOL_VERSION);
        var known = ProtocolVersion.of(version);
        return version == null || (known != null && revisions.of(known).speaksHttpSse());
    }

    /** As in any session, a header may name any revision that has sessions (H-33); of others this transport knows nothing (H-153). */
    void requireVersion(RequestHead head) throws McpException {
        String version = Era.single(head, McpHeaders.PROTOCOL_VERSION);
        var known = ProtocolVersion.of(version);
        if (version != null && (known == null || !known.hasSessions())) {
            throw revisions.unsupported(version, known != null);
        }
    }

    /**
     * Answers with a stream, which begins with where to post to (H-150).
     *
     * @throws McpException TOO_MANY: streams of this person, or of all (T-32)
     */
    void open(Exchange exchange) throws McpException {
        Runnable place = sessions.takePlace(exchange.principal());
        if (place == null) {
            throw tooManyStreams();
        }
        var stream = SseStream.open(exchange, sinks.limits().streams(), sinks.telemetry());
        var connection = new LegacySseConnection(Session.Owner.of(exchange.principal()), stream, place);
        connections.put(connection.id, connection);
        byte[] target = (McpRoutes.MESSAGES + "?" + QUERY + connection.id).getBytes(StandardCharsets.US_ASCII);
        stream.send("endpoint", null, target, 0, target.length);
        stream.onClose(() -> close(connection));
        // It is the session itself, which a change of the person does not end. Each message on it is looked at by
        // itself.
        sinks.tokens().follow(exchange, stream, stream::end, now -> hear(connection, now));
    }

    /** O-145: what is told beside answers is for who they are now; as long as that is not known, for nobody. */
    private void hear(LegacySseConnection connection, @Nullable Principal now) {
        var session = connection.session();
        if (session != null) {
            sessions.hearAs(session, now);
        }
    }

    private McpException tooManyStreams() {
        sinks.telemetry().refused(Outcome.TOO_MANY_STREAMS);
        return new McpException(McpError.TOO_MANY, "Too many streams are open");
    }

    /**
     * Gives the session that a connection has now what it is told beside answers; the connection's place becomes that of the session's standalone stream.
     *
     * @throws McpException TOO_MANY: somebody has taken the place meanwhile; the stream ends
     */
    Reading attach(LegacySseConnection connection, Session session, Principal principal) throws McpException {
        connection.leavePlace();
        if (sessions.attach(session, principal, null) instanceof Attachment.Attached(var reading)) {
            return reading;
        }
        connection.end();
        throw tooManyStreams();
    }

    private void close(LegacySseConnection connection) {
        connections.remove(connection.id);
        connection.leavePlace();
        var session = connection.close();
        if (session != null) {
            dispatcher.endSession(session);
        }
    }

    /** Ends all streams of this process, when it is to stop (T-113). */
    void endStreams() {
        connections.values().forEach(LegacySseConnection::end);
    }

    /** @return the connection that a target's query names, if it is this caller's; else null, whatever the reason (H-152) */
    @Nullable
    LegacySseConnection find(RequestHead head, Principal principal) {
        String id = null;
        for (String parameter : head.query().split("&", 8)) {
            if (parameter.startsWith(QUERY)) {
                if (id != null) {
                    return null;
                }
                id = parameter.substring(QUERY.length());
            }
        }
        var connection = id == null ? null : connections.get(id);
        return connection != null && connection.belongsTo(principal) ? connection : null;
    }

    /** @return how many are connected; for tests */
    int connections() {
        return connections.size();
    }
}
