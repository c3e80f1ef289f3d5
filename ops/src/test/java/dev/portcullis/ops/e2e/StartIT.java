package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting: the banner, and what stops a start. */
class StartIT {
    @TempDir
    Path folder;

    @Test
    void startWhenNothingIsSetThenBannerSaysAllAndDataStaysHere() throws Exception {
        try (var server = ServerProcess.start(folder, Map.of())) {
            assertThat(server.output())
                    .contains(server.uri("/mcp").toString())
                    .contains(server.managementPort() + "/metrics")
                    .contains("alice@example.com")
                    .containsIgnoringCase("stand-in");
            assertThat(folder.resolve("data/portcullis.db")).exists();
            assertThat(server.stop()).isZero();
        }
    }

    @Test
    void startWhenOneAccessValueIsMissingThenSaysWhichAndEnds() throws Exception {
        Files.write(
                folder.resolve(".dev.vars"),
                List.of(
                        "ACCESS_CLIENT_ID=id",
                        "ACCESS_CLIENT_SECRET=secret",
                        "ACCESS_AUTHORIZATION_URL=https://team.example/authorization",
                        "ACCESS_TOKEN_URL=https://team.example/token",
                        "COOKIE_ENCRYPTION_KEY=0123456789012345678901234567890123456789"));
        var ended = ServerProcess.run(folder, Map.of());

        assertThat(ended.status()).isEqualTo(78);
        assertThat(ended.output()).contains("ACCESS_JWKS_URL");
    }

    @Test
    void startWhenSeveralThingsAreWrongThenSaysAllAtOnce() throws Exception {
        Files.write(folder.resolve("portcullis.yaml"), List.of("PROT: 1234"));
        var ended = ServerProcess.run(
                folder, Map.of("PORT", "no-number", "HOST", "0.0.0.0", "AUTH", "off", "STORE", "floppy:a"));

        assertThat(ended.status()).isEqualTo(78);
        assertThat(ended.output())
                .contains("PROT")
                .contains("no-number")
                .contains("PUBLIC_URL")
                .contains("AUTH")
                .contains("floppy:a");
    }

    @Test
    void startWhenPortIsTakenThenEndsUnavailableAndNamesTheSetting() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ended = ServerProcess.run(
                    folder,
                    Map.of(
                            "PORT", Integer.toString(taken.getLocalPort()),
                            "PUBLIC_URL", "http://localhost:" + taken.getLocalPort(),
                            "MANAGEMENT_PORT", Integer.toString(ServerProcess.freePort()),
                            "DEV_IDP_PORT", Integer.toString(ServerProcess.freePort())));

            assertThat(ended.status()).isEqualTo(69);
            assertThat(ended.output()).contains("PORT").contains(Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void startWhenStoreIsInUseThenEndsUnavailableAndNamesTheFile() throws Exception {
        try (var server = ServerProcess.start(folder, Map.of())) {
            assertThat(server.port()).isPositive();
            var ended = ServerProcess.run(
                    folder,
                    Map.of(
                            "PORT", Integer.toString(ServerProcess.freePort()),
                            "MANAGEMENT_PORT", Integer.toString(ServerProcess.freePort()),
                            "DEV_IDP_PORT", Integer.toString(ServerProcess.freePort())));
            assertThat(ended.status()).isEqualTo(69);
            assertThat(ended.output()).contains("portcullis.db");
        }
    }
}
