package dev.portcullis.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What was wanted and what was measured, and then every figure under load: written into the page from all that is kept in {@code benchmarks/results}. Run by
 * {@code ops/bench}.
 */
public final class AimsTable {
    private static final String LOAD_PREFIX = "load-";

    /** By the name of the file, without its ending. */
    private final Map<String, KeptFigures> kept = new TreeMap<>();

    private final Path results;

    /**
     * A line of the table.
     *
     * @param what is measured
     * @param aim as it was set
     * @param file with the figures
     * @param isMeant which of its rows that have aims belong to this one
     */
    private record Wanted(String what, String aim, String file, Predicate<KeptFigures.Row> isMeant) {
        Wanted(String what, String aim, String file, String begin) {
            this(what, aim, file, row -> row.what().startsWith(begin));
        }

        Wanted(String what, String aim, String file) {
            this(what, aim, file, _ -> true);
        }
    }

    private static final List<Wanted> ALL = List.of(
            new Wanted(
                    "authenticated `tools/call add`, HTTP/1.1, 64 connections, one core",
                    "≥ 0.80 (at the very least 0.70) of the requests/s of the ceiling",
                    "load-call",
                    row -> row.unit().equals("requests/s")),
            new Wanted(
                    "the same stateless and in a session",
                    "within 10 % of each other",
                    "load-call",
                    row -> !row.unit().equals("requests/s")),
            new Wanted("p99 at half of the maximum load, open loop", "≤ 2 × the ceiling's", "load-latency"),
            new Wanted("token check, warm", "≤ 1.25 × SHA-256 of the token, ≤ 64 B/op", "jmh", "TokenCheck.warmHit"),
            new Wanted(
                    "decode + dispatch + encode of `tools/call add`",
                    "< 2 µs/op, < 1 KB/op",
                    "jmh",
                    "ToolsCall.decodeDispatchEncode"),
            new Wanted(
                    "whole request through `EmbeddedChannel`",
                    "≤ 1.5 × the same pipeline with a constant endpoint",
                    "jmh",
                    "Request."),
            new Wanted(
                    "`tools/list` of 100 tools for one person",
                    "≥ 0.8 of the rate of `add` per KB sent, and 0.80 of the requests/s of the ceiling that sends the same bytes",
                    "load-list"),
            new Wanted(
                    "64 KiB and 4 MiB arguments: throughput",
                    "within 25 % of copying the bytes",
                    "load-big",
                    row -> row.unit().equals("requests/s")),
            new Wanted(
                    "64 KiB and 4 MiB arguments: heap of a request",
                    "≤ 2 × its size",
                    "load-big",
                    row -> !row.unit().equals("requests/s")),
            new Wanted(
                    "idle streams",
                    "15,000 on one node, < 3 KB of heap and < 9 KB resident each, no rise in p99 of calls",
                    "load-idle"),
            new Wanted(
                    "one event to many streams: the last has it, p99",
                    "≤ 2 × the ceiling's; to each stream exactly once",
                    "load-fanout"),
            new Wanted(
                    "readers that do not read, writers that hardly write",
                    "p99 of others ≤ 1.25 ×; memory within the limits; ended in time, and everything given back",
                    "load-slow"),
            new Wanted(
                    "growth: from 1 to 100,000 grants, sessions, cached tokens; from 1 to 1,000 tools",
                    "cost of a request flat (± 10 %)",
                    "load-growth"),
            new Wanted("start to first answer, one core", "< 0.8 s, < 100 MB resident", "load-start"),
            new Wanted("full sign-ins, one core", "≥ 400/s, flat for a person with thousands of grants", "load-signin"),
            new Wanted(
                    "refreshes, one core",
                    "≥ 2,000/s in memory; with the file store as many as its group commit carries",
                    "load-refresh"),
            new Wanted(
                    "four hours' worth of mixed load, compressed",
                    "no growth of heap, direct memory, file descriptors, threads",
                    "load-soak"));

    private AimsTable(Path results) {
        this.results = results;
    }

    /** @param args folder of results, page */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("expected: folder of results, page");
        }
        var table = new AimsTable(Path.of(args[0]));
        table.read();
        var page = new Page(Path.of(args[1]));
        page.replace("aims", table.aims());
        page.replace("load", table.load());
    }

    private void read() throws IOException {
        try (var files = Files.list(results)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".json")).toList()) {
                String name = file.getFileName().toString();
                kept.put(name.substring(0, name.length() - ".json".length()), KeptFigures.read(file));
            }
        }
    }

    private String aims() {
        var out = new StringBuilder();
        for (String fact : List.of("machine", "system", "java")) {
            String values = kept.values().stream()
                    .map(figures -> figures.facts().getOrDefault(fact, ""))
                    .filter(value -> !value.isEmpty())
                    .distinct()
                    .collect(Collectors.joining("; "));
            line(out, "- %s: %s".formatted(fact, values));
        }
        line(out, "");
        line(out, "| What | Aim | Measured | | Command | Commit |");
        line(out, "| --- | --- | --- | --- | --- | --- |");
        ALL.forEach(wanted -> line(out, aim(wanted)));
        return out.toString();
    }

    private String aim(Wanted wanted) {
        var figures = kept.get(wanted.file());
        if (figures == null) {
            return "| %s | %s | not measured | | | |".formatted(wanted.what(), wanted.aim());
        }
        var measured = new ArrayList<String>();
        var verdicts = new ArrayList<String>();
        for (var row : figures.rows()) {
            if (!row.aim().isEmpty() && wanted.isMeant().test(row)) {
                measured.add(figure(row));
                verdicts.add(row.isMet() ? "met" : "**missed**");
            }
        }
        return "| %s | %s | %s | %s | `%s` | %s |"
                .formatted(
                        wanted.what(),
                        wanted.aim(),
                        measured.isEmpty() ? "see below" : String.join("<br>", measured),
                        String.join("<br>", verdicts),
                        figures.facts().getOrDefault("command", ""),
                        figures.facts().getOrDefault("commit", ""));
    }

    private static String figure(KeptFigures.Row row) {
        String ratio = Double.isNaN(row.ratio()) ? "" : String.format(Locale.ROOT, " (%.2f ×)", row.ratio());
        return (row.with().isEmpty() ? "" : row.with() + ": ") + Page.number(row.value()) + " " + row.unit() + ratio;
    }

    /** Every scenario with every figure, and its picture if it drew one. */
    private String load() {
        var out = new StringBuilder();
        kept.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(LOAD_PREFIX))
                .sorted(Comparator.comparing(entry -> place(entry.getKey())))
                .forEach(entry -> addScenario(out, entry.getKey(), entry.getValue()));
        return out.toString();
    }

    /** As in the table of aims; what has none there comes last. */
    private static int place(String file) {
        for (int i = 0; i < ALL.size(); i++) {
            if (ALL.get(i).file().equals(file)) {
                return i;
            }
        }
        return ALL.size();
    }

    private void addScenario(StringBuilder out, String file, KeptFigures figures) {
        line(out, "### " + figures.run());
        line(out, "");
        line(
                out,
                "`%s`, commit %s, %s, load %s"
                        .formatted(
                                figures.facts().getOrDefault("command", ""),
                                figures.facts().getOrDefault("commit", ""),
                                figures.facts().getOrDefault("date", ""),
                                figures.facts().getOrDefault("load", "unknown")));
        line(out, "");
        if (Files.exists(results.resolve(file + ".svg"))) {
            line(out, "![%s](results/%s.svg)".formatted(figures.run(), file));
            line(out, "");
        }
        line(out, "| What | with | measured | unit | ceiling | × ceiling | aim |");
        line(out, "| --- | --- | ---: | --- | ---: | ---: | --- |");
        for (var row : figures.rows()) {
            line(out, row(row));
        }
        line(out, "");
    }

    private static String row(KeptFigures.Row row) {
        return "| %s | %s | %s | %s | %s | %s | %s |"
                .formatted(
                        row.what(),
                        row.with(),
                        Page.number(row.value()),
                        row.unit(),
                        Page.number(row.beside()),
                        Double.isNaN(row.ratio()) ? "" : String.format(Locale.ROOT, "%.2f", row.ratio()),
                        row.aim().isEmpty() ? "" : row.aim() + (row.isMet() ? ": met" : ": **missed**"));
    }

    private static void line(StringBuilder out, String line) {
        out.append(line).append('\n');
    }
}
