package dev.portcullis.mcp.session;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Person;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.policy.Policy;
import dev.portcullis.redis.Redis;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in Redis, so that any node can serve any request of a session. Each node keeps a {@link Replica} of what it has had to do with, which others' words keep true:
 * requests ask that alone, and wait for Redis only where this node knows nothing ({@link Replicas}).
 *
 * <p>The stream of a call is written by the node that runs the call, and read anywhere ({@link CallReadings}). A standalone stream is nothing but the words to all about changes, as far as
 * its session is to hear them ({@link NoticeReadings}). Connections, and how many a person may have, are each node's own.
 *
 * <p>While Redis is away, what runs here goes on to talk to connections here; what would have to ask Redis throws {@link dev.portcullis.store.StoreException}.
 */
public final class RedisSessionStore implements SessionStore {
    private static final Pattern EVENT_ID = Pattern.compile("([0-9a-z]{1,16})-(0|[1-9][0-9]{0,15})");

    private final SessionRows rows;
    private final Bus bus;
    private final SharedConnections connections;
    private final EventLog log;
    private final StreamPlaces places;
    private final Replicas replicas;
    private final NoticeReadings notices;
    private final CallReadings calls;

    /** @param policy says whose scopes suffice to read on */
    public RedisSessionStore(
            Redis redis, Bus bus, MasterKey key, SessionLimits limits, Policy policy, InstantSource clock) {
        this.rows = new SessionRows(redis, key, limits, clock);
        this.bus = bus;
        this.log = new EventLog(limits.events(), clock, RedisSessionStore::randomName);
        this.places = new StreamPlaces(limits.streamsMax(), limits.streamsPerPersonMax());
        this.connections = new SharedConnections(redis, bus, key, limits);
        this.replicas = new Replicas(rows, bus, log, limits, clock);
        var others = new StreamWords(bus);
        this.notices = new NoticeReadings(rows, replicas, bus, others, places);
        this.calls = new CallReadings(
                replicas, log, new StreamRows(redis, key, limits.events()), bus, others, places, policy);
        replicas.listen(notices::missed);
        others.listen(new StreamListener());
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
        replicas.opened(session);
    }

    @Override
    public boolean knows(Session session) {
        return replicas.knows(session);
    }

    @Override
    public void learn(Session session) {
        replicas.learn(session);
    }

    @Override
    public void end(Session session) {
        replicas.end(session);
    }

    @Override
    public boolean use(Session session) {
        return replicas.use(session);
    }

    @Override
    public boolean setLogLevel(Session session, LogLevel level) {
        return replicas.change(session, () -> rows.setLevel(session, level));
    }

    @Override
    public LogLevel logLevel(Session session) {
        var replica = replicas.get(session.key());
        return replica == null ? LogLevel.WARNING : replica.level();
    }

    @Override
    public boolean subscribe(Session session, Principal principal, String uri) {
        return replicas.change(session, () -> rows.follow(session, uri, bus.place()));
    }

    @Override
    public void unsubscribe(Session session, String uri) {
        replicas.change(session, () -> rows.unfollow(session, uri));
    }

    @Override
    public @Nullable SessionStream openStream(Session session, Scopes scopes, List<JsonRpcId> requests) {
        return calls.open(session, scopes, requests);
    }

    @Override
    public Attachment attach(Session session, Principal principal, @Nullable String lastEventId) {
        var replica = replicas.of(session);
        if (!replicas.knows(session)) {
            replicas.learn(session);
        }
        if (replica.isEnded) {
            return new Attachment.Ended();
        }
        var standalone = StandaloneId.of(session);
        if (lastEventId == null) {
            return notices.attach(replica, principal, standalone, null);
        }
        String place = standalone.placeIn(lastEventId);
        if (place != null) {
            return notices.attach(replica, principal, standalone, place);
        }
        var id = EVENT_ID.matcher(lastEventId);
        return id.matches()
                ? calls.attach(replica, principal, id.group(1), Long.parseLong(id.group(2)))
                : new Attachment.UnknownEvent();
    }

    @Override
    public void hearAs(Session session, @Nullable Principal principal) {
        notices.hearAs(session, principal);
    }

    @Override
    public void readNoticesBy(NoticeSource source) {
        notices.readNoticesBy(source);
    }

    @Override
    public void tell(Notice notice) {
        notices.tell(notice);
    }

    @Override
    public @Nullable Runnable takePlace(Principal principal) {
        return places.take(Person.of(principal));
    }

    @Override
    public void endStreams() {
        places.close();
        notices.end();
        calls.end();
    }

    @Override
    public void sweep() {
        log.sweep().forEach(StreamReading::end);
        notices.sweep();
        replicas.sweep();
    }

    @Override
    public SharedConnections connections() {
        return connections;
    }

    /** Hears about streams. */
    private final class StreamListener implements StreamWords.Listener {
        @Override
        public void taken(String session, String stream, String reader, long atMicros) {
            if (stream.equals(NoticeReadings.STREAM)) {
                notices.taken(session, reader);
            } else {
                calls.taken(session, stream, reader, atMicros);
            }
        }

        @Override
        public void overtaken(String session, String stream, String reader) {
            calls.overtaken(session, stream, reader);
        }

        @Override
        public void more(String session, String stream) {
            var remote = calls.remote(session, stream);
            if (remote != null) {
                remote.more();
            }
        }

        @Override
        public void letGo(String session, String stream, int retryMillis) {
            var remote = calls.remote(session, stream);
            if (remote != null) {
                remote.letGo(retryMillis);
            }
        }
    }

    /** Replicas, readings of standalone streams, of other nodes' streams, events kept, places taken; for tests. */
    List<Integer> sizes() {
        int remote = 0;
        for (var replica : replicas.all()) {
            remote += replica.remote.size();
        }
        return List.of(replicas.size(), notices.size(), remote, log.keptEvents(), places.taken());
    }
}
