package dev.portcullis.mcp.session;

import dev.portcullis.identity.Scopes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of all streams of this process, within {@link EventLimits}; beyond, the oldest goes first. This object is the lock of all streams, of their readings
 * and of what a {@link SessionState} knows of them; it is held for a few steps in tables, and never while a connection is written to.
 */
final class EventLog {
    private final EventLimits limits;
    private final InstantSource clock;
    private final SequencedSet<Event> events = new LinkedHashSet<>();
    private final SequencedSet<LoggedStream> finished = new LinkedHashSet<>();
    private long bytes;
    private final Supplier<String> names;
    private long lastAge;

    EventLog(EventLimits limits, InstantSource clock) {
        this(limits, clock, namesFrom(clock.millis()));
    }

    /** @param names gives streams theirs, of which no session has two of the same */
    EventLog(EventLimits limits, InstantSource clock, Supplier<String> names) {
        this.limits = limits;
        this.clock = clock;
        this.names = names;
    }

    /** Sessions outlive this process: no stream of theirs gets the name of an earlier one. */
    private static Supplier<String> namesFrom(long nowMillis) {
        var last = new AtomicLong(nowMillis * 1_000);
        return () -> Long.toString(last.incrementAndGet(), Character.MAX_RADIX);
    }

    EventLimits limits() {
        return limits;
    }

    String nextStreamName() {
        return names.get();
    }

    /** Opens a stream for a call of a session. @return null if too many of the session's are open */
    @Nullable
    LoggedStream open(SessionState owner, Scopes scopes) {
        if (owner.forgotten) {
            return null;
        }
        if (owner.calls.size() >= limits.sessionStreamsMax()) {
            var oldest = owner.oldestFinished();
            if (oldest == null) {
                return null;
            }
            forget(oldest);
        }
        var stream = new LoggedStream(nextStreamName(), owner, scopes, this);
        owner.putCall(stream);
        return stream;
    }

    Event add(LoggedStream stream, long number, @Nullable String key, byte[] message) {
        var event = new Event(stream, number, key, message, ++lastAge);
        events.add(event);
        bytes += event.bytes();
        stream.owner.keptBytes += event.bytes();
        return event;
    }

    void remove(Event event) {
        events.remove(event);
        bytes -= event.bytes();
        event.stream.owner.keptBytes -= event.bytes();
    }

    /** Brings a stream, its session and the process back within the limits. */
    void trim(LoggedStream stream) {
        stream.trim(limits.streamEventsMax(), limits.streamBytesMax());
        while (stream.owner.keptBytes > limits.sessionBytesMax()) {
            var oldest = stream.owner.oldestEvent();
            if (oldest == null) {
                break;
            }
            oldest.stream.lose(oldest);
        }
        if (bytes > limits.bytesMax()) {
            loseOldest();
        }
    }

    private void loseOldest() {
        long excess = bytes - limits.bytesMax();
        var oldest = new ArrayList<Event>();
        for (var event : events) {
            if (excess <= 0) {
                break;
            }
            if (event.stream.canLose(event)) {
                oldest.add(event);
                excess -= event.bytes();
            }
        }
        oldest.forEach(event -> event.stream.lose(event));
    }

    void finished(LoggedStream stream) {
        finished.add(stream);
    }

    /** Forgets a stream and its events. @return its reading, which is to be ended; null for none */
    @Nullable
    StreamReading forget(LoggedStream stream) {
        finished.remove(stream);
        stream.owner.removeCall(stream);
        return stream.forget();
    }

    /** Forgets the streams whose time is over. @return readings that are to be ended */
    synchronized List<StreamReading> sweep() {
        long overMillis = clock.millis() - limits.finishedSeconds() * 1_000L;
        var ended = new ArrayList<StreamReading>();
        while (!finished.isEmpty() && finished.getFirst().finishedMillis() <= overMillis) {
            var reading = forget(finished.getFirst());
            if (reading != null) {
                ended.add(reading);
            }
        }
        return ended;
    }

    long nowMillis() {
        return clock.millis();
    }

    /** For tests. */
    synchronized long keptBytes() {
        return bytes;
    }

    /** For tests. */
    synchronized int keptEvents() {
        return events.size();
    }
}
