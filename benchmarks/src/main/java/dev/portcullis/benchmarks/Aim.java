package dev.portcullis.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
    String judge(JmhResult result, double ratio) {
        var parts = new ArrayList<String>();
        judge(parts, ratio, ratioMax, "≤ %.2f ×");
        judge(parts, result.nanos(), nanosMax, "< %,.0f ns");
        judge(parts, result.bytes(), bytesMax, "≤ %,.0f B");
        return String.join(", ", parts);
    }

    private static void judge(List<String> parts, double measured, double max, String form) {
        if (!Double.isNaN(max) && !Double.isNaN(measured)) {
            parts.add(String.format(Locale.ROOT, form, max) + (measured <= max ? ": met" : ": **missed**"));
        }
    }
}
