package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Four hours' work in a few minutes: calls as fast as they go, and beside them all that begins and ends. What a process holds is looked at after each round, when all of it has
 * ended; it must not grow.
 *
 * <p>Time is compressed too: what the server must remember for a while (an ended session until it would have expired, an answered form until nobody can send it again) it
 * remembers for as short a while as can be set, so that the run is long beside it, as four hours are beside ten minutes.
 */
final class SoakScenario implements Scenario {
    private static final int ROUNDS = 8;
    private static final int WARM_ROUNDS = 4;
    private static final int CONNECTIONS = 32;
    private static final double MEGABYTE = 1e6;
    private static final double HOURS = 4;
    private static final int REQUESTS_PER_HOUR = 300 * 60 * 60;
    private static final int LIVES_PER_HOUR = 15 * 60;

    private static final String NETTY_DIRECT = "portcullis_netty_direct_memory_reserved_bytes";
    private static final String JVM_DIRECT = "jvm_buffer_memory_used_bytes{id=\"direct\"}";

    private static final Map<String, String> COMPRESSED = Map.of(
            "SESSION_SECONDS", "60",
            "ACCESS_TOKEN_SECONDS", "60",
            "SIGN_IN_SECONDS", "60",
            "CODE_SECONDS", "10",
            "REPLAY_SECONDS", "5",
            "ANSWER_SECONDS", "5",
            "BOGUS_TOKEN_TABLE_MAX", "100");

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String help() {
        return "four hours' worth of sign-ins, sessions, streams, calls, cancellations: nothing may grow";
    }

    /**
     * What the process holds after a round.
     *
     * @param heap bytes after a full collection
     * @param direct bytes outside the heap, those of buffers of Netty and of the JVM
     * @param resident bytes
     */
    private record Sample(double heap, double direct, double resident, double files, double threads) {
        static Sample of(Subject server) throws InterruptedException {
            var metrics = Answer.of(server.managementUri(), Request.get("/metrics"))
                    .expecting(200, NETTY_DIRECT)
                    .text();
            return new Sample(
                    server.heapAfterGc(),
                    figure(metrics, NETTY_DIRECT) + figure(metrics, JVM_DIRECT),
                    server.rssBytes(),
                    server.openFiles(),
                    server.threads());
        }

        private static double figure(String metrics, String name) {
            return metrics.lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new LoadException("no " + name + " among the metrics"));
        }
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(LingeringTools.class.getName(), COMPRESSED)) {
            var samples = new ArrayList<Sample>();
            var heaps = new ArrayList<HeapHistogram>();
            long requests = 0;
            long lives = 0;
            long livesCounted = 0;
            for (int round = 0; round < ROUNDS; round++) {
                var done = round(lab, server);
                requests += done.requests();
                lives += done.lives();
                livesCounted += round < WARM_ROUNDS ? 0 : done.lives();
                samples.add(Sample.of(server));
                heaps.add(HeapHistogram.of(server));
                report.note("round " + (round + 1) + " of " + ROUNDS + ": " + samples.getLast());
            }
            hours(report, "calls and lists", requests, "requests", REQUESTS_PER_HOUR);
            hours(report, "lives: sign-in to revocation", lives, "lives", LIVES_PER_HOUR);
            growth(report, "heap", samples, Sample::heap, MEGABYTE, "MB", 1.10);
            growth(report, "direct memory", samples, Sample::direct, MEGABYTE, "MB", 1.10);
            growth(report, "resident memory", samples, Sample::resident, MEGABYTE, "MB", 1.10);
            growth(report, "open files", samples, Sample::files, 1, "files", 1.05);
            growth(report, "threads", samples, Sample::threads, 1, "threads", 1.05);
            report.keep(
                    "-heap.txt",
                    "What the heap holds more after the last round than after the " + WARM_ROUNDS + " that warm up, "
                            + livesCounted + " lives later\n"
                            + heaps.getLast().growthSince(heaps.get(WARM_ROUNDS - 1), livesCounted));
        }
    }

    private record Done(long requests, long lives) {}

    private static Done round(Lab lab, Subject server) throws InterruptedException {
        var client = Tokens.register(server.uri());
        String token = client.signIn("alice@example.com").access();
        String session = McpRequests.openSession(server.uri(), token);
        var calls = List.of(
                McpRequests.call(token, "add", McpRequests.TWO_AND_THREE),
                McpRequests.callInSession(token, session, "add", McpRequests.TWO_AND_THREE),
                McpRequests.list(token));
        try (var lives = new Lives(server, client)) {
            var side = SideBySide.once(lab, new SideBySide.Asked(server, calls), CONNECTIONS, lab.seconds(15, 4));
            return new Done(side.requests(), lives.end());
        } finally {
            Answer.of(server.uri(), McpRequests.end(token, session)).expecting(204, "");
        }
    }

    /** How many, and how many hours of a busy server that stands for. */
    private static void hours(Report report, String what, long count, String unit, int perHour) {
        report.add(Report.Row.of(what, "in all", (double) count, unit));
        String with = String.format(Locale.ROOT, "at %,d an hour", perHour);
        report.add(Report.Row.of(what, with, (double) count / perHour, "hours' worth")
                .aiming(Goal.valueAtLeast(HOURS)));
    }

    /** The last rounds beside the first after those that warm up. */
    private static void growth(
            Report report,
            String what,
            List<Sample> samples,
            ToDoubleFunction<Sample> figure,
            double scale,
            String unit,
            double most) {
        int half = (ROUNDS - WARM_ROUNDS) / 2;
        double early = mean(samples.subList(WARM_ROUNDS, WARM_ROUNDS + half), figure);
        double late = mean(samples.subList(ROUNDS - half, ROUNDS), figure);
        report.add(Report.Row.of(what, "at the end", late / scale, unit));
        report.add(Report.Row.of(what, what + ", end to beginning", late / early, "×")
                .aiming(Goal.valueAtMost(most)));
    }

    private static double mean(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        return samples.stream().mapToDouble(figure).average().orElseThrow();
    }
}
