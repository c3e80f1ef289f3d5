package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What it takes to hold streams on which nothing happens, beside a bare server that holds as many responses without an end: heap, resident memory, and what becomes of calls
 * meanwhile.
 */
final class IdleScenario implements Scenario {
    /** The machine that the aims are for lets a process open 20,000 files. */
    private static final int STREAMS = 15_000;

    private static final int STREAMS_QUICK = 3_000;
    private static final int PER_PERSON = 100;
    private static final int STEPS = 3;
    private static final int TURNS = 2;
    private static final int SECONDS = 4;

    /** So short that most of them are without a pause of the machine, which would decide their p99. */
    private static final int SLICES = 4 * SECONDS;

    private static final int CONNECTIONS = 16;
    private static final int CALLS_PER_SECOND = 5_000;
    private static final int AT_A_TIME = 16;

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String help() {
        return "15,000 idle streams of each kind: heap and resident memory each, and p99 of calls meanwhile";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        int count = lab.isQuick() ? STREAMS_QUICK : STREAMS;
        var bare = bare(lab, report, count);
        var lines = new ArrayList<Plot.Series>();
        lines.add(new Plot.Series("bare Netty", 0, true, bare.points()));
        lines.add(new Plot.Series(
                "subscriptions/listen",
                1,
                false,
                measure(lab, report, count, bare, false).points()));
        lines.add(new Plot.Series(
                "a session's stream",
                2,
                false,
                measure(lab, report, count, bare, true).points()));
        report.keep(
                ".svg",
                Plot.svg(
                        "Heap by idle streams",
                        new Plot.Axis("streams", false),
                        new Plot.Axis("MB of heap after a collection", false),
                        lines));
    }

    /**
     * What holding took.
     *
     * @param points heap in MB at several numbers of streams, less what there was before
     */
    private record Held(double heapBytes, double residentBytes, List<Plot.Point> points) {}

    private static Held bare(Lab lab, Report report, int count) throws InterruptedException {
        try (var server = lab.streams()) {
            var request = Request.get("/stream").with("accept", "text/event-stream");
            report.note("a bare server and " + count + " streams");
            return hold(server, new HeldStreams(server.uri(), "\r\n\r\n"), Collections.nCopies(count, request));
        }
    }

    private static Held measure(Lab lab, Report report, int count, Held bare, boolean inSessions)
            throws InterruptedException {
        String with = inSessions ? McpRequests.WITH_SESSION : McpRequests.STATELESS;
        String sign = inSessions ? "\r\n\r\n" : "acknowledged";
        try (var server = lab.server(Map.of())) {
            var tokens = Tokens.register(server.uri()).signIn((count + PER_PERSON - 1) / PER_PERSON, 8);
            var all = inSessions ? sessions(server, count, tokens) : listens(count, tokens);
            report.note("the product and " + count + " streams, " + with);
            var held = hold(server, new HeldStreams(server.uri(), sign), all);
            String words = String.format(Locale.ROOT, "%,d, %s", count, with);
            report.add(Report.Row.of("heap of an idle stream", words, held.heapBytes(), "B")
                    .beside(bare.heapBytes())
                    .aiming(Goal.valueAtMost(3 * 1024)));
            report.add(Report.Row.of("resident memory of an idle stream", words, held.residentBytes(), "B")
                    .beside(bare.residentBytes())
                    .aiming(Goal.valueAtMost(9 * 1024)));
            var call = List.of(McpRequests.call(tokens.getFirst().access(), "add", McpRequests.TWO_AND_THREE));
            new Calls(lab, server, call).beside(all, sign, with, report);
            return held;
        }
    }

    /** Calls of {@code add}, with and without streams. */
    private record Calls(Lab lab, Subject server, List<Request> call) {
        /** By turns, which begin alike: with garbage collected. */
        void beside(List<Request> streams, String sign, String with, Report report) throws InterruptedException {
            SideBySide.once(lab, new SideBySide.Asked(server, call), CONNECTIONS, lab.seconds(12, 6)); // to warm up
            addSlices(new ArrayList<>());
            var without = new ArrayList<Double>();
            var meanwhile = new ArrayList<Double>();
            for (int turn = 0; turn < TURNS; turn++) {
                addSlices(without);
                try (var held = new HeldStreams(server.uri(), sign)) {
                    held.open(streams);
                    held.read(false);
                    addSlices(meanwhile);
                    held.read(true);
                    held.requireAll();
                }
            }
            var beside = Spread.of(meanwhile);
            var alone = Spread.of(without);
            report.add(Report.Row.of("p99 of calls beside idle streams", with + ", " + beside, beside.median(), "µs"));
            report.add(Report.Row.of("p99 of calls without", with + ", " + alone, alone.median(), "µs"));
            report.add(
                    Report.Row.of("p99 of calls, with streams to without", with, beside.median() / alone.median(), "×")
                            .aiming(Goal.valueAtMost(1.10)));
        }

        /** The p99 of each slice: what streams cost they cost in every one of them, and what else the machine does it does in some. */
        private void addSlices(List<Double> all) throws InterruptedException {
            server.jcmd("GC.run");
            var plan = new OpenLoop.Plan(CONNECTIONS, CALLS_PER_SECOND, 1, SECONDS, SLICES);
            OpenLoop.run(server.uri(), call, plan).eachMillisAt(99).forEach(millis -> all.add(millis * 1e3));
        }
    }

    private static Held hold(Subject server, HeldStreams streams, List<Request> requests) throws InterruptedException {
        warm(server, requests);
        double heap = server.heapAfterGc();
        double resident = server.rssBytes();
        var points = new ArrayList<Plot.Point>(List.of(new Plot.Point(0, 0)));
        try (streams) {
            double heapNow = heap;
            for (int step = 1; step <= STEPS; step++) {
                streams.open(requests.subList(requests.size() * (step - 1) / STEPS, requests.size() * step / STEPS));
                heapNow = server.heapAfterGc();
                points.add(new Plot.Point(streams.size(), (heapNow - heap) / 1e6));
            }
            double residentNow = server.rssBytes();
            streams.requireAll();
            return new Held((heapNow - heap) / requests.size(), (residentNow - resident) / requests.size(), points);
        }
    }

    /** What a server makes once is not to be counted: classes, compiled code, the first tables. */
    private static void warm(Subject server, List<Request> requests) throws InterruptedException {
        String sign = "\r\n\r\n";
        try (var streams = new HeldStreams(server.uri(), sign)) {
            streams.open(requests.subList(0, requests.size() / 10));
        }
        server.heapAfterGc();
    }

    static List<Request> listens(int count, List<Tokens.Token> tokens) {
        var all = new ArrayList<Request>();
        for (int i = 0; i < count; i++) {
            all.add(McpRequests.listen(tokens.get(i % tokens.size()).access()));
        }
        return all;
    }

    /** Opens a session for each. */
    static List<Request> sessions(Subject server, int count, List<Tokens.Token> tokens) throws InterruptedException {
        try (var workers =
                Executors.newFixedThreadPool(AT_A_TIME, Thread.ofVirtual().factory())) {
            var opened = new ArrayList<Future<Request>>();
            for (int i = 0; i < count; i++) {
                String token = tokens.get(i % tokens.size()).access();
                opened.add(
                        workers.submit(() -> McpRequests.stream(token, McpRequests.openSession(server.uri(), token))));
            }
            var all = new ArrayList<Request>();
            for (var one : opened) {
                all.add(one.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new LoadException("a session did not open", e);
        }
    }
}
