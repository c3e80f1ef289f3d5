package dev.portcullis.mcp.dispatch;

/** A call whose answer is still to come. */
@FunctionalInterface
public interface PendingCall {
    /** The client has gone: the work should stop, nothing is answered (H-63). Any thread; does nothing if the call has ended. */
    void cancel();

    /** The caller may not go on, since its token has come to its end: like {@link #cancel}, but the client is still there for a last word (H-79). */
    default void end() {
        cancel();
    }

    /** Something else is known of the caller than when it began (O-145). What goes on looking at who they are ends with a last word, so that it is asked for anew. */
    default void outdate() {}
}
