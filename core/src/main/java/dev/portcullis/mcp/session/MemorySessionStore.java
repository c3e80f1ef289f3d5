package dev.portcullis.mcp.session;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.model.LogLevel;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Remembers in this process. One lock; every critical section is a few table look-ups. */
public final class MemorySessionStore implements SessionStore {
    private final SessionLimits limits;
    private final InstantSource clock;

    /** Keys of ended sessions and when they would have expired, oldest first. */
    private final Map<String, Long> ended = new LinkedHashMap<>();

    private final Map<String, Stream> streams = new HashMap<>();
    private final Map<Session.Owner, Integer> streamsByOwner = new HashMap<>();
    private final Map<String, Remembered> remembered = new HashMap<>();

    /** What a session's client has asked for. */
    private static final class Remembered {
        @Nullable
        LogLevel logLevel;

        final Set<String> subscriptions = new HashSet<>();
    }

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
            remembered.remove(session.key());
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
            if (superseded == null
                    && (streams.size() >= limits.streamsMax() || owned >= limits.streamsPerPersonMax())) {
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
    public synchronized boolean setLogLevel(Session session, LogLevel level) {
        var known = remember(session);
        if (known != null) {
            known.logLevel = level;
        }
        return known != null;
    }

    @Override
    public synchronized LogLevel logLevel(Session session) {
        var known = remembered.get(session.key());
        return known == null || known.logLevel == null ? LogLevel.WARNING : known.logLevel;
    }

    @Override
    public synchronized boolean subscribe(Session session, Principal principal, String uri) {
        var known = remember(session);
        if (known == null || known.subscriptions.size() >= limits.subscriptionsMax()) {
            return known != null && known.subscriptions.contains(uri);
        }
        known.subscriptions.add(uri);
        return true;
    }

    @Override
    public synchronized void unsubscribe(Session session, String uri) {
        var known = remembered.get(session.key());
        if (known != null) {
            known.subscriptions.remove(uri);
        }
    }

    private @Nullable Remembered remember(Session session) {
        var known = remembered.get(session.key());
        if (known == null && remembered.size() < limits.rememberedMax() && !ended.containsKey(session.key())) {
            known = new Remembered();
            remembered.put(session.key(), known);
        }
        return known;
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
