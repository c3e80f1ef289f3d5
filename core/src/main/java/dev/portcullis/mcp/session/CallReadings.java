package dev.portcullis.mcp.session;

import dev.portcullis.cluster.Bus;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.session.StreamRows.Part;
import dev.portcullis.policy.Policy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The streams of calls: written by the node that runs the call ({@link SharedStream}), and read on whatever node the client comes to ({@link RemoteReading}), by one connection at a time. Any
 * thread; reading what runs elsewhere blocks on Redis.
 */
final class CallReadings {
    /** How long a client is let wait that names an event which has not arrived here yet. */
    private static final int ARRIVAL_MILLIS = 2_000;

    private static final int LOOK_MILLIS = 50;

    private final Replicas replicas;
    private final EventLog log;
    private final StreamRows streams;
    private final Bus bus;
    private final StreamWords others;
    private final StreamPlaces places;
    private final Policy policy;
    private final SharedStream.Shared shared;

    CallReadings(
            Replicas replicas,
            EventLog log,
            StreamRows streams,
            Bus bus,
            StreamWords others,
            StreamPlaces places,
            Policy policy) {
        this.replicas = replicas;
        this.log = log;
        this.streams = streams;
        this.bus = bus;
        this.others = others;
        this.places = places;
        this.policy = policy;
        this.shared = new SharedStream.Shared(streams, others, bus.node());
    }

    /** The stream of a call that begins here; null if the session has ended. */
    @Nullable
    SessionStream open(Session session, Scopes scopes, List<JsonRpcId> requests) {
        var replica = replicas.of(session);
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

    Attachment attach(Replica replica, Principal principal, String name, long after) {
        StreamReading superseded;
        String overtaken;
        Attachment attachment;
        LoggedStream stream;
        synchronized (log) {
            stream = replica.state.calls.get(name);
            if (stream == null) {
                overtaken = "";
                superseded = null;
                attachment = null;
            } else if (!policy.suffices(principal.scopes(), stream.scopes) || !stream.canResume(after)) {
                return new Attachment.UnknownEvent();
            } else {
                superseded = stream.reading();
                if (superseded != null) {
                    superseded.giveBack();
                }
                var place = places.take(replica.state.person);
                var copy = stream.copy();
                overtaken = place == null || copy == null ? "" : copy.readHere();
                attachment =
                        place == null ? new Attachment.TooMany() : new Attachment.Attached(stream.attach(after, place));
            }
        }
        if (superseded != null) {
            superseded.end();
        }
        if (stream == null || attachment == null) {
            return attachRemote(replica, principal, name, after);
        }
        others.overtaken(stream, overtaken);
        return attachment;
    }

    /** Reads the stream of a call that runs elsewhere, or ran: also of a node that has gone. */
    private Attachment attachRemote(Replica replica, Principal principal, String name, long after) {
        var before = replica.remote.get(name);
        if (before != null) {
            before.end();
        }
        var place = places.take(replica.state.person);
        if (place == null) {
            return new Attachment.TooMany();
        }
        String session = replica.session().key();
        String reader = others.newReader();
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

    void end() {
        for (var replica : replicas.all()) {
            List.copyOf(replica.remote.values()).forEach(RemoteReading::end);
        }
    }

    /** Somebody reads the stream of a call from now on. */
    void taken(String session, String stream, String reader, long atMicros) {
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

    /** If the call runs here, and is read here. */
    private void takenHere(Replica replica, String name, String reader, long atMicros) {
        StreamReading superseded = null;
        LoggedStream overtaking = null;
        synchronized (log) {
            var stream = replica.state.calls.get(name);
            var copy = stream == null ? null : stream.copy();
            if (stream != null && copy != null) {
                if (copy.readBy(reader, atMicros)) {
                    superseded = stream.reading();
                } else if (stream.reading() != null) {
                    overtaking = stream;
                }
            }
        }
        if (superseded != null) {
            superseded.end();
        }
        if (overtaking != null) {
            others.overtaken(overtaking, reader);
        }
    }

    /** A connection where the call runs came later, but before that node had heard of this one. */
    void overtaken(String session, String stream, String reader) {
        var remote = remote(session, stream);
        if (remote != null && remote.name.equals(reader)) {
            remote.end();
        }
    }

    /** @return the reading of what runs elsewhere; null if there is none here */
    @Nullable
    RemoteReading remote(String session, String stream) {
        var replica = replicas.get(session);
        return replica == null ? null : replica.remote.get(stream);
    }
}
