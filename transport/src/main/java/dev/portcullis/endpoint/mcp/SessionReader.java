package dev.portcullis.endpoint.mcp;

import dev.portcullis.mcp.session.EventReader;
import dev.portcullis.mcp.session.Reading;
import dev.portcullis.sse.SseStream;
import org.jspecify.annotations.Nullable;

/** A connection that reads a stream of a session: what it has no room for stays in the log. Any thread. */
final class SessionReader implements EventReader {
    static final String EVENT = "message";

    private final SseStream stream;
    private final boolean resumable;

    private SessionReader(SseStream stream, boolean resumable) {
        this.stream = stream;
        this.resumable = resumable;
    }

    /**
     * Lets a connection read until either ends.
     *
     * @param resumable whether events bear ids (H-121)
     */
    static void join(SseStream stream, Reading reading, boolean resumable) {
        stream.onRoom(reading::more);
        stream.onClose(reading::close);
        reading.start(new SessionReader(stream, resumable));
    }

    @Override
    public boolean hasRoom() {
        return stream.hasRoom();
    }

    @Override
    public void event(String id, byte[] message) {
        stream.push(EVENT, resumable ? id : null, message, 0, message.length);
    }

    @Override
    public void letGo(@Nullable String id, int retryMillis) {
        stream.mark(id, retryMillis);
    }

    @Override
    public void end() {
        stream.end();
    }
}
