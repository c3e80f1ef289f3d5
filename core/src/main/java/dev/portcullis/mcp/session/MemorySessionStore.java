package dev.portcullis.mcp.session;

import dev.portcullis.mcp.model.LogLevel;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Remembers in this process. One lock; every critical section is a few table look-ups. */
public final class MemorySessionStore implements SessionStore {
    private final SessionLimits limits;
    private final InstantSource clock;

    /** Keys of ended sessions and when they would have expired, oldest first. */
    private final Map<String, Long> ended = new LinkedHashMap<>();

    private final Map<String, Stream> streams = new HashMap<>();
    private final Map<Session.Owner, Integer> streamsByOwner = new HashMap<>();

    /** An open stream; compared by identity. */
    private static final class Stream {
        final Runnable close;

        Stream(Runnable close) {
            this.close = close;
        }
    }

    public MemorySessionStore(SessionLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public void end(Session session) {
        Stream stream;
        synchronized (this) {
            forgetOldestEnded();
            ended.put(session.key(), session.expiresAtSeconds());
            stream = streams.get(session.key());
        }
        if (stream != null) {
            stream.close.run();
        }
    }

    private void forgetOldestEnded() {
        long nowSeconds = clock.millis() / 1_000;
        var oldest = ended.entrySet().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().getValue() > nowSeconds && ended.size() < limits.endedMax()) {
                return;
            }
            oldest.remove();
        }
    }

    @Override
    public synchronized boolean hasEnded(Session session) {
        return ended.containsKey(session.key());
    }

    @Override
    public @Nullable Runnable openStream(Session session, Runnable close) {
        var stream = new Stream(close);
        Stream superseded;
        synchronized (this) {
            if (ended.containsKey(session.key())) {
                return null; // since it was found
            }
            superseded = streams.get(session.key());
            int owned = streamsByOwner.getOrDefault(session.owner(), 0);
            if (superseded == null && (streams.size() >= limits.streamsMax() || owned >= limits.streamsPerOwnerMax())) {
                return null;
            }
            streams.put(session.key(), stream);
            if (superseded == null) {
                streamsByOwner.put(session.owner(), owned + 1);
            }
        }
        if (superseded != null) {
            superseded.close.run();
        }
        return () -> closed(session, stream);
    }

    @Override
    public void setLogLevel(Session session, LogLevel level) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public LogLevel logLevel(Session session) {
        return LogLevel.WARNING;
    }

    @Override
    public boolean subscribe(Session session, String uri) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public void unsubscribe(Session session, String uri) {
        throw new IllegalStateException("not yet");
    }

    @Override
    public void endStreams() {
        List<Stream> open;
        synchronized (this) {
            open = List.copyOf(streams.values());
        }
        open.forEach(stream -> stream.close.run());
    }

    private synchronized void closed(Session session, Stream stream) {
        if (streams.get(session.key()) == stream) { // not after it was superseded
            streams.remove(session.key());
            streamsByOwner.computeIfPresent(session.owner(), (_, owned) -> owned == 1 ? null : owned - 1);
        }
    }
}
