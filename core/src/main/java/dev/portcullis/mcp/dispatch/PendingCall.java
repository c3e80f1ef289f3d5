package dev.portcullis.mcp.dispatch;

/** A call whose answer is still to come. */
@FunctionalInterface
public interface PendingCall {
    /** The client has gone: the work should stop, nothing is answered (H-63). Any thread; does nothing if the call has ended. */
    void cancel();
}
