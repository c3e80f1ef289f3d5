package dev.portcullis.mcp.session;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection that reads a {@link LoggedStream}. Fields are guarded by the {@link EventLog}; events are handed over without it, by whichever thread found the first of
 * them, while others only leave word that there are more.
 *
 * <pre>
 * attached ── start ──▶ reading ── all of a finished stream read, let go, superseded ──▶ ended
 *     └────────────────────┴────── connection gone ──▶ closed
 * </pre>
 */
final class StreamReading implements Reading {
    private final LoggedStream stream;
    private final EventLog log;
    private final Runnable giveBack;
    private final AtomicInteger words = new AtomicInteger();

    private @Nullable EventReader reader;
    private long position;
    private boolean over;
    private boolean toBeLetGo;
    private int retryMillis;

    StreamReading(LoggedStream stream, EventLog log, long position, Runnable giveBack) {
        this.stream = stream;
        this.log = log;
        this.position = position;
        this.giveBack = giveBack;
    }

    @Override
    public String position() {
        synchronized (log) {
            return stream.idOf(position);
        }
    }

    @Override
    public void start(EventReader to) {
        boolean late;
        synchronized (log) {
            reader = to;
            late = over;
        }
        if (late) {
            to.end();
        } else {
            more();
        }
    }

    void letGo(int millis) {
        synchronized (log) {
            toBeLetGo = true;
            retryMillis = millis;
        }
        more();
    }

    @Override
    public void more() {
        if (words.getAndIncrement() != 0) {
            return; // who is handing over will look again
        }
        int heard = 1;
        while (heard != 0) {
            if (!handOver()) {
                heard = words.addAndGet(-heard);
            }
        }
    }

    /** @return whether there may be more to do */
    private boolean handOver() {
        EventReader to;
        boolean isThere;
        synchronized (log) {
            to = over ? null : reader;
            isThere = stream.after(position) != null;
        }
        if (to == null) {
            return false;
        }
        if (!isThere) {
            endIfDue(to);
            return false;
        }
        if (!to.hasRoom()) {
            return false;
        }
        Event event;
        synchronized (log) {
            event = over ? null : stream.after(position); // another, if the first was replaced meanwhile
            if (event == null) {
                return true;
            }
            position = event.number;
            stream.handed(event);
        }
        to.event(stream.idOf(event.number), event.message);
        return true;
    }

    private void endIfDue(EventReader to) {
        boolean lettingGo;
        String id;
        synchronized (log) {
            if (over || stream.after(position) != null || !(toBeLetGo || stream.isFinished())) {
                return;
            }
            lettingGo = toBeLetGo && !stream.isFinished();
            id = position == 0 ? stream.idOf(0) : null;
            over = true;
            stream.detach(this);
        }
        giveBack.run();
        if (lettingGo) {
            to.letGo(id, retryMillis);
        }
        to.end();
    }

    /** Somebody else reads now, or nobody may. */
    void end() {
        EventReader to;
        synchronized (log) {
            over = true;
            stream.detach(this);
            to = reader;
        }
        giveBack.run();
        if (to != null) {
            to.end();
        }
    }

    /** Gives its place in the count of streams back, although it may go on for a moment. */
    void giveBack() {
        giveBack.run();
    }

    @Override
    public void close() {
        synchronized (log) {
            over = true;
            stream.detach(this);
        }
        giveBack.run();
    }
}
