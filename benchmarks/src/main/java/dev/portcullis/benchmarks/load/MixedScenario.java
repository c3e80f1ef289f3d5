package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Many people at once, with and without sessions, who call and now and then list, as many as one core can do; beside the bare server with answers of that mean size. */
final class MixedScenario implements Scenario {
    private static final int CONNECTIONS = 64;
    private static final int PEOPLE = 32;
    private static final int TOOLS = 20;

    @Override
    public String name() {
        return "mixed";
    }

    @Override
    public String help() {
        return "requests a second of 32 people: 6 calls of add, 3 in a session, 1 list of 20 tools";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(ManyTools.class.getName(), Map.of(ManyTools.TOOLS, Integer.toString(TOOLS)))) {
            var requests = requests(server);
            long bytes = 0;
            var answer = Answer.of(server.uri(), requests.getFirst());
            for (var request : requests) {
                bytes += Answer.of(server.uri(), request)
                        .expecting(200, "\"result\"")
                        .body()
                        .length;
            }
            try (var ceiling = lab.ceiling(withBody(answer, (int) (bytes / requests.size())))) {
                var both = SideBySide.run(
                        lab,
                        new SideBySide.Asked(server, requests),
                        new SideBySide.Asked(ceiling, requests),
                        CONNECTIONS);
                String with = PEOPLE + " people";
                report.add(Report.Row.of("mixed", with, both.ours().perSecond(), "requests/s")
                        .beside(both.ceiling().perSecond()));
                report.add(Report.Row.of("mixed, CPU", with, both.ours().cpuMicros(), "µs/request")
                        .beside(both.ceiling().cpuMicros()));
                report.add(Report.Row.of("mixed, resident at the end", with, server.rssBytes() / 1048576.0, "MiB")
                        .beside(ceiling.rssBytes() / 1048576.0));
            }
        }
    }

    /** Ten of each person's, and one person after the other within each. */
    private static List<Request> requests(Subject server) throws InterruptedException {
        var tokens = Tokens.register(server.uri()).signIn(PEOPLE, 4);
        var sessions = new ArrayList<String>();
        for (var token : tokens) {
            sessions.add(McpRequests.openSession(server.uri(), token.access()));
        }
        var requests = new ArrayList<Request>();
        for (int number = 0; number < 10; number++) {
            for (int person = 0; person < PEOPLE; person++) {
                String token = tokens.get(person).access();
                requests.add(
                        switch (number) {
                            case 3 -> McpRequests.list(token);
                            case 1, 5, 8 ->
                                McpRequests.callInSession(
                                        token, sessions.get(person), "add", McpRequests.TWO_AND_THREE);
                            default -> McpRequests.call(token, "add", McpRequests.TWO_AND_THREE);
                        });
            }
        }
        return requests;
    }

    private static Answer withBody(Answer answer, int bytes) {
        byte[] body = new byte[bytes];
        Arrays.fill(body, (byte) ' ');
        return new Answer(answer.status(), answer.headers(), body);
    }
}
