package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * O-180: a new COOKIE_ENCRYPTION_KEY signs nobody out while the server knows the one before. Without it the stand-in for Access, whose refresh tokens hang on that key
 * too, takes back what it gave, and so do we.
 */
@Timeout(300)
class KeyReplacementIT {
    private static final String OLD = "an-old-key-of-thirty-two-characters";
    private static final String NEW = "a-new-key-of-thirty-two-characters!";

    @TempDir
    Path folder;

    private final int port = ServerProcess.freePort();
    private final int standInPort = ServerProcess.freePort();

    @Test
    void refreshWhenTheKeyWasReplacedThenWorksWithTheOneBeforeAndNotWithout() throws Exception {
        String state = folder.resolve("client.json").toString();
        try (var server = start(Map.of("COOKIE_ENCRYPTION_KEY", OLD))) {
            NodeScript.run(folder, "sdk-client.mjs", "--url", mcp(server), "--state-file", state);
        }
        // The identity provider's last word is old at once, so that each refresh asks it.
        try (var server = start(
                Map.of("COOKIE_ENCRYPTION_KEY", NEW, "COOKIE_ENCRYPTION_KEY_PREVIOUS", OLD, "RECHECK_SECONDS", "0"))) {
            var refreshed = NodeScript.run(
                    folder, "sdk-client.mjs", "--url", mcp(server), "--state-file", state, "--no-browser", "--refresh");
            assertThat(refreshed.at("/refreshed/refreshTokenChanged").asBoolean())
                    .isTrue();
            assertThat(refreshed.get("add").asString()).isEqualTo("5");
        }
        try (var server = start(
                Map.of("COOKIE_ENCRYPTION_KEY", "another-key-of-thirty-two-characters", "RECHECK_SECONDS", "0"))) {
            var ended = NodeScript.runToEnd(
                    folder, "sdk-client.mjs", "--url", mcp(server), "--state-file", state, "--no-browser", "--refresh");
            assertThat(ended.status()).as(ended.output()).isNotZero();
        }
    }

    /** Where it was before: its address and the stand-in's are in all that clients hold. */
    private ServerProcess start(Map<String, String> key) throws Exception {
        var settings = new HashMap<>(key);
        settings.put("DEV_IDP_PORT", Integer.toString(standInPort));
        return ServerProcess.start(folder, port, settings);
    }

    private static String mcp(ServerProcess server) {
        return server.uri("/mcp").toString();
    }
}
