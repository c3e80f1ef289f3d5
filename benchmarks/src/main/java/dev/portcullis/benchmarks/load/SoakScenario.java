package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * Many hours' work in a few minutes: calls as fast as they go, and beside them all that begins and ends: sign-ins, refreshes, revocations, sessions, streams. What a process
 * holds is looked at after each round, when all of it has ended; it must not grow.
 */
final class SoakScenario implements Scenario {
    private static final int ROUNDS = 10;
    private static final int WARM_ROUNDS = 3;
    private static final int CONNECTIONS = 32;
    private static final int STREAMS = 50;
    private static final int LIVES_AT_A_TIME = 4;
    private static final double MEGABYTE = 1e6;

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String help() {
        return "hours' worth of sign-ins, sessions, streams and calls in minutes: nothing may grow";
    }

    /**
     * What the process holds after a round.
     *
     * @param heap bytes after a full collection
     * @param resident bytes
     */
    private record Sample(double heap, double resident, double files, double threads) {}

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(Map.of())) {
            var samples = new ArrayList<Sample>();
            long requests = 0;
            long lives = 0;
            for (int round = 0; round < ROUNDS; round++) {
                var client = Tokens.register(server.uri());
                String token = client.signIn("alice@example.com").access();
                String session = McpRequests.openSession(server.uri(), token);
                var calls = List.of(
                        McpRequests.call(token, "add", McpRequests.TWO_AND_THREE),
                        McpRequests.callInSession(token, session, "add", McpRequests.TWO_AND_THREE),
                        McpRequests.list(token));
                try (var living = new Living(server, client)) {
                    var side =
                            SideBySide.once(lab, new SideBySide.Asked(server, calls), CONNECTIONS, lab.seconds(18, 4));
                    requests += side.requests();
                    lives += living.end();
                }
                end(server, token, session);
                samples.add(new Sample(server.heapAfterGc(), server.rssBytes(), server.openFiles(), server.threads()));
                report.note("round " + (round + 1) + ": " + samples.getLast());
            }
            report.add(Report.Row.of("calls and lists", "soak", (double) requests, "requests"));
            report.add(Report.Row.of("lives: sign-in to revocation", "soak", (double) lives, "lives"));
            growth(report, "heap after a collection", samples, Sample::heap, MEGABYTE, "MB", 1.10);
            growth(report, "resident memory", samples, Sample::resident, MEGABYTE, "MB", 1.10);
            growth(report, "open files", samples, Sample::files, 1, "files", 1.05);
            growth(report, "threads", samples, Sample::threads, 1, "threads", 1.05);
        }
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
        report.add(Report.Row.of(what, "end to beginning", late / early, "×").aiming(Goal.valueAtMost(most)));
    }

    private static double mean(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        return samples.stream().mapToDouble(figure).average().orElseThrow();
    }

    private static void end(Subject server, String token, String session) throws InterruptedException {
        Answer.of(
                        server.uri(),
                        new Request(
                                "DELETE",
                                "/mcp",
                                McpRequests.stream(token, session).headers(),
                                new byte[0]))
                .expecting(204, "");
    }

    /** What begins and ends meanwhile, by threads of its own. */
    private static final class Living implements AutoCloseable {
        private final Subject server;
        private final Tokens client;
        private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<Long>> running = new ArrayList<>();
        private volatile boolean ending;

        Living(Subject server, Tokens client) {
            this.server = server;
            this.client = client;
            for (int i = 0; i < LIVES_AT_A_TIME; i++) {
                String email = "person-" + i + "@example.com";
                running.add(workers.submit(() -> live(email)));
            }
        }

        private Long live(String email) throws InterruptedException {
            long lives = 0;
            while (!ending) {
                var first = client.signIn(email);
                var token = client.refresh(first);
                String access = token.access();
                Answer.of(server.uri(), McpRequests.call(access, "add", McpRequests.TWO_AND_THREE))
                        .expecting(200, "\"text\":\"5\"");
                String session = McpRequests.openSession(server.uri(), access);
                try (var listening = new HeldStreams(server.uri(), "acknowledged");
                        var standalone = new HeldStreams(server.uri(), "\r\n\r\n")) {
                    var listen = new ArrayList<Request>();
                    for (int i = 0; i < STREAMS; i++) {
                        listen.add(McpRequests.listen(access));
                    }
                    listening.open(listen);
                    standalone.open(List.of(McpRequests.stream(access, session)));
                }
                SoakScenario.end(server, access, session);
                Answer.of(server.uri(), client.revoking(token.refresh())).expecting(200, "");
                lives++;
            }
            return lives;
        }

        /** @return how many lives there were */
        long end() throws InterruptedException {
            ending = true;
            long lives = 0;
            try {
                for (var one : running) {
                    lives += one.get();
                }
            } catch (ExecutionException e) {
                throw new LoadException("a life failed", e);
            }
            return lives;
        }

        @Override
        public void close() {
            ending = true;
            workers.close();
        }
    }
}
