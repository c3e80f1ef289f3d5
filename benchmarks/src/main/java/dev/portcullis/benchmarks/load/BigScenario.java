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
            String token =
                    Tokens.register(server.uri()).signIn("alice@example.com").access();
            for (int chars : new int[] {64 * KIB, 4 * MIB}) {
                addHeap(report, server, call(token, chars), chars); // before much else is allocated
            }
            for (int chars : new int[] {64 * KIB, 4 * MIB}) {
                addThroughput(lab, report, server, call(token, chars), chars);
            }
        }
    }

    private static Request call(String token, int chars) {
        return McpRequests.call(token, "length", "{\"text\":\"" + "x".repeat(chars) + "\"}");
    }

    private static void addThroughput(Lab lab, Report report, Subject server, Request call, int chars)
            throws InterruptedException {
        var calls = List.of(call);
        var answer = Answer.of(server.uri(), call).expecting(200, "\"text\":\"" + chars + "\"");
        try (var ceiling = lab.copying(answer)) {
            var both = SideBySide.run(
                    lab, new SideBySide.Asked(server, calls), new SideBySide.Asked(ceiling, calls), CONNECTIONS);
            report.add(Report.Row.of("big arguments", with(chars), both.ours().perSecond(), "requests/s")
                    .beside(both.ceiling().perSecond())
                    .aiming(Goal.ratioAtLeast(0.75)));
            report.add(
                    Report.Row.of("big arguments, CPU", with(chars), both.ours().cpuMicros(), "µs/request")
                            .beside(both.ceiling().cpuMicros()));
        }
    }

    private static void addHeap(Report report, Subject server, Request call, int chars) throws InterruptedException {
        double size = call.body().length;
        double allocated = allocated(server, call, chars < MIB ? 200 : 20);
        report.add(Report.Row.of("big arguments, heap allocated, to their size", with(chars), allocated / size, "×")
                .aiming(Goal.valueAtMost(2)));
    }

    private static String with(int chars) {
        return chars < MIB ? chars / KIB + " KiB" : chars / MIB + " MiB";
    }

    /** @return bytes that a request takes of the heap */
    private static double allocated(Subject server, Request call, int times) throws InterruptedException {
        send(server, call, times);
        long before = server.allocatedBytes();
        send(server, call, times);
        return (server.allocatedBytes() - before) / (double) times;
    }

    private static void send(Subject server, Request call, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            Answer.of(server.uri(), call).expecting(200, "\"result\"");
        }
    }
}
