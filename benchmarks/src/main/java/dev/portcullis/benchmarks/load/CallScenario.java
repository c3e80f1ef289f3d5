package dev.portcullis.benchmarks.load;

import java.util.List;
import java.util.Map;

/** {@code tools/call} of {@code add}, authenticated, as many as one core can do: stateless and in a session, each beside the bare server. */
final class CallScenario implements Scenario {
    private static final int CONNECTIONS = 64;

    @Override
    public String name() {
        return "call";
    }

    @Override
    public String help() {
        return "calls of add a second, in both kinds of revisions, beside the bare server";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(Map.of())) {
            String token =
                    Tokens.register(server.uri()).signIn("alice@example.com").access();
            String session = McpRequests.openSession(server.uri(), token);
            var call = McpRequests.call(token, "add", McpRequests.TWO_AND_THREE);
            var callInSession = McpRequests.callInSession(token, session, "add", McpRequests.TWO_AND_THREE);
            // what compilers take is not to be paid by the one that comes first
            SideBySide.once(
                    lab, new SideBySide.Asked(server, List.of(call, callInSession)), CONNECTIONS, lab.seconds(20, 8));
            var stateless = measure(lab, report, server, McpRequests.STATELESS, call);
            var inSession = measure(lab, report, server, McpRequests.WITH_SESSION, callInSession);
            double slower =
                    Math.max(stateless.ours().cpuMicros(), inSession.ours().cpuMicros());
            double faster =
                    Math.min(stateless.ours().cpuMicros(), inSession.ours().cpuMicros());
            report.add(Report.Row.of("call, the dearer revision to the cheaper", "CPU", slower / faster, "×")
                    .aiming(Goal.valueAtMost(1.10)));
        }
    }

    private static SideBySide measure(Lab lab, Report report, Subject server, String revision, Request call)
            throws InterruptedException {
        var answer = Answer.of(server.uri(), call).expecting(200, "\"text\":\"5\"");
        try (var ceiling = lab.ceiling(answer)) {
            var calls = List.of(call);
            var both = SideBySide.run(
                    lab, new SideBySide.Asked(server, calls), new SideBySide.Asked(ceiling, calls), CONNECTIONS);
            report.add(Report.Row.of("call", revision, both.ours().perSecond(), "requests/s")
                    .beside(both.ceiling().perSecond())
                    .aiming(Goal.ratioAtLeast(0.80)));
            report.add(Report.Row.of("call, CPU", revision, both.ours().cpuMicros(), "µs/request")
                    .beside(both.ceiling().cpuMicros()));
            report.add(Report.Row.of(
                            "call, share of the core in use",
                            revision,
                            both.ours().busy(),
                            "cores")
                    .beside(both.ceiling().busy()));
            return both;
        }
    }
}
