package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.fetch.StrangersDocumentsFixture;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** T-78, O-131: what strangers leave behind who introduce themselves and never come back. */
@Timeout(300)
class MillionRegistrationsTest {
    private static final long NOW = 1_800_000_000L;
    private static final int CLIENTS = 1_000_000;
    private static final int STORED_MAX = 100;

    /** Less than a hundredth of what a million of the smallest records would take. */
    private static final long LEFT_BYTES_MAX = 8L << 20;

    @TempDir
    Path folder;

    private final MasterKey key = new MasterKey("0123456789abcdef0123456789abcdef");
    private final OAuthSettings settings = new OAuthSettings(
            URI.create("https://mcp.example.com"),
            java.util.List.of("https://mcp.example.com/mcp"),
            Scopes.of("mcp"),
            Scopes.of("mcp"),
            true,
            java.util.List.of(),
            OAuthSettings.Lives.DEFAULT);

    @Test
    void registerWhenAMillionDoThenStoreAndHeapAreAsTheyWere() throws Exception {
        Path file = folder.resolve("store.db");
        try (var store = EmbeddedGrantStore.openFile(file, EmbeddedGrantStore.Limits.DEFAULT)) {
            var registration = new ClientRegistration(settings, key, store, STORED_MAX, Telemetry.NONE);
            var clients = new Clients(store, key, 3_600);
            // The cap is reached first, so that the store is as full as strangers can make it.
            for (int i = 0; i < STORED_MAX; i++) {
                register(registration, large(i), NOW);
            }
            assertThat(store.clientCount(NOW)).isEqualTo(STORED_MAX);
            registerSmall(registration, clients, 20_000);
            long heapBefore = usedBytes();
            long fileBefore = Files.size(file);

            registerSmall(registration, clients, CLIENTS);
            int refused = 0;
            for (int i = 0; i < 1_000; i++) {
                refused += register(registration, large(i), NOW) ? 0 : 1;
            }

            assertThat(refused).isEqualTo(1_000);
            assertThat(store.clientCount(NOW)).isEqualTo(STORED_MAX);
            assertThat(Files.size(file) - fileBefore).isLessThanOrEqualTo(0);
            assertThat(usedBytes() - heapBefore).isLessThan(LEFT_BYTES_MAX);
        }
    }

    private static void registerSmall(ClientRegistration registration, Clients clients, int count) {
        String last = "";
        for (int i = 0; i < count; i++) {
            byte[] body = ("{\"client_name\":\"app " + i + "\",\"redirect_uris\":[\"https://a.example/" + i + "\"]}")
                    .getBytes(StandardCharsets.UTF_8);
            last = registration.register(body, NOW).client().id();
        }
        assertThat(clients.find(last, NOW)).isInstanceOf(FoundClient.Known.class);
    }

    private static boolean register(ClientRegistration registration, String json, long now) {
        try {
            registration.register(json.getBytes(StandardCharsets.UTF_8), now);
            return true;
        } catch (OAuthException e) {
            return false;
        }
    }

    private static String large(int number) {
        return "{\"redirect_uris\":[\"https://a.example/" + number + "x".repeat(1_500) + "\"]}";
    }

    /** O-125: the same for addresses of documents, a million of them and none that can be had. */
    @Test
    void findWhenAMillionDocumentsAreNamedThenHeapIsAsItWas() {
        try (var store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT)) {
            var documents = new ClientDocuments(
                    settings,
                    StrangersDocumentsFixture.resolving(
                            _ -> new InetAddress[] {InetAddress.getLoopbackAddress()},
                            Set.of(444),
                            InstantSource.system()),
                    ClientDocuments.Limits.DEFAULT,
                    InstantSource.system(),
                    Telemetry.NONE);
            var clients = new Clients(java.util.List.of(), documents, store, key, 3_600);
            name(clients, 50_000);
            long before = usedBytes();

            name(clients, CLIENTS);

            assertThat(usedBytes() - before).isLessThan(LEFT_BYTES_MAX);
            assertThat(store.clientCount(NOW)).isZero();
        }
    }

    private static void name(Clients clients, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(clients.find("https://host" + i + ".example/client", NOW) instanceof FoundClient.Unavailable)
                    .isTrue();
        }
    }

    private static long usedBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 3; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
