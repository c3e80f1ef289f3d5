package dev.portcullis.endpoint.mcp;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Reading;
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

    private final Session.Owner owner;
    private final SseStream stream;
    private final Runnable place;
    private volatile @Nullable Session session;
    private boolean closed;

    /** @param place gives back the place among the streams that it takes until it has a session */
    LegacySseConnection(Session.Owner owner, SseStream stream, Runnable place) {
        this.owner = owner;
        this.stream = stream;
        this.place = place;
    }

    /** @return whether this is who opened the stream (H-152) */
    boolean belongsTo(Principal principal) {
        return owner.equals(Session.Owner.of(principal));
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

    void leavePlace() {
        place.run();
    }

    /** Lets the stream tell, beside answers, what a session is told on its standalone stream (H-120). */
    void read(Reading reading) {
        SessionReader.join(stream, reading, false);
    }

    /** @return false if the stream has ended */
    boolean send(JsonWriter message, Slack slack) {
        return stream.send(SessionReader.EVENT, null, message.buffer(), 0, message.length(), slack);
    }

    void end() {
        stream.end();
    }

    /** @return the session that ends now that the stream has closed; null if there was none */
    synchronized @Nullable Session close() {
        closed = true;
        return session;
    }

    synchronized boolean isClosed() {
        return closed;
    }
}
