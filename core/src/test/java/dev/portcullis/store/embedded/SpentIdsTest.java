package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.newHash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.StoreException;
import org.junit.jupiter.api.Test;

/** The cap on ids that may be used once: beyond it none is accepted, rather than one twice (O-184, T-89). */
class SpentIdsTest {
    private static final EmbeddedGrantStore.Limits THREE =
            new EmbeddedGrantStore.Limits(100, 10, 10_000, 10, 3, 10, 3_600, 1);

    @Test
    void spendOnceWhenThereIsNoRoomThenFailsClosedUntilSomeHaveEnded() {
        try (var store = EmbeddedGrantStore.inMemory(THREE)) {
            TokenHash first = newHash();
            store.spendOnce(first, NOW + 10, NOW);
            store.spendOnce(newHash(), NOW + 20, NOW);
            store.spendOnce(newHash(), NOW + 20, NOW);

            TokenHash refused = newHash();
            assertThatThrownBy(() -> store.spendOnce(refused, NOW + 20, NOW)).isInstanceOf(StoreException.class);
            assertThat(store.spendOnce(first, NOW + 20, NOW))
                    .as("known, and so refused")
                    .isFalse();

            // No sweep was due: what has ended makes room all the same.
            assertThat(store.spendOnce(refused, NOW + 20, NOW + 10)).isTrue();
            assertThat(store.spendOnce(refused, NOW + 20, NOW + 10)).isFalse();
            assertThat(Inspection.census(store)).matches(Tables.IndexCensus::isExact);
        }
    }
}
