package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.conformance.ConformanceServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official suite, all of it, at every revision, against three nodes behind a balancer: whatever it does, the next request is another node's. */
class ClusterConformanceIT {
    private static final int SECONDS_MAX = 600;

    @TempDir
    Path folder;

    @Test
    void suiteWhenRequestsAreSpreadOverNodesThenNoScenarioFails() throws Exception {
        var cluster = ClusterOfServers.start(
                folder, ConformanceServer.class.getName(), 3, Map.of("AUTH", "off", "RATE_LIMIT", "off"));
        try (cluster) {
            String url = cluster.uri("/mcp").toString();
            Path results = folder.resolve("results");
            var ended = NodeScript.runToEnd(
                    folder, SECONDS_MAX, "conformance.mjs", "--url", url, "--results", results.toString(), "all");
            var lines = ended.output().lines().toList();

            assertThat(lines).noneMatch(line -> line.startsWith("  failed ") || line.contains(": warning, "));
            assertThat(ended.status()).as(ended.output()).isZero();
            assertThat(lines.stream().filter(line -> line.startsWith("  passed ") || line.startsWith("  skipped ")))
                    .hasSize(ConformanceIT.SCENARIOS);
            assertThat(cluster.stopNodes().lines().filter(ClusterConformanceIT::isBug))
                    .isEmpty();
        }
    }

    /** A tool that fails is a task of the suite's. */
    private static boolean isBug(String line) {
        return line.contains("LEAK")
                || (line.contains(" failed (reference") && !line.contains("tool protocol_error_job"));
    }
}
