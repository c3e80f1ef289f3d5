package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One change that is told on many streams, in both kinds of revisions, beside a bare server that writes the same bytes to as many. One at a time: how long until the last
 * stream has it. Several at once: how many deliveries a core carries. Each stream must get each event exactly once.
 */
final class FanoutScenario implements Scenario {
    private static final List<Integer> STREAMS = List.of(1_000, 5_000);
    private static final List<Integer> STREAMS_QUICK = List.of(1_000);
    private static final int PER_PERSON = 100;
    private static final int AT_A_TIME = 16;

    /** Deliveries of a turn, whatever the number of streams. */
    private static final int DELIVERIES = 100_000;

    private static final int DELIVERIES_QUICK = 40_000;
    private static final int MARGIN_MILLIS = 300;

    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public String help() {
        return "one event to 1,000 and 5,000 streams: until the last has it, and deliveries a core carries";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(ChangingServer.class.getName(), Map.of())) {
            for (int streams : lab.isQuick() ? STREAMS_QUICK : STREAMS) {
                var people = Tokens.register(server.uri()).signIn(streams / PER_PERSON, AT_A_TIME);
                var tokens = new ArrayList<String>();
                for (int i = 0; i < streams; i++) {
                    tokens.add(people.get(i % people.size()).access());
                }
                var listens = tokens.stream()
                        .map(token -> McpRequests.listenTo(token, Topics.URIS))
                        .toList();
                measure(lab, report, server, McpRequests.STATELESS, tokens, listens, "\n\n");
                measure(lab, report, server, McpRequests.WITH_SESSION, tokens, sessions(server, tokens), "\r\n\r\n");
            }
        }
    }

    /** Opens a session for each, that follows all topics. @return what opens its stream */
    private static List<Request> sessions(Subject server, List<String> tokens) throws InterruptedException {
        var opened = McpRequests.openSessions(server.uri(), tokens, AT_A_TIME);
        var subscribes = new ArrayList<Request>();
        var all = new ArrayList<Request>();
        for (int i = 0; i < tokens.size(); i++) {
            for (String uri : Topics.URIS) {
                subscribes.add(McpRequests.subscribe(tokens.get(i), opened.get(i), uri));
            }
            all.add(McpRequests.stream(tokens.get(i), opened.get(i)));
        }
        ManyAnswers.of(
                server.uri(),
                subscribes,
                AT_A_TIME,
                answer -> answer.expecting(200, "result").text());
        return all;
    }

    private static void measure(
            Lab lab,
            Report report,
            Subject server,
            String revision,
            List<String> tokens,
            List<Request> requests,
            String sign)
            throws InterruptedException {
        var heard = new Topics();
        var heardBare = new Topics();
        try (var bareServer = lab.broadcasting();
                var streams = new HeldStreams(server.uri(), sign, heard::ear);
                var bareStreams = new HeldStreams(bareServer.uri(), "\n\n", heardBare::ear)) {
            streams.open(requests);
            bareStreams.open(requests.stream()
                    .map(request -> Request.get("/stream").with("accept", "text/event-stream"))
                    .toList());
            var ours = new Side(
                    server, streams, heard, (first, count) -> announce(server, tokens.getFirst(), first, count));
            ours.tell(0, 1);
            String event = heard.event();
            var bare = new Side(
                    bareServer, bareStreams, heardBare, (first, count) -> broadcast(bareServer, event, first, count));
            int events = (lab.isQuick() ? DELIVERIES_QUICK : DELIVERIES) / requests.size();
            for (int turn = 0; turn <= lab.turns(); turn++) {
                if (turn == 1) { // warm now
                    ours.forget();
                    bare.forget();
                }
                ours.turn(events);
                bare.turn(events);
            }
            ours.requireAll();
            bare.requireAll();
            addRows(report, String.format(Locale.ROOT, "%s, %,d streams", revision, requests.size()), ours, bare);
        }
    }

    private static void addRows(Report report, String with, Side ours, Side bare) {
        report.add(Report.Row.of("until the last stream has it, p50", with, ours.micros(50), "µs")
                .beside(bare.micros(50)));
        report.add(Report.Row.of("until the last stream has it, p99", with, ours.micros(99), "µs")
                .beside(bare.micros(99))
                .aiming(Goal.ratioAtMost(2)));
        report.add(Report.Row.of("deliveries, four events at once", with, ours.perSecond(), "per second")
                .beside(bare.perSecond()));
        report.add(Report.Row.of("delivery, CPU, one event at a time", with, ours.single.cpuMicros(), "µs")
                .beside(bare.single.cpuMicros()));
        report.add(Report.Row.of("delivery, CPU, four events at once", with, ours.burst.cpuMicros(), "µs")
                .beside(bare.burst.cpuMicros()));
        report.add(Report.Row.of("a delivery, with its chunk", with, ours.bytes(), "bytes")
                .beside(bare.bytes()));
        // Had one been lost, or told twice, there were no figures.
        report.add(Report.Row.of(
                "deliveries, each event once to each stream", with, (double) ours.deliveries(), "deliveries"));
    }

    private static long announce(Subject server, String token, int first, int count) throws InterruptedException {
        String arguments = "{\"first\":" + first + ",\"count\":" + count + "}";
        String sign = "\"text\":\"";
        String said = Answer.of(server.uri(), McpRequests.call(token, "announce", arguments))
                .expecting(200, sign)
                .text();
        int begin = said.indexOf(sign) + sign.length();
        return Long.parseLong(said.substring(begin, said.indexOf('"', begin)));
    }

    /** @param event that told of the first topic */
    private static long broadcast(Subject server, String event, int first, int count) throws InterruptedException {
        var events = new StringBuilder();
        for (String uri : Topics.URIS.subList(first, first + count)) {
            events.append(event.replace(Topics.URIS.getFirst(), uri));
        }
        var request = Request.post("/announce", "text/event-stream", events.toString());
        return Long.parseLong(
                Answer.of(server.uri(), request).expecting(200, "").text());
    }

    /** Has topics told on all streams of a server. */
    @FunctionalInterface
    private interface Announcer {
        /** @return when that began, by {@link System#nanoTime} */
        long announce(int first, int count) throws InterruptedException;
    }

    /** What deliveries took. */
    private static final class Sum {
        private long deliveries;
        private double seconds;
        private long cpuNanos;

        double cpuMicros() {
            return cpuNanos / 1e3 / deliveries;
        }
    }

    /** One server and its streams. Main thread. */
    private static final class Side {
        private final Subject server;
        private final HeldStreams streams;
        private final Topics topics;
        private final Announcer announcer;
        private final Histogram latencies = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
        private Sum single = new Sum();
        private Sum burst = new Sum();
        private long bytes;

        Side(Subject server, HeldStreams streams, Topics topics, Announcer announcer) {
            this.server = server;
            this.streams = streams;
            this.topics = topics;
            this.announcer = announcer;
        }

        /** @return nanoseconds until the last had the last */
        long tell(int first, int count) throws InterruptedException {
            topics.expect(first, count, streams.size());
            long begun = announcer.announce(first, count);
            return topics.await() - begun;
        }

        void forget() {
            latencies.reset();
            single = new Sum();
            burst = new Sum();
            bytes = 0;
        }

        /** So many events one at a time, and as many several at once. */
        void turn(int events) throws InterruptedException {
            long bytesBefore = topics.bytesHeard();
            long cpu = server.cpuNanos();
            for (int i = 0; i < events; i++) {
                latencies.recordValue(tell(i % Topics.URIS.size(), 1));
            }
            single.cpuNanos += server.cpuNanos() - cpu;
            single.deliveries += (long) events * streams.size();
            bytes += topics.bytesHeard() - bytesBefore;

            cpu = server.cpuNanos();
            for (int i = 0; i < events; i += Topics.URIS.size()) {
                burst.seconds += tell(0, Topics.URIS.size()) / 1e9;
                burst.deliveries += (long) Topics.URIS.size() * streams.size();
            }
            burst.cpuNanos += server.cpuNanos() - cpu;
        }

        /** Nothing comes late, and no stream has ended. */
        void requireAll() throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(MARGIN_MILLIS);
            topics.requireNone();
            streams.requireAll();
        }

        double micros(double percentile) {
            return latencies.getValueAtPercentile(percentile) / 1e3;
        }

        long deliveries() {
            return single.deliveries + burst.deliveries;
        }

        double perSecond() {
            return burst.deliveries / burst.seconds;
        }

        double bytes() {
            return (double) bytes / single.deliveries;
        }
    }
}
