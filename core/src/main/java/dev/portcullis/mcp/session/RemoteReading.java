package dev.portcullis.mcp.session;

import dev.portcullis.cluster.Bus;
import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.session.StreamRows.Part;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection that reads the stream of a call which runs on another node: from Redis, by a thread of its own. It is told when there is more, and looks from time to time
 * besides. If that node has gone before the call was answered, it answers that, so that no client waits for ever. Fields are guarded by the lock.
 *
 * <pre>
 * attached ── start ──▶ reading ── all of a finished stream read, let go, superseded, Redis away for too long ──▶ ended
 *     └────────────────────┴────── connection gone ──▶ closed
 * </pre>
 */
final class RemoteReading implements Reading {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** So many failures on end, and the connection ends: its client comes back with what it has got. */
    private static final int FAILURES_MAX = 8;

    private static final Backoff BACKOFF = new Backoff(200, 5_000);

    /** By which name it is known to the others. */
    final String name;

    final String session;
    final String stream;
    private final StreamRows rows;
    private final Bus bus;
    private final Runnable giveBack;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    private @Nullable EventReader reader;
    private long position;
    private boolean over;
    private Runnable onEnd = () -> {};

    /** Whether the others have heard of it: who is named from then on comes after it. */
    private volatile boolean isConfirmed;

    private boolean isMore;
    private int letGoMillis = -1;

    /**
     * @param after behind which event it begins
     * @param giveBack runs once it is over
     */
    RemoteReading(String name, String session, String stream, long after, StreamRows rows, Bus bus, Runnable giveBack) {
        this.name = name;
        this.session = session;
        this.stream = stream;
        this.position = after;
        this.rows = rows;
        this.bus = bus;
        this.giveBack = giveBack;
    }

    @Override
    public String position() {
        return id(position);
    }

    /** Runs once it is over; to be called before it begins. */
    void onEnd(Runnable listener) {
        onEnd = listener;
    }

    /**
     * The others have been told who reads.
     *
     * @return whether this one still does
     */
    boolean survives(String other) {
        if (name.equals(other)) {
            isConfirmed = true;
        }
        return name.equals(other) || !isConfirmed;
    }

    private String id(long number) {
        return stream + "-" + number;
    }

    @Override
    public void start(EventReader to) {
        boolean late;
        lock.lock();
        try {
            reader = to;
            late = over;
        } finally {
            lock.unlock();
        }
        if (late) {
            to.end();
        } else {
            Thread.ofVirtual().name("stream-reading").start(() -> readAll(to));
        }
    }

    @Override
    public void more() {
        signal(() -> isMore = true);
    }

    void letGo(int retryMillis) {
        signal(() -> letGoMillis = retryMillis);
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void readAll(EventReader to) {
        try {
            readUntilOver(to);
        } finally {
            end(); // after a bug, too: nobody else reads for this client
        }
    }

    private void readUntilOver(EventReader to) {
        int failures = 0;
        while (!isOver()) {
            try {
                if (!readSome(to)) {
                    end();
                }
                failures = 0;
            } catch (StoreException e) {
                if (++failures > FAILURES_MAX) {
                    end();
                }
                BACKOFF.pause(failures);
            }
        }
    }

    /** @return whether there may be more */
    private boolean readSome(EventReader to) {
        signal(() -> isMore = false);
        if (!(rows.read(session, stream, position, name, StreamRows.Look.READ) instanceof Part.Some some)) {
            return false;
        }
        for (var event : some.events()) {
            if (!awaitRoom(to)) {
                return false;
            }
            position = event.number();
            to.event(id(position), event.message());
        }
        if (!some.events().isEmpty()) {
            return true;
        }
        if (some.finished()) {
            return false;
        }
        if (!bus.mayLive(some.writer().node())) {
            finish(some);
            return true;
        }
        return await(to);
    }

    private boolean awaitRoom(EventReader to) {
        signal(() -> isMore = false);
        while (!to.hasRoom()) {
            lock.lock();
            try {
                long nanos = LOOK_NANOS;
                while (!isMore && !over && nanos > 0) {
                    nanos = news.awaitNanos(nanos);
                }
                isMore = false;
                if (over) {
                    return false;
                }
            } catch (InterruptedException e) {
                return false;
            } finally {
                lock.unlock();
            }
        }
        return !isOver();
    }

    /**
     * Waits for more.
     *
     * @return false if the connection has been let go
     */
    @SuppressWarnings("WaitNotInLoop") // whoever calls looks again, and again
    private boolean await(EventReader to) {
        int retryMillis;
        lock.lock();
        try {
            long nanos = LOOK_NANOS;
            while (!isMore && !over && letGoMillis < 0 && nanos > 0) {
                nanos = news.awaitNanos(nanos);
            }
            retryMillis = letGoMillis;
            if (isMore || retryMillis < 0) {
                return true;
            }
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
        to.letGo(position == 0 ? id(0) : null, retryMillis);
        return false;
    }

    /** The node that ran the call has gone, and nobody else will answer. */
    private void finish(Part.Some some) {
        long number = Math.max(some.last(), position);
        var answers = new ArrayList<StreamRows.Numbered>();
        var open = new ArrayList<>(some.writer().requests());
        if (open.size() > 1) {
            open.removeAll(answered());
        }
        for (var request : open) {
            answers.add(new StreamRows.Numbered(++number, gone(request)));
        }
        rows.finish(session, stream, some.last(), answers);
    }

    /** @return which requests of a batch have had their responses */
    private List<JsonRpcId> answered() {
        var answered = new ArrayList<JsonRpcId>();
        long after = 0;
        while (rows.read(session, stream, after, name, StreamRows.Look.ASIDE) instanceof Part.Some some
                && !some.events().isEmpty()) {
            after = some.events().getLast().number();
            for (var event : some.events()) {
                var message = Json.parse(event.message());
                var id = RequestParams.memberOf(message, "id");
                var request = id == null || RequestParams.memberOf(message, "method") != null ? null : JsonRpcId.of(id);
                if (request != null) {
                    answered.add(request);
                }
            }
        }
        return answered;
    }

    private static byte[] gone(JsonRpcId request) {
        try (var out = JsonWriter.take()) {
            String problem = "The server that ran this request has gone; it may or may not have been carried out";
            JsonRpcEncoder.error(out, request, McpError.INTERNAL_ERROR.code(), problem, null);
            return out.toBytes();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    /** Somebody else reads now, or nobody may, or all has been read. */
    void end() {
        var to = leave();
        if (to != null) {
            to.end();
        }
    }

    @Override
    public void close() {
        leave();
    }

    /** @return whom to tell; null if it was over, or has not begun */
    private @Nullable EventReader leave() {
        EventReader to;
        lock.lock();
        try {
            to = over ? null : reader;
            over = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        giveBack.run();
        onEnd.run();
        return to;
    }
}
