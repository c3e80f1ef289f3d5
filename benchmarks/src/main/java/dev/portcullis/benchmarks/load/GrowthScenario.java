package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a request takes on a server that has grown, by turns with one that has not: first tools are added, then grants, each with a token and a session of its own. That
 * two processes differ a little from their start on is taken out: the ratio of both is compared with what it was before the growth.
 *
 * <p>Two things grow, and are told apart: how many tokens and sessions there <em>are</em>, while the same few of them are used; and how many of them are used <em>in turn</em>, which is
 * more than the processor's caches hold. The requests are as many different ones in all of this, also for a single token: what is read and not known from the connection's request
 * before is the same.
 */
final class GrowthScenario implements Scenario {
    private static final List<Integer> TOOLS = List.of(100, 1_000);
    private static final List<Integer> GRANTS = List.of(4_000, 100_000);
    private static final List<Integer> GRANTS_QUICK = List.of(4_000);
    private static final int REQUESTS = 4_000;

    /** As many as there are connections: each client has its own, and asks again and again. */
    private static final int FEW = 64;

    /** More than the processor's nearest caches hold of them. */
    private static final int MANY = 4_000;

    /** More sessions than a server keeps unsealed. */
    private static final int MANY_MORE = 20_000;

    private static final int TURNS = 2;
    private static final int CONNECTIONS = 64;
    private static final int AT_A_TIME = 16;

    /** A person may have 200 sessions of which something is remembered, and each of these clients is a person. */
    private static final int CLIENTS = 500;

    private static final String SECRET = "a-secret-of-clients-in-one-run-on-one-machine";

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String help() {
        return "what a call takes with 1 to 100,000 grants, tokens and sessions, and with 1 to 1,000 tools";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        var settings = Map.of(GrowingServer.FOLDER, writeClients(lab.folder()).toString(), "CLIENT_CREDENTIALS", "on");
        try (var growing = lab.server(GrowingServer.class.getName(), settings);
                var fresh = lab.server(GrowingServer.class.getName(), settings)) {
            new Run(lab, report, Side.of(growing), Side.of(fresh)).run();
        }
    }

    /** @return the folder with their settings */
    private static Path writeClients(Path folder) {
        var yaml = new StringBuilder("clients:\n");
        for (int i = 0; i < CLIENTS; i++) {
            yaml.append("  - id: client-").append(i).append('\n');
            yaml.append("    secret: ").append(SECRET).append('\n');
            yaml.append("    grant-types: [client_credentials]\n");
        }
        try {
            Files.writeString(folder.resolve("portcullis.yaml"), yaml);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a call takes of one kind, and how it is sent. */
    private enum Kind {
        STATELESS(McpRequests.STATELESS),
        IN_SESSION(McpRequests.WITH_SESSION);

        private final String revision;

        Kind(String revision) {
            this.revision = revision;
        }

        private Request call(String token, String session) {
            return this == STATELESS
                    ? McpRequests.call(token, "add", McpRequests.TWO_AND_THREE)
                    : McpRequests.callInSession(token, session, "add", McpRequests.TWO_AND_THREE);
        }
    }

    /** A server, and what it has given out: to each token a session. */
    private record Side(Subject subject, List<String> tokens, List<String> sessions) {
        static Side of(Subject subject) throws InterruptedException {
            var side = new Side(subject, new ArrayList<>(), new ArrayList<>());
            side.growTo(1);
            return side;
        }

        /** Gives out as many as are wanted; each token is used, and of each session something is remembered. */
        void growTo(int count) throws InterruptedException {
            var more = ManyAnswers.of(
                    subject.uri(),
                    IntStream.range(tokens.size(), count).mapToObj(Side::asking).toList(),
                    AT_A_TIME,
                    answer -> Tokens.member(answer.expecting(200, "access_token"), "access_token"));
            var opened = ManyAnswers.of(
                    subject.uri(),
                    more.stream().map(McpRequests::initialize).toList(),
                    AT_A_TIME,
                    McpRequests::sessionIn);
            var remembered = IntStream.range(0, more.size())
                    .mapToObj(i -> McpRequests.setLogLevel(more.get(i), opened.get(i)))
                    .toList();
            ManyAnswers.of(
                    subject.uri(),
                    remembered,
                    AT_A_TIME,
                    answer -> answer.expecting(200, "result").text());
            tokens.addAll(more);
            sessions.addAll(opened);
        }

        private static Request asking(int number) {
            String credentials = "client-" + number % CLIENTS + ":" + SECRET;
            return Request.post("/token", "application/x-www-form-urlencoded", "grant_type=client_credentials")
                    .with(
                            "authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)));
        }

        /** As many different requests whatever there is, which use so many of all tokens in turn. */
        SideBySide.Asked calls(Kind kind, int used) {
            var all = new ArrayList<Request>();
            int spread = Math.min(used, tokens.size());
            for (int i = 0; i < Math.max(REQUESTS, used); i++) {
                int one = (int) ((long) (i % spread) * tokens.size() / spread);
                all.add(kind.call(tokens.get(one), sessions.get(one))
                        .with("x-client", String.format(Locale.ROOT, "%05d", i)));
            }
            return new SideBySide.Asked(subject, all);
        }
    }

    /** Both servers through all sizes. */
    private record Run(Lab lab, Report report, Side growing, Side fresh) {
        void run() throws InterruptedException {
            warm();
            double stateless = ratio(Kind.STATELESS, 1, "to begin with");
            for (int tools : TOOLS) {
                offer(tools);
                String with = String.format(Locale.ROOT, "%,d tools more", tools);
                add(Kind.STATELESS, with, ratio(Kind.STATELESS, 1, with) / stateless);
            }
            offer(0);
            double inSession = ratio(Kind.IN_SESSION, 1, "to begin with");
            double heap = growing.subject().heapAfterGc();
            for (int grants : lab.isQuick() ? GRANTS_QUICK : GRANTS) {
                growing.growTo(grants);
                settle();
                String few = String.format(Locale.ROOT, "%,d grants", grants);
                add(Kind.STATELESS, few, ratio(Kind.STATELESS, FEW, few) / stateless);
                add(Kind.IN_SESSION, few, ratio(Kind.IN_SESSION, FEW, few) / inSession);
                tell(Kind.STATELESS, MANY, stateless);
                tell(Kind.IN_SESSION, MANY, inSession);
            }
            int grants = growing.tokens().size();
            report.add(Report.Row.of(
                    "a grant with a token known and a session remembered",
                    String.format(Locale.ROOT, "of %,d", grants),
                    (growing.subject().heapAfterGc() - heap) / grants,
                    "B of heap"));
            if (grants >= MANY_MORE) {
                tell(Kind.IN_SESSION, MANY_MORE, inSession);
            }
        }

        /** What it takes to use so many in turn: no aim is about it, since what limits is the machine's memory. */
        private void tell(Kind kind, int used, double atFirst) throws InterruptedException {
            String with = String.format(
                    Locale.ROOT,
                    "%,d of %,d used in turn",
                    used,
                    growing.tokens().size());
            double growth = ratio(kind, used, with) / atFirst;
            report.add(Report.Row.of("call, " + kind.revision + ", to one grant", with + ", CPU", growth, "×"));
        }

        private void warm() throws InterruptedException {
            for (var side : List.of(growing, fresh)) {
                SideBySide.once(lab, side.calls(Kind.STATELESS, 1), CONNECTIONS, lab.seconds(8, 4));
                SideBySide.once(lab, side.calls(Kind.IN_SESSION, 1), CONNECTIONS, lab.seconds(4, 2));
            }
        }

        /** Until what growing was compiled for is compiled for calls again, and the collector has done with what it has made. */
        private void settle() throws InterruptedException {
            SideBySide.once(lab, growing.calls(Kind.STATELESS, FEW), CONNECTIONS, lab.seconds(3, 2));
            SideBySide.once(lab, growing.calls(Kind.IN_SESSION, FEW), CONNECTIONS, lab.seconds(5, 3));
        }

        private void offer(int tools) throws InterruptedException {
            var request = McpRequests.call(growing.tokens().getFirst(), "tools", "{\"count\":" + tools + "}");
            Answer.of(growing.subject().uri(), request).expecting(200, "there are " + tools);
        }

        private void add(Kind kind, String with, double growth) {
            report.add(Report.Row.of(
                            "call, " + kind.revision + ", to one grant and two tools", with + ", CPU", growth, "×")
                    .aiming(Goal.valueAtMost(1.10)));
        }

        /** @return CPU of a request on the server that grows to that on the other */
        private double ratio(Kind kind, int used, String with) throws InterruptedException {
            var ours = growing.calls(kind, used);
            var theirs = fresh.calls(kind, used);
            SideBySide.once(lab, ours, CONNECTIONS, 1); // whatever is compiled anew for what is new
            double[] micros = new double[2];
            for (int turn = 0; turn < TURNS; turn++) {
                micros[0] += cpuMicros(ours) / TURNS;
                micros[1] += cpuMicros(theirs) / TURNS;
            }
            report.add(Report.Row.of("call, " + kind.revision + ", CPU", with, micros[0], "µs/request"));
            return micros[0] / micros[1];
        }

        private double cpuMicros(SideBySide.Asked asked) throws InterruptedException {
            long before = asked.subject().workNanos();
            var side = SideBySide.once(lab, asked, CONNECTIONS, 1);
            return (asked.subject().workNanos() - before) / 1e3 / side.requests();
        }
    }
}
