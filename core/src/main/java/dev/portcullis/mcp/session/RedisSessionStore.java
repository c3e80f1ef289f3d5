package dev.portcullis.mcp.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Person;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.SessionRows.Row;
import dev.portcullis.mcp.session.StreamRows.Part;
import dev.portcullis.policy.Policy;
import dev.portcullis.redis.Redis;
import dev.portcullis.store.StoreException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in Redis, so that any node can serve any request of a session. Each node keeps a {@link Replica} of what it has had to do with, which others' words keep true:
 * requests ask that alone, and wait for Redis only where this node knows nothing.
 *
 * <p>The stream of a call is written by the node that runs the call, and read anywhere ({@link SharedStream}, {@link RemoteReading}). A standalone stream is nothing but the
 * words to all about changes, as far as its session is to hear them ({@link NoticeReading}): any node can tell them, and tell them again. Connections, and how many a person
 * may have, are each node's own.
 *
 * <p>While Redis is away, what runs here goes on to talk to connections here; what would have to ask Redis throws {@link StoreException}.
 */
public final class RedisSessionStore implements SessionStore {
    private static final System.Logger LOG = System.getLogger(RedisSessionStore.class.getName());

    /** On which nodes say that a session has changed ({@code C key version}) or ended ({@code E key}). */
    private static final String TOPIC = "session";

    private static final Pattern EVENT_ID = Pattern.compile("([0-9a-z]{1,16})-(0|[1-9][0-9]{0,15})");
    private static final String STANDALONE = "s";
    private static final int READER_BYTES = 9;

    /** How long a client is let wait that names an event which has not arrived here yet. */
    private static final int ARRIVAL_MILLIS = 2_000;

    private static final int LOOK_MILLIS = 50;

    /** How long a replica is kept at least, and how often room is made for others. */
    private static final int ROOM_MILLIS = 1_000;

    /** How long a replica is kept that nobody asks for. */
    private static final int REPLICA_MILLIS = 10 * 60_000;

    private final SessionRows rows;
    private final StreamRows streams;
    private final Bus bus;
    private final StreamWords others;
    private final SharedConnections connections;
    private final SessionLimits limits;
    private final Policy policy;
    private final InstantSource clock;
    private final EventLog log;
    private final StreamPlaces places;
    private final SharedStream.Shared shared;
    private final Map<String, Replica> replicas = new ConcurrentHashMap<>();

    /** Who reads standalone streams here, by their sessions' keys. */
    private final Map<String, NoticeReading> readings = new ConcurrentHashMap<>();

    private volatile @Nullable NoticeSource source;
    private volatile boolean stopping;
    private volatile long madeRoomMillis;

    /** Grows whenever words may have been missed: what is known from before is looked up anew. */
    private final AtomicInteger epoch = new AtomicInteger();

    /** Where the bus was a minute ago: all until there has been told here. */
    private volatile String seen;

    /** @param policy says whose scopes suffice to read on */
    public RedisSessionStore(
            Redis redis, Bus bus, MasterKey key, SessionLimits limits, Policy policy, InstantSource clock) {
        this.rows = new SessionRows(redis, key, limits, clock);
        this.streams = new StreamRows(redis, key, limits.events());
        this.bus = bus;
        this.limits = limits;
        this.policy = policy;
        this.clock = clock;
        this.log = new EventLog(limits.events(), clock, RedisSessionStore::randomName);
        this.places = new StreamPlaces(limits.streamsMax(), limits.streamsPerPersonMax());
        this.connections = new SharedConnections(redis, bus, key, limits);
        this.seen = bus.place();
        bus.listen(TOPIC, new SessionListener());
        this.others = new StreamWords(bus, new StreamListener());
        this.shared = new SharedStream.Shared(streams, others, bus.node());
    }

    /** No two nodes give the same to streams of one session. */
    private static String randomName() {
        long random = ByteBuffer.wrap(Randoms.bytes(Long.BYTES)).getLong() & Long.MAX_VALUE;
        return Long.toString(random, Character.MAX_RADIX);
    }

    @Override
    public boolean blocks() {
        return true;
    }

    @Override
    public void opened(Session session) {
        replica(session).isNew(epoch.get());
    }

    private Replica replica(Session session) {
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
            dropReplicas(ROOM_MILLIS, limits.rememberedMax() / 10 + 1);
        }
    }

    @Override
    public boolean knows(Session session) {
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

    @Override
    public void learn(Session session) {
        var replica = replica(session);
        var before = replica.before(epoch.get());
        if (take(replica, rows.load(session), before) instanceof Row.None) {
            replica.learnNothing(before);
        }
    }

    /** Takes what Redis has said of a session, and tells the others what they should know. */
    private Row take(Replica replica, Row row, Replica.Before before) {
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

    @Override
    public void end(Session session) {
        end(session.key(), () -> rows.end(session));
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

    @Override
    public boolean use(Session session) {
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
        var before = replica.before(epoch.get());
        var row = reading == null ? rows.used(session) : rows.read(session, reading.stands());
        if (take(replica, row, before) instanceof Row.Live) {
            count(session);
        }
    }

    @Override
    public boolean setLogLevel(Session session, LogLevel level) {
        return change(session, () -> rows.setLevel(session, level));
    }

    @Override
    public LogLevel logLevel(Session session) {
        var replica = replicas.get(session.key());
        return replica == null ? LogLevel.WARNING : replica.level();
    }

    @Override
    public boolean subscribe(Session session, Principal principal, String uri) {
        return change(session, () -> rows.follow(session, uri, bus.place()));
    }

    @Override
    public void unsubscribe(Session session, String uri) {
        change(session, () -> rows.unfollow(session, uri));
    }

    /** What is done to a session in Redis. */
    private interface Step {
        Row run();
    }

    private boolean change(Session session, Step step) {
        var replica = replica(session);
        var before = replica.before(epoch.get());
        var row = take(replica, step.run(), before);
        if (row instanceof Row.Live live && !live.isNew()) {
            tellChanged(session, live);
        }
        return row instanceof Row.Live;
    }

    @Override
    public @Nullable SessionStream openStream(Session session, Scopes scopes, List<JsonRpcId> requests) {
        var replica = replica(session);
        LoggedStream stream;
        SharedStream copied;
        synchronized (log) {
            stream = log.open(replica.state, scopes);
            if (stream == null) {
                return null;
            }
            copied = new SharedStream(stream, log, shared, scopes, requests);
            stream.copyTo(copied);
        }
        copied.follow();
        return copied;
    }

    @Override
    public Attachment attach(Session session, Principal principal, @Nullable String lastEventId) {
        var replica = replica(session);
        if (!knows(session)) {
            learn(session);
        }
        if (replica.isEnded) {
            return new Attachment.Ended();
        }
        var standalone = StandaloneId.of(session);
        if (lastEventId == null) {
            return attachStandalone(replica, principal, standalone, null);
        }
        String place = standalone.placeIn(lastEventId);
        if (place != null) {
            return attachStandalone(replica, principal, standalone, place);
        }
        var id = EVENT_ID.matcher(lastEventId);
        return id.matches()
                ? attachCall(replica, principal, id.group(1), Long.parseLong(id.group(2)))
                : new Attachment.UnknownEvent();
    }

    private Attachment attachCall(Replica replica, Principal principal, String name, long after) {
        StreamReading superseded;
        Attachment attachment;
        SharedStream copy;
        synchronized (log) {
            var stream = replica.state.calls.get(name);
            if (stream == null) {
                copy = null;
                superseded = null;
                attachment = null;
            } else if (!policy.suffices(principal.scopes(), stream.scopes) || !stream.canResume(after)) {
                return new Attachment.UnknownEvent();
            } else {
                copy = stream.copy();
                superseded = stream.reading();
                if (superseded != null) {
                    superseded.giveBack();
                }
                var place = takePlace(replica);
                attachment =
                        place == null ? new Attachment.TooMany() : new Attachment.Attached(stream.attach(after, place));
            }
        }
        if (superseded != null) {
            superseded.end();
        }
        if (copy != null) {
            copy.readHere();
        }
        return attachment != null ? attachment : attachRemote(replica, principal, name, after);
    }

    private @Nullable Runnable takePlace(Replica replica) {
        return stopping ? null : places.take(replica.state.person);
    }

    /** Reads the stream of a call that runs elsewhere, or ran: also of a node that has gone. */
    private Attachment attachRemote(Replica replica, Principal principal, String name, long after) {
        var before = replica.remote.get(name);
        if (before != null) {
            before.end();
        }
        var place = takePlace(replica);
        if (place == null) {
            return new Attachment.TooMany();
        }
        String session = replica.session().key();
        String reader = others.reader(Randoms.base64Url(READER_BYTES));
        boolean attached = false;
        try {
            if (!isReadable(session, principal, name, after)
                    || !(streams.read(session, name, after, reader, StreamRows.Look.TAKE) instanceof Part.Some)) {
                return new Attachment.UnknownEvent();
            }
            var reading = new RemoteReading(reader, session, name, after, streams, bus, place);
            reading.onEnd(() -> replica.remote.remove(name, reading));
            var raced = replica.remote.put(name, reading);
            if (raced != null) {
                raced.end();
            }
            attached = true;
            tellTaken(session, name, reading);
            return new Attachment.Attached(reading);
        } finally {
            if (!attached) {
                place.run();
            }
        }
    }

    private void tellTaken(String session, String name, RemoteReading reading) {
        boolean told = false;
        try {
            others.taken(session, name, reading.name);
            told = true;
        } finally {
            if (!told) {
                reading.close();
            }
        }
    }

    /** Waits a moment for what may be on its way: the client was given it by the node that writes. */
    private boolean isReadable(String session, Principal principal, String name, long after) {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ARRIVAL_MILLIS);
        while (true) {
            var part = streams.read(session, name, after, "", StreamRows.Look.ASIDE);
            if (part instanceof Part.Some some) {
                if (!policy.suffices(principal.scopes(), some.writer().scopes())) {
                    return false;
                }
                boolean isGone = !bus.mayLive(some.writer().node());
                if (some.finished() ? after <= some.last() : isGone || after <= some.last()) {
                    return !some.finished() || after >= some.lost();
                }
                if (some.finished()) {
                    return false;
                }
            }
            if (System.nanoTime() - endNanos > 0) {
                return false;
            }
            new Backoff(LOOK_MILLIS, LOOK_MILLIS).pause(0);
        }
    }

    private Attachment attachStandalone(Replica replica, Principal principal, StandaloneId id, @Nullable String from) {
        var session = replica.session();
        var earlier = replica.standalone();
        if (earlier != null) {
            earlier.giveBack();
        }
        var place = takePlace(replica);
        if (place == null) {
            return new Attachment.TooMany();
        }
        NoticeReading reading = null;
        boolean attached = false;
        try {
            var before = replica.before(epoch.get());
            if (!(take(replica, rows.hear(session, bus.place()), before) instanceof Row.Live live)) {
                return new Attachment.Ended();
            }
            String start = from != null ? from : live.place().isEmpty() ? bus.place() : live.place();
            String name = others.reader(Randoms.base64Url(READER_BYTES));
            reading = new NoticeReading(name, replica, principal, start, id, place);
            var hearing = reading;
            reading.onEnd(() -> left(replica, hearing));
            replica.readBy(reading);
            var superseded = readings.put(session.key(), reading);
            if (superseded != null) {
                superseded.end();
            }
            others.taken(session.key(), STANDALONE, name);
            catchUp(reading);
            attached = true;
            if (replica.isEnded) {
                reading.end();
                return new Attachment.Ended();
            }
            return new Attachment.Attached(reading);
        } finally {
            if (!attached) {
                place.run();
                if (reading != null) {
                    reading.close();
                }
            }
        }
    }

    /** A connection has gone: where its client stands is noted, for the time that it comes back without saying so. */
    private void left(Replica replica, NoticeReading reading) {
        replica.left(reading);
        if (readings.remove(replica.session().key(), reading) && !replica.isEnded) {
            String stands = reading.stands();
            Thread.ofVirtual().name("session-left").start(() -> {
                try {
                    rows.read(replica.session(), stands);
                } catch (StoreException e) {
                    LOG.log(System.Logger.Level.DEBUG, "it is not noted how far a session has read", e);
                }
            });
        }
    }

    /** Blocks. */
    private void catchUp(NoticeReading reading) {
        var known = source;
        String from = reading.covered();
        String now = bus.place();
        if (known == null) {
            reading.catchUp(List.of(), from);
            return;
        }
        var words = bus.since(from, NoticeSource.TOPIC);
        if (words == null) {
            reading.catchUpWithAll(known.everything(reading.replica.uris()), now);
        } else {
            String upTo = words.isEmpty()
                    ? now
                    : PlaceOrder.later(now, words.getLast().place());
            reading.catchUp(
                    words.stream().map(known::read).filter(Objects::nonNull).toList(), upTo);
        }
    }

    @Override
    public void hearAs(Session session, @Nullable Principal principal) {
        var reading = readings.get(session.key());
        if (reading != null) {
            reading.hearAs(principal);
        }
    }

    @Override
    public void readNoticesBy(NoticeSource noticeSource) {
        source = noticeSource;
    }

    @Override
    public void tell(Notice notice) {
        for (var reading : readings.values()) {
            if (!reading.tell(notice) && reading.looksBack()) {
                Thread.ofVirtual().name("session-look-back").start(() -> catchUpOrEnd(reading));
            }
        }
    }

    @Override
    public @Nullable Runnable takePlace(Principal principal) {
        return stopping ? null : places.take(Person.of(principal));
    }

    @Override
    public void endStreams() {
        stopping = true;
        List.copyOf(readings.values()).forEach(NoticeReading::end);
        for (var replica : replicas.values()) {
            List.copyOf(replica.remote.values()).forEach(RemoteReading::end);
        }
    }

    @Override
    public void sweep() {
        log.sweep().forEach(StreamReading::end);
        String settled = seen;
        seen = bus.place();
        readings.values().forEach(reading -> reading.settle(settled));
        try {
            for (var replica : replicas.values()) {
                if (!replica.isEnded && isBusy(replica)) {
                    keep(replica);
                }
            }
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "sessions are kept up next time", e);
        }
        dropReplicas(REPLICA_MILLIS, Integer.MAX_VALUE);
    }

    /** Somebody reads, or a call is running: that is no rest (H-107). */
    private void keep(Replica replica) {
        List<LoggedStream> calls;
        synchronized (log) {
            calls = List.copyOf(replica.state.calls.values());
        }
        calls.forEach(RedisSessionStore::keep);
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
    private void dropReplicas(int unusedMillis, int most) {
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

    @Override
    public SharedConnections connections() {
        return connections;
    }

    /** Hears about sessions. */
    private final class SessionListener implements Bus.Listener {
        @Override
        public void heard(Bus.Words words) {
            String[] parts = new String(words.bytes(), US_ASCII).split(" ", -1);
            var replica = replicas.get(parts[1]);
            if (replica == null) {
                return;
            }
            if (parts[0].equals("E")) {
                endHere(replica);
            } else if (replica.changed(Long.parseLong(parts[2])) && replica.standalone() != null) {
                Thread.ofVirtual().name("session-learn").start(() -> learnAgain(replica));
            }
        }

        @Override
        public void missed() {
            epoch.incrementAndGet();
            var behind = List.copyOf(readings.values());
            behind.forEach(NoticeReading::fallBehind); // before newer words are heard: a reading would stand at those
            Thread.ofVirtual().name("session-learn").start(() -> {
                for (var reading : behind) {
                    learnAgain(reading.replica);
                    catchUpOrEnd(reading);
                }
            });
        }
    }

    private void learnAgain(Replica replica) {
        try {
            learn(replica.session());
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "a session is learnt with its next request", e);
        }
    }

    private void catchUpOrEnd(NoticeReading reading) {
        try {
            catchUp(reading);
        } catch (StoreException e) {
            reading.end(); // its client comes back, and says where it stands
        }
    }

    /** Hears about streams. */
    private final class StreamListener implements StreamWords.Listener {
        @Override
        public void taken(String session, String stream, String reader, long atMicros) {
            if (stream.equals(STANDALONE)) {
                takenStandalone(session, reader);
                return;
            }
            var replica = replicas.get(session);
            if (replica == null) {
                return;
            }
            var remote = replica.remote.get(stream);
            if (remote != null && !remote.survives(reader)) {
                remote.end();
            }
            takenHere(replica, stream, reader, atMicros);
        }

        private void takenStandalone(String session, String reader) {
            var reading = readings.get(session);
            if (reading == null) {
                return;
            }
            if (reading.name.equals(reader)) {
                reading.confirm();
            } else if (reading.isConfirmed()) {
                reading.end();
            }
        }

        /** The call runs here. */
        private void takenHere(Replica replica, String name, String reader, long atMicros) {
            StreamReading reading = null;
            synchronized (log) {
                var stream = reader.isEmpty() ? null : replica.state.calls.get(name);
                var copy = stream == null ? null : stream.copy();
                if (stream != null && copy != null && copy.readBy(reader, atMicros)) {
                    reading = stream.reading();
                }
            }
            if (reading != null) {
                reading.end();
            }
        }

        @Override
        public void more(String session, String stream) {
            var remote = remote(session, stream);
            if (remote != null) {
                remote.more();
            }
        }

        @Override
        public void letGo(String session, String stream, int retryMillis) {
            var remote = remote(session, stream);
            if (remote != null) {
                remote.letGo(retryMillis);
            }
        }

        private @Nullable RemoteReading remote(String session, String stream) {
            var replica = replicas.get(session);
            return replica == null ? null : replica.remote.get(stream);
        }
    }

    /** Replicas, readings of standalone streams, of other nodes' streams, events kept, places taken; for tests. */
    List<Integer> sizes() {
        int remote = replicas.values().stream()
                .mapToInt(replica -> replica.remote.size())
                .sum();
        return List.of(replicas.size(), readings.size(), remote, log.keptEvents(), places.taken());
    }
}
