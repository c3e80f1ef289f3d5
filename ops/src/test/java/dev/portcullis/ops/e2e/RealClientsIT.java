package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Official clients, each doing its own discovery, registration and PKCE, with a person in Chromium at our consent page and the stand-in for Access. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsIT {
    @TempDir
    static Path folder;

    private ServerProcess server;

    @BeforeAll
    void startServer() throws Exception {
        server = ServerProcess.start(folder, Map.of("ALLOWED_EMAILS", "alice@example.com"));
    }

    @AfterAll
    void stopServer() throws Exception {
        assertThat(server.stop()).as("exit status after SIGTERM").isZero();
        assertThat(server.output()).doesNotContain("LEAK").doesNotContain("Exception");
    }

    @Test
    void sdkWhenPersonIsAllowedThenAddsAndDrawsAndSurvivesKill() throws Exception {
        Path state = folder.resolve("sdk1.json");
        Path picture = folder.resolve("picture.jpg");
        JsonNode seen = NodeScript.run(
                folder,
                "sdk-client.mjs",
                "--url",
                mcp(),
                "--email",
                "alice@example.com",
                "--state-file",
                state.toString(),
                "--call-image",
                picture.toString());

        assertThat(seen.get("protocolVersion").asString()).isEqualTo("2025-11-25");
        assertThat(seen.get("add").asString()).isEqualTo("5");
        assertThat(seen.get("tools").toString()).contains("add").contains("generateImage");
        assertThat(seen.at("/image/mimeType").asString()).isEqualTo("image/jpeg");
        assertThat(Files.readAllBytes(picture)).startsWith(0xFF, 0xD8, 0xFF);

        // What the client holds (registration, access token, refresh token) is still good after a kill.
        server.kill();
        server.startAgain();
        JsonNode again = NodeScript.run(
                folder, "sdk-client.mjs", "--url", mcp(), "--state-file", state.toString(), "--no-browser");
        assertThat(again.get("add").asString()).isEqualTo("5");
        JsonNode refreshed = NodeScript.run(
                folder,
                "sdk-client.mjs",
                "--url",
                mcp(),
                "--state-file",
                state.toString(),
                "--no-browser",
                "--refresh");
        assertThat(refreshed.get("add").asString()).isEqualTo("5");
        assertThat(refreshed.get("clientId")).isEqualTo(seen.get("clientId"));
    }

    @Test
    void sdkWhenPersonIsNotAllowedThenGenerateImageIsNeitherListedNorCallable() throws Exception {
        JsonNode seen = NodeScript.run(
                folder, "sdk-client.mjs", "--url", mcp(), "--email", "bob@example.com", "--expect-no-image");

        assertThat(seen.get("add").asString()).isEqualTo("5");
        assertThat(seen.get("tools").toString()).doesNotContain("generateImage");
        assertThat(seen.get("image").isNull()).as("%s", seen).isTrue();
        // It was called all the same, and was refused as if it were not there.
        assertThat(seen.get("imageRefused").toString()).contains("Unknown tool");
    }

    @Test
    void sdkWhenPersonDeniesThenClientIsToldSo() throws Exception {
        JsonNode seen =
                NodeScript.run(folder, "sdk-client.mjs", "--url", mcp(), "--email", "alice@example.com", "--deny");

        assertThat(seen.toString()).contains("access_denied");
    }

    @Test
    void sdk2WhenPersonApprovesThenAddsByTheStatelessRevision() throws Exception {
        JsonNode seen = NodeScript.run(folder, "sdk2-client.mjs", "--url", mcp(), "--email", "carol@example.com");

        assertThat(seen.get("protocolVersion").asString()).isEqualTo("2026-07-28");
        assertThat(seen.get("add").asString()).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "modern"})
    void inspectorWhenTokenIsGivenThenListsAndCalls(String era) throws Exception {
        var tokens = new ScriptedClient(server.uri("/")).signIn("alice@example.com");
        JsonNode seen =
                NodeScript.run(folder, "inspector.mjs", "--url", mcp(), "--token", tokens.access(), "--era", era);

        assertThat(seen.get("add").asString()).isEqualTo("5");
        assertThat(seen.get("tools").toString()).contains("generateImage");
    }

    @Test
    void inspectorWhenNobodySignedInThenSignsInByItself() throws Exception {
        JsonNode refused = NodeScript.run(folder, "inspector.mjs", "--url", mcp(), "--expect-auth-required");
        assertThat(refused.get("authRequired").asBoolean()).isTrue();

        JsonNode seen =
                NodeScript.run(folder, "inspector.mjs", "--url", mcp(), "--sign-in", "--email", "bob@example.com");
        assertThat(seen.get("add").asString()).isEqualTo("5");
    }

    @Test
    void inspectorWhenUsedInABrowserThenSignsInThroughOurConsentAndCalls() throws Exception {
        JsonNode seen = NodeScript.run(folder, "inspector-web.mjs", "--url", mcp(), "--email", "alice@example.com");

        assertThat(seen.get("consent").toString()).contains("MCP Inspector asks for access");
        assertThat(seen.get("tools").toString()).contains("add").contains("generateImage");
        assertThat(seen.get("add").asString()).isEqualTo("42");
    }

    @Test
    void mcpRemoteWhenPersonApprovesThenAddsOverStdio() throws Exception {
        JsonNode seen = NodeScript.run(folder, "mcp-remote.mjs", "--url", mcp(), "--email", "alice@example.com");

        assertThat(seen.get("add").asString()).isEqualTo("5");
    }

    private String mcp() {
        return server.uri("/mcp").toString();
    }
}
