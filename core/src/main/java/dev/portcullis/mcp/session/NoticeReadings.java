package dev.portcullis.mcp.session;

import dev.portcullis.cluster.Bus;
import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.session.SessionRows.Row;
import dev.portcullis.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who reads standalone streams here. Such a stream is nothing but the words to all about changes, as far as its session is to hear them: any node can tell them, and tell them again from a
 * place on the bus. One connection reads, on whatever node: whoever comes later tells the others. Any thread; attaching blocks on Redis.
 */
final class NoticeReadings {
    private static final System.Logger LOG = System.getLogger(NoticeReadings.class.getName());

    /** Names the standalone stream among the streams of a session. */
    static final String STREAM = "s";

    private final SessionRows rows;
    private final Replicas replicas;
    private final Bus bus;
    private final StreamWords others;
    private final StreamPlaces places;

    /** By their sessions' keys. */
    private final Map<String, NoticeReading> readings = new ConcurrentHashMap<>();

    private volatile @Nullable NoticeSource source;

    /** Where the bus was a minute ago: all until there has been told here. */
    private volatile String seen;

    NoticeReadings(SessionRows rows, Replicas replicas, Bus bus, StreamWords others, StreamPlaces places) {
        this.rows = rows;
        this.replicas = replicas;
        this.bus = bus;
        this.others = others;
        this.places = places;
        this.seen = bus.place();
    }

    /** @param from where on the bus its client stands; null: where it is known to */
    Attachment attach(Replica replica, Principal principal, StandaloneId id, @Nullable String from) {
        var session = replica.session();
        var earlier = replica.standalone();
        if (earlier != null) {
            earlier.giveBack();
        }
        var place = places.take(replica.state.person);
        if (place == null) {
            return new Attachment.TooMany();
        }
        NoticeReading reading = null;
        boolean attached = false;
        try {
            var before = replicas.before(replica);
            if (!(replicas.take(replica, rows.hear(session, bus.place()), before) instanceof Row.Live live)) {
                return new Attachment.Ended();
            }
            String start = from != null ? from : live.place().isEmpty() ? bus.place() : live.place();
            String name = others.newReader();
            reading = new NoticeReading(name, replica, principal, start, id, place);
            var hearing = reading;
            reading.onEnd(() -> left(replica, hearing));
            replica.readBy(reading);
            var superseded = readings.put(session.key(), reading);
            if (superseded != null) {
                superseded.end();
            }
            others.taken(session.key(), STREAM, name);
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

    private void catchUpOrEnd(NoticeReading reading) {
        try {
            catchUp(reading);
        } catch (StoreException e) {
            reading.end(); // its client comes back, and says where it stands
        }
    }

    void hearAs(Session session, @Nullable Principal principal) {
        var reading = readings.get(session.key());
        if (reading != null) {
            reading.hearAs(principal);
        }
    }

    void readNoticesBy(NoticeSource noticeSource) {
        source = noticeSource;
    }

    void tell(Notice notice) {
        for (var reading : readings.values()) {
            if (!reading.tell(notice) && reading.looksBack()) {
                Thread.ofVirtual().name("session-look-back").start(() -> catchUpOrEnd(reading));
            }
        }
    }

    /** Words may have been missed. Does not block. */
    void missed() {
        var behind = List.copyOf(readings.values());
        behind.forEach(NoticeReading::fallBehind); // before newer words are heard: a reading would stand at those
        Thread.ofVirtual().name("session-learn").start(() -> {
            for (var reading : behind) {
                replicas.learnAgain(reading.replica);
                catchUpOrEnd(reading);
            }
        });
    }

    /** Somebody reads the standalone stream of a session from now on. */
    void taken(String session, String reader) {
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

    void sweep() {
        String settled = seen;
        seen = bus.place();
        readings.values().forEach(reading -> reading.settle(settled));
    }

    void end() {
        List.copyOf(readings.values()).forEach(NoticeReading::end);
    }

    int size() {
        return readings.size();
    }
}
