package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.client;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.newHash;
import static dev.portcullis.store.GrantFixture.pending;
import static dev.portcullis.store.GrantFixture.refresh;
import static dev.portcullis.store.GrantFixture.spent;
import static dev.portcullis.store.embedded.Inspection.census;
import static dev.portcullis.store.embedded.Inspection.recordCount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is the embedded store's own: its file, its one writer, its limits. */
@Timeout(60)
class EmbeddedFileTest {
    @TempDir
    Path folder;

    // The file

    /** The process that asked the identity provider is gone, and nobody waits for it (O-99). */
    @Test
    void openFileWhenACheckWasClaimedThenItIsNotAnyMore() {
        Path file = folder.resolve("grants.db");
        Grant grant = grant("person", "client");
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            store.createGrant(grant, code(grant), 5, NOW);
            assertThat(store.claimCheck(grant.id(), NOW + 60, NOW)).isTrue();
            assertThat(store.claimCheck(grant.id(), NOW + 60, NOW)).isFalse();
        }
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            assertThat(store.grant(grant.id(), NOW).checkingUntil()).isZero();
            assertThat(store.claimCheck(grant.id(), NOW + 60, NOW)).isTrue();
        }
    }

    @Test
    void claimsWhenManyEndByThemselvesThenTheyAreForgotten() {
        var claims = new CheckClaims();
        for (int i = 0; i < 5_000; i++) {
            assertThat(claims.take("grant-" + i, NOW + 60 + i, NOW + i)).isTrue();
        }
        assertThat(claims.size()).isLessThanOrEqualTo(1_000);
        assertThat(claims.until("grant-4999")).isEqualTo(NOW + 60 + 4_999);
    }

    @Test
    void openFileWhenClosedBeforeThenAllIsThere() {
        Path file = folder.resolve("grants.db");
        Grant grant = grant("person", "client");
        var code = code(grant);
        AccessToken access = access(grant);
        RefreshToken refresh = refresh(grant, 0);
        RefreshToken successor = refresh(grant, 1);
        var pending = pending(NOW + 600);
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            store.createGrant(grant, code, 5, NOW);
            store.consumeCode(spent(code, NOW + 600), access, refresh, NOW + 7200, NOW);
            store.rotate(refresh.hash(), successor, access(grant), 60, NOW + 7200, NOW);
            store.putClient(client("client"), NOW + 600, NOW);
            store.putPendingSignIn(pending, NOW);
        }
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            assertThat(store.grant(grant.id(), NOW))
                    .usingRecursiveComparison()
                    .isEqualTo(grant.usedAt(NOW, NOW + 7200));
            assertThat(store.code(code.grantId(), code.hash(), NOW).token().spent())
                    .isTrue();
            assertThat(store.accessToken(access.grantId(), access.hash(), NOW).token())
                    .usingRecursiveComparison()
                    .isEqualTo(access);
            assertThat(store.refreshToken(refresh.grantId(), refresh.hash(), NOW)
                            .token()
                            .firstUsedAt())
                    .isEqualTo(NOW);
            assertThat(store.client("client", NOW)).isEqualTo(client("client"));
            assertThat(store.takePendingSignIn(pending.state(), NOW))
                    .usingRecursiveComparison()
                    .isEqualTo(pending);
            assertThat(store.rotate(refresh.hash(), successor, access(grant), 60, NOW + 7200, NOW))
                    .isEqualTo(new Rotation.Rotated());
        }
    }

    @Test
    void openFileWhenFoldersAreMissingThenMakesThemAndAFileForItsOwnerAlone() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
        Path file = folder.resolve("a/b/grants.db");
        EmbeddedGrantStore.openFile(file, Limits.DEFAULT).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void openFileWhenItIsOpenInThisProcessThenSaysSo() {
        Path file = folder.resolve("grants.db");
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            assertThatThrownBy(() -> EmbeddedGrantStore.openFile(file, Limits.DEFAULT))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("in use");
            store.putClient(client("still works"), NOW + 1, NOW);
        }
    }

    @Test
    void openFileWhenItIsNoStoreThenSaysSoAndLeavesItAlone() throws IOException {
        Path file = folder.resolve("grants.db");
        byte[] letter = "Dear sir, this is no store. ".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        Files.write(file, letter);

        assertThatThrownBy(() -> EmbeddedGrantStore.openFile(file, Limits.DEFAULT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("damaged or not a store");
        assertThat(Files.readAllBytes(file)).isEqualTo(letter);
    }

    @Test
    void openFileWhenItIsAnotherProgramsStoreThenSaysSo() {
        Path file = folder.resolve("other.db");
        try (var other = MVStore.open(file.toString())) {
            other.openMap("table").put("a", "b");
        }
        assertThatThrownBy(() -> EmbeddedGrantStore.openFile(file, Limits.DEFAULT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("not of a format");
    }

    @Test
    void openFileWhenThePathIsAFolderOrUnderAFileThenSaysSo() throws IOException {
        assertThatThrownBy(() -> EmbeddedGrantStore.openFile(folder, Limits.DEFAULT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(folder.toString());
        Path notAFolder = Files.createFile(folder.resolve("x"));
        Path file = notAFolder.resolve("grants.db");
        assertThatThrownBy(() -> EmbeddedGrantStore.openFile(file, Limits.DEFAULT))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void fileBytesWhenRotatingSteadilyThenStayBounded() throws IOException {
        Path file = folder.resolve("grants.db");
        TestDisk.under(file);
        Grant grant = grant("person", "client");
        var code = code(grant);
        RefreshToken last = refresh(grant, 0, NOW + 99_999);
        try (var store = over(file, Limits.DEFAULT)) {
            store.createGrant(grant, code, 5, NOW);
            store.consumeCode(spent(code, NOW + 600), access(grant), last, NOW + 86_400, NOW);
            long bytesMax = 0;
            for (int generation = 1; generation <= 3000; generation++) {
                RefreshToken next = refresh(grant, generation, NOW + 99_999);
                long now = NOW + generation / 10;
                store.rotate(last.hash(), next, access(grant, now + 20), 60, NOW + 86_400, now);
                last = next;
                if (generation % 100 == 0) {
                    store.sweep(now);
                    bytesMax = Math.max(bytesMax, store.fileBytes());
                }
            }
            assertThat(recordCount(store)).isLessThan(400);
            assertThat(bytesMax)
                    .as("some 250 records of 300 bytes; 3,000 commits of 25 KB")
                    .isLessThan(4 << 20);
        }
    }

    @Test
    void writeWhenTheDiskIsFullThenFailsAndWorksAgainWhenThereIsRoom() throws IOException {
        Path file = folder.resolve("grants.db");
        var disk = TestDisk.under(file);
        Grant before = grant("person", "client-1");
        Grant during = grant("person", "client-2");
        Grant after = grant("person", "client-3");
        try (var store = over(file, Limits.DEFAULT)) {
            store.createGrant(before, code(before), 5, NOW);
            disk.full(true);
            assertThatThrownBy(() -> store.createGrant(during, code(during), 5, NOW))
                    .isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> store.createGrant(during, code(during), 5, NOW))
                    .isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> store.grant(before.id(), NOW)).isInstanceOf(StoreException.class);
            disk.full(false);

            while (!isReadable(store, before)) { // without a write: the store tries by itself
                Thread.onSpinWait();
            }
            store.createGrant(after, code(after), 5, NOW);
            assertThat(store.grant(during.id(), NOW)).isNull();
            assertThat(store.grant(after.id(), NOW)).isNotNull();
            assertThat(census(store)).matches(Tables.IndexCensus::isExact);
        }
    }

    private static boolean isReadable(EmbeddedGrantStore store, Grant grant) {
        try {
            return store.grant(grant.id(), NOW) != null;
        } catch (StoreException e) {
            return false;
        }
    }

    @Test
    void readWhenTheReaderIsInterruptedThenTheFileStaysOpen() {
        Path file = folder.resolve("grants.db");
        var noCache = new Limits(100, 10, 10_000, 10_000, 1_000, 10, 60, 0);
        var grants = new ArrayList<Grant>();
        try (var store = EmbeddedGrantStore.openFile(file, noCache)) {
            for (int i = 0; i < 200; i++) {
                Grant grant = grant("person", "client-" + i);
                store.createGrant(grant, code(grant), 5, NOW);
                grants.add(grant);
            }
        }
        try (var store = EmbeddedGrantStore.openFile(file, noCache)) {
            Thread.currentThread().interrupt();
            for (Grant grant : grants) {
                assertThat(store.grant(grant.id(), NOW)).isNotNull();
            }
            assertThat(store.revokeGrant(grants.getFirst().id())).isTrue();
            assertThat(Thread.interrupted()).as("the interruption is kept").isTrue();
            assertThat(store.grantsOf("person", NOW)).hasSize(199);
        }
    }

    // The writer

    @Test
    void writeWhenTooManyWaitThenRefusedAtOnce() throws Exception {
        var writing = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var refused = new CountDownLatch(2);
        try (var store = EmbeddedGrantStore.inMemory(new Limits(4, 1, 30_000, 10, 1_000, 10, 60, 1));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            store.onRevocation(revocation -> {
                writing.countDown();
                awaitUninterruptibly(goOn);
            });
            Grant grant = grant("person", "client");
            store.createGrant(grant, code(grant), 5, NOW);
            Future<Boolean> busy = threads.submit(() -> store.revokeGrant(grant.id()));
            writing.await();

            var others = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 6; i++) {
                others.add(threads.submit(() -> {
                    try {
                        return store.revokeGrant("none");
                    } catch (StoreException e) {
                        assertThat(e).hasMessageContaining("overloaded");
                        refused.countDown();
                        return true;
                    }
                }));
            }
            refused.await(); // while the writer is still busy: four wait, two were refused
            goOn.countDown();
            assertThat(busy.get()).isTrue();
            int refusals = 0;
            for (Future<Boolean> other : others) {
                refusals += other.get() ? 1 : 0;
            }
            assertThat(refusals).isEqualTo(2);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void writeWhenItFailsHalfWayThenNothingOfItIsLeft() {
        try (var store = EmbeddedGrantStore.inMemory(Limits.DEFAULT)) {
            Grant grant = grant("person", "client");
            RefreshToken refresh = refresh(grant, 0);
            var code = code(grant);
            store.createGrant(grant, code, 5, NOW);
            store.consumeCode(spent(code, NOW + 600), access(grant), refresh, NOW + 7200, NOW);
            long records = recordCount(store);

            assertThatThrownBy(() -> store.writer.make((tables, tx) -> {
                        tables.removeGrant(tx, grant.id());
                        tables.pending.put(tx, pending(NOW + 600));
                        throw new IllegalStateException("half-way");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("half-way");

            assertThat(recordCount(store)).isEqualTo(records);
            assertThat(store.grant(grant.id(), NOW)).isNotNull();
            assertThat(store.refreshToken(refresh.grantId(), refresh.hash(), NOW))
                    .isNotNull();
            assertThat(census(store)).matches(Tables.IndexCensus::isExact);
        }
    }

    @Test
    void rotateWhenTheGenerationIsWrongThenIsTheCallersMistakeAndChangesNothing() {
        try (var store = EmbeddedGrantStore.inMemory(Limits.DEFAULT)) {
            Grant grant = grant("person", "client");
            RefreshToken refresh = refresh(grant, 0);
            var code = code(grant);
            store.createGrant(grant, code, 5, NOW);
            store.consumeCode(spent(code, NOW + 600), access(grant), refresh, NOW + 7200, NOW);
            Grant other = grant("person", "client");

            assertThatThrownBy(
                            () -> store.rotate(refresh.hash(), refresh(grant, 2), access(grant), 60, NOW + 7200, NOW))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(
                            () -> store.rotate(refresh.hash(), refresh(other, 1), access(other), 60, NOW + 7200, NOW))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(store.refreshToken(refresh.grantId(), refresh.hash(), NOW)
                            .token()
                            .firstUsedAt())
                    .isZero();
        }
    }

    @Test
    void writeWhenClosedThenSaysSo() {
        var store = EmbeddedGrantStore.inMemory(Limits.DEFAULT);
        store.close();
        store.close();

        assertThatThrownBy(() -> store.revokeGrant("x"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> store.grant("x", NOW))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
    }

    // Limits

    @Test
    void putPendingSignInWhenTooManyAreUnderWayThenRefused() {
        try (var store = EmbeddedGrantStore.inMemory(new Limits(100, 10, 10_000, 2, 1_000, 10, 60, 1))) {
            store.putPendingSignIn(pending(NOW + 600), NOW);
            var second = pending(NOW + 600);
            store.putPendingSignIn(second, NOW);

            assertThatThrownBy(() -> store.putPendingSignIn(pending(NOW + 600), NOW))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("too many sign-ins");
            store.takePendingSignIn(second.state(), NOW);
            store.putPendingSignIn(pending(NOW + 600), NOW);
        }
    }

    @Test
    void rotateWhenAGrantHasTooManyAccessTokensThenThoseThatEndSoonestAreRevoked() {
        try (var store = EmbeddedGrantStore.inMemory(new Limits(100, 10, 10_000, 10, 1_000, 3, 60, 1))) {
            Grant grant = grant("person", "client");
            RefreshToken refresh = refresh(grant, 0);
            RefreshToken successor = refresh(grant, 1);
            var code = code(grant);
            store.createGrant(grant, code, 5, NOW);
            AccessToken first = access(grant, NOW + 600);
            store.consumeCode(spent(code, NOW + 600), first, refresh, NOW + 7200, NOW);
            var revocations = new ArrayList<Revocation>();
            store.onRevocation(revocations::add);
            for (int i = 1; i <= 3; i++) {
                store.rotate(refresh.hash(), successor, access(grant, NOW + 600 + i), 60, NOW + 7200, NOW);
            }

            assertThat(store.accessToken(first.grantId(), first.hash(), NOW)).isNull();
            assertThat(revocations).containsExactly(new Revocation.OfAccessToken(first.hash()));
            assertThat(census(store)).matches(Tables.IndexCensus::isExact);
        }
    }

    // Sweeping of its own accord

    @Test
    void sweepWhenDueThenHappensByTheTimeThatCallersSay() {
        try (var store = EmbeddedGrantStore.inMemory(new Limits(100, 10, 10_000, 10_000, 1_000, 10, 1, 1))) {
            for (int i = 0; i < 1200; i++) {
                store.putPendingSignIn(pending(NOW + 600), NOW);
            }
            store.takePendingSignIn(newHash(), NOW + 599);
            assertThat(recordCount(store)).isEqualTo(1200);

            while (recordCount(store)
                    > 0) { // each write is followed by one step of the sweep when it is due, after a second
                store.takePendingSignIn(newHash(), NOW + 600);
            }
            assertThat(census(store)).matches(Tables.IndexCensus::isExact);
        }
    }

    private static EmbeddedGrantStore over(Path file, Limits limits) {
        return EmbeddedGrantStore.over(() -> Database.open(file, 4, TestDisk::nameOf), limits);
    }
}
