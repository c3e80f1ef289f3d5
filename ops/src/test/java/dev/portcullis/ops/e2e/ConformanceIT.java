package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The official suite, all of it, at every revision, against one server process; by the command that people have for it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceIT {
    private static final Path COMMAND = Path.of("conformance").toAbsolutePath();
    private static final int MINUTES_MAX = 10;

    /** What the suite of package-lock.json runs: 33 at 2025-11-25, 50 at 2026-07-28, 27 at 2025-06-18, 1 at 2025-03-26; twice 4 of the authorization server. */
    static final int SCENARIOS = 33 + 50 + 27 + 1 + 8;

    @TempDir
    static Path folder;

    private List<String> lines = List.of();
    private int exitCode;

    @BeforeAll
    void runSuite() throws Exception {
        Path output = folder.resolve("output.txt");
        var builder = new ProcessBuilder(COMMAND.toString(), "--no-build", "--results", folder.toString(), "all")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroyForcibly();
            throw new AssertionError("the suite did not end:\n" + Files.readString(output));
        }
        exitCode = process.exitValue();
        lines = Files.readAllLines(output);
    }

    @Test
    void suiteWhenRunThenNoScenarioFails() {
        assertThat(beginningWith("failed")).isEmpty();
        assertThat(exitCode).as(String.join("\n", lines)).isZero();
        assertThat(beginningWith("passed").size() + beginningWith("skipped").size())
                .as(String.join("\n", lines))
                .isEqualTo(SCENARIOS);
    }

    /** The suite skips this one for every server, and says so itself. */
    @Test
    void suiteWhenRunThenSkipsOnlyWhatItAlwaysSkips() {
        assertThat(beginningWith("skipped"))
                .singleElement()
                .asString()
                .contains("tasks-status-notifications")
                .contains("The harness needs a rewrite");
    }

    @Test
    void suiteWhenRunThenWarnsOfNothing() {
        assertThat(lines).noneMatch(line -> line.contains(": warning, "));
    }

    @Test
    void fixtureWhenTheSuiteHasEndedThenHasNotComplained() throws Exception {
        var bugs = Files.readAllLines(folder.resolve("server.txt")).stream()
                .filter(line -> line.contains("LEAK") || line.contains(" failed (reference"))
                .filter(line -> !line.contains("tool protocol_error_job failed")) // which is its task
                .toList();

        assertThat(bugs).isEmpty();
    }

    private List<String> beginningWith(String verdict) {
        return lines.stream()
                .filter(line -> line.startsWith("  " + verdict + " "))
                .toList();
    }
}
