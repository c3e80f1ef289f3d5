package dev.portcullis.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a benchmark is read beside: the baseline of its class, and what it should reach. NaN where there is no aim.
 *
 * @param baseline name of the baseline
 * @param ratioMax of its time to the baseline's, in the same run
 * @param nanosMax time of an operation
 * @param bytesMax allocated by an operation
 */
record Aim(String baseline, double ratioMax, double nanosMax, double bytesMax) {
    private static final double NONE = Double.NaN;
    private static final String BARE_SHA256 = "TokenCheckBenchmark.bareSha256";
    private static final String BARE_PARSE = "ToolsCallBenchmark.bareParse";
    private static final String BARE_COPY = "SseEncoderBenchmark.bareCopy";
    private static final String BARE_NETTY = "RequestBenchmark.bareNetty";
    private static final String CONSTANT_ENDPOINT = "RequestBenchmark.constantEndpoint";

    private static final String LIST_COPY = "ToolsListBenchmark.bareCopy";
    private static final String ARGUMENT_COPY = "BigArgumentBenchmark.bareCopy";

    private static final Map<String, Aim> BY_BENCHMARK = Map.of(
            "TokenCheckBenchmark.warmHit", new Aim(BARE_SHA256, 1.25, NONE, 64),
            "ToolsCallBenchmark.decodeDispatchEncode", new Aim(BARE_PARSE, NONE, 2_000, 1_024),
            "RequestBenchmark.wholeRequest", new Aim(CONSTANT_ENDPOINT, 1.5, NONE, NONE));

    private static final Map<String, String> BASELINE_BY_CLASS = Map.of(
            "TokenCheckBenchmark", BARE_SHA256,
            "ToolsCallBenchmark", BARE_PARSE,
            "ToolsListBenchmark", LIST_COPY,
            "BigArgumentBenchmark", ARGUMENT_COPY,
            "SseEncoderBenchmark", BARE_COPY,
            "RequestBenchmark", BARE_NETTY);

    /** @param benchmark class and method */
    static Aim of(String benchmark) {
        var known = BY_BENCHMARK.get(benchmark);
        if (known != null) {
            return known;
        }
        String className = benchmark.substring(0, benchmark.indexOf('.'));
        return new Aim(BASELINE_BY_CLASS.getOrDefault(className, benchmark), NONE, NONE, NONE);
    }

    /** @return each part of the aim, and whether it is met; empty if there is none */
    String judge(JmhResult result, double baselineNanos) {
        return rows("", "", result, baselineNanos).stream()
                .map(row -> row.aim() + (row.isMet() ? ": met" : ": **missed**"))
                .collect(Collectors.joining(", "));
    }

    /** @return a row for each part of the aim; none if there is no aim */
    List<KeptFigures.Row> rows(String what, String with, JmhResult result, double baselineNanos) {
        var rows = new ArrayList<KeptFigures.Row>();
        double nanos = result.nanos();
        if (isWanted(ratioMax, baselineNanos)) {
            rows.add(new KeptFigures.Row(
                    what,
                    with,
                    nanos,
                    "ns/op",
                    baselineNanos,
                    text("≤ %.2f ×", ratioMax),
                    nanos / baselineNanos <= ratioMax));
        }
        if (isWanted(nanosMax, nanos)) {
            rows.add(new KeptFigures.Row(
                    what, with, nanos, "ns/op", NONE, text("< %,.0f ns", nanosMax), nanos <= nanosMax));
        }
        if (isWanted(bytesMax, result.bytes())) {
            rows.add(new KeptFigures.Row(
                    what, with, result.bytes(), "B/op", NONE, text("≤ %,.0f B", bytesMax), result.bytes() <= bytesMax));
        }
        return rows;
    }

    private static boolean isWanted(double max, double measured) {
        return !Double.isNaN(max) && !Double.isNaN(measured);
    }

    private static String text(String form, double max) {
        return String.format(Locale.ROOT, form, max);
    }
}
