package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** All clients at three nodes behind a balancer, each request of a client at another node than the one before; and those that sign in by themselves, over all of them as well. */
class ClusterMatrixIT extends ClientMatrixContract {
    private ClusterOfServers cluster;

    @Override
    void startServer() throws Exception {
        cluster = ClusterOfServers.start(
                folder,
                MatrixServer.class.getName(),
                3,
                Map.of("MATRIX_STATE", folder.toString(), "RATE_LIMIT", "off"));
    }

    @Override
    URI at(String path) {
        return cluster.uri(path);
    }

    @Override
    String stopServer() throws Exception {
        try {
            return cluster.stopNodes();
        } finally {
            cluster.close();
        }
    }

    @Test
    void sdkWhenNobodySignedInThenSignsInAcrossNodesAndRefreshes() throws Exception {
        Path state = folder.resolve("sdk1.json");
        JsonNode seen = NodeScript.run(
                folder, "sdk-client.mjs", "--url", uri("/mcp"), "--email", ALICE, "--state-file", state.toString());
        assertThat(seen.get("add").asString()).isEqualTo("5");
        assertThat(strings(seen.get("pages"))).contains("consent", "identity");

        JsonNode refreshed = NodeScript.run(
                folder,
                "sdk-client.mjs",
                "--url",
                uri("/mcp"),
                "--state-file",
                state.toString(),
                "--no-browser",
                "--refresh");
        assertThat(refreshed.get("add").asString()).isEqualTo("5");
        assertThat(refreshed.get("clientId")).isEqualTo(seen.get("clientId"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "legacy"})
    void sdk2WhenNobodySignedInThenSignsInAcrossNodes(String revision) throws Exception {
        JsonNode seen =
                NodeScript.run(folder, "sdk2-client.mjs", "--url", uri("/mcp"), "--email", BOB, "--revision", revision);

        assertThat(seen.get("add").asString()).isEqualTo("5");
    }

    @Test
    void inspectorWhenNobodySignedInThenSignsInAcrossNodes() throws Exception {
        JsonNode seen = NodeScript.run(folder, "inspector.mjs", "--url", uri("/mcp"), "--sign-in", "--email", BOB);

        assertThat(seen.get("add").asString()).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http-only", "sse-only"})
    void mcpRemoteWhenPersonApprovesThenAddsOverStdio(String transport) throws Exception {
        String path = transport.equals("sse-only") ? "/sse" : "/mcp";
        JsonNode seen = NodeScript.run(
                folder, "mcp-remote.mjs", "--url", uri(path), "--email", ALICE, "--transport", transport);

        assertThat(seen.get("add").asString()).isEqualTo("5");
    }
}
