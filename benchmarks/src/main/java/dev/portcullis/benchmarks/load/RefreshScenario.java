package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Refreshes, each with the token that the one before gave: with the store in memory, and in a file, where each is on the disk before it is answered. */
final class RefreshScenario implements Scenario {
    private static final int AT_A_TIME = 64;

    @Override
    public String name() {
        return "refresh";
    }

    @Override
    public String help() {
        return "refreshes a second with the store in memory and in a file, and what the disk can do";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(Map.of())) {
            var all = measure(lab, server, AT_A_TIME, lab.seconds(10, 6));
            add(report, all, "memory, " + AT_A_TIME + " clients", Goal.valueAtLeast(2_000));
        }
        report.add(Report.Row.of("syncs of 4 KiB that the disk does", "one after another", syncs(lab), "per second"));
        try (var server = lab.server(Map.of("STORE", "file:portcullis.db"))) {
            int warmSeconds = lab.seconds(20, 10); // the compiler wants many, so the most are first
            for (int clients : new int[] {AT_A_TIME, 8, 1}) {
                add(report, measure(lab, server, clients, warmSeconds), "file, " + clients + " clients", null);
                warmSeconds = lab.seconds(4, 2);
            }
        }
    }

    private static void add(Report report, ClosedLoop done, String with, @Nullable Goal goal) {
        var row = Report.Row.of("refreshes", with, done.perSecond(), "per second");
        report.add(goal == null ? row : row.aiming(goal));
        report.add(Report.Row.of("refresh, CPU", with, done.cpuMicros(), "µs"));
        report.add(Report.Row.of("refresh, share of the core in use", with, done.busy(), "cores"));
    }

    private static ClosedLoop measure(Lab lab, Subject server, int atATime, int warmSeconds)
            throws InterruptedException {
        var client = Tokens.register(server.uri());
        List<Chain> chains = client.signIn(atATime, Math.min(16, atATime)).stream()
                .map(first -> new Chain(client, first))
                .toList();
        ClosedLoop.run(server, chains, warmSeconds);
        return ClosedLoop.run(server, chains, lab.seconds(10, 6));
    }

    /** One grant's tokens, each from the one before. */
    private static final class Chain implements ClosedLoop.Client {
        private final Tokens client;
        private Tokens.Token last;

        Chain(Tokens client, Tokens.Token first) {
            this.client = client;
            this.last = first;
        }

        @Override
        public void act() throws InterruptedException {
            last = client.refresh(last);
        }
    }

    /** @return how often a second a small write can be made durable where the file store will be, by one writer */
    private static double syncs(Lab lab) {
        var page = ByteBuffer.allocate(4096);
        long begun = System.nanoTime();
        long end = begun + TimeUnit.SECONDS.toNanos(lab.seconds(3, 2));
        int done = 0;
        try (var file = FileChannel.open(
                lab.folder().resolve("syncs"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (; System.nanoTime() < end; done++) {
                file.write(page.clear());
                file.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return done / ((System.nanoTime() - begun) / 1e9);
    }
}
