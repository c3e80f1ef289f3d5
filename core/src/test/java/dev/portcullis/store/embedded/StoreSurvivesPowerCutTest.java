package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.refresh;
import static dev.portcullis.store.GrantFixture.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A power cut leaves of what was not synced any part in any order. The store must open all the same, with everything it had acknowledged. The work is long enough
 * for space to be used again and for compaction, where a store that overwrites too early would show.
 */
@Timeout(120)
class StoreSurvivesPowerCutTest {
    private static final int SIGN_INS = 150;
    private static final int CUTS = 60;

    @TempDir
    Path folder;

    @Test
    void openFileWhenThePowerWentThenEveryAcknowledgedFactHolds() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        Path file = folder.resolve("grants.db");
        var disk = TestDisk.under(file);
        var acknowledged = new Acknowledged();
        var cuts = new ArrayList<Cut>();
        try (var store = open(file)) {
            disk.beforeSync(d -> {
                if (random.nextInt(SIGN_INS * 5 / CUTS) == 0) {
                    cuts.add(new Cut(d.afterPowerCut(random), acknowledged.copy()));
                }
            });
            for (int i = 0; i < SIGN_INS; i++) {
                signIn(store, i, acknowledged);
            }
            disk.beforeSync(d -> {});
        }
        assertThat(cuts).as("seed %d", seed).hasSizeGreaterThan(CUTS / 4);
        for (int i = 0; i < cuts.size(); i++) {
            Path left = Files.write(folder.resolve("left-" + i + ".db"), cuts.get(i).image);
            TestDisk.under(left);
            try (var store = open(left)) {
                assertThat(Inspection.census(store))
                        .as("cut %d of seed %d", i, seed)
                        .matches(Tables.IndexCensus::isExact);
                check(store, cuts.get(i).acknowledged);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("cut " + i + " of seed " + seed, e);
            }
        }
    }

    private static EmbeddedGrantStore open(Path file) {
        return EmbeddedGrantStore.over(() -> Database.open(file, 4, TestDisk::nameOf), Limits.DEFAULT);
    }

    private static void signIn(EmbeddedGrantStore store, int turn, Acknowledged acknowledged) {
        Grant grant = grant("person", "client-" + turn % 10);
        AuthorizationCode code = code(grant);
        List<String> revoked = store.createGrant(grant, code, 3, NOW + turn);
        acknowledged.live.removeAll(revoked);
        acknowledged.revoked.addAll(revoked);
        acknowledged.live.add(grant.id());
        RefreshToken first = refresh(grant, 0);
        store.consumeCode(spent(code, NOW + 600), access(grant), first, NOW + 3600, NOW);
        acknowledged.spent.add(code);
        RefreshToken second = refresh(grant, 1);
        store.rotate(first.hash(), second, access(grant), 60, NOW + 3600, NOW);
        acknowledged.used.add(first);
        store.rotate(second.hash(), refresh(grant, 2), access(grant), 60, NOW + 3600, NOW);
        acknowledged.used.add(second);
        if (turn % 5 == 0) {
            acknowledged.live.remove(grant.id()); // may go from here on, and must be gone once acknowledged
            store.revokeGrant(grant.id());
            acknowledged.revoked.add(grant.id());
        }
    }

    private static void check(EmbeddedGrantStore store, Acknowledged acknowledged) {
        // Grants of the turn that was under way may have been revoked by the cap without an answer: all but those must
        // stand.
        long missing = acknowledged.live.stream()
                .filter(id -> store.grant(id, NOW) == null)
                .count();
        assertThat(missing).isLessThanOrEqualTo(1);
        for (String id : acknowledged.revoked) {
            assertThat(store.grant(id, NOW)).as("revoked %s", id).isNull();
        }
        for (AuthorizationCode code : acknowledged.spent) {
            assertThat(store.consumeCode(code, access(grantOf(code.grantId())), null, NOW + 3600, NOW))
                    .as("spent twice")
                    .isFalse();
        }
        for (RefreshToken token : acknowledged.used) {
            var found = store.refreshToken(token.grantId(), token.hash(), NOW);
            assertThat(found == null || found.token().firstUsedAt() != 0).isTrue();
            if (acknowledged.live.contains(token.grantId()) && store.grant(token.grantId(), NOW) != null) {
                assertThat(found).as("used refresh token").isNotNull();
            }
        }
    }

    private static Grant grantOf(String id) {
        Grant any = grant("nobody", "none");
        return new Grant(
                id,
                any.client(),
                any.redirectUri(),
                any.subjectKey(),
                any.scopes(),
                any.resources(),
                new byte[0],
                NOW,
                NOW,
                NOW,
                NOW);
    }

    private record Cut(byte[] image, Acknowledged acknowledged) {}

    private record Acknowledged(
            List<String> live, List<String> revoked, List<AuthorizationCode> spent, List<RefreshToken> used) {
        Acknowledged() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        /** Taken on the store's thread while the one that adds waits for it. */
        Acknowledged copy() {
            return new Acknowledged(
                    new ArrayList<>(live), new ArrayList<>(revoked), new ArrayList<>(spent), new ArrayList<>(used));
        }
    }
}
