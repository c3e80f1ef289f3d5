package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * So many clients at once, each of whom does its next thing when the one before has been answered: for what is more than a request that can be repeated.
 *
 * @param done how often it was done, in all
 * @param cpuNanos what the server used meanwhile
 */
record ClosedLoop(long done, double seconds, long cpuNanos) {
    /** What a client does; a client is one thread at a time. */
    interface Client {
        void act() throws InterruptedException;
    }

    double perSecond() {
        return done / seconds;
    }

    double cpuMicros() {
        return cpuNanos / 1e3 / done;
    }

    /** @return how much of a core the server used: below 0.95 or so something else was the limit */
    double busy() {
        return cpuNanos / 1e9 / seconds;
    }

    /** @throws LoadException one of them failed */
    static ClosedLoop run(Subject server, List<? extends Client> clients, int seconds) throws InterruptedException {
        long cpu = server.cpuNanos();
        long begun = System.nanoTime();
        long end = begun + TimeUnit.SECONDS.toNanos(seconds);
        long done = 0;
        ThreadFactory threads = Thread.ofVirtual().factory();
        try (var workers = Executors.newThreadPerTaskExecutor(threads)) {
            var all = new ArrayList<Future<Long>>();
            for (var client : clients) {
                all.add(workers.submit(() -> actUntil(end, client)));
            }
            for (var one : all) {
                done += one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LoadException known ? known : new LoadException("a client failed", e);
        }
        return new ClosedLoop(done, (System.nanoTime() - begun) / 1e9, server.cpuNanos() - cpu);
    }

    private static long actUntil(long end, Client client) throws InterruptedException {
        long done = 0;
        while (System.nanoTime() < end) {
            client.act();
            done++;
        }
        return done;
    }
}
