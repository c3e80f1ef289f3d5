package dev.portcullis.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Compares what the hot path allocates with the figures on record, which hardly depend on the machine. Code that is not compiled yet, or was compiled without what it calls, allocates
 * more, and both are a matter of chance: what counts is the least of some runs. Time is not judged.
 */
public final class AllocationGuard {
    /** A rise of more than this fails. */
    private static final double RISE_MAX = 0.10;

    /** An object or two may come and go with what the compiler finds out, and are more than a tenth of little. */
    private static final double BYTES_TOLERATED = 48;

    private static final int TRIES = 3;
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** The hot path: classes and methods, each with the values of its parameters. Another one is another line here. */
    private static final List<Hot> HOT = List.of(
            new Hot("TokenCheckBenchmark.warmHit", Map.of("grants", "1024")),
            new Hot("ToolsCallBenchmark.decodeDispatchEncode", Map.of("revision", "2026-07-28", "tools", "1")),
            new Hot("ToolsCallBenchmark.decodeDispatchEncode", Map.of("revision", "2025-11-25", "tools", "1")),
            new Hot("ToolsListBenchmark.list", Map.of("revision", "2026-07-28", "tools", "100")),
            new Hot("RequestBenchmark.wholeRequest", Map.of("revision", "2026-07-28")),
            new Hot("RequestBenchmark.wholeRequest", Map.of("revision", "2025-11-25")));

    /** A benchmark that is watched. */
    private record Hot(String benchmark, Map<String, String> params) {
        /** @return what it is called on record, e.g. {@code ToolsCall.decodeDispatchEncode.2025-11-25.1} */
        String key() {
            return Stream.concat(Stream.of(benchmark.replace("Benchmark", "")), new TreeMap<>(params).values().stream())
                    .reduce((left, right) -> left + "." + right)
                    .orElseThrow();
        }
    }

    private AllocationGuard() {}

    /**
     * Measures, and compares or records.
     *
     * @param words the file of the figures, and {@code --record} to write it anew
     */
    public static void main(String[] words) throws IOException, RunnerException {
        Path file = Path.of(words[0]);
        if (words.length > 1 && words[1].equals("--record")) {
            record(file, measure(Map.of()));
            System.out.println("Recorded in " + file);
            return;
        }
        var problems = check(file);
        problems.forEach(System.out::println);
        if (!problems.isEmpty()) {
            System.exit(1);
        }
        System.out.println("None of " + HOT.size() + " benchmarks allocates more than is on record.");
    }

    /** @return what allocates more than is on record; empty if nothing does */
    static List<String> check(Path file) throws IOException, RunnerException {
        var recorded = read(file);
        return problems(recorded, measure(recorded));
    }

    /**
     * Bytes of each, in the order of their names.
     *
     * @param recorded a benchmark that stays within its figure is not measured again
     */
    private static Map<String, Double> measure(Map<String, Double> recorded) throws RunnerException {
        System.setProperty("jmh.ignoreLock", "true"); // whoever measures time elsewhere on the machine does not disturb
        var measured = new TreeMap<String, Double>();
        for (Hot hot : HOT) {
            for (int i = 0; i < TRIES && !isWithin(recorded.get(hot.key()), measured.get(hot.key())); i++) {
                measured.merge(hot.key(), measureOnce(hot), Math::min);
            }
        }
        return measured;
    }

    private static double measureOnce(Hot hot) throws RunnerException {
        var options = new OptionsBuilder()
                .include("\\." + hot.benchmark().replace(".", "\\.") + "$")
                .forks(1)
                .warmupIterations(8)
                .warmupTime(TimeValue.milliseconds(300))
                .measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(200))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .jvmArgsAppend(
                        "-Xbatch", // on a busy machine the compiler would else come late
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseCompactObjectHeaders",
                        "-Dio.netty.leakDetection.level=disabled");
        hot.params().forEach((name, value) -> options.param(name, value));
        return new Runner(options.build())
                .run().stream().mapToDouble(AllocationGuard::bytes).min().orElseThrow();
    }

    private static double bytes(RunResult result) {
        return result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(iteration -> iteration.getSecondaryResults().get(ALLOCATED))
                .mapToDouble(allocated -> Objects.requireNonNull(allocated).getScore())
                .min()
                .orElseThrow();
    }

    private static boolean isWithin(@Nullable Double recorded, @Nullable Double measured) {
        return recorded != null
                && measured != null
                && measured <= recorded + Math.max(recorded * RISE_MAX, BYTES_TOLERATED);
    }

    /** @return what has risen too far, or is on one side alone */
    static List<String> problems(Map<String, Double> recorded, Map<String, Double> measured) {
        var problems = new ArrayList<String>();
        measured.forEach((key, bytes) -> {
            Double known = recorded.get(key);
            if (known == null) {
                problems.add(key + " is not on record: ops/bench guard --record");
            } else if (!isWithin(known, bytes)) {
                problems.add(
                        String.format(Locale.ROOT, "%s allocates %.0f bytes, %.0f are on record", key, bytes, known));
            }
        });
        recorded.keySet().stream()
                .filter(key -> !measured.containsKey(key))
                .forEach(key -> problems.add(key + " is on record and was not measured"));
        return problems;
    }

    static Map<String, Double> read(Path file) throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        var recorded = new TreeMap<String, Double>();
        properties.forEach((key, bytes) -> recorded.put((String) key, Double.valueOf((String) bytes)));
        return recorded;
    }

    /** Keeps the head of the file. */
    static void record(Path file, Map<String, Double> measured) throws IOException {
        var lines = new ArrayList<String>();
        Files.readAllLines(file).stream().filter(line -> line.startsWith("#")).forEach(lines::add);
        measured.forEach((key, bytes) -> lines.add(key + "=" + Math.round(bytes)));
        Files.write(file, lines, StandardCharsets.UTF_8);
    }
}
