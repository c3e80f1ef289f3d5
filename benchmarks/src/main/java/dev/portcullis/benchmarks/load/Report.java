package dev.portcullis.benchmarks.load;

import dev.portcullis.benchmarks.KeptFigures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of one scenario, shown as they come and kept at its end. One thread. */
final class Report {
    private final String scenario;
    private final Map<String, String> facts;
    private final PrintStream out;
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, String> texts = new LinkedHashMap<>();

    /**
     * A figure.
     *
     * @param what is measured
     * @param with under which circumstances; may be empty
     * @param ceiling the bare server's figure; NaN if there is none
     * @param goal null if there is none
     */
    record Row(
            String what,
            String with,
            double value,
            String unit,
            double ceiling,
            @Nullable Goal goal) {
        static Row of(String what, String with, double value, String unit) {
            return new Row(what, with, value, unit, Double.NaN, null);
        }

        /** The same, beside what the bare server did. */
        Row beside(double bareServer) {
            return new Row(what, with, value, unit, bareServer, goal);
        }

        Row aiming(Goal wanted) {
            return new Row(what, with, value, unit, ceiling, wanted);
        }

        /** @return NaN if there is nothing to compare with */
        double ratio() {
            return value / ceiling;
        }

        /** @return what should be, and whether it is; empty if there is no aim */
        String judgement() {
            return goal == null ? "" : goal.text(unit) + (goal.isMet(value, ratio()) ? ": met" : ": missed");
        }

        private KeptFigures.Row kept() {
            return new KeptFigures.Row(
                    what,
                    with,
                    value,
                    unit,
                    ceiling,
                    goal == null ? "" : goal.text(unit),
                    goal != null && goal.isMet(value, ratio()));
        }
    }

    /** @param facts of the run: machine, JDK, commit and so on, in order */
    Report(String scenario, Map<String, String> facts, PrintStream out) {
        this.scenario = scenario;
        this.facts = new LinkedHashMap<>(facts);
        this.out = out;
    }

    void add(Row row) {
        rows.add(row);
        out.println(line(row));
    }

    /** Says what is going on, to whoever waits. */
    void note(String text) {
        out.println("  " + text);
    }

    /**
     * Keeps something beside the figures, such as a plot.
     *
     * @param ending of the file's name, behind {@code load-SCENARIO}: {@code .svg}
     */
    void keep(String ending, String text) {
        texts.put(ending, text);
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    /** Writes {@code load-SCENARIO.json}, {@code .txt} and what was kept. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        kept().write(folder.resolve("load-" + scenario + ".json"));
        Files.writeString(folder.resolve("load-" + scenario + ".txt"), text());
        for (var kept : texts.entrySet()) {
            Files.writeString(folder.resolve("load-" + scenario + kept.getKey()), kept.getValue());
        }
    }

    private String text() {
        var text = new StringBuilder();
        facts.forEach((name, value) -> text.append(String.format("%-8s %s%n", name, value)));
        text.append('\n');
        rows.forEach(row -> text.append(line(row)).append('\n'));
        return text.toString();
    }

    private static String line(Row row) {
        String compared = Double.isNaN(row.ceiling())
                ? ""
                : "ceiling " + number(row.ceiling()) + String.format(Locale.ROOT, "  %.2f ×", row.ratio());
        return String.format(
                        "%-44s %-22s %14s %-12s %-28s %s",
                        row.what(), row.with(), number(row.value()), row.unit(), compared, row.judgement())
                .stripTrailing();
    }

    /** Three digits are more than a run can tell; whole numbers from a hundred on. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value < 10 ? "%.2f" : "%.1f", value);
    }

    /** @return without a fraction that is none: 99, 99.9 */
    static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private KeptFigures kept() {
        return new KeptFigures(scenario, facts, rows.stream().map(Row::kept).toList());
    }
}
