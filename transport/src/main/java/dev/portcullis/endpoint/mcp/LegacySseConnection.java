package dev.portcullis.endpoint.mcp;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Session;
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
final class LegacySseConnection {
    private static final int ID_BYTES = 32;

    /** What the client posts to is named by it. */
    final String id = Randoms.base64Url(ID_BYTES);

    /** Holds its place among the streams; becomes the session once a revision is negotiated. */
    final Session place;

    private volatile @Nullable SseStream stream;
    private volatile @Nullable Session session;
    private boolean closed;

    LegacySseConnection(Session place) {
        this.place = place;
    }

    /** @return whether this is who opened the stream (H-152) */
    boolean belongsTo(Principal principal) {
        return place.owner().equals(Session.Owner.of(principal));
    }

    void opened(SseStream opened) {
        stream = opened;
    }

    /** @return false if there is a session already, or the stream has closed */
    synchronized boolean begin(Session negotiated) {
        if (session != null || closed) {
            return false;
        }
        session = negotiated;
        return true;
    }

    /** @return null before {@code initialize} */
    @Nullable
    Session session() {
        return session;
    }

    /** @return the session that ends with it; null if there was none */
    synchronized @Nullable Session close() {
        closed = true;
        return session;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** @return false if the stream has ended */
    boolean send(JsonWriter message) {
        return send(message, new Slack.None());
    }

    /** The same of a message that may be left out while the client is slow. */
    boolean send(JsonWriter message, Slack slack) {
        SseStream open = stream;
        return open != null && open.send(SessionReader.EVENT, null, message.buffer(), 0, message.length(), slack);
    }
}
