package dev.portcullis.mcp.session;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.model.LogLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be remembered of sessions beside their ids. A session of which nothing is remembered costs nothing here.
 *
 * <p>Any thread. What says that it changes a session, and {@link #attach}, blocks if {@link #blocks} says so, and may throw {@link dev.portcullis.store.StoreException} then;
 * {@link #learn}, {@link #tell} and {@link #sweep} may take a while anyway. All else is asked on event loops.
 */
public interface SessionStore {
    /** @return whether what changes a session, or attaches to it, waits for other machines; the same at all times */
    default boolean blocks() {
        return false;
    }

    /** A session has been opened here: there is nothing to know about it yet. */
    default void opened(Session session) {}

    /** @return whether this node knows of a session what it needs to serve a request; if not, it is to {@link #learn} it before */
    default boolean knows(Session session) {
        return true;
    }

    /**
     * Learns what is known of a session. Blocks.
     *
     * @throws dev.portcullis.store.StoreException it cannot be learnt now
     */
    default void learn(Session session) {}

    /** Remembers that a session has ended, until it would have expired; ends its streams, and forgets all else of it. A change. */
    void end(Session session);

    /** @return whether the session goes on: {@link #end} was not called, nor was it ended for resting too long. Counts as a use of it (H-107) */
    boolean use(Session session);

    /** @return the same session, as the object by which this store remembers it, if it does: so that not more than one is kept, and found by identity */
    default Session held(Session session) {
        return session;
    }

    /**
     * Sets which log messages the session's client wants (H-131). A change.
     *
     * @return false if too many sessions are remembered
     */
    boolean setLogLevel(Session session, LogLevel level);

    /** @return which log messages the session's client wants; {@link LogLevel#WARNING} and above until it said */
    LogLevel logLevel(Session session);

    /**
     * Remembers that the session's client wants to hear when a resource changes (H-132). A change.
     *
     * @param principal who asks, so that it can be asked again whether they may when there is something to tell (T-41)
     * @return false if it follows too many, or too many sessions are remembered
     */
    boolean subscribe(Session session, Principal principal, String uri);

    /** Forgets that again. A change. */
    void unsubscribe(Session session, String uri);

    /**
     * Opens a stream for what is said while one request is served.
     *
     * @param scopes of the token that asked: with fewer nobody reads on, since what is said may have needed them (T-88)
     * @param requests ids of what it answers, so that they can be answered even if this process dies
     * @return null if there are too many: then what is said cannot be kept
     */
    @Nullable
    SessionStream openStream(Session session, Scopes scopes, List<JsonRpcId> requests);

    /**
     * Lets a connection read: without an event id the session's standalone stream, from what nobody has read (H-120); with one, the stream that it belongs to, from there
     * (H-122). Whoever read that stream before is told to end.
     */
    Attachment attach(Session session, Principal principal, @Nullable String lastEventId);

    /** Says who is to be asked about from now on when there is something to tell (T-41): null: nobody, so that nothing is told. */
    void hearAs(Session session, @Nullable Principal principal);

    /** Says who knows what notices are made of. Called once, before the first of them. */
    default void readNoticesBy(NoticeSource source) {}

    /** Tells sessions on their standalone streams. May take a while. */
    void tell(Notice notice);

    /**
     * A place for a stream that is none of a session's.
     *
     * @return gives it back; null if too many are open
     */
    @Nullable
    Runnable takePlace(Principal principal);

    /** @return connections of HTTP+SSE, whose clients post to any node; null if there is but this one */
    default @Nullable SharedConnections connections() {
        return null;
    }

    /** Ends all streams of this process that wait for something to happen, and opens no more: it is to stop (T-113). */
    void endStreams();

    /** Forgets what has outlived its time. To be called every minute or so; may take a while. */
    void sweep();
}
