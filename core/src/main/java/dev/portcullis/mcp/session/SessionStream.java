package dev.portcullis.mcp.session;

import org.jspecify.annotations.Nullable;

/** What is said on one stream of a session: handed to the connection that reads it, and kept a while for a client that lost its own (H-115, H-121). Any thread; never blocks. */
public interface SessionStream {
    /**
     * Adds a message.
     *
     * @param message one JSON text, UTF-8; kept, so not to be changed
     * @param replaceKey takes the place of an earlier one with the same key: whoever has not read that, or comes back, gets this one alone; null for none
     * @param droppable may be left out while much waits to be read
     */
    void add(byte[] message, @Nullable String replaceKey, boolean droppable);

    /** Nothing more will be added: the reader ends once it has read all. */
    void finish();

    /** Adds the last message, and finishes in the same step. */
    void finish(byte[] message);

    /** Ends the connection that reads now, once it has read all; its client is to come back after so long (H-124). */
    void letGo(int retryMillis);

    /** The connection of the request that this stream answers. */
    Reading read();
}
