package dev.portcullis.mcp.session;

import dev.portcullis.identity.Scopes;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A stream in this process. Its log is also its queue: a connection takes from it what it has room for, so that a slow one holds nothing twice. All fields are guarded by
 * the {@link EventLog}.
 *
 * <pre>
 * open ── finish ──▶ finished ── finishedSeconds, or too much is kept ──▶ forgotten
 *   └──────────────────────── the session ends ───────────────────────────────┘
 * </pre>
 */
final class LoggedStream implements SessionStream {
    final String name;
    final SessionState owner;
    final Scopes scopes;
    private final EventLog log;

    private @Nullable TreeMap<Long, Event> kept;

    /** The newest of each key, read or not: whoever comes back needs no earlier one. */
    private @Nullable Map<String, Event> replaceable;

    private int keptBytes;
    private int unreadEvents;
    private int unreadBytes;

    /** Numbers of the newest event, of the newest that a connection got, of the newest that had to go. */
    private long last;

    private long read;
    private long lost;

    private boolean finished;
    private long finishedMillis;

    /** Where else it is kept; null for nowhere. */
    private @Nullable SharedStream copy;

    private @Nullable StreamReading reading;

    /** @param scopes without which nobody reads on */
    LoggedStream(String name, SessionState owner, Scopes scopes, EventLog log) {
        this.name = name;
        this.owner = owner;
        this.scopes = scopes;
        this.log = log;
    }

    @Override
    public void add(byte[] message, @Nullable String replaceKey, boolean droppable) {
        StreamReading reader;
        synchronized (log) {
            if (finished || (droppable && isHalfFull())) {
                return;
            }
            keep(message, replaceKey);
            reader = reading;
        }
        if (reader != null) {
            reader.more();
        }
        synchronized (log) {
            log.trim(this);
        }
    }

    private boolean isHalfFull() {
        var limits = log.limits();
        return unreadEvents > limits.streamEventsMax() / 2 || unreadBytes > limits.streamBytesMax() / 2;
    }

    private void keep(byte[] message, @Nullable String key) {
        var event = log.add(this, ++last, key, message);
        if (key != null) {
            if (replaceable == null) {
                replaceable = new HashMap<>();
            }
            var earlier = replaceable.put(key, event);
            if (earlier != null) {
                remove(earlier);
            }
        }
        if (kept == null) {
            kept = new TreeMap<>();
        }
        kept.put(event.number, event);
        keptBytes += event.bytes();
        unreadEvents++;
        unreadBytes += event.bytes();
    }

    @Override
    public void finish() {
        finishWith(null);
    }

    @Override
    public void finish(byte[] message) {
        finishWith(message);
        synchronized (log) {
            log.trim(this);
        }
    }

    private void finishWith(byte @Nullable [] message) {
        StreamReading reader;
        synchronized (log) {
            if (finished) {
                return;
            }
            if (message != null) {
                keep(message, null);
            }
            finished = true;
            finishedMillis = log.nowMillis();
            owner.usedMillis = finishedMillis;
            log.finished(this);
            reader = reading;
        }
        if (reader != null) {
            reader.more();
        }
    }

    @Override
    public void letGo(int retryMillis) {
        StreamReading reader;
        synchronized (log) {
            reader = reading;
        }
        if (reader != null) {
            reader.letGo(retryMillis);
        }
    }

    @Override
    public Reading read() {
        synchronized (log) {
            return attach(read, () -> {});
        }
    }

    /** Gives the stream to a connection; who had it is to be ended by the caller. */
    StreamReading attach(long position, Runnable giveBack) {
        var attached = new StreamReading(this, log, position, giveBack);
        reading = attached;
        return attached;
    }

    @Nullable
    StreamReading reading() {
        return reading;
    }

    void detach(StreamReading from) {
        if (reading == from) {
            reading = null;
            owner.usedMillis = log.nowMillis(); // an open stream is no rest (H-107)
        }
    }

    /** @return where a connection begins that names no event */
    long lastRead() {
        return read;
    }

    /** @return whether what came after this event is still there, or is going to come */
    boolean canResume(long after) {
        return after <= last && (!finished || after >= lost);
    }

    String idOf(long number) {
        return name + "-" + number;
    }

    /** @return the next event behind this one; null if there is none now */
    @Nullable
    Event after(long number) {
        var next = kept == null ? null : kept.higherEntry(number);
        return next == null ? null : next.getValue();
    }

    void handed(Event event) {
        read = Math.max(read, event.number);
        markRead(event);
    }

    private void markRead(Event event) {
        if (!event.handed) {
            event.handed = true;
            unreadEvents--;
            unreadBytes -= event.bytes();
        }
    }

    boolean isFinished() {
        return finished;
    }

    long finishedMillis() {
        return finishedMillis;
    }

    void trim(int eventsMax, int bytesMax) {
        while (kept != null && kept.size() > 1 && (kept.size() > eventsMax || keptBytes > bytesMax)) {
            lose(kept.firstEntry().getValue());
        }
    }

    @Nullable
    Event oldest() {
        if (kept == null || kept.isEmpty()) {
            return null;
        }
        var oldest = kept.firstEntry().getValue();
        return canLose(oldest) ? oldest : null;
    }

    /** Not what a connection is about to get: its last message may be its response (T-30). */
    boolean canLose(Event event) {
        return event.handed || event.number < last || reading == null;
    }

    void lose(Event event) {
        lost = Math.max(lost, event.number);
        markRead(event);
        remove(event);
    }

    private void remove(Event event) {
        if (kept != null && kept.remove(event.number) != null) {
            markRead(event);
            keptBytes -= event.bytes();
            log.remove(event);
            if (replaceable != null && event.key != null) {
                replaceable.remove(event.key, event);
            }
            if (copy != null) {
                copy.removed(event.number);
            }
        }
    }

    void copyTo(SharedStream shared) {
        copy = shared;
    }

    @Nullable
    SharedStream copy() {
        return copy;
    }

    long lost() {
        return lost;
    }

    /** @return the reading, to be ended */
    @Nullable
    StreamReading forget() {
        finished = true;
        if (kept != null) {
            kept.values().forEach(log::remove);
            kept = null;
            replaceable = null;
            keptBytes = 0;
        }
        if (copy != null) {
            copy.forgotten();
        }
        var reader = reading;
        reading = null;
        return reader;
    }
}
