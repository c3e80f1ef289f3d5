package dev.portcullis.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
     *     line up to an empty one), the page
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            throw new IllegalArgumentException("expected: name, JMH's JSON file, file of facts, page");
        }
        var table = new ResultsTable(JmhResults.read(Path.of(args[1])));
        var facts = Files.readAllLines(Path.of(args[2]));
        var page = Path.of(args[3]);
        Files.writeString(page, replace(Files.readString(page), args[0], table.markdown(facts)));
    }

    /** @throws IllegalArgumentException the page has no such markers */
    private static String replace(String page, String name, String figures) {
        String begin = "<!-- figures of " + name + ": written by ops/bench, do not edit -->\n";
        String end = "<!-- end of " + name + " -->";
        int from = page.indexOf(begin);
        int to = page.indexOf(end, Math.max(from, 0));
        if (from < 0 || to < 0) {
            throw new IllegalArgumentException("the page has no place for figures of " + name);
        }
        return page.substring(0, from) + begin + "\n" + figures + "\n" + page.substring(to);
    }

    private String markdown(List<String> facts) {
        var out = new StringBuilder();
        for (String fact : facts) {
            if (fact.isBlank()) {
                break;
            }
            String[] nameAndValue = fact.split(" +", 2);
            line(out, "- %s: %s".formatted(nameAndValue[0], nameAndValue[nameAndValue.length - 1]));
        }
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
                        number(result.nanos()),
                        number(result.nanosError()),
                        wholeNumber(result.bytes()),
                        isBaseline ? "baseline" : Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio),
                        aim.judge(result, ratio));
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

    /** Three digits are more than a run can tell; whole numbers from a hundred on. */
    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        return value >= 100 ? wholeNumber(value) : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }

    private static String wholeNumber(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%,.0f", value);
    }

    private static void line(StringBuilder out, String line) {
        out.append(line).append('\n');
    }
}
