package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What those do to a server who do not read what they asked for, and those who send a request a byte a second: what becomes of others' calls at half of the most
 * meanwhile, how much is held for each, when they are ended, and whether all is given back. Making what the readers ask for is work like any other, and large: so what they do
 * to others is told twice, while that is made, and when all of it waits for them.
 */
final class SlowScenario implements Scenario {
    private static final int CONNECTIONS = 64;

    /** Of each kind. */
    private static final int READERS = 100;

    private static final int WRITERS = 150;
    private static final int WARM_READERS = 5;
    private static final int LOOK_MILLIS = 100;

    /** As exact as {@link Subject#cpuNanos} is. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int REST_LOOKS = 3;

    /** So short that a quarter of them at least is without a pause of the machine or of a JVM, which would decide their p99; and each has calls enough to have one. */
    private static final int SLICES_PER_SECOND = 20;

    private static final int REST_SECONDS_MAX = 10;
    private static final int MARGIN_SECONDS = 4;
    private static final double KIBIBYTE = 1_024;
    private static final String DIRECT = "portcullis_netty_direct_memory_reserved_bytes";

    @Override
    public String name() {
        return "slow";
    }

    @Override
    public String help() {
        return "readers that do not read and writers that hardly write: calls of others, memory held, given back";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        int stallSeconds = lab.seconds(12, 8);
        var settings = Map.of(
                "STREAM_STALL_SECONDS", Integer.toString(stallSeconds),
                "WRITE_STALL_SECONDS", Integer.toString(stallSeconds),
                "IDLE_SECONDS", Integer.toString(stallSeconds), // for those whose kernel took all that was left
                "HEADER_SECONDS", Integer.toString(stallSeconds),
                "BODY_SECONDS", Integer.toString(stallSeconds),
                "STREAMS_PER_PERSON_MAX", Integer.toString(READERS),
                "TOOL_CALLS_PER_PERSON_MAX", Integer.toString(2 * READERS));
        try (var server = lab.server(TalkativeServer.class.getName(), settings)) {
            new Run(lab, report, server, stallSeconds).run();
        }
    }

    /**
     * What the process has.
     *
     * @param heap bytes after a full collection
     * @param direct bytes that Netty has of the system
     */
    private record Held(double heap, double direct, int files) {
        /** @param server has had a moment to notice who has gone */
        static Held by(Subject server) throws InterruptedException {
            return new Held(server.heapAfterGc(), server.metric(DIRECT), server.openFiles());
        }

        double bytes() {
            return heap + direct;
        }
    }

    /** One server goes through all of it. */
    private static final class Run {
        private final Lab lab;
        private final Report report;
        private final Subject server;
        private final int stallSeconds;
        private final String token;
        private final Request call;
        private final Request listen;
        private final Request large;
        private final Request streaming;
        private final double half;

        Run(Lab lab, Report report, Subject server, int stallSeconds) throws InterruptedException {
            this.lab = lab;
            this.report = report;
            this.server = server;
            this.stallSeconds = stallSeconds;
            token = Tokens.register(server.uri()).signIn("alice@example.com").access();
            call = McpRequests.call(token, "add", McpRequests.TWO_AND_THREE);
            listen = McpRequests.listenTo(token, List.of(TalkativeServer.RESTLESS));
            large = McpRequests.call(token, "large", "{}");
            streaming = McpRequests.callWithProgress(token, "streaming");
            half = most() / 2;
        }

        private double most() throws InterruptedException {
            var asked = new SideBySide.Asked(server, List.of(call));
            SideBySide.once(lab, asked, CONNECTIONS, lab.seconds(8, 3));
            return SideBySide.once(lab, asked, CONNECTIONS, lab.seconds(3, 2)).perSecond();
        }

        void run() throws InterruptedException {
            warm();
            held(listen, "an event stream", 320 * KIBIBYTE);
            held(large, "an answer of 4 MiB", 1.25 * TalkativeServer.LARGE_BYTES);
            held(streaming, "a streamed call", 320 * KIBIBYTE);
            calls(); // the generator is warm then
            addWhileTheyCome();
            addWithFirstWriters();
            var without = new Calls();
            var besideReaders = new Calls();
            var besideWriters = new Calls();
            for (int turn = 1; turn <= lab.turns(); turn++) {
                boolean isLast = turn == lab.turns();
                readers(besideReaders, isLast);
                awaitRest();
                without.addTurn(); // between the others, so that what changes with time does so for both
                writers(besideWriters, isLast);
            }
            var alone = without.p99();
            report.add(Report.Row.of("p99 of calls, without slow ones", alone.ofQuartile(), alone.quartile(), "µs"));
            report.add(Report.Row.of("call, CPU, without slow ones", "", without.cpuMicros(), "µs"));
            addRatios("slow readers", besideReaders, without);
            addRatios("slow writers", besideWriters, without);
        }

        private void addRatios(String who, Calls with, Calls without) {
            var p99 = with.p99();
            report.add(Report.Row.of(
                            "p99 of calls beside " + who + ", to without",
                            "µs: " + p99.ofQuartile(),
                            p99.quartile() / without.p99().quartile(),
                            "×")
                    .aiming(Goal.valueAtMost(1.25)));
            report.add(Report.Row.of(
                    "call, CPU, beside " + who + ", to without", "", with.cpuMicros() / without.cpuMicros(), "×"));
        }

        private OpenLoop.Result calls() throws InterruptedException {
            int seconds = lab.seconds(2, 1);
            return OpenLoop.run(
                    server.uri(),
                    List.of(call),
                    new OpenLoop.Plan(CONNECTIONS, half, 1, seconds, SLICES_PER_SECOND * seconds));
        }

        /** What calls took in turns of one kind. */
        private final class Calls {
            private final List<Double> p99 = new ArrayList<>();
            private double workMicros;
            private double count;

            void addTurn() throws InterruptedException {
                long before = server.workNanos();
                var result = calls();
                workMicros += (server.workNanos() - before) / 1e3;
                count += half * (1 + lab.seconds(2, 1));
                result.eachMillisAt(99).forEach(millis -> p99.add(millis * 1e3));
            }

            /** @return of each slice, in µs */
            Spread p99() {
                return Spread.of(p99);
            }

            /** @return with all that the server does for the slow ones meanwhile, but without its compilers */
            double cpuMicros() {
                return workMicros / count;
            }
        }

        /** What they ask for has to be made, by the one core that serves the others as well. */
        private void addWhileTheyCome() throws InterruptedException {
            int files = server.openFiles();
            try (var readers = new SlowReaders(server.uri());
                    var worker = Executors.newSingleThreadExecutor()) {
                var asked = worker.submit(() -> {
                    settle(); // the calls are under way
                    readers.ask(large, READERS);
                    readers.ask(streaming, READERS);
                    return readers;
                });
                var plan = new OpenLoop.Plan(CONNECTIONS, half, 1, lab.seconds(4, 3));
                double p99 = OpenLoop.run(server.uri(), List.of(call), plan).millisAt(99) * 1e3;
                String with = asked.get().size() + " at once, 4 and 8 MiB each";
                report.add(Report.Row.of("p99 of calls while what slow readers ask for is made", with, p99, "µs"));
            } catch (ExecutionException e) {
                throw new LoadException("slow readers failed", e);
            }
            awaitEnd(files);
            awaitRest();
        }

        /**
         * The compilers have taken for granted what calls alone never showed them, heads and bodies that come in parts among it: they make a good part of the pipeline's code anew,
         * once, on the core that serves.
         */
        private void addWithFirstWriters() throws InterruptedException {
            int files = server.openFiles();
            try (var _ = slowWriters()) {
                double p99 = calls().millisAt(99) * 1e3;
                report.add(Report.Row.of(
                        "p99 of calls beside the first slow writers", 2 * WRITERS + ", once a process", p99, "µs"));
            }
            awaitEnd(files);
        }

        /** What is made once is not to be counted. */
        private void warm() throws InterruptedException {
            try (var few = new SlowReaders(server.uri())) {
                few.ask(listen, WARM_READERS);
                change();
                few.ask(large, WARM_READERS);
                few.ask(streaming, WARM_READERS);
                awaitRest();
            }
            server.metric(DIRECT);
        }

        private void change() throws InterruptedException {
            Answer.of(server.uri(), McpRequests.call(token, "change", "{}")).expecting(200, "changed");
        }

        private static void settle() throws InterruptedException {
            TimeUnit.SECONDS.sleep(1);
        }

        /** Waits until the server has nothing to do: what it was asked for is made then. */
        private void awaitRest() throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_SECONDS_MAX);
            long before = server.cpuNanos();
            for (int looks = 0; looks < REST_LOOKS; looks++) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                long now = server.cpuNanos();
                if (now - before > REST_NANOS) {
                    looks = -1;
                }
                before = now;
                if (System.nanoTime() > deadline) {
                    throw new LoadException("the server does not come to rest within " + REST_SECONDS_MAX + " s");
                }
            }
        }

        /** Readers of one kind, who go before they are ended. */
        private void held(Request request, String what, double bytesMax) throws InterruptedException {
            awaitRest();
            var before = Held.by(server);
            try (var readers = new SlowReaders(server.uri())) {
                readers.ask(request, READERS);
                if (request.equals(listen)) {
                    change();
                }
                awaitRest();
                var now = Held.by(server);
                requireHeld(before.files() + READERS);
                report.add(Report.Row.of(
                                "held for a slow reader, heap and direct memory",
                                what,
                                (now.bytes() - before.bytes()) / READERS / KIBIBYTE,
                                "KiB")
                        .aiming(Goal.valueAtMost(bytesMax / KIBIBYTE)));
            }
            awaitEnd(before.files());
        }

        private void requireHeld(int files) {
            if (server.openFiles() < files) {
                throw new LoadException("slow readers were ended before they were measured: " + server.openFiles()
                        + " open files instead of " + files);
            }
        }

        /**
         * Has readers of all kinds ask, and wait.
         *
         * @param calls beside them
         * @param toTheEnd whether they stay until they are ended
         */
        private void readers(Calls calls, boolean toTheEnd) throws InterruptedException {
            awaitRest();
            int files = server.openFiles();
            var before =
                    toTheEnd ? Held.by(server) : null; // it collects garbage, which only one turn should begin with
            try (var readers = new SlowReaders(server.uri())) {
                readers.ask(listen, READERS);
                change();
                readers.ask(large, READERS);
                readers.ask(streaming, READERS);
                awaitRest();
                long begun = System.nanoTime();
                calls.addTurn();
                requireHeld(files + readers.size());
                if (before != null) {
                    awaitEnd(files);
                    report.add(Report.Row.of(
                                    "slow readers ended, the last, after all was made",
                                    readers.size() + ", " + stallSeconds + " s allowed",
                                    (System.nanoTime() - begun) / 1e9,
                                    "s")
                            .aiming(Goal.valueAtMost(stallSeconds + MARGIN_SECONDS)));
                    givenBack("slow readers", before);
                }
            }
            awaitEnd(files);
        }

        /** The same of writers. */
        private void writers(Calls calls, boolean toTheEnd) throws InterruptedException {
            awaitRest();
            int files = server.openFiles();
            var before = toTheEnd ? Held.by(server) : null;
            try (var writers = slowWriters()) {
                calls.addTurn();
                if (before != null) {
                    var refusals = writers.await(stallSeconds + 10 * MARGIN_SECONDS);
                    addRefusals("a byte of the head a second", refusals.subList(0, WRITERS));
                    addRefusals("a byte of the body a second", refusals.subList(WRITERS, refusals.size()));
                    awaitEnd(files);
                    givenBack("slow writers", before);
                }
            }
            awaitEnd(files);
        }

        /** The first half of heads, the others of bodies. */
        private SlowWriters slowWriters() {
            var requests = new ArrayList<byte[]>();
            var atOnce = new int[2 * WRITERS];
            byte[] bytes = ManyAnswers.bytes(server.uri(), call);
            int head = bytes.length - call.body().length;
            for (int i = 0; i < atOnce.length; i++) {
                requests.add(bytes);
                atOnce[i] = i < WRITERS ? 1 : head;
            }
            return new SlowWriters(server.uri(), requests, atOnce);
        }

        private void addRefusals(String what, List<SlowWriters.Refusal> refusals) {
            for (var refusal : refusals) {
                if (!refusal.said().startsWith("HTTP/1.1 408 ")) {
                    throw new LoadException(
                            "who sent " + what + " was told after " + refusal.seconds() + " s: " + refusal.said());
                }
            }
            double last = refusals.stream()
                    .map(SlowWriters.Refusal::seconds)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            report.add(Report.Row.of("all slow writers refused with 408", what, last, "s")
                    .aiming(Goal.valueAtMost(stallSeconds + MARGIN_SECONDS)));
        }

        private void awaitEnd(int files) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2L * stallSeconds + 10);
            while (server.openFiles() > files) {
                if (System.nanoTime() > deadline) {
                    throw new LoadException((server.openFiles() - files) + " slow connections were not ended");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }

        private void givenBack(String who, Held before) throws InterruptedException {
            var now = Held.by(server);
            report.note("after " + who + ": before " + before + ", now " + now);
            String what = "after " + who + ", to before: ";
            report.add(Report.Row.of(what + "heap", "", now.heap() / before.heap(), "×")
                    .aiming(Goal.valueAtMost(1.10)));
            report.add(Report.Row.of(what + "direct memory", "", now.direct() / before.direct(), "×")
                    .aiming(Goal.valueAtMost(1.10)));
            report.add(Report.Row.of(what + "open files", "", (double) now.files() / before.files(), "×")
                    .aiming(Goal.valueAtMost(1)));
        }
    }
}
