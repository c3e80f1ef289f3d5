package dev.portcullis.mcp.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.portcullis.cluster.Barrier;
import dev.portcullis.cluster.Bus;
import dev.portcullis.mcp.session.SessionRows.Row;
import dev.portcullis.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the sessions that it has had to do with, and what keeps that true: whoever changes or ends a session tells all nodes. What has not been asked for in a while is
 * dropped, and learnt anew with the next request. Any thread; what reads or writes {@link SessionRows} blocks, and throws {@link StoreException}.
 */
final class Replicas {
    private static final System.Logger LOG = System.getLogger(Replicas.class.getName());

    /** On which nodes say that a session has changed ({@code C key version}) or ended ({@code E key}). */
    private static final String TOPIC = "session";

    /** How long a replica is kept at least, and how often room is made for others. */
    private static final int ROOM_MILLIS = 1_000;

    /** How long a change waits for other nodes at most, before it is acknowledged all the same. */
    private static final int HEARD_MILLIS = 2_000;

    /** How long a replica is kept that nobody asks for. */
    private static final int UNUSED_MILLIS = 10 * 60_000;

    private final SessionRows rows;
    private final Bus bus;
    private final Barrier barrier;
    private final EventLog log;
    private final SessionLimits limits;
    private final InstantSource clock;
    private final Map<String, Replica> replicas = new ConcurrentHashMap<>();
    private volatile long madeRoomMillis;

    /** Grows whenever words may have been missed: what is known from before is looked up anew. */
    private final AtomicInteger epoch = new AtomicInteger();

    /** @param log guards the streams of calls that run here */
    Replicas(SessionRows rows, Bus bus, EventLog log, SessionLimits limits, InstantSource clock) {
        this.rows = rows;
        this.bus = bus;
        this.barrier = new Barrier(bus, HEARD_MILLIS);
        this.log = log;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * What others say is heard from now on.
     *
     * @param missed words may have been missed; must not block
     */
    void listen(Runnable missed) {
        bus.listen(TOPIC, new Listener(missed));
        barrier.listen();
    }

    /** @return null: nothing is known of it here */
    @Nullable
    Replica get(String session) {
        return replicas.get(session);
    }

    Iterable<Replica> all() {
        return replicas.values();
    }

    int size() {
        return replicas.size();
    }

    /** What is known, or the beginning of it. */
    Replica of(Session session) {
        var known = replicas.get(session.key());
        if (known == null) {
            makeRoom();
            known = replicas.computeIfAbsent(session.key(), _ -> new Replica(session, clock.millis()));
        }
        known.usedMillis = Math.max(known.usedMillis, clock.millis());
        return known;
    }

    /** May find none: then there are more than should be, until some have not been asked for a while. */
    private void makeRoom() {
        long nowMillis = clock.millis();
        if (replicas.size() >= limits.rememberedMax() && nowMillis - madeRoomMillis > ROOM_MILLIS) {
            madeRoomMillis = nowMillis;
            drop(ROOM_MILLIS, limits.rememberedMax() / 10 + 1);
        }
    }

    /** It has just begun here: nobody else knows more. */
    void opened(Session session) {
        of(session).isNew(epoch.get());
    }

    /** Whether a request can go on without Redis. */
    boolean knows(Session session) {
        var replica = replicas.get(session.key());
        return replica != null
                && (replica.isEnded || (replica.isKnown(epoch.get()) && (!replica.isRemembered || isAwake(replica))));
    }

    /** Whether it cannot have rested too long, whatever other nodes know of it. */
    private boolean isAwake(Replica replica) {
        return clock.millis() - replica.usedMillis < limits.idleSeconds() * 1_000L || isBusy(replica);
    }

    private boolean isBusy(Replica replica) {
        synchronized (log) {
            return replica.isBusy();
        }
    }

    /** Asks Redis. */
    void learn(Session session) {
        var replica = of(session);
        var before = before(replica);
        if (take(replica, rows.load(session), before) instanceof Row.None) {
            replica.learnNothing(before);
        }
    }

    /** How things stand before Redis is asked. */
    Replica.Before before(Replica replica) {
        return replica.before(epoch.get());
    }

    /** Takes what Redis has said of a session, and tells the others what they should know. */
    Row take(Replica replica, Row row, Replica.Before before) {
        if (row instanceof Row.Ended) {
            endHere(replica);
        } else if (row instanceof Row.Live live) {
            replica.writtenMillis = clock.millis();
            replica.learn(live, before);
            if (live.isNew()) {
                count(replica.session());
                tellChanged(replica.session(), live);
            }
        }
        return row;
    }

    private void count(Session session) {
        for (String excess : rows.count(session)) {
            end(excess, () -> rows.end(excess));
        }
    }

    private void tellChanged(Session session, Row.Live row) {
        tell("C " + session.key() + " " + row.version());
    }

    private void tell(String words) {
        bus.tellAll(TOPIC, words.getBytes(US_ASCII));
    }

    /** As {@link #change}. */
    void end(Session session) {
        end(session.key(), () -> rows.end(session));
        barrier.await();
    }

    private void end(String session, Runnable write) {
        write.run();
        var replica = replicas.get(session);
        if (replica != null) {
            endHere(replica);
        }
        tellEnded(session);
    }

    /** Whoever asked for the end need not ask again: it has ended, and those who think they know it hear so as soon as they can. */
    private void tellEnded(String session) {
        String words = "E " + session;
        try {
            tell(words);
        } catch (StoreException e) {
            if (!bus.postAll(TOPIC, words.getBytes(US_ASCII))) {
                throw e;
            }
        }
    }

    private void endHere(Replica replica) {
        replica.end();
        var ended = new ArrayList<StreamReading>();
        synchronized (log) {
            replica.state.forgotten = true;
            for (var stream : List.copyOf(replica.state.calls.values())) {
                var reading = log.forget(stream);
                if (reading != null) {
                    ended.add(reading);
                }
            }
        }
        ended.forEach(StreamReading::end);
        List.copyOf(replica.remote.values()).forEach(RemoteReading::end);
        var standalone = replica.standalone();
        if (standalone != null) {
            standalone.end();
        }
    }

    /** @return false: it has ended */
    boolean use(Session session) {
        var replica = replicas.get(session.key());
        if (replica == null || replica.isEnded) {
            return false; // who asks has let it be learnt before, so there is a replica
        }
        long nowMillis = clock.millis();
        replica.usedMillis = nowMillis;
        if (replica.isRemembered && nowMillis - replica.writtenMillis >= SessionRows.USE_SECONDS * 1_000L) {
            replica.writtenMillis = nowMillis;
            Thread.ofVirtual().name("session-use").start(() -> writeUse(replica));
        }
        return true;
    }

    private void writeUse(Replica replica) {
        try {
            used(replica);
        } catch (StoreException e) {
            replica.writtenMillis = 0;
        }
    }

    /** Notes that it was used just now, and up to where it was read. */
    private void used(Replica replica) {
        var session = replica.session();
        var reading = replica.standalone();
        var before = before(replica);
        var row = reading == null ? rows.used(session) : rows.read(session, reading.stands());
        if (take(replica, row, before) instanceof Row.Live) {
            count(session);
        }
    }

    /** What is done to a session in Redis. */
    interface Step {
        Row run();
    }

    /**
     * When this returns, the other nodes know that they are to look it up: whichever of them gets the client's next request goes by the change. One that does not answer is waited for
     * {@link #HEARD_MILLIS}, and hears of it when it is back.
     *
     * @return false: it has ended
     */
    boolean change(Session session, Step step) {
        var replica = of(session);
        var before = before(replica);
        if (!(take(replica, step.run(), before) instanceof Row.Live live)) {
            return false;
        }
        if (!live.isNew()) {
            tellChanged(session, live);
        }
        barrier.await();
        return true;
    }

    /** Keeps up what somebody reads, or where a call is running: that is no rest (H-107). And drops what nobody asks for. */
    void sweep() {
        try {
            for (var replica : replicas.values()) {
                if (!replica.isEnded && isBusy(replica)) {
                    keep(replica);
                }
            }
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "sessions are kept up next time", e);
        }
        drop(UNUSED_MILLIS, Integer.MAX_VALUE);
    }

    private void keep(Replica replica) {
        List<LoggedStream> calls;
        synchronized (log) {
            calls = List.copyOf(replica.state.calls.values());
        }
        calls.forEach(Replicas::keep);
        if (replica.isRemembered || replica.standalone() != null) {
            used(replica);
        }
        replica.usedMillis = clock.millis();
        replica.writtenMillis = replica.usedMillis;
    }

    private static void keep(LoggedStream call) {
        var copy = call.copy();
        if (copy != null) {
            copy.keep();
        }
    }

    @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // the map is a concurrent one
    private void drop(int unusedMillis, int most) {
        long overMillis = clock.millis() - unusedMillis;
        int dropped = 0;
        var all = replicas.values().iterator();
        while (dropped < most && all.hasNext()) {
            var replica = all.next();
            if (replica.usedMillis <= overMillis && !isBusy(replica) && hasNoStreams(replica)) {
                all.remove();
                dropped++;
            }
        }
    }

    private boolean hasNoStreams(Replica replica) {
        synchronized (log) {
            return replica.state.calls.isEmpty();
        }
    }

    /** Whether somebody who is here may want to know what changes: a call that has begun goes by what is known while it runs. */
    private boolean mayRunHere(Replica replica) {
        return clock.millis() - replica.usedMillis < SessionRows.USE_SECONDS * 1_000L || isBusy(replica);
    }

    /** The same where it fails with the next request. */
    void learnAgain(Replica replica) {
        try {
            learn(replica.session());
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "a session is learnt with its next request", e);
        }
    }

    /** Hears about sessions. */
    private final class Listener implements Bus.Listener {
        private final Runnable missed;

        Listener(Runnable missed) {
            this.missed = missed;
        }

        @Override
        public void heard(Bus.Words words) {
            String[] parts = new String(words.bytes(), US_ASCII).split(" ", -1);
            var replica = replicas.get(parts[1]);
            if (replica == null) {
                return;
            }
            if (parts[0].equals("E")) {
                endHere(replica);
            } else if (replica.changed(Long.parseLong(parts[2])) && mayRunHere(replica)) {
                Thread.ofVirtual().name("session-learn").start(() -> learnAgain(replica));
            }
        }

        @Override
        public void missed() {
            epoch.incrementAndGet();
            missed.run();
        }
    }
}
