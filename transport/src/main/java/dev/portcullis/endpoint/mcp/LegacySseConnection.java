package dev.portcullis.endpoint.mcp;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Reading;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SharedConnections;
import dev.portcullis.sse.SseStream;
import org.jspecify.annotations.Nullable;

/**
 * One client of HTTP+SSE: its stream, and from {@code initialize} on its session. Any thread; guarded by its own lock, which is held for moments.
 *
 * <pre>
 * opened ── initialize ──▶ in a session ──┐
 *    └──────── the stream closes ─────────┴──▶ closed, and the session with its calls ends (H-152)
 * </pre>
 */
final class LegacySseConnection implements LegacyPeer {
    private static final int ID_BYTES = 32;

    /** What the client posts to is named by it. */
    final String id;

    /** By which this process knows it. */
    final String key;

    private final SharedConnections.@Nullable Named shared;
    private final Principal principal;
    private final Session.Owner owner;
    private final SseStream stream;
    private final Runnable place;
    private volatile @Nullable Session session;
    private boolean closed;

    /**
     * @param shared by which other nodes know it; null if there is but this one
     * @param place gives back the place among the streams that it takes until it has a session
     */
    LegacySseConnection(
            SharedConnections.@Nullable Named shared, Principal principal, SseStream stream, Runnable place) {
        this.shared = shared;
        this.id = shared == null ? Randoms.base64Url(ID_BYTES) : shared.id();
        this.key = shared == null ? id : shared.key();
        this.principal = principal;
        this.owner = Session.Owner.of(principal);
        this.stream = stream;
        this.place = place;
    }

    /** @return whether this is who opened the stream (H-152) */
    boolean belongsTo(Principal principal) {
        return owner.equals(Session.Owner.of(principal));
    }

    SharedConnections.@Nullable Named shared() {
        return shared;
    }

    /** Who opened the stream. */
    Principal principal() {
        return principal;
    }

    @Override
    public synchronized boolean begin(Session negotiated) {
        if (session != null || closed) {
            return false;
        }
        session = negotiated;
        return true;
    }

    @Override
    public @Nullable Session session() {
        return session;
    }

    void leavePlace() {
        place.run();
    }

    /** Lets the stream tell, beside answers, what a session is told on its standalone stream (H-120). */
    void read(Reading reading) {
        SessionReader.join(stream, reading, false);
    }

    @Override
    public boolean send(JsonWriter message, Slack slack) {
        return stream.send(SessionReader.EVENT, null, message.buffer(), 0, message.length(), slack);
    }

    /** What was said on another node. */
    void send(byte[] message, Slack slack) {
        stream.send(SessionReader.EVENT, null, message, 0, message.length, slack);
    }

    void end() {
        stream.end();
    }

    /** @return the session that ends now that the stream has closed; null if there was none */
    synchronized @Nullable Session close() {
        closed = true;
        return session;
    }

    @Override
    public synchronized boolean isClosed() {
        return closed;
    }
}
