package dev.portcullis.identity;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until told to go on. */
final class SettableClock implements InstantSource {
    private final AtomicLong seconds = new AtomicLong(1_800_000_000L);

    void advance(long by) {
        seconds.addAndGet(by);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochSecond(seconds.get());
    }
}
