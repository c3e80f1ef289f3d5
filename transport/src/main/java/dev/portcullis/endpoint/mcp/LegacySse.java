package dev.portcullis.endpoint.mcp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import dev.portcullis.mcp.session.SharedConnections;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP+SSE transport (H §6): a stream to each client, and a path to which it posts. A session lives exactly as long as its stream. Where several nodes serve, a post may
 * land on another one than has the stream: it is served there, and what comes of it goes to the stream's node. Any thread; what opens, begins or looks up blocks where
 * connections are shared.
 */
final class LegacySse {
    private static final System.Logger LOG = System.getLogger(LegacySse.class.getName());
    private static final String QUERY = "sessionId=";
    private static final int REMOTES_MAX = 10_000;
    private static final Duration REMOTE_KEPT = Duration.ofMinutes(10);

    private final McpDispatcher dispatcher;
    private final Revisions revisions;
    private final Sessions sessions;
    private final HttpReplySink.Context sinks;

    /** By their keys; bounded by what bounds all streams that are open. */
    private final Map<String, LegacySseConnection> connections = new ConcurrentHashMap<>();

    /** What other nodes know of connections; null if there are none. */
    private final @Nullable SharedConnections shared;

    /** Connections of other nodes that were asked for, by their keys. May forget at any time. */
    private final Cache<String, RemoteSseConnection> remotes = Caffeine.newBuilder()
            .maximumSize(REMOTES_MAX)
            .expireAfterAccess(REMOTE_KEPT)
            .executor(Runnable::run)
            .build();

    LegacySse(McpDispatcher dispatcher, Revisions revisions, Sessions sessions, HttpReplySink.Context sinks) {
        this.dispatcher = dispatcher;
        this.revisions = revisions;
        this.sessions = sessions;
        this.sinks = sinks;
        this.shared = sessions.connections();
        if (shared != null) {
            shared.listen(new Others());
        }
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
        var name = announce(exchange.principal(), place);
        var stream = sinks.streams().open(exchange);
        var connection = new LegacySseConnection(name, exchange.principal(), stream, place);
        connections.put(connection.key, connection);
        byte[] target = (McpRoutes.MESSAGES + "?" + QUERY + connection.id).getBytes(StandardCharsets.US_ASCII);
        stream.send("endpoint", null, target, 0, target.length);
        stream.onClose(() -> close(connection));
        // It is the session itself, which a change of the person does not end. Each message on it is looked at by
        // itself.
        sinks.tokens().follow(exchange, stream, stream::end, now -> hear(connection, now));
    }

    /** @return by which the other nodes know the connection that is to open; null if there are none */
    private SharedConnections.@Nullable Named announce(Principal principal, Runnable place) {
        if (shared == null) {
            return null;
        }
        boolean announced = false;
        try {
            var name = shared.name(Session.Owner.of(principal));
            shared.opened(name); // before its client can post anywhere
            announced = true;
            return name;
        } finally {
            if (!announced) {
                place.run();
            }
        }
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
     * Gives the session that a connection has now what it is told beside answers; the connection's place becomes that of the session's standalone stream. If that fails the
     * stream ends, and its client begins anew: it could not send {@code initialize} again, nor would it be told anything beside answers.
     *
     * @throws McpException TOO_MANY: somebody has taken the place meanwhile
     * @throws StoreException what it would be told cannot be read now
     */
    Reading attach(LegacySseConnection connection, Session session, Principal principal) throws McpException {
        connection.leavePlace();
        boolean attached = false;
        try {
            if (sessions.attach(session, principal, null) instanceof Attachment.Attached(var reading)) {
                attached = true;
                return reading;
            }
            throw tooManyStreams();
        } finally {
            if (!attached) {
                connection.end();
            }
        }
    }

    /**
     * A client has sent {@code initialize}.
     *
     * @return false if it had before, or the stream has closed
     */
    boolean begin(LegacyPeer peer, Session session) {
        return switch (peer) {
            case RemoteSseConnection remote -> remote.begin(session);
            case LegacySseConnection here -> beginShared(here, session) && here.begin(session);
        };
    }

    private boolean beginShared(LegacySseConnection here, Session session) {
        var name = here.shared();
        return shared == null || name == null || shared.begin(name, session);
    }

    /** A client whose stream is here has sent {@code initialize} to another node. */
    private void begun(LegacySseConnection connection, String sessionId) {
        var session = sessions.read(sessionId, connection.principal());
        if (session == null || !connection.begin(session)) {
            return;
        }
        try {
            connection.read(attach(connection, session, connection.principal()));
        } catch (McpException tooMany) {
            LOG.log(System.Logger.Level.DEBUG, "a stream has ended for want of a place", tooMany);
        }
    }

    private void close(LegacySseConnection connection) {
        connections.remove(connection.key);
        connection.leavePlace();
        var session = connection.close();
        var name = connection.shared();
        if (shared != null && name != null) {
            if (session != null) {
                dispatcher.endCalls(session);
            }
            Thread.ofVirtual().name("sse-close").start(() -> closeShared(shared, name, connection, session));
        } else if (session != null) {
            dispatcher.endSession(session);
        }
    }

    private void closeShared(
            SharedConnections among,
            SharedConnections.Named name,
            LegacySseConnection connection,
            @Nullable Session known) {
        try {
            String sessionId = among.closed(name);
            var session = known != null || sessionId == null ? known : sessions.read(sessionId, connection.principal());
            if (session != null) {
                dispatcher.endSession(session);
            }
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "a session of HTTP+SSE ends with its rest", e);
        }
    }

    /** Ends all streams of this process, when it is to stop (T-113). */
    void endStreams() {
        connections.values().forEach(LegacySseConnection::end);
    }

    /** @return the connection that a target's query names, if it is this caller's; else null, whatever the reason (H-152). Does not block */
    @Nullable
    LegacyPeer find(RequestHead head, Principal principal) {
        String id = idIn(head);
        if (id == null) {
            return null;
        }
        if (shared == null) {
            var connection = connections.get(id);
            return connection != null && connection.belongsTo(principal) ? connection : null;
        }
        var name = shared.read(id, Session.Owner.of(principal));
        if (name == null) {
            return null;
        }
        return shared.isHere(name) ? connections.get(name.key()) : findRemote(name, principal);
    }

    private @Nullable LegacyPeer findRemote(SharedConnections.Named name, Principal principal) {
        var remote = remotes.getIfPresent(name.key());
        if (remote == null || remote.isClosed()) {
            return null;
        }
        var session = remote.session();
        return session == null || sessions.find(session.id(), principal) != null ? remote : null;
    }

    /** @return what is to be done before {@link #find} can answer: it blocks; null if there is nothing */
    @Nullable
    Runnable unknown(RequestHead head, Principal principal) {
        String id = shared == null ? null : idIn(head);
        var name = shared == null || id == null ? null : shared.read(id, Session.Owner.of(principal));
        if (shared == null || name == null) {
            return null;
        }
        if (shared.isHere(name)) {
            var connection = connections.get(name.key());
            return connection == null ? null : unknownHere(shared, name, connection);
        }
        var remote = remotes.getIfPresent(name.key());
        var session = remote == null ? null : remote.session();
        if (session == null) {
            return shared.mayLive(name) ? () -> learnRemote(shared, name, principal) : null;
        }
        return learning(session, principal);
    }

    private @Nullable Runnable unknownHere(
            SharedConnections among, SharedConnections.Named name, LegacySseConnection connection) {
        var session = connection.session();
        if (session != null) {
            return learning(session, connection.principal());
        }
        return () -> {
            String sessionId = among.session(name);
            if (sessionId != null && !sessionId.isEmpty()) {
                begun(connection, sessionId);
            }
        };
    }

    private @Nullable Runnable learning(Session session, Principal principal) {
        var unknown = sessions.unknown(session.id(), principal);
        return unknown == null ? null : () -> sessions.learn(unknown);
    }

    private void learnRemote(SharedConnections among, SharedConnections.Named name, Principal principal) {
        String sessionId = among.session(name);
        if (sessionId == null) {
            remotes.invalidate(name.key());
            return;
        }
        var session = sessionId.isEmpty() ? null : sessions.read(sessionId, principal);
        if (session != null) {
            sessions.learn(session);
        }
        remotes.put(name.key(), new RemoteSseConnection(name, among, session));
    }

    private static @Nullable String idIn(RequestHead head) {
        String id = null;
        for (String parameter : head.query().split("&", 8)) {
            if (parameter.startsWith(QUERY)) {
                if (id != null) {
                    return null;
                }
                id = parameter.substring(QUERY.length());
            }
        }
        return id;
    }

    /** What other nodes say about streams that are here. */
    private final class Others implements SharedConnections.Listener {
        @Override
        public void message(String key, byte slack, String replaceKey, byte[] message) {
            var connection = connections.get(key);
            if (connection != null) {
                connection.send(message, RemoteSseConnection.slack(slack, replaceKey));
            }
        }

        @Override
        public void begun(String key, String sessionId) {
            var connection = connections.get(key);
            if (connection != null) {
                Thread.ofVirtual().name("sse-begun").start(() -> beginHere(connection, sessionId));
            }
        }

        private void beginHere(LegacySseConnection connection, String sessionId) {
            try {
                LegacySse.this.begun(connection, sessionId);
            } catch (StoreException e) {
                LOG.log(System.Logger.Level.DEBUG, "a stream has ended for want of what it would be told", e);
            }
        }
    }

    /** @return how many are connected; for tests */
    int connections() {
        return connections.size();
    }
}
