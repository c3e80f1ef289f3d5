package dev.portcullis.benchmarks.load;

import java.util.List;
import java.util.Map;

/**
 * Arguments of 64 KiB and of 4 MiB, as many as one core can do, beside the bare server that copies each body into one array. And what a request of those takes of the
 * heap: all that is allocated for it counts, so that it can only be less at any moment.
 */
final class BigScenario implements Scenario {
    private static final int CONNECTIONS = 8;
    private static final int KIB = 1_024;
    private static final int MIB = 1_024 * KIB;

    @Override
    public String name() {
        return "big";
    }

    @Override
    public String help() {
        return "calls with arguments of 64 KiB and 4 MiB, and the heap that one of them takes";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        var settings = Map.of(ManyTools.TOOLS, "2", "MCP_BODY_BYTES_MAX", Integer.toString(8 * MIB));
        try (var server = lab.server(ManyTools.class.getName(), settings)) {
            String token = Tokens.register(server.uri()).signIn("alice@example.com").access();
            measure(lab, report, server, token, "64 KiB", 64 * KIB, 200);
            measure(lab, report, server, token, "4 MiB", 4 * MIB, 10);
        }
    }

    private static void measure(
            Lab lab, Report report, Subject server, String token, String with, int chars, int heapTimes)
            throws InterruptedException {
        var call = McpRequests.call(token, "length", "{\"text\":\"" + "x".repeat(chars) + "\"}");
        var calls = List.of(call);
        var answer = Answer.of(server.uri(), call).expecting(200, "\"text\":\"" + chars + "\"");
        try (var ceiling = lab.copying(answer)) {
            var both = SideBySide.run(
                    lab, new SideBySide.Asked(server, calls), new SideBySide.Asked(ceiling, calls), CONNECTIONS);
            report.add(Report.Row.of("big arguments", with, both.ours().perSecond(), "requests/s")
                    .beside(both.ceiling().perSecond())
                    .aiming(Goal.ratioAtLeast(0.75)));
            report.add(Report.Row.of("big arguments, CPU", with, both.ours().cpuMicros(), "µs/request")
                    .beside(both.ceiling().cpuMicros()));
        }
        double size = call.body().length;
        double ours = allocated(server, call, heapTimes);
        report.add(Report.Row.of("big arguments, heap allocated, to their size", with, ours / size, "×")
                .aiming(Goal.valueAtMost(2)));
    }

    /** @return bytes that a request takes of the heap, all garbage counted, since nothing is collected meanwhile */
    private static double allocated(Subject server, Request call, int times) throws InterruptedException {
        server.heapAfterGc();
        long before = server.heapUsed();
        for (int i = 0; i < times; i++) {
            Answer.of(server.uri(), call).expecting(200, "\"result\"");
        }
        return (server.heapUsed() - before) / (double) times;
    }
}
