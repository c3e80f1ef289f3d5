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
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * What a request takes on a server that has grown, by turns with one that has not: first tools are added, then grants, each with a token and a session of its own. That
 * two processes differ a little from their start on is taken out: the ratio of both is compared with what it was before the growth.
 *
 * <p>Requests are as many different ones at each size, as if each came from another client; of many tokens and sessions they use {@value #USED}.
 */
final class GrowthScenario implements Scenario {
    private static final List<Integer> TOOLS = List.of(100, 1_000);
    private static final List<Integer> GRANTS = List.of(1_000, 100_000);
    private static final List<Integer> GRANTS_QUICK = List.of(10_000);
    private static final int USED = 4_000;

    /** More sessions than a server keeps unsealed. */
    private static final int USED_BY_FAR = 20_000;

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
    private record Side(
            Subject subject, List<String> tokens, List<String> sessions, Tokens client, ClosedLoop.Client refreshing) {
        static Side of(Subject subject) throws InterruptedException {
            var client = Tokens.register(subject.uri());
            var token = new AtomicReference<>(client.signIn("alice@example.com"));
            var side = new Side(
                    subject,
                    new ArrayList<>(),
                    new ArrayList<>(),
                    client,
                    () -> token.set(client.refresh(token.get())));
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
            var opened = McpRequests.openSessions(subject.uri(), more, AT_A_TIME);
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

        /** As many different requests whatever there is, which use so many of all tokens. */
        SideBySide.Asked calls(Kind kind, int used) {
            var all = new ArrayList<Request>();
            int spread = Math.min(used, tokens.size());
            for (int i = 0; i < used; i++) {
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
            double stateless = ratio(Kind.STATELESS, USED, "to begin with");
            for (int tools : TOOLS) {
                offer(tools);
                String with = String.format(Locale.ROOT, "%,d tools more", tools);
                add(Kind.STATELESS, with, ratio(Kind.STATELESS, USED, with) / stateless);
            }
            offer(0);
            double inSession = ratio(Kind.IN_SESSION, USED, "to begin with");
            double refresh = refreshRatio("to begin with");
            double heap = growing.subject().heapAfterGc();
            for (int grants : lab.isQuick() ? GRANTS_QUICK : GRANTS) {
                growing.growTo(grants);
                String with = String.format(Locale.ROOT, "%,d grants", grants);
                add(Kind.STATELESS, with, ratio(Kind.STATELESS, USED, with) / stateless);
                add(Kind.IN_SESSION, with, ratio(Kind.IN_SESSION, USED, with) / inSession);
                report.add(Report.Row.of("refresh, to one grant", with + ", CPU", refreshRatio(with) / refresh, "×"));
            }
            int grants = growing.tokens().size();
            report.add(Report.Row.of(
                    "a grant with a token known and a session remembered",
                    String.format(Locale.ROOT, "of %,d", grants),
                    (growing.subject().heapAfterGc() - heap) / grants,
                    "B of heap"));
            if (grants >= USED_BY_FAR) {
                String with = String.format(Locale.ROOT, "%,d of %,d used in turn", USED_BY_FAR, grants);
                double many = ratio(Kind.IN_SESSION, USED_BY_FAR, with);
                report.add(Report.Row.of(
                        "call, " + Kind.IN_SESSION.revision + ", to one grant", with + ", CPU", many / inSession, "×"));
            }
        }

        private void warm() throws InterruptedException {
            for (var side : List.of(growing, fresh)) {
                for (var kind : Kind.values()) {
                    SideBySide.once(lab, side.calls(kind, USED), CONNECTIONS, lab.seconds(5, 2));
                }
                ClosedLoop.run(side.subject(), List.of(side.refreshing()), lab.seconds(3, 1));
            }
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
            double[] micros = new double[2];
            for (int turn = 0; turn < lab.turns(); turn++) {
                micros[0] += SideBySide.once(lab, ours, CONNECTIONS, 1).cpuMicros() / lab.turns();
                micros[1] += SideBySide.once(lab, theirs, CONNECTIONS, 1).cpuMicros() / lab.turns();
            }
            report.add(Report.Row.of("call, " + kind.revision + ", CPU", with, micros[0], "µs/request"));
            return micros[0] / micros[1];
        }

        private double refreshRatio(String with) throws InterruptedException {
            double ours = refresh(growing);
            report.add(Report.Row.of("refresh, CPU", with, ours, "µs"));
            return ours / refresh(fresh);
        }

        private double refresh(Side side) throws InterruptedException {
            return ClosedLoop.run(side.subject(), List.of(side.refreshing()), lab.seconds(2, 1))
                    .cpuMicros();
        }
    }
}
