package dev.portcullis.mcp.session;

import org.jspecify.annotations.Nullable;

/** A connection that reads a stream. Called by one thread at a time, whichever; {@link #end} may come beside another call. Nothing here blocks or calls back at once. */
public interface EventReader {
    /** @return whether it takes more now; if not, it says {@link Reading#more} once it does */
    boolean hasRoom();

    /**
     * A message.
     *
     * @param id what a client names to read on behind it (H-121); printable ASCII
     * @param message one JSON text, UTF-8; not to be changed
     */
    void event(String id, byte[] message);

    /**
     * The connection is to be closed, and the client to come back (H-124); {@link #end} follows.
     *
     * @param id from where it reads on; null if it knows
     */
    void letGo(@Nullable String id, int retryMillis);

    /** Nothing more comes on this connection: the stream is complete, or somebody else reads it now. */
    void end();
}
