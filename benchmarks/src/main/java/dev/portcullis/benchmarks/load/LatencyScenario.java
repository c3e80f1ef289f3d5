package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How long calls of {@code add} take at a tenth of what we can do, at two tenths and so on; the bare server at the same rates, of which it could do more. Half of what
 * we can do is measured by turns, since an aim is on it: see {@link Spread}.
 */
final class LatencyScenario implements Scenario {
    private static final int CONNECTIONS = 64;
    private static final List<Integer> LOADS = List.of(10, 30, 50, 70, 90);
    private static final List<Integer> QUICK_LOADS = List.of(10, 50, 90);
    private static final int HALF = 50;
    private static final int TURNS = 7;
    private static final int TURNS_QUICK = 3;
    private static final double[] PERCENTILES = {50, 99, 99.9};

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String help() {
        return "p50, p99 and p99.9 of calls at 10 to 90 % of the most, from when they were due";
    }

    @Override
    public void run(Lab lab, Report report) throws InterruptedException {
        try (var server = lab.server(Map.of())) {
            String token =
                    Tokens.register(server.uri()).signIn("alice@example.com").access();
            var call = McpRequests.call(token, "add", McpRequests.TWO_AND_THREE);
            var answer = Answer.of(server.uri(), call).expecting(200, "\"text\":\"5\"");
            try (var ceiling = lab.ceiling(answer)) {
                new Run(lab, report, server, ceiling, List.of(call)).run();
            }
        }
    }

    /** What goes through the steps. */
    private record Run(Lab lab, Report report, Subject server, Subject ceiling, List<Request> calls) {
        void run() throws InterruptedException {
            double most = most();
            var points = new ArrayList<Point>();
            for (int percent : lab.isQuick() ? QUICK_LOADS : LOADS) {
                points.add(at(percent, most * percent / 100));
            }
            report.keep(".svg", plot(points));
        }

        /** @return calls a second, by wrk; both servers and the generator are warm then */
        private double most() throws InterruptedException {
            double most = 0;
            for (var subject : List.of(ceiling, server)) {
                var asked = new SideBySide.Asked(subject, calls);
                SideBySide.once(lab, asked, CONNECTIONS, lab.seconds(12, 6));
                most = SideBySide.once(lab, asked, CONNECTIONS, lab.seconds(5, 3))
                        .perSecond();
            }
            report.add(Report.Row.of("the most that calls of add reach", "closed loop", most, "requests/s"));
            for (int turn = 0; turn < lab.seconds(2, 1); turn++) {
                once(ceiling, most / 2);
                once(server, most / 2);
            }
            return most;
        }

        private Point at(int percent, double perSecond) throws InterruptedException {
            var ours = new Histogram(3);
            var bare = new Histogram(3);
            var ourP99 = new ArrayList<Double>();
            var bareP99 = new ArrayList<Double>();
            for (int turn = 0; turn < (percent == HALF ? lab.seconds(TURNS, TURNS_QUICK) : 1); turn++) {
                ourP99.add(addTurn(ours, once(server, perSecond)));
                bareP99.add(addTurn(bare, once(ceiling, perSecond)));
            }
            String with = String.format(Locale.ROOT, "%d %% of the most, %,.0f/s", percent, perSecond);
            for (double percentile : PERCENTILES) {
                report.add(Report.Row.of(
                                "p" + Report.plain(percentile) + " of calls",
                                with,
                                ours.getValueAtPercentile(percentile) / 1e3,
                                "µs")
                        .beside(bare.getValueAtPercentile(percentile) / 1e3));
            }
            if (percent == HALF) {
                addAimed(ourP99, bareP99);
            }
            return new Point(percent, ours, bare);
        }

        private static double addTurn(Histogram all, Histogram turn) {
            all.add(turn);
            return turn.getValueAtPercentile(99) / 1e3;
        }

        private void addAimed(List<Double> ours, List<Double> bare) {
            var us = Spread.of(ours);
            var them = Spread.of(bare);
            report.add(Report.Row.of("p99 of calls at half, a turn's", us.toString(), us.median(), "µs"));
            report.add(Report.Row.of("p99 of calls at half, a turn's", "bare server, " + them, them.median(), "µs"));
            var ratios = Spread.ofRatios(ours, bare);
            report.add(
                    Report.Row.of("p99 of calls at half, to the bare server's", ratios.toString(), ratios.median(), "×")
                            .aiming(Goal.valueAtMost(2)));
        }

        private Histogram once(Subject subject, double perSecond) throws InterruptedException {
            var plan = new OpenLoop.Plan(CONNECTIONS, perSecond, 1, lab.seconds(3, 2));
            return OpenLoop.run(subject.uri(), calls, plan).latencies();
        }

        private static String plot(List<Point> points) {
            var lines = new ArrayList<Plot.Series>();
            for (int i = 0; i < PERCENTILES.length; i++) {
                double percentile = PERCENTILES[i];
                String name = "p" + Report.plain(percentile);
                lines.add(new Plot.Series(name, i, false, line(points, percentile, true)));
                lines.add(new Plot.Series(name + ", bare server", i, true, line(points, percentile, false)));
            }
            return Plot.svg(
                    "Latency of tools/call add by load, from when it was due",
                    new Plot.Axis("load, in % of what the server can do at most", false),
                    new Plot.Axis("µs", true),
                    lines);
        }

        private static List<Plot.Point> line(List<Point> points, double percentile, boolean isOurs) {
            return points.stream()
                    .map(point -> new Plot.Point(
                            point.percent(),
                            (isOurs ? point.ours() : point.bare()).getValueAtPercentile(percentile) / 1e3))
                    .toList();
        }
    }

    /** What was measured at one rate. */
    private record Point(int percent, Histogram ours, Histogram bare) {}
}
