package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** O-131, T-78: what a flood of registrations leaves behind that are too large for an id. */
final class StoredRegistrationsTest {
    private static final long NOW = 1_800_000_000L;
    private static final int DAY = 86_400;
    private static final int STORED_MAX = 3;

    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final MasterKey key = new MasterKey(Randoms.base64Url(32));
    private final OAuthSettings settings = new OAuthSettings(
            URI.create("https://mcp.example.com"),
            List.of("https://mcp.example.com/mcp"),
            Scopes.of("tools"),
            Scopes.of("tools"),
            true,
            List.of(),
            OAuthSettings.Lives.DEFAULT);
    private final ClientRegistration registration =
            new ClientRegistration(settings, key, store, STORED_MAX, Telemetry.NONE);
    private final Clients clients = new Clients(store, key, settings.lives().client());

    @AfterEach
    void close() {
        store.close();
    }

    private RegisteredClient registerLarge(long now) {
        String uris = IntStream.range(0, 20)
                .mapToObj(i -> "\"https://app.example.com/" + i + "x".repeat(80) + "\"")
                .collect(Collectors.joining(","));
        return registration
                .register(("{\"redirect_uris\":[" + uris + "]}").getBytes(StandardCharsets.UTF_8), now)
                .client();
    }

    /** The room that a flood has taken is free again the day after, not when a registration's whole life is over. */
    @Test
    void registerWhenFloodWasYesterdayThenThereIsRoom() {
        for (int i = 0; i < STORED_MAX; i++) {
            registerLarge(NOW);
        }
        var refusal = catchThrowableOfType(OAuthException.class, () -> registerLarge(NOW));
        assertThat(refusal.error()).isEqualTo(OAuthError.TEMPORARILY_UNAVAILABLE);

        var client = registerLarge(NOW + DAY);
        assertThat(clients.find(client.id(), NOW + DAY).orNull()).isEqualTo(client);
    }

    /** Whoever registers has most of a day to be approved. */
    @Test
    void findWhenNobodyHasApprovedYetThenIsKnownForADay() {
        var client = registerLarge(NOW);

        assertThat(clients.find(client.id(), NOW + DAY - 1).orNull()).isEqualTo(client);
        assertThat(clients.find(client.id(), NOW + DAY).orNull()).isNull();
    }
}
