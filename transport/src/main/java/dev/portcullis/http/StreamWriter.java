package dev.portcullis.http;

import io.netty.buffer.ByteBuf;

/** Writes the body of an answer that has no length. All methods on the event loop only. */
public interface StreamWriter {
    /** Writes and flushes a chunk, and takes over the buffer. Nothing is written after the end. */
    void write(ByteBuf chunk);

    /** @return whether the socket keeps up; else more would only queue here */
    boolean isWritable();

    /** Runs on each change of {@link #isWritable}; replaces an earlier listener. */
    void onWritabilityChanged(Runnable listener);

    /** Runs once when the peer has gone or the connection is closed; at once if it has been. Replaces an earlier listener. */
    void onClose(Runnable listener);

    /** Ends the body; the connection may serve another request. */
    void end();

    /** Cuts the connection (HTTP/2: the stream) in the middle of the body. */
    void abort();

    boolean isOpen();
}
