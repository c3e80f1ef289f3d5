package dev.portcullis.mcp.session;

import org.jspecify.annotations.Nullable;

/** A message on a stream. Compared by identity; guarded by the {@link EventLog}. */
final class Event {
    /** What it costs beside its message: this object and its places in tables. */
    private static final int OVERHEAD_BYTES = 200;

    final LoggedStream stream;
    final long number;
    final @Nullable String key;
    final byte[] message;

    /** When it was added, among all events of this process. */
    final long age;

    /** Whether some connection has got it. */
    boolean handed;

    Event(LoggedStream stream, long number, @Nullable String key, byte[] message, long age) {
        this.stream = stream;
        this.number = number;
        this.key = key;
        this.message = message;
        this.age = age;
    }

    int bytes() {
        return message.length + OVERHEAD_BYTES;
    }
}
