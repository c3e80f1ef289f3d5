package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final Report report =
            new Report("call", Map.of("commit", "abc1234"), new PrintStream(shown, true, StandardCharsets.UTF_8));

    @TempDir
    private Path folder;

    @Test
    void addWhenTheAimIsARatioThenJudgesItBesideTheCeiling() {
        var row = Report.Row.of("call", "stateless", 79, "requests/s").beside(100);

        assertThat(row.aiming(Goal.ratioAtLeast(0.80)).judgement()).isEqualTo("≥ 0.80 × ceiling: missed");
        assertThat(row.aiming(Goal.ratioAtLeast(0.79)).judgement()).isEqualTo("≥ 0.79 × ceiling: met");
        assertThat(row.aiming(Goal.ratioAtMost(0.78)).judgement()).endsWith("missed");
        assertThat(row.aiming(Goal.valueAtMost(79)).judgement()).isEqualTo("≤ 79 requests/s: met");
        assertThat(row.aiming(Goal.valueAtLeast(80)).judgement()).endsWith("missed");
        assertThat(row.judgement()).isEmpty();
    }

    @Test
    void addWhenAFigureComesThenShowsIt() {
        report.add(Report.Row.of("call", "stateless", 81_234.5, "requests/s").beside(100_000));

        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("81,235 requests/s", "ceiling 100,000", "0.81 ×");
    }

    @Test
    void writeWhenItHasAPictureThenKeepsItBesideTheFigures() throws Exception {
        report.add(Report.Row.of("call", "", 1, "µs"));
        report.keep(".svg", "<svg/>");

        report.write(folder);

        assertThat(folder.resolve("load-call.svg")).hasContent("<svg/>");
        assertThat(Files.readString(folder.resolve("load-call.txt"))).contains("abc1234", "call");
        assertThat(Files.readString(folder.resolve("load-call.json"))).contains("\"unit\":\"µs\"");
    }
}
