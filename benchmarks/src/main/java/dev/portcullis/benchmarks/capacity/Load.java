package dev.portcullis.benchmarks.capacity;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Does something many times, by several threads at once, and says what that cost the server. */
final class Load {
    private final ServerFigures server;
    private final int threads;

    Load(ServerFigures server, int threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * What it cost.
     *
     * @param bytes that the server needs more than before
     * @param cpuMicros of the server
     * @param commands that the server got
     */
    record Cost(String what, int times, long nanos, long bytes, long cpuMicros, long commands) {
        long perSecond() {
            return Math.round(times * 1e9 / nanos);
        }

        double microsEach() {
            return (double) cpuMicros / times;
        }

        double commandsEach() {
            return (double) commands / times;
        }

        long bytesEach() {
            return bytes / times;
        }
    }

    /** @param deed is given each number from 0 to {@code times} once */
    Cost run(String what, int times, IntConsumer deed) throws InterruptedException {
        var before = server.now();
        long begin = System.nanoTime();
        var failure = new AtomicReference<@Nullable Throwable>();
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < threads; thread++) {
                int first = thread;
                workers.execute(() -> {
                    try {
                        for (int i = first; i < times && failure.get() == null; i += threads) {
                            deed.accept(i);
                        }
                    } catch (RuntimeException e) {
                        failure.compareAndSet(null, e);
                    }
                });
            }
        }
        long nanos = System.nanoTime() - begin;
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException(what + " failed", failed);
        }
        server.awaitQuiet();
        var after = server.now();
        return new Cost(
                what,
                times,
                nanos,
                after.usedBytes() - before.usedBytes(),
                after.cpuMicros() - before.cpuMicros(),
                after.commands() - before.commands());
    }
}
