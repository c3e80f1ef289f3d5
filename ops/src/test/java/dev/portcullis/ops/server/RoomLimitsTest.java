package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.image.WorkersAiImages;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.pipeline.ConnectionLimits;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoomLimitsTest {
    @TempDir
    Path directory;

    private RoomLimits with(Map<String, String> environment) throws ConfigException {
        return RoomLimits.of(ConfigLoader.load(environment, directory).config().limits());
    }

    /** The defaults stand in two places, the table of settings and the rooms that obey them: they are the same. */
    @Test
    void ofWhenNothingIsSetThenEachRoomHasItsDefaults() throws ConfigException {
        RoomLimits limits = with(Map.of());

        assertThat(limits.http()).isEqualTo(HttpLimits.DEFAULT);
        assertThat(limits.connections()).isEqualTo(ConnectionLimits.DEFAULT);
        assertThat(limits.provider()).isEqualTo(FetchLimits.DEFAULT);
        assertThat(limits.images()).isEqualTo(WorkersAiImages.LIMITS);
        assertThat(limits.sessions()).isEqualTo(SessionLimits.DEFAULT);
        assertThat(limits.calls()).isEqualTo(CallLimits.DEFAULT);
        assertThat(limits.tokens()).isEqualTo(AccessTokenVerifier.Limits.DEFAULT);
        assertThat(limits.store()).isEqualTo(EmbeddedGrantStore.Limits.DEFAULT);
    }

    @Test
    void ofWhenTheLargestBodyOutgrowsTheShareOfTheHeapThenThereIsRoomForOne() throws ConfigException {
        int most = 64 * 1024 * 1024;

        assertThat(with(Map.of("MCP_BODY_BYTES_MAX", Integer.toString(most)))
                        .http()
                        .bodiesBytesMax())
                .isGreaterThanOrEqualTo(most);
    }

    @Test
    void ofWhenImagesMayTakeLessThanConnectingUsuallyDoesThenConnectingToo() throws ConfigException {
        RoomLimits limits = with(Map.of("IMAGE_SECONDS", "2"));

        assertThat(limits.images().totalMillis()).isEqualTo(2_000);
        assertThat(limits.images().connectMillis()).isEqualTo(2_000);
    }
}
