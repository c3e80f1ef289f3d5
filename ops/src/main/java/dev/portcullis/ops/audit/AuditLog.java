package dev.portcullis.ops.audit;

import dev.portcullis.telemetry.AuditEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes audit events down, in order, a line each (O-181). Whoever tells of an event only puts it into a bounded queue: nobody waits for a disk. What finds the queue full, or
 * cannot be written, is dropped and counted. Any thread tells; one thread of its own writes, and closing waits for what is left.
 */
public final class AuditLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final int WAITING_MAX = 10_000;
    private static final int AT_A_TIME = 500;
    private static final long CLOSING_MILLIS = 3_000;
    private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final BlockingQueue<Entry> waiting;
    private final LongAdder dropped = new LongAdder();
    private final InstantSource clock;
    private final @Nullable AuditDestination destination;
    private final @Nullable Thread writer;
    private volatile boolean isClosing;
    private long nextComplaintNanos = System.nanoTime();

    private record Entry(AuditEvent event, Instant at) {}

    /** @param destination null: everything is forgotten */
    AuditLog(@Nullable AuditDestination destination, InstantSource clock, int waitingMax) {
        this.waiting = new ArrayBlockingQueue<>(waitingMax);
        this.clock = clock;
        this.destination = destination;
        this.writer = destination == null
                ? null
                : Thread.ofPlatform().name("audit").daemon().start(this::writeAll);
    }

    /** One that keeps nothing. */
    public static AuditLog off() {
        return new AuditLog(null, InstantSource.system(), 1);
    }

    /** To a stream that stays open, such as standard output. */
    public static AuditLog to(OutputStream stream, InstantSource clock) {
        return new AuditLog(new StreamDestination(stream), clock, WAITING_MAX);
    }

    /** @throws IOException the file cannot be made, or not be written to */
    public static AuditLog toFile(Path file, InstantSource clock) throws IOException {
        return new AuditLog(AuditFile.open(file), clock, WAITING_MAX);
    }

    /** Notes an event. Neither blocks nor throws. */
    public void note(AuditEvent event) {
        if (destination != null && !(isClosing || waiting.offer(new Entry(event, clock.instant())))) {
            dropped.increment();
        }
    }

    /** @return how many events were not written */
    public double dropped() {
        return dropped.sum();
    }

    /** By what lines name a client, a grant or a person, for whoever looks for them. */
    public static String nameOf(String id) {
        return AuditLine.hashOf(id);
    }

    private void writeAll() {
        var entries = new ArrayList<Entry>(AT_A_TIME);
        try {
            while (!isClosing || !waiting.isEmpty()) {
                var first = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    entries.add(first);
                    waiting.drainTo(entries, AT_A_TIME - 1);
                    write(entries);
                    entries.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Entry> entries) {
        var lines = new ByteArrayOutputStream(entries.size() * 192);
        try {
            entries.forEach(entry -> lines.writeBytes(AuditLine.of(entry.event(), entry.at())));
            if (destination != null) {
                destination.write(lines.toByteArray());
            }
        } catch (IOException | RuntimeException e) { // a bug, too, must not end the one thread that writes
            dropped.add(entries.size());
            complain(e);
        }
    }

    /** A full disk is said once a minute, not with each event. */
    private void complain(Exception e) {
        if (System.nanoTime() - nextComplaintNanos >= 0) {
            nextComplaintNanos = System.nanoTime() + COMPLAINT_NANOS;
            LOG.log(Level.ERROR, "audit events cannot be written and are lost", e);
        }
    }

    @Override
    public void close() throws IOException {
        isClosing = true;
        if (writer != null && destination != null) {
            try {
                writer.join(CLOSING_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            destination.close();
        }
    }

    /** A stream of somebody else's. */
    private record StreamDestination(OutputStream stream) implements AuditDestination {
        @Override
        public void write(byte[] lines) throws IOException {
            stream.write(lines);
            stream.flush();
        }

        @Override
        public void close() {}
    }
}
