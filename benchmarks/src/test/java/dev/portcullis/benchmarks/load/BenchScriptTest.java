package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchScriptTest {
    private static final Path SCRIPT =
            Path.of("..", "ops", "bench").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void helpWhenAskedThenNamesEveryScenario() throws Exception {
        var run = run(System.getenv("PATH"), "--help");

        assertThat(run.code()).isZero();
        Scenario.ALL.forEach(scenario -> assertThat(run.said().lines().map(String::strip))
                .contains(String.format("%-11s %s", scenario.name(), scenario.help())));
    }

    @Test
    void loadWhenThereIsNoWrkThenSaysHowToGetItAndExitsWith69() throws Exception {
        for (String tool : List.of("bash", "dirname", "readlink", "env")) {
            Files.createSymbolicLink(folder.resolve(tool), find(tool));
        }

        var run = run(folder.toString(), "load", "call");

        assertThat(run.code()).isEqualTo(69);
        assertThat(run.said()).contains("apt-get install wrk");
    }

    private static Path find(String tool) {
        return List.of("/usr/bin", "/bin").stream()
                .map(place -> Path.of(place, tool))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    private static Run run(String path, String... arguments) throws Exception {
        var command = new java.util.ArrayList<String>();
        command.add(find("bash").toString());
        command.add(SCRIPT.toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", path);
        var process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), said);
    }

    private record Run(int code, String said) {}
}
