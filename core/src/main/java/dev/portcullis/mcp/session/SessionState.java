package dev.portcullis.mcp.session;

import dev.portcullis.identity.Person;
import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.model.LogLevel;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is remembered of one session. Volatile fields are written by anybody; subscriptions are guarded by the store, all about streams by the {@link EventLog}. */
final class SessionState {
    final Session session;
    final Person person;

    /** Milliseconds since 1970. */
    volatile long usedMillis;

    volatile @Nullable LogLevel logLevel;

    /** Who subscribed, or opened the standalone stream, last. */
    volatile @Nullable Principal principal;

    Set<String> subscriptions = Set.of();

    @Nullable
    LoggedStream standalone;

    Map<String, LoggedStream> calls = Map.of();
    long keptBytes;
    boolean forgotten;

    SessionState(Session session, long usedMillis) {
        this.session = session;
        this.person = new Person(session.owner().issuer(), session.owner().subject());
        this.usedMillis = usedMillis;
    }

    /** @return false if it follows so many already */
    boolean follow(String uri, int most) {
        if (subscriptions.contains(uri)) {
            return true;
        }
        if (subscriptions.size() >= most) {
            return false;
        }
        if (subscriptions.isEmpty()) {
            subscriptions = new LinkedHashSet<>(); // most sessions never need one
        }
        return subscriptions.add(uri);
    }

    void putCall(LoggedStream stream) {
        if (calls.isEmpty()) {
            calls = new LinkedHashMap<>();
        }
        calls.put(stream.name, stream);
    }

    void removeCall(LoggedStream stream) {
        if (!calls.isEmpty()) {
            calls.remove(stream.name);
        }
    }

    @Nullable
    LoggedStream stream(String name) {
        return standalone != null && standalone.name.equals(name) ? standalone : calls.get(name);
    }

    /** @return whether a stream is being read, or a call may still say something */
    boolean isBusy() {
        return (standalone != null && standalone.reading() != null)
                || calls.values().stream().anyMatch(stream -> !stream.isFinished() || stream.reading() != null);
    }

    /** @return whether there is nothing that could be lost */
    boolean isEmpty() {
        return logLevel == null && subscriptions.isEmpty() && standalone == null && calls.isEmpty();
    }

    @Nullable
    LoggedStream oldestFinished() {
        for (var stream : calls.values()) {
            if (stream.isFinished() && stream.reading() == null) {
                return stream;
            }
        }
        return null;
    }

    /** @return the oldest event of all its streams that can be lost */
    @Nullable
    Event oldestEvent() {
        Event oldest = standalone == null ? null : standalone.oldest();
        for (var stream : calls.values()) {
            var event = stream.oldest();
            if (event != null && (oldest == null || event.age < oldest.age)) {
                oldest = event;
            }
        }
        return oldest;
    }
}
