package dev.portcullis.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes the figures of a run into the page that shows them, between two markers; the prose around stays. Run by {@code ops/bench}. */
public final class ResultsTable {
    private final List<JmhResult> results;

    private ResultsTable(List<JmhResult> results) {
        this.results = results;
    }

    /**
     * @param args name of the run (which part of the page it fills), JMH's JSON file, a text file with the facts of the run (a word, spaces, its value, line by
     *     line up to an empty one), the page, the folder where figures are kept
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 5) {
            throw new IllegalArgumentException(
                    "expected: name, JMH's JSON file, file of facts, page, folder of results");
        }
        var table = new ResultsTable(JmhResults.read(Path.of(args[1])));
        var facts = facts(Path.of(args[2]));
        new Page(Path.of(args[3])).replace(args[0], table.markdown(facts));
        table.kept(facts).write(Path.of(args[4]).resolve("jmh.json"));
    }

    private static Map<String, String> facts(Path file) throws IOException {
        var facts = new LinkedHashMap<String, String>();
        for (String fact : Files.readAllLines(file)) {
            if (fact.isBlank()) {
                break;
            }
            String[] nameAndValue = fact.split(" +", 2);
            facts.put(nameAndValue[0], nameAndValue[nameAndValue.length - 1]);
        }
        return facts;
    }

    /** Those figures that have aims, one row for each. */
    private KeptFigures kept(Map<String, String> facts) {
        var rows = new ArrayList<KeptFigures.Row>();
        for (var result : results) {
            var aim = Aim.of(result.name());
            rows.addAll(aim.rows(
                    result.name().replace("Benchmark.", "."), paramsText(result), result, baselineNanos(aim, result)));
        }
        return new KeptFigures("jmh", facts, rows);
    }

    private String markdown(Map<String, String> facts) {
        var out = new StringBuilder();
        facts.forEach((name, value) -> line(out, "- %s: %s".formatted(name, value)));
        line(out, "- forks: " + runs());
        line(out, "");
        line(out, "| Benchmark | with | ns/op | ± | B/op | × baseline | aim |");
        line(out, "| --- | --- | ---: | ---: | ---: | ---: | --- |");
        results.forEach(result -> line(out, row(result)));
        return out.toString();
    }

    /** How it was measured; more than one way if benchmarks disagree. */
    private String runs() {
        return results.stream()
                .map(result -> "%d, each %s to warm up and %s that count"
                        .formatted(result.forks(), result.warmup(), result.measurement()))
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private String row(JmhResult result) {
        var aim = Aim.of(result.name());
        boolean isBaseline = aim.baseline().equals(result.name());
        double ratio = isBaseline ? Double.NaN : result.nanos() / baselineNanos(aim, result);
        return "| %s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        result.name().replace("Benchmark.", "."),
                        paramsText(result),
                        Page.number(result.nanos()),
                        Page.number(result.nanosError()),
                        wholeNumber(result.bytes()),
                        isBaseline ? "baseline" : Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio),
                        aim.judge(result, baselineNanos(aim, result)));
    }

    /** @return the baseline's time with the same parameters; NaN if it was not measured */
    private double baselineNanos(Aim aim, JmhResult result) {
        return results.stream()
                .filter(other ->
                        other.name().equals(aim.baseline()) && other.params().equals(result.params()))
                .mapToDouble(JmhResult::nanos)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String paramsText(JmhResult result) {
        return new TreeMap<>(result.params())
                .entrySet().stream()
                        .map(param -> param.getKey() + " " + param.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static String wholeNumber(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%,.0f", value);
    }

    private static void line(StringBuilder out, String line) {
        out.append(line).append('\n');
    }
}
