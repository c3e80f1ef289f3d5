package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.server.Setting;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process of its own: what it prints where, and with which code it ends. */
class MainTest {
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

    @ParameterizedTest
    @ValueSource(strings = {"explain", "grants", "revoke", "sweep", "migrate", "stand-in"})
    void mainWhenAskedForHelpOfACommandThenSaysHowItIsUsed(String command) throws Exception {
        var ended = run(Map.of("PORT", "none"), command, "--help");

        assertThat(ended.code).isZero();
        assertThat(ended.out).startsWith("Usage: ops/run " + command + " ");
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

    @Test
    void mainWhenToldToStopThenDrainsSaysSoAndEndsWith0() throws Exception {
        try (var server = MainProcess.start(directory, freePorts())) {
            server.awaitPrinted("Stop with Ctrl-C.");
            assertThat(server.out())
                    .contains(
                            "Portcullis is up.",
                            "/mcp",
                            "/metrics",
                            "/health/ready",
                            "local stand-in for Access",
                            "alice@example.com")
                    .doesNotContain("\u001B");

            server.terminate();

            assertThat(server.awaitEnd()).isZero();
            assertThat(server.err()).contains(" INFO dev.portcullis.ops.server.ShutdownHook stopped\n");
        }
    }

    private static Map<String, String> freePorts() throws IOException {
        try (var a = new ServerSocket(0);
                var b = new ServerSocket(0);
                var c = new ServerSocket(0)) {
            return Map.of(
                    "STORE", "memory:",
                    "PORT", Integer.toString(a.getLocalPort()),
                    "MANAGEMENT_PORT", Integer.toString(b.getLocalPort()),
                    "DEV_IDP_PORT", Integer.toString(c.getLocalPort()));
        }
    }

    private Ended run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        try (var process = MainProcess.start(directory, environment, arguments)) {
            return new Ended(process.awaitEnd(), process.out(), process.err());
        }
    }
}
