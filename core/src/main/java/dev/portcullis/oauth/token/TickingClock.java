package dev.portcullis.oauth.token;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/**
 * The time of day, read by one thread ten times a second and by everybody else from memory: asking the system costs a quarter of a whole token check. It may be
 * late by one tick, so what compares whole seconds can use it. Once closed it asks the system again. Any thread.
 */
public final class TickingClock implements InstantSource, AutoCloseable {
    private static final long TICK_NANOS = 100_000_000;
    private static final long STOPPED = Long.MIN_VALUE;

    private final Thread ticker;
    private volatile boolean closed;
    private volatile long millis = System.currentTimeMillis();

    /** Starts ticking, on a daemon thread. */
    public TickingClock() {
        ticker = Thread.ofPlatform().name("clock").daemon().unstarted(this::tick);
        ticker.start();
    }

    private void tick() {
        try {
            while (!closed) {
                millis = System.currentTimeMillis();
                LockSupport.parkNanos(TICK_NANOS);
            }
        } finally {
            millis = STOPPED; // rather slow than wrong, whatever ended the thread
        }
    }

    @Override
    public long millis() {
        long now = millis;
        return now == STOPPED ? System.currentTimeMillis() : now;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(ticker);
    }
}
