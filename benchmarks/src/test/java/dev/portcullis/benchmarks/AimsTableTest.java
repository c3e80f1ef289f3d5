package dev.portcullis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AimsTableTest {
    private static final String PAGE = """
            # Figures
            <!-- figures of aims: written by ops/bench, do not edit -->
            old aims
            <!-- end of aims -->
            Prose.
            <!-- figures of load: written by ops/bench, do not edit -->
            old figures
            <!-- end of load -->
            The end.
            """;

    @TempDir
    private Path folder;

    @Test
    void mainWhenFiguresAreKeptThenWritesWhatWasWantedBesideThem() throws Exception {
        keep(
                "load-call",
                new KeptFigures.Row("call", "2026-07-28", 80_000, "requests/s", 100_000, "≥ 0.80 × ceiling", true),
                new KeptFigures.Row("call", "2025-11-25", 70_000, "requests/s", 100_000, "≥ 0.80 × ceiling", false),
                new KeptFigures.Row("call, CPU", "2025-11-25", 12.5, "µs/request", 10, "", false));

        String page = written();

        assertThat(page)
                .contains("2026-07-28: 80,000 requests/s (0.80 ×)<br>2025-11-25: 70,000 requests/s (0.70 ×)")
                .contains("| met<br>**missed** | `ops/bench load call` | abc1234 |")
                .contains("| call, CPU | 2025-11-25 | 12.5 | µs/request | 10.0 | 1.25 |  |")
                .contains("- machine: a machine");
    }

    @Test
    void mainWhenNothingIsKeptOfAnAimThenSaysSo() throws Exception {
        assertThat(written().lines().filter(line -> line.startsWith("| idle streams")))
                .singleElement()
                .asString()
                .contains("not measured");
    }

    @Test
    void mainWhenItWritesAgainThenProseStaysAndOldFiguresGo() throws Exception {
        keep("load-mixed", new KeptFigures.Row("mixed", "", 1, "requests/s", Double.NaN, "", false));
        written();

        String page = written();

        assertThat(page).contains("Prose.", "The end.").doesNotContain("old aims", "old figures");
        assertThat(page.split("### load-mixed", -1)).hasSize(2);
    }

    @Test
    void mainWhenThereIsAPictureThenShowsIt() throws Exception {
        keep("load-latency", new KeptFigures.Row("p99", "", 1, "µs", 1, "", false));
        Files.writeString(folder.resolve("load-latency.svg"), "<svg/>");

        assertThat(written()).contains("](results/load-latency.svg)");
    }

    @Test
    void mainWhenThePageHasNoPlaceThenRefuses() throws Exception {
        Path page = Files.writeString(folder.resolve("page.md"), "# Nothing\n");

        assertThatThrownBy(() -> AimsTable.main(new String[] {folder.toString(), page.toString()}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("aims");
    }

    @Test
    void readWhenWrittenThenIsTheSame() throws Exception {
        var figures = new KeptFigures(
                "call",
                facts(),
                List.of(
                        new KeptFigures.Row("a \"quoted\" one", "x", 1.5, "µs", 3, "≤ 2", true),
                        new KeptFigures.Row("alone", "", 7, "×", Double.NaN, "", false)));
        Path file = folder.resolve("some.json");

        figures.write(file);

        assertThat(KeptFigures.read(file)).isEqualTo(figures);
    }

    private void keep(String file, KeptFigures.Row... rows) throws Exception {
        new KeptFigures(file, facts(), List.of(rows)).write(folder.resolve(file + ".json"));
    }

    private static Map<String, String> facts() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("commit", "abc1234");
        facts.put("machine", "a machine");
        facts.put("command", "ops/bench load call");
        return facts;
    }

    private String written() throws Exception {
        Path page = folder.resolve("page.md");
        if (!Files.exists(page)) {
            Files.writeString(page, PAGE);
        }
        AimsTable.main(new String[] {folder.toString(), page.toString()});
        return Files.readString(page);
    }
}
