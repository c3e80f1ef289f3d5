package dev.portcullis.benchmarks.load;

import java.util.List;
import java.util.Map;

/** {@code tools/list} of 100 tools for one person, as many as one core can do, beside the bare server with as long an answer, and beside calls by what is sent. */
final class ListScenario implements Scenario {
    private static final int TOOLS = 100;
    private static final int CONNECTIONS = 64;

    @Override
    public String name() {
        return "list";
    }

    @Override
    public String help() {
        return "lists of 100 tools a second, and what is sent of them beside calls of add";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(ManyTools.class.getName(), Map.of(ManyTools.TOOLS, Integer.toString(TOOLS)))) {
            String token =
                    Tokens.register(server.uri()).signIn("alice@example.com").access();
            var list = McpRequests.list(token);
            var answer = Answer.of(server.uri(), list).expecting(200, "\"tool-" + (TOOLS - 1) + "\"");
            report.add(Report.Row.of("tools/list, the answer", TOOLS + " tools", answer.body().length, "bytes"));
            try (var ceiling = lab.ceiling(answer)) {
                var both = SideBySide.run(
                        lab,
                        new SideBySide.Asked(server, List.of(list)),
                        new SideBySide.Asked(ceiling, List.of(list)),
                        CONNECTIONS);
                addRows(report, both);
                addSent(lab, report, server, token, both.ours());
            }
        }
    }

    private static void addRows(Report report, SideBySide both) {
        String with = TOOLS + " tools";
        report.add(Report.Row.of("tools/list", with, both.ours().perSecond(), "requests/s")
                .beside(both.ceiling().perSecond())
                .aiming(Goal.ratioAtLeast(0.80)));
        report.add(Report.Row.of("tools/list, CPU", with, both.ours().cpuMicros(), "µs/request")
                .beside(both.ceiling().cpuMicros()));
    }

    /** By CPU, since a core that copies large answers may wait for the other one. */
    private static void addSent(Lab lab, Report report, Subject server, String token, SideBySide.Side lists)
            throws InterruptedException {
        var add = new SideBySide.Asked(server, List.of(McpRequests.call(token, "add", McpRequests.TWO_AND_THREE)));
        SideBySide.once(lab, add, CONNECTIONS, lab.seconds(8, 4));
        var calls = SideBySide.once(lab, add, CONNECTIONS, lab.seconds(5, 3));
        double listed = lists.bytes() / 1024.0 / lists.seconds();
        double called = calls.bytes() / 1024.0 / calls.seconds();
        report.add(Report.Row.of("tools/list, sent", TOOLS + " tools", listed, "KiB/s"));
        report.add(Report.Row.of("tools/list, sent, to that of add", TOOLS + " tools", listed / called, "×")
                .aiming(Goal.valueAtLeast(0.80)));
    }
}
