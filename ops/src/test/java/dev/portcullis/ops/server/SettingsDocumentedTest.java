package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is written about settings, and the table of settings, are the same. */
class SettingsDocumentedTest {
    private static final Path ROOT = root();

    @Test
    void linesWhenPrintedThenHaveEverySettingAndExitCode() {
        var help = String.join("\n", SettingsHelp.lines());

        for (Setting setting : Setting.values()) {
            assertThat(help).containsPattern("(?m)^  " + setting + "( |$)");
        }
        for (ExitCode code : ExitCode.values()) {
            assertThat(help).containsPattern("(?m)^ +" + code.number() + "  ");
        }
        assertThat(help.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    /** README.md has a row {@code | `NAME`…} for each setting but limits, which it leaves to --help and to the example file. */
    @Test
    void readmeWhenReadThenItsTableHasEverySettingThatIsNoLimit() throws IOException {
        Path readme = ROOT.resolve("README.md");
        var rows = Files.readString(readme)
                .lines()
                .filter(line -> line.startsWith("|"))
                .collect(Collectors.joining("\n"));

        for (Setting setting : Setting.values()) {
            if (setting.group() != Setting.Group.LIMITS) {
                assertThat(rows).contains("`" + setting + "`");
            }
        }
    }

    /** The other way round: a name in the first column of README's table that looks like a setting is one. */
    @Test
    void readmeWhenReadThenItsTableHasNoSettingThatIsNone() throws IOException {
        Path readme = ROOT.resolve("README.md");
        var name = Pattern.compile("`([A-Z][A-Z_]+)`");

        Files.readString(readme).lines().filter(line -> line.startsWith("| `")).forEach(line -> {
            var names = name.matcher(line.split("\\|", -1)[1]);
            while (names.find()) {
                assertThat(Setting.named(names.group(1))).as(names.group(1)).isNotNull();
            }
        });
    }

    @Test
    void exampleYamlWhenUncommentedThenHasEverySettingWithItsDefault() throws Exception {
        var text = Files.readString(ROOT.resolve("ops/portcullis.example.yaml"));
        var settings = text.lines()
                .filter(line -> line.matches("#[a-z-]+: .*"))
                .map(line -> line.substring(1))
                .collect(Collectors.joining("\n"));

        Set<Setting> seen = new HashSet<>();
        for (var entry : YamlFile.parse(settings).entries()) {
            var setting = Setting.named(entry.name());
            assertThat(setting).as(entry.written()).isNotNull();
            assertThat(seen.add(setting)).as(entry.written()).isTrue();
            boolean hasDefault = !setting.defaultText().isEmpty() && setting != Setting.PUBLIC_URL;
            assertThat(entry.value())
                    .as(entry.written())
                    .isEqualTo(hasDefault ? setting.defaultText() : setting.example());
        }

        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Setting.values())
                        .filter(setting -> setting.kind() != Setting.Kind.SCRIPT)
                        .toList());
    }

    @Test
    void exampleDevVarsWhenReadThenHasOnlySettings() throws IOException {
        var lines = DotEnvFile.parse(Files.readString(ROOT.resolve("ops/.dev.vars.example")));

        assertThat(lines).isNotEmpty().allSatisfy(line -> {
            assertThat(line).isInstanceOf(DotEnvFile.Line.Assignment.class);
            assertThat(Setting.named(((DotEnvFile.Line.Assignment) line).key())).isNotNull();
        });
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("ops/run"))) {
            folder = folder.getParent();
        }
        return java.util.Objects.requireNonNull(folder, "not inside the repository");
    }
}
