package dev.portcullis.sse;

import dev.portcullis.http.PeerProgress;
import dev.portcullis.http.StreamWriter;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An open event stream to one client. Methods may be called from any thread.
 *
 * <pre>
 *   OPEN ──end──► ENDING ──queue sent──► CLOSED
 *     ├──queue full──► CUT ────────────────► CLOSED, and what is queued is lost
 *     └──peer gone or stalled (from any)───► CLOSED, and what is queued is lost
 * </pre>
 *
 * What a peer that keeps up is sent goes to its socket; what a slow one is sent waits in a queue with a limit in bytes and in events. Holds the queued buffers,
 * and releases them when it closes. The queue, its counts and the state are guarded by this object's lock, which is held for a few instructions and never while
 * writing; the writer, the visits and the listeners' runs belong to the event loop.
 */
public final class SseStream extends Rounds.Ring {
    /** Milliseconds: what is looked at is looked at least so often, however rare keep-alives are (O-27 has 60 s). */
    static final int LOOK_MILLIS_MAX = 45_000;

    /** In the shortest time that counts: so exact are keep-alives. */
    static final int VISITS = 4;

    private enum State {
        OPEN,
        ENDING,
        CUT,
        CLOSED
    }

    private final Channel channel;
    private final StreamWriter writer;
    private final SseStreams streams;

    // guarded by this
    private State state = State.OPEN;
    private @Nullable ArrayDeque<Queued> queue;
    private int queuedBytes;
    private boolean slow;
    private boolean roomAwaited;
    private boolean drainScheduled;
    private List<Runnable> onClose = List.of();

    // event loop only
    private @Nullable ScheduledFuture<?> stall;
    private long wroteNanos;
    private byte visits;
    private Runnable onTick = () -> {};
    private Runnable onRoom = () -> {};

    /** An event that waits. */
    private static final class Queued {
        final @Nullable String key;
        ByteBuf event;

        Queued(@Nullable String key, ByteBuf event) {
            this.key = key;
            this.event = event;
        }
    }

    /** What may become of an event when it does not fit. */
    private enum Fit {
        /** It must: else the stream is cut. */
        REQUIRED,
        /** It may be left out. */
        OPTIONAL,
        /** It is queued however much there is. */
        FORCED
    }

    SseStream(Channel channel, StreamWriter writer, SseStreams streams) {
        this.channel = channel;
        this.writer = writer;
        this.streams = streams;
    }

    void begin() {
        inLoop(this::join);
    }

    private void join() {
        wroteNanos = now();
        writer.onWritabilityChanged(this::writabilityChanged);
        writer.onClose(this::close);
        if (writer.isOpen()) {
            streams.rounds(channel.eventLoop()).add(this);
        }
    }

    /**
     * Sends an event, or queues it while the peer is slow.
     *
     * @param event the {@code event} field; null for none
     * @param id the {@code id} field; null for none
     * @param json one JSON text without raw line breaks, UTF-8; not kept
     * @param slack what may become of it while the peer is slow (T-30)
     * @return false if the stream has ended, or ended now because its queue is full
     */
    public boolean send(@Nullable String event, @Nullable String id, byte[] json, int offset, int length, Slack slack) {
        return switch (slack) {
            case Slack.None() -> send(encode(event, id, json, offset, length), null, Fit.REQUIRED);
            case Slack.Replace(String key) -> send(encode(event, id, json, offset, length), key, Fit.REQUIRED);
            case Slack.Drop() -> send(encode(event, id, json, offset, length), null, Fit.OPTIONAL);
        };
    }

    /** The same of an event that must not be lost. */
    public boolean send(@Nullable String event, @Nullable String id, byte[] json, int offset, int length) {
        return send(encode(event, id, json, offset, length), null, Fit.REQUIRED);
    }

    /** Sends an event that is queued however much there is: for those who ask {@link #hasRoom} before, and for the last event of all. */
    public boolean push(@Nullable String event, @Nullable String id, byte[] json, int offset, int length) {
        return send(encode(event, id, json, offset, length), null, Fit.FORCED);
    }

    /**
     * Tells the client where it stands, and when to come back (H-124).
     *
     * @param id null if it knows
     * @param retryMillis negative to leave it to the client
     */
    public void mark(@Nullable String id, int retryMillis) {
        send(isOpen() ? SseEncoder.mark(channel.alloc(), id, retryMillis) : Unpooled.EMPTY_BUFFER, null, Fit.FORCED);
    }

    private ByteBuf encode(@Nullable String event, @Nullable String id, byte[] json, int offset, int length) {
        return isOpen() ? SseEncoder.encode(channel.alloc(), event, id, json, offset, length) : Unpooled.EMPTY_BUFFER;
    }

    private boolean send(ByteBuf encoded, @Nullable String key, Fit fit) {
        return switch (enqueue(encoded, key, fit)) {
            case QUEUED -> true;
            case DRAIN -> {
                inLoop(this::drain);
                yield true;
            }
            case LEFT_OUT -> {
                encoded.release();
                yield true;
            }
            case CLOSED -> {
                encoded.release();
                yield false;
            }
            case FULL -> {
                encoded.release();
                streams.telemetry.refused(Outcome.STREAM_QUEUE_FULL);
                inLoop(this::abort);
                yield false;
            }
        };
    }

    private enum Enqueued {
        QUEUED,
        DRAIN,
        LEFT_OUT,
        CLOSED,
        FULL
    }

    private synchronized Enqueued enqueue(ByteBuf event, @Nullable String key, Fit fit) {
        if (state != State.OPEN || !event.isReadable()) {
            return Enqueued.CLOSED;
        }
        if (fit == Fit.OPTIONAL && !isRoomy()) {
            return Enqueued.LEFT_OUT;
        }
        if (key != null && (slow || !isRoomy()) && replace(key, event)) {
            return Enqueued.QUEUED;
        }
        if (queue == null) {
            queue = new ArrayDeque<>(2);
        }
        boolean full = queue.size() >= streams.limits.queuedEventsMax()
                || queuedBytes + event.readableBytes() > streams.limits.queuedBytesMax();
        if (full && !queue.isEmpty() && fit != Fit.FORCED) {
            state = State.CUT;
            return Enqueued.FULL;
        }
        queue.add(new Queued(key, event));
        queuedBytes += event.readableBytes();
        return scheduleDrain() ? Enqueued.DRAIN : Enqueued.QUEUED;
    }

    /** @return whether an event with the key was waiting; its place is taken */
    private boolean replace(String key, ByteBuf event) {
        if (queue == null) {
            return false;
        }
        for (var waiting : queue) {
            if (key.equals(waiting.key)) {
                queuedBytes += event.readableBytes() - waiting.event.readableBytes();
                waiting.event.release();
                waiting.event = event;
                return true;
            }
        }
        return false;
    }

    /** Guarded by this. */
    private boolean isRoomy() {
        return queue == null
                || (queue.size() <= streams.limits.queuedEventsMax() / 2
                        && queuedBytes <= streams.limits.queuedBytesMax() / 2);
    }

    /** @return whether less waits than half of what may; if not, {@link #onRoom} is told when it does again */
    public synchronized boolean hasRoom() {
        boolean room = state == State.OPEN && isRoomy();
        roomAwaited |= !room;
        return room;
    }

    /** Runs on the event loop when there is room again for somebody who found none. */
    public void onRoom(Runnable listener) {
        inLoop(() -> onRoom = listener);
    }

    /** Ends the stream once what is queued has been sent; a peer that does not take it in time is cut off. */
    public void end() {
        boolean drain;
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            state = State.ENDING;
            drain = scheduleDrain();
        }
        if (drain) {
            inLoop(this::drain);
        }
    }

    /** Guarded by this. */
    private boolean scheduleDrain() {
        boolean first = !drainScheduled;
        drainScheduled = true;
        return first;
    }

    public synchronized boolean isOpen() {
        return state == State.OPEN;
    }

    /** Runs once on the event loop when the stream has ended, whoever ended it; at once if it has already. Listeners add up. */
    public void onClose(Runnable listener) {
        synchronized (this) {
            if (state != State.CLOSED) {
                var more = new ArrayList<>(onClose);
                more.add(listener);
                onClose = List.copyOf(more); // small, and there are many streams
                return;
            }
        }
        inLoop(listener);
    }

    /**
     * Something to look at now and then, at least every {@code keepAliveMillis} and every {@link #LOOK_MILLIS_MAX}, while the stream is open; replaces an earlier one.
     *
     * @param look runs on the event loop; may {@link #end} the stream
     */
    void onTick(Runnable look) {
        inLoop(() -> onTick = look);
    }

    private void writabilityChanged() {
        if (writer.isWritable()) {
            endStall();
            drain();
        } else {
            watchStall();
        }
    }

    /** Writes what is queued while the socket takes it. */
    private void drain() {
        synchronized (this) {
            drainScheduled = false;
        }
        while (writer.isWritable()) {
            ByteBuf event = poll();
            if (event == null) {
                tellRoom();
                endIfAsked();
                return;
            }
            wroteNanos = now();
            writer.write(event);
        }
        if (writer.isOpen()) {
            synchronized (this) {
                slow = true;
            }
            watchStall();
            tellRoom();
        }
    }

    private synchronized @Nullable ByteBuf poll() {
        Queued next = queue == null ? null : queue.poll();
        if (next == null) {
            queue = null;
            slow = false;
            return null;
        }
        queuedBytes -= next.event.readableBytes();
        return next.event;
    }

    private void tellRoom() {
        boolean tell;
        synchronized (this) {
            tell = roomAwaited && state == State.OPEN && isRoomy();
            roomAwaited &= !tell;
        }
        if (tell) {
            onRoom.run();
        }
    }

    private void endIfAsked() {
        boolean ending;
        synchronized (this) {
            ending = state == State.ENDING;
        }
        if (ending) {
            writer.end();
            close();
        }
    }

    private void abort() {
        writer.abort();
        close();
    }

    /** By a timer of its own: a stream that stalls is an exception. */
    private void watchStall() {
        if (stall == null && writer.isOpen()) {
            lookLater(null);
        }
    }

    private void lookLater(@Nullable PeerProgress progress) {
        stall = channel.eventLoop()
                .schedule(
                        () -> look(progress), streams.limits.stallMillis() / PeerProgress.LOOKS, TimeUnit.MILLISECONDS);
    }

    /** A single event may be larger than a peer takes in the time: who takes as much as would do for many small ones has not stalled. */
    private void look(@Nullable PeerProgress progress) {
        WriteBufferWaterMark marks = channel.config().getWriteBufferWaterMark();
        if (progress != null && progress.hasStalled(marks.high() - marks.low())) {
            streams.telemetry.refused(Outcome.WRITE_STALLED);
            abort();
        } else {
            lookLater(progress == null ? new PeerProgress(channel) : progress);
        }
    }

    private void endStall() {
        if (stall != null) {
            stall.cancel(false);
            stall = null;
        }
    }

    /** A quiet stream gets its comment when the keep-alive's time is over, give or take half of what lies between two visits. */
    @Override
    void visit() {
        visits = (byte) ((visits + 1) % VISITS);
        if (visits == 0) {
            onTick.run();
        }
        long quietMillis = TimeUnit.NANOSECONDS.toMillis(now() - wroteNanos);
        if (stall == null
                && writer.isOpen()
                && quietMillis >= streams.limits.keepAliveMillis() - streams.visitMillis() / 2) {
            wroteNanos = now();
            writer.write(SseEncoder.comment(channel.alloc()));
        }
    }

    /** However it came to its end. */
    private void close() {
        List<Runnable> listeners;
        ArrayDeque<Queued> left;
        synchronized (this) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            listeners = onClose;
            left = queue;
            onClose = List.of();
            queue = null;
        }
        if (left != null) {
            left.forEach(queued -> queued.event.release());
        }
        streams.rounds(channel.eventLoop()).remove(this);
        endStall();
        streams.telemetry.streamClosed();
        listeners.forEach(Runnable::run);
    }

    void inLoop(Runnable task) {
        var loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopped) { // the event loops have ended, and every stream with them
            System.getLogger(SseStream.class.getName())
                    .log(System.Logger.Level.DEBUG, "came after the event loops had ended", stopped);
        }
    }

    private long now() {
        return channel.eventLoop().ticker().nanoTime();
    }

    /**
     * Limits of one stream.
     *
     * @param keepAliveMillis between comment lines when nothing else is sent
     * @param queuedBytesMax bytes waiting for a slow peer before the stream is ended; a single larger event passes when none waits
     * @param queuedEventsMax events waiting
     * @param stallMillis how long a peer may take next to nothing while more waits for it before the stream is ended; it is noticed up to a quarter later
     */
    public record SseLimits(int keepAliveMillis, int queuedBytesMax, int queuedEventsMax, int stallMillis) {
        /** The defaults of H-17 and T-30. */
        public static final SseLimits DEFAULT = new SseLimits(15_000, 256 * 1024, 1_000, 30_000);
    }
}
