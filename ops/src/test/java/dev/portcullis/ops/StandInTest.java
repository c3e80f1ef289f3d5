package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ops/run stand-in}, by which several servers share one stand-in for Access. */
class StandInTest {
    private static final String KEY = "0123456789012345678901234567890123456789";

    @TempDir
    Path directory;

    @Test
    void standInWhenStartedThenPrintsTheSettingsWithWhichItIsUsed() throws Exception {
        String port = freePort();
        var environment = Map.of("DEV_IDP_PORT", port, "COOKIE_ENCRYPTION_KEY", KEY);
        String secret;
        try (var standIn = MainProcess.start(directory, environment, "stand-in")) {
            standIn.awaitPrinted("ACCESS_ISSUER=");
            var settings = settings(standIn.out());
            secret = settings.get("ACCESS_CLIENT_SECRET");

            assertThat(settings).containsOnlyKeys("ACCESS_CLIENT_ID", "ACCESS_CLIENT_SECRET", "ACCESS_ISSUER");
            assertThat(settings.get("ACCESS_ISSUER")).startsWith("http://localhost:" + port + "/");
            assertThat(discovered(settings.get("ACCESS_ISSUER"))).contains(settings.get("ACCESS_ISSUER"));
            assertThat(check(settings)).contains("The settings are right.");

            standIn.terminate();
            assertThat(standIn.awaitEnd()).isZero();
        }
        try (var again = MainProcess.start(directory, environment, "stand-in")) {
            again.awaitPrinted("ACCESS_ISSUER=");
            assertThat(settings(again.out()))
                    .containsEntry("ACCESS_CLIENT_SECRET", secret); // a restart signs nobody out
        }
    }

    @Test
    void standInWhenThereIsAProviderThenStartsNothing() throws Exception {
        var environment = Map.of(
                "ACCESS_CLIENT_ID", "a",
                "ACCESS_CLIENT_SECRET", "b",
                "ACCESS_ISSUER", "https://team.example",
                "COOKIE_ENCRYPTION_KEY", KEY);
        try (var standIn = MainProcess.start(directory, environment, "stand-in")) {
            assertThat(standIn.awaitEnd()).isZero();
            assertThat(standIn.out()).isEmpty();
            assertThat(standIn.err()).contains("not needed");
        }
    }

    /** What a server with these settings would say of them. */
    private String check(Map<String, String> settings) throws Exception {
        var environment = new HashMap<>(settings);
        environment.put("COOKIE_ENCRYPTION_KEY", KEY);
        try (var check = MainProcess.start(directory, environment, "--check")) {
            check.awaitEnd();
            return check.out();
        }
    }

    private static String discovered(String issuer) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(issuer + "/.well-known/openid-configuration"))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private static Map<String, String> settings(String lines) {
        return lines.lines()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static String freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(socket.getLocalPort());
        }
    }
}
