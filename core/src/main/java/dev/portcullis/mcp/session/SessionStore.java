package dev.portcullis.mcp.session;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.model.LogLevel;
import org.jspecify.annotations.Nullable;

/** What is to be remembered of sessions beside their ids. Asked on event loops: nothing here blocks. */
public interface SessionStore {
    /** Remembers that a session has ended, until it would have expired; ends its stream. */
    void end(Session session);

    /** @return whether {@link #end} was called */
    boolean hasEnded(Session session);

    /**
     * Takes the place of the session's one standalone stream; whoever had it is told to close (H-120).
     *
     * @param close ends this stream; any thread, at most once
     * @return runs when the stream has ended, to give the place back; null if too many streams are open, or the session has just ended
     */
    @Nullable
    Runnable openStream(Session session, Runnable close);

    /**
     * Sets which log messages the session's client wants (H-131).
     *
     * @return false if too many sessions are remembered
     */
    boolean setLogLevel(Session session, LogLevel level);

    /** @return which log messages the session's client wants; {@link LogLevel#WARNING} and above until it said */
    LogLevel logLevel(Session session);

    /**
     * Remembers that the session's client wants to hear when a resource changes (H-132).
     *
     * @param principal who asks, so that it can be asked again whether they may when there is something to tell (T-41)
     * @return false if it follows too many, or too many sessions are remembered
     */
    boolean subscribe(Session session, Principal principal, String uri);

    void unsubscribe(Session session, String uri);

    /** Ends all streams of this process, when it is to stop (T-113). */
    void endStreams();
}
