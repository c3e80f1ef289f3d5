package dev.portcullis.testing;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what happened. Any thread. */
public final class CountingTelemetry implements Telemetry {
    public final List<Outcome> refused = new CopyOnWriteArrayList<>();
    public final List<String> finished = new CopyOnWriteArrayList<>();
    public final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger streams = new AtomicInteger();

    @Override
    public void refused(Outcome outcome) {
        refused.add(outcome);
    }

    @Override
    public void requestFinished(String route, int status, long nanos) {
        finished.add(route + " " + status);
    }

    @Override
    public void connectionOpened() {
        connections.incrementAndGet();
    }

    @Override
    public void connectionClosed() {
        connections.decrementAndGet();
    }

    @Override
    public void streamOpened() {
        streams.incrementAndGet();
    }

    @Override
    public void streamClosed() {
        streams.decrementAndGet();
    }
}
