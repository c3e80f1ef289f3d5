package dev.portcullis.mcp.session;

import dev.portcullis.identity.Person;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.policy.Policy;
import dev.portcullis.policy.RulePolicy;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in this process.
 *
 * <pre>
 * nothing remembered ── log level, subscription, stream ──▶ remembered ── nothing left of it ──▶ nothing remembered
 *                                                                └── idleSeconds, or too many of a person's ──▶ ended
 * </pre>
 *
 * To forget what a client relies on would be worse than to end its session, which it learns with its next request and mends by a new one (H-107). The tables are
 * guarded by this object's lock, but for what {@link #use} reads; its lock is taken before the {@link EventLog}'s, and neither while a connection is written to.
 */
public final class MemorySessionStore implements SessionStore {
    private static final Pattern EVENT_ID = Pattern.compile("([0-9a-z]{1,16})-(0|[1-9][0-9]{0,17})");

    private final SessionLimits limits;
    private final InstantSource clock;
    private final Policy policy;
    private final EventLog log;
    private final StreamPlaces places;

    /** Keys of ended sessions and when they would have expired; and in which order they ended. */
    private final Map<String, Long> ended = new ConcurrentHashMap<>();

    private final Queue<String> endedOrder = new ArrayDeque<>();
    private final Map<String, SessionState> remembered = new ConcurrentHashMap<>();
    private final Map<Person, Set<SessionState>> byPerson = new HashMap<>();
    private final Map<String, Set<SessionState>> byUri = new HashMap<>();

    /** With scopes of which none is in another. */
    public MemorySessionStore(SessionLimits limits, InstantSource clock) {
        this(limits, clock, RulePolicy.openToAll());
    }

    /** @param policy says whose scopes suffice to read on */
    public MemorySessionStore(SessionLimits limits, InstantSource clock, Policy policy) {
        this.limits = limits;
        this.clock = clock;
        this.policy = policy;
        this.log = new EventLog(limits.events(), clock);
        this.places = new StreamPlaces(limits.streamsMax(), limits.streamsPerPersonMax());
    }

    @Override
    public void end(Session session) {
        endAll(endNow(session));
    }

    private static void endAll(List<StreamReading> readings) {
        readings.forEach(StreamReading::end);
    }

    /** @return readings that are to be ended, without a lock */
    private synchronized List<StreamReading> endNow(Session session) {
        forgetOldestEnded();
        if (ended.put(session.key(), session.expiresAtSeconds()) == null) {
            endedOrder.add(session.key());
        }
        var state = remembered.get(session.key());
        return state == null ? List.of() : forget(state);
    }

    private void forgetOldestEnded() {
        long nowSeconds = clock.millis() / 1_000;
        for (String oldest = endedOrder.peek(); oldest != null; oldest = endedOrder.peek()) {
            long expiresAtSeconds = ended.getOrDefault(oldest, 0L);
            if (expiresAtSeconds > nowSeconds && ended.size() < limits.endedMax()) {
                return;
            }
            endedOrder.remove();
            ended.remove(oldest);
        }
    }

    private List<StreamReading> forget(SessionState state) {
        remembered.remove(state.session.key());
        removeFrom(byPerson, state.person, state);
        state.subscriptions.forEach(uri -> removeFrom(byUri, uri, state));
        var readings = new ArrayList<StreamReading>();
        synchronized (log) {
            state.forgotten = true;
            var streams = new ArrayList<>(state.calls.values());
            if (state.standalone != null) {
                streams.add(state.standalone);
            }
            for (var stream : streams) {
                var reading = log.forget(stream);
                if (reading != null) {
                    readings.add(reading);
                }
            }
        }
        return readings;
    }

    private static <K> void removeFrom(Map<K, Set<SessionState>> table, K key, SessionState state) {
        table.computeIfPresent(key, (_, states) -> {
            states.remove(state);
            return states.isEmpty() ? null : states;
        });
    }

    @Override
    public boolean use(Session session) {
        if (ended.containsKey(session.key())) {
            return false;
        }
        var state = remembered.get(session.key());
        if (state == null) {
            return true;
        }
        long nowMillis = clock.millis();
        if (hasRestedTooLong(state, nowMillis)) {
            end(session);
            return false;
        }
        state.usedMillis = nowMillis;
        return true;
    }

    @Override
    public Session held(Session session) {
        var state = remembered.get(session.key());
        return state == null ? session : state.session;
    }

    private boolean hasRestedTooLong(SessionState state, long nowMillis) {
        return nowMillis - state.usedMillis >= limits.idleSeconds() * 1_000L && !isBusy(state);
    }

    private boolean isBusy(SessionState state) {
        synchronized (log) {
            return state.isBusy();
        }
    }

    /** @return the session's state, made if need be; null if there are too many, or the session has ended. Guarded by this */
    private @Nullable SessionState remember(Session session) {
        var known = remembered.get(session.key());
        if (known != null || ended.containsKey(session.key())) {
            return known;
        }
        var state = new SessionState(session, clock.millis());
        var siblings = byPerson.getOrDefault(state.person, Set.of());
        boolean tooMany =
                siblings.size() >= limits.rememberedPerPersonMax() || remembered.size() >= limits.rememberedMax();
        if (tooMany && !endLongestResting(siblings)) {
            return null;
        }
        remembered.put(session.key(), state);
        byPerson.computeIfAbsent(state.person, _ -> new LinkedHashSet<>()).add(state);
        return state;
    }

    private boolean endLongestResting(Set<SessionState> siblings) {
        SessionState longest = null;
        for (var state : siblings) {
            if ((longest == null || state.usedMillis < longest.usedMillis) && !isBusy(state)) {
                longest = state;
            }
        }
        return longest != null && endNow(longest.session).isEmpty(); // nobody reads what rests
    }

    @Override
    public synchronized boolean setLogLevel(Session session, LogLevel level) {
        var state = remember(session);
        if (state != null) {
            state.logLevel = level;
        }
        return state != null;
    }

    @Override
    public LogLevel logLevel(Session session) {
        var state = remembered.get(session.key());
        var level = state == null ? null : state.logLevel;
        return level == null ? LogLevel.WARNING : level;
    }

    @Override
    public synchronized boolean subscribe(Session session, Principal principal, String uri) {
        var state = remember(session);
        if (state == null || !state.follow(uri, limits.subscriptionsMax())) {
            return false;
        }
        state.principal = principal;
        byUri.computeIfAbsent(uri, _ -> new LinkedHashSet<>()).add(state);
        return true;
    }

    @Override
    public synchronized void unsubscribe(Session session, String uri) {
        var state = remembered.get(session.key());
        if (state != null && state.subscriptions.contains(uri)) {
            state.subscriptions.remove(uri);
            removeFrom(byUri, uri, state);
            forgetIfEmpty(state);
        }
    }

    /** Guarded by this. */
    private void forgetIfEmpty(SessionState state) {
        boolean empty;
        synchronized (log) {
            empty = state.isEmpty();
        }
        if (empty) {
            forget(state);
        }
    }

    @Override
    public @Nullable SessionStream openStream(Session session, Scopes scopes, List<JsonRpcId> requests) {
        synchronized (this) {
            var state = remember(session);
            synchronized (log) {
                return state == null ? null : log.open(state, scopes);
            }
        }
    }

    @Override
    public Attachment attach(Session session, Principal principal, @Nullable String lastEventId) {
        var superseded = new ArrayList<StreamReading>(1);
        Attachment attachment;
        synchronized (this) {
            var state = lastEventId == null ? remember(session) : remembered.get(session.key());
            if (state != null) {
                synchronized (log) {
                    attachment = lastEventId == null
                            ? attachStandalone(state, principal, superseded)
                            : resume(state, principal, lastEventId, superseded);
                }
            } else if (ended.containsKey(session.key())) {
                attachment = new Attachment.Ended();
            } else {
                attachment = lastEventId == null ? new Attachment.TooMany() : new Attachment.UnknownEvent();
            }
        }
        endAll(superseded);
        return attachment;
    }

    private Attachment attachStandalone(SessionState state, Principal principal, List<StreamReading> superseded) {
        var stream = standalone(state);
        state.principal = principal;
        return attach(stream, stream.lastRead(), superseded);
    }

    private Attachment resume(
            SessionState state, Principal principal, String lastEventId, List<StreamReading> superseded) {
        var id = EVENT_ID.matcher(lastEventId);
        var stream = id.matches() ? state.stream(id.group(1)) : null;
        if (stream == null || !policy.suffices(principal.scopes(), stream.scopes)) {
            return new Attachment.UnknownEvent();
        }
        if (stream == state.standalone) {
            state.principal = principal; // who listens now is asked about from now on (T-41)
        }
        long after = Long.parseLong(id.group(2));
        return stream.canResume(after) ? attach(stream, after, superseded) : new Attachment.UnknownEvent();
    }

    /** Guarded by the log. */
    private Attachment attach(LoggedStream stream, long after, List<StreamReading> superseded) {
        var reader = stream.reading();
        if (reader != null) {
            reader.giveBack();
            superseded.add(reader);
        }
        var place = places.take(stream.owner.person);
        return place == null ? new Attachment.TooMany() : new Attachment.Attached(stream.attach(after, place));
    }

    private LoggedStream standalone(SessionState state) {
        var stream = state.standalone;
        if (stream == null) {
            stream = new LoggedStream(log.nextStreamName(), state, Scopes.NONE, log);
            state.standalone = stream;
        }
        return stream;
    }

    @Override
    public void hearAs(Session session, @Nullable Principal principal) {
        var state = remembered.get(session.key());
        if (state != null) {
            state.principal = principal;
        }
    }

    @Override
    public void tell(Notice notice) {
        for (var state : audience(notice.uri())) {
            var principal = state.principal;
            if (principal != null && notice.may().test(principal)) {
                tell(state, notice);
            }
        }
    }

    private Iterable<SessionState> audience(@Nullable String uri) {
        if (uri == null) {
            return remembered.values();
        }
        synchronized (this) {
            return List.copyOf(byUri.getOrDefault(uri, Set.of()));
        }
    }

    private void tell(SessionState state, Notice notice) {
        LoggedStream stream;
        synchronized (log) {
            stream = state.forgotten ? null : notice.uri() == null ? state.standalone : standalone(state);
        }
        if (stream != null) {
            stream.add(notice.message(), notice.key(), false);
        }
    }

    @Override
    public @Nullable Runnable takePlace(Principal principal) {
        return places.take(Person.of(principal));
    }

    @Override
    public void endStreams() {
        places.close();
        var readings = new ArrayList<StreamReading>();
        for (var state : remembered.values()) {
            synchronized (log) {
                var reading = state.standalone == null ? null : state.standalone.reading();
                if (reading != null) {
                    readings.add(reading);
                }
            }
        }
        endAll(readings);
    }

    @Override
    public void sweep() {
        endAll(log.sweep());
        long nowMillis = clock.millis();
        for (var state : remembered.values()) {
            if (hasRestedTooLong(state, nowMillis)) {
                end(state.session);
            } else {
                synchronized (this) {
                    forgetIfEmpty(state);
                }
            }
        }
        synchronized (this) {
            forgetOldestEnded();
        }
    }

    /** Sessions of which something is remembered, ended ones, persons, followed resources, events, streams; for tests. */
    synchronized List<Integer> sizes() {
        return List.of(
                remembered.size(), ended.size(), byPerson.size(), byUri.size(), log.keptEvents(), places.taken());
    }

    /** For tests. */
    long keptBytes() {
        return log.keptBytes();
    }
}
