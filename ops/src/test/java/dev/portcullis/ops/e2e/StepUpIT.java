package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** O-23, O-24, O-42: an official client that is told of a missing scope comes back with it, once the person has agreed. */
@Timeout(300)
class StepUpIT {
    private static final String RULES = """
            scopes:
              mcp: {words: Use the tools, default: yes}
              images: Make images
            rules:
              - name: images want their scope
                what: {tools: generateImage}
                needs: images
            """;

    @TempDir
    Path folder;

    /** The page is met again, since more is asked than was approved (O-65). */
    @Test
    void sdk2WhenAToolWantsMoreScopeThenAsksThePersonAndCallsIt() throws Exception {
        Files.writeString(folder.resolve("portcullis.yaml"), RULES);
        try (var server = ServerProcess.start(folder, Map.of())) {
            JsonNode seen = NodeScript.run(
                    folder, "sdk2-client.mjs", "--url", server.uri("/mcp").toString(), "--scenario", "step-up");

            assertThat(seen.at("/stepUp/before").asString()).isEqualTo("mcp");
            assertThat(seen.at("/stepUp/after").asString().split(" ")).containsExactlyInAnyOrder("mcp", "images");
            assertThat(seen.at("/stepUp/pages").toString()).contains("consent");
            assertThat(seen.get("image").asString()).isEqualTo("image/jpeg");
            assertThat(seen.get("signedIn").asInt()).isEqualTo(2);
            assertThat(seen.get("registered").asInt()).isEqualTo(1);
        }
    }
}
