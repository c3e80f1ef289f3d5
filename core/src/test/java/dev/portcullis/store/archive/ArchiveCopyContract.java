package dev.portcullis.store.archive;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.client;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.newHash;
import static dev.portcullis.store.GrantFixture.pending;
import static dev.portcullis.store.GrantFixture.refresh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.archive.ArchiveCopy.Result;
import dev.portcullis.store.archive.ArchiveCopy.Verdict;
import dev.portcullis.store.archive.RandomContents.Operation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a copy must do, whatever it goes from and to. A test extends this and says where two stores are. */
@Timeout(120)
public abstract class ArchiveCopyContract {
    private static final String SOURCE = "the source";
    private static final int PAGE = 7;

    /** A place for a store, empty at first. One thing is open there at a time. */
    public interface Place {
        GrantStore openStore();

        Archive openToRead();

        WritableArchive openToWrite();
    }

    private long now = NOW;

    /** A place to copy from. */
    protected abstract Place source();

    /** A place to copy to; another each time. */
    protected abstract Place target();

    private Result copy(Place from, Place to, boolean isResuming) {
        try (var source = from.openToRead();
                var target = to.openToWrite()) {
            return copy(source, target, isResuming);
        }
    }

    private Result copy(Archive source, WritableArchive target, boolean isResuming) {
        return new ArchiveCopy(source, SOURCE, target, new ArchiveCopy.Limits(PAGE, 100), clock(), silent())
                .run(isResuming);
    }

    private InstantSource clock() {
        return () -> Instant.ofEpochSecond(now);
    }

    private static ArchiveCopy.Progress silent() {
        return new ArchiveCopy.Progress() {
            @Override
            public void copied(long entries, long all) {}

            @Override
            public void verifying() {}
        };
    }

    private static List<@Nullable Object> answers(GrantStore store, List<Operation> operations) {
        var answers = new ArrayList<@Nullable Object>();
        for (Operation operation : operations) {
            answers.add(operation.run().apply(store));
        }
        return answers;
    }

    // All that a store can be asked gives the same

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void runWhenContentsAreAnyThenEveryOperationAnswersAsBefore(long seed) {
        var contents = new RandomContents(seed);
        Place source = source();
        Place target = target();
        try (var store = source.openStore()) {
            answers(store, contents.making(300));
        }
        now = contents.now();

        assertThat(copy(source, target, false)).isInstanceOf(Result.Copied.class);

        var operations = new ArrayList<>(contents.using(400));
        operations.addAll(contents.reusing());
        List<@Nullable Object> before;
        List<@Nullable Object> after;
        try (var store = source.openStore()) {
            before = answers(store, operations);
        }
        try (var store = target.openStore()) {
            after = answers(store, operations);
        }
        for (int i = 0; i < operations.size(); i++) {
            assertThat(after.get(i))
                    .as("%d: %s", i, operations.get(i).name())
                    .usingRecursiveComparison()
                    .isEqualTo(before.get(i));
        }
        assertThat(before).as("rotations that succeeded").contains(new Rotation.Rotated());
        assertThat(before).as("reuse that was noticed").contains(new Rotation.Reused());
    }

    @Test
    void runWhenThereIsNothingThenEndsWithNothing() {
        Place source = source();
        source.openStore().close();

        assertThat(copy(source, target(), false)).isEqualTo(new Result.Copied(Census.NOTHING, 0, 0));
    }

    @Test
    void runWhenDoneThenSaysHowMuchOfWhatThereIs() {
        Place source = source();
        try (var store = source.openStore()) {
            fill(store, 3);
        }

        // Of each turn one of them all; a code that is spent counts too.
        assertThat(copy(source, target(), false))
                .isEqualTo(new Result.Copied(new Census(3, 3, 6, 6, 3, 3, 3, 3), 15, 15));
    }

    @Test
    void runWhenSomethingHasEndedThenLeavesItBehind() {
        Place source = source();
        Place target = target();
        var dead = grant("person", "client");
        try (var store = source.openStore()) {
            fill(store, 1);
            store.createGrant(dead.usedAt(NOW, NOW), code(dead), 5, NOW);
        }
        now = NOW + 700; // the access tokens have ended, the grant and its refresh tokens have not

        var copied = (Result.Copied) copy(source, target, false);

        assertThat(copied.census().accessTokens()).isZero();
        assertThat(copied.census().refreshTokens()).isEqualTo(2);
        assertThat(copied.census().pendingSignIns()).isZero();
    }

    /** @return the grants made, each with a spent code, two refresh tokens and two access tokens */
    private static List<Made> fill(GrantStore store, int turns) {
        var made = new ArrayList<Made>();
        for (int i = 0; i < turns; i++) {
            Grant grant = grant("person-" + i, "client-" + i);
            AuthorizationCode code = code(grant);
            RefreshToken first = refresh(grant, 0);
            RefreshToken second = refresh(grant, 1);
            AccessToken access = access(grant);
            store.putClient(client("client-" + i), NOW + 5_000, NOW);
            store.putRegistration(client("registered-" + i), 100, NOW + 500, NOW);
            store.createGrant(grant, code, 5, NOW);
            store.consumeCode(code.spentUntil(NOW + 600), access, first, NOW + 3_600, NOW);
            store.rotate(first.hash(), second, access(grant), 60, NOW + 3_600, NOW);
            store.spendOnce(newHash(), NOW + 600, NOW);
            store.putPendingSignIn(pending(NOW + 600), NOW);
            made.add(new Made(grant, code, first, second, access));
        }
        return made;
    }

    private record Made(
            Grant grant, AuthorizationCode code, RefreshToken first, RefreshToken second, AccessToken access) {}

    // What stands in the target already

    @Test
    void runWhenTargetHoldsSomethingThenChangesNothing() {
        Place source = source();
        Place target = target();
        try (var store = source.openStore()) {
            fill(store, 1);
        }
        Grant other = grant("somebody", "else");
        try (var store = target.openStore()) {
            store.createGrant(other, code(other), 5, NOW);
        }

        assertThat(copy(source, target, false)).isEqualTo(new Result.Refused(new Verdict.NotEmpty()));
        assertThat(copy(source, target, true)).isEqualTo(new Result.Refused(new Verdict.NotEmpty()));

        try (var store = target.openStore()) {
            assertThat(store.grant(other.id(), NOW)).isNotNull();
            assertThat(store.grantsOf("person-0", NOW)).isEmpty();
        }
    }

    @Test
    void runWhenAgainAfterTheEndThenRefuses() {
        Place source = source();
        Place target = target();
        try (var store = source.openStore()) {
            fill(store, 1);
        }
        copy(source, target, false);

        assertThat(copy(source, target, true)).isEqualTo(new Result.Refused(new Verdict.NotEmpty()));
    }

    // Killed in the middle

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 8, 11, 12})
    void runWhenStoppedInTheMiddleThenResumesAndEndsWhole(int puts) {
        Place source = source();
        Place target = target();
        List<Made> made;
        try (var store = source.openStore()) {
            made = fill(store, 12);
        }
        long written = stopAfter(puts, source, target);
        assertThat(written).isLessThanOrEqualTo((long) puts * PAGE);

        assertThat(copy(source, target, false)).isEqualTo(new Result.Refused(new Verdict.Unfinished()));
        assertThatThrownBy(target::openStore)
                .as("no server works on a part")
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("migrate --resume");

        var copied = (Result.Copied) copy(source, target, true);

        assertThat(copied.census()).isEqualTo(new Census(12, 12, 24, 24, 12, 12, 12, 12));
        assertThat(copied.put() + written).as("nothing is copied twice").isEqualTo(60);
        try (var store = target.openStore()) {
            for (Made of : made) {
                assertThat(store.accessToken(of.grant.id(), of.access.hash(), NOW))
                        .isNotNull();
                assertThat(store.rotate(of.first.hash(), of.second, access(of.grant), 60, NOW + 3_600, NOW))
                        .isEqualTo(new Rotation.Rotated());
            }
        }
    }

    /** @return how many entries had been written when it was stopped */
    private long stopAfter(int puts, Place from, Place to) {
        try (var source = from.openToRead();
                var target = new Stopping(to.openToWrite(), puts)) {
            assertThatThrownBy(() -> copy(source, target, false))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("stopped");
            return target.written;
        }
    }

    @Test
    void runWhenTheSourceWentOnMeanwhileThenTheTargetFollows() {
        Place source = source();
        Place target = target();
        List<Made> made;
        try (var store = source.openStore()) {
            made = fill(store, 12);
        }
        stopAfter(9, source, target);
        Grant added = grant("latecomer", "client-late");
        try (var store = source.openStore()) {
            for (int i = 0; i < 12; i += 3) {
                store.revokeGrant(made.get(i).grant.id());
            }
            for (int i = 1; i < 12; i += 3) {
                Made of = made.get(i);
                store.rotate(of.second.hash(), refresh(of.grant, 2), access(of.grant), 60, NOW + 3_600, NOW);
                store.revokeAccessToken(of.grant.id(), of.access.hash());
            }
            store.createGrant(added, code(added), 5, NOW);
        }

        var copied = (Result.Copied) copy(source, target, true);

        assertThat(copied.census().grants()).isEqualTo(9);
        assertThat(copied.census().refreshTokens()).isEqualTo(8 * 2 + 4);
        try (var store = target.openStore()) {
            for (int i = 0; i < 12; i++) {
                Made of = made.get(i);
                assertThat(store.grant(of.grant.id(), NOW) == null).isEqualTo(i % 3 == 0);
                assertThat(store.accessToken(of.grant.id(), of.access.hash(), NOW) == null)
                        .isEqualTo(i % 3 != 2);
            }
            assertThat(store.grant(added.id(), NOW)).isNotNull();
        }
    }

    @Test
    void runWhenTheUnfinishedCopyIsOfAnotherSourceThenRefuses() {
        Place target = target();
        try (var archive = target.openToWrite()) {
            archive.put(List.of(), new Mark("another source", "1", "", 0).text());
        }
        Place source = source();
        source.openStore().close();

        assertThat(copy(source, target, true))
                .isEqualTo(new Result.Refused(new Verdict.OfOtherSource("another source")));
    }

    @Test
    void runWhenTheSourceIsItselfUnfinishedThenRefuses() {
        Place source = source();
        try (var archive = source.openToWrite()) {
            archive.put(List.of(), new Mark("elsewhere", "1", "", 0).text());
        }

        assertThat(copy(source, target(), false)).isEqualTo(new Result.Refused(new Verdict.SourceIsNotWhole()));
    }

    // A copy that is none

    @Test
    void runWhenTheTargetLosesSomethingThenSaysWhat() {
        Place source = source();
        Place target = target();
        try (var store = source.openStore()) {
            fill(store, 2);
        }
        try (var from = source.openToRead();
                var to = new Losing(target.openToWrite())) {
            var differs = (Result.Differs) copy(from, to, false);

            assertThat(differs.differences())
                    .contains("OfGrant.access.size", "OfGrant.grant.expiresAt")
                    .first()
                    .asString()
                    .startsWith("expected Census[grants=2, codes=2, accessTokens=4,")
                    .contains("found Census[grants=2, codes=2, accessTokens=2,");
        }
        try (var archive = target.openToWrite()) {
            assertThat(archive.mark()).isNotNull();
        }
    }

    /** Stops at the first put after so many, as if killed. */
    private static final class Stopping extends Passing {
        private final int puts;
        private int done;
        private long written;

        Stopping(WritableArchive archive, int puts) {
            super(archive);
            this.puts = puts;
        }

        @Override
        public void put(List<Entry> entries, String mark) {
            if (!entries.isEmpty() && done++ >= puts) {
                throw new StoreException("stopped");
            }
            super.put(entries, mark);
            written += entries.size();
        }

        @Override
        public void finish() {
            throw new StoreException("stopped");
        }
    }

    /** Puts half the access tokens of a grant, and another end. */
    private static final class Losing extends Passing {
        Losing(WritableArchive archive) {
            super(archive);
        }

        @Override
        public void put(List<Entry> entries, String mark) {
            super.put(entries.stream().map(Losing::part).toList(), mark);
        }

        private static Entry part(Entry entry) {
            return entry instanceof Entry.OfGrant(var grant, var codes, var access, var refresh)
                    ? new Entry.OfGrant(grant.usedAt(NOW, grant.expiresAt() + 1), codes, access.subList(0, 1), refresh)
                    : entry;
        }
    }

    private static class Passing implements WritableArchive {
        private final WritableArchive archive;

        Passing(WritableArchive archive) {
            this.archive = archive;
        }

        @Override
        public Page page(String place, int max, long nowSeconds) {
            return archive.page(place, max, nowSeconds);
        }

        @Override
        public @Nullable Entry find(Entry like, long nowSeconds) {
            return archive.find(like, nowSeconds);
        }

        @Override
        public long estimate(long nowSeconds) {
            return archive.estimate(nowSeconds);
        }

        @Override
        public @Nullable String version() {
            return archive.version();
        }

        @Override
        public @Nullable String mark() {
            return archive.mark();
        }

        @Override
        public void put(List<Entry> entries, String mark) {
            archive.put(entries, mark);
        }

        @Override
        public void remove(List<Entry> entries) {
            archive.remove(entries);
        }

        @Override
        public void finish() {
            archive.finish();
        }

        @Override
        public void close() {
            archive.close();
        }
    }
}
