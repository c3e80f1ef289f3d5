package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.server.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own: what it prints where, and with which code it ends. */
class MainTest {
    private static final long SECONDS_MAX = 60;

    @TempDir
    Path directory;

    private record Ended(int code, String out, String err) {}

    @Test
    void mainWhenAskedForHelpThenPrintsEverySettingAndEndsWith0() throws Exception {
        var ended = run(Map.of(), "--help");

        assertThat(ended.code).isZero();
        assertThat(ended.err).isEmpty();
        assertThat(ended.out).startsWith("Usage: ops/run").contains("--check", "--version", "Exit codes:");
        for (Setting setting : Setting.values()) {
            assertThat(ended.out).containsPattern("(?m)^  " + setting + "( |$)");
        }
    }

    /** Nothing is read or made for it: it works with settings that are wrong. */
    @Test
    void mainWhenAskedForVersionThenPrintsItAndEndsWith0() throws Exception {
        var ended = run(Map.of("PORT", "none"), "--version");

        assertThat(ended.code).isZero();
        assertThat(ended.out).startsWith("Portcullis ").contains("Java 2");
    }

    @Test
    void mainWhenAnOptionIsUnknownThenEndsWith64() throws Exception {
        var ended = run(Map.of(), "--prot=1");

        assertThat(ended.code).isEqualTo(64);
        assertThat(ended.err).contains("--prot");
    }

    @Test
    void mainWhenSettingsAreWrongThenListsAllMistakesAndEndsWith78() throws Exception {
        Files.writeString(directory.resolve(".dev.vars"), "ACCESS_CLIENT_ID=abc\nACCESS_CLIENTSECRET=hunter2\n");
        Files.writeString(directory.resolve("portcullis.yaml"), "port: 99999\n");

        var ended = run(Map.of("AUTH", "perhaps"));

        assertThat(ended.code).isEqualTo(78);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err)
                .startsWith("5 settings are wrong:")
                .contains("ACCESS_CLIENTSECRET (.dev.vars line 2) is no setting.", "Did you mean ACCESS_CLIENT_SECRET?")
                .contains("PORT=99999 (portcullis.yaml line 1)")
                .contains(
                        "ACCESS_CLIENT_SECRET, ACCESS_AUTHORIZATION_URL, ACCESS_TOKEN_URL, ACCESS_JWKS_URL are not set")
                .contains("COOKIE_ENCRYPTION_KEY is not set")
                .contains("AUTH=perhaps (environment)")
                .doesNotContain("hunter2", "Exception");
    }

    @Test
    void mainWhenToldToCheckThenStartsNothingAndMakesNothing() throws Exception {
        var ended = run(Map.of("COOKIE_ENCRYPTION_KEY", "short"), "--check");

        assertThat(ended.code).isZero();
        assertThat(ended.out).contains("warning: COOKIE_ENCRYPTION_KEY has 5 characters", "The settings are right.");
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    private Ended run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("portcullis-out", ".txt");
        Path err = Files.createTempFile("portcullis-err", ".txt");
        try {
            var builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            for (Setting setting : Setting.values()) {
                builder.environment().remove(setting.name());
            }
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after " + SECONDS_MAX + " s");
            }
            return new Ended(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
