package dev.portcullis.store;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.client;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.newHash;
import static dev.portcullis.store.GrantFixture.refresh;
import static dev.portcullis.store.GrantFixture.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The part of {@link GrantStoreContract} about checks at the identity provider, grants without a code, ids that may be used once, and what is bound to a key. */
@Timeout(60)
abstract class GrantCheckContract {
    private static final int RACERS = 64;

    protected GrantStore store;
    /** What was told; one that is told twice counts once, and that something may have been revoked counts for nothing. */
    protected final Set<Revocation> revocations = Collections.synchronizedSet(new LinkedHashSet<>());

    private final String person = "person-" + newHash();
    private final String machine = "client-" + newHash();

    /** @return a store without records, opened for one test */
    protected abstract GrantStore open() throws Exception;

    /** Fails if an index entry stands without its record, or a record without its entry. */
    protected abstract void assertNothingLeaks();

    /** @return records of all kinds in the store, expired or not */
    protected abstract long recordCount();

    @BeforeEach
    void openStore() throws Exception {
        store = open();
        store.onRevocation(revocation -> {
            if (!(revocation instanceof Revocation.Unheard)) {
                revocations.add(revocation);
            }
        });
    }

    @AfterEach
    void closeStore() {
        try {
            assertNothingLeaks();
        } finally {
            store.close();
            closed();
        }
    }

    /** Lets go of what {@link #open} took besides the store. */
    protected void closed() {}

    // Checks at the identity provider (O-99, O-145)

    private Grant created() {
        Grant grant = grant(person, machine);
        store.createGrant(grant, code(grant), 50, NOW);
        return grant;
    }

    @Test
    void grantWhenNewThenWasCheckedAtItsSignInAndNobodyChecksIt() {
        Grant grant = store.grant(created().id(), NOW);

        assertThat(grant.checkedAt()).isEqualTo(NOW);
        assertThat(grant.checkingUntil()).isZero();
    }

    @RepeatedTest(3)
    void claimCheckWhenRacedThenOneGetsIt() throws Exception { // O-100, O-184
        Grant grant = created();

        assertThat(race(RACERS, _ -> () -> store.claimCheck(grant.id(), NOW + 60, NOW)))
                .containsOnlyOnce(true);
        assertThat(store.grant(grant.id(), NOW).checkingUntil()).isEqualTo(NOW + 60);
    }

    @Test
    void claimCheckWhenForgottenThenEndsWithItsSecond() {
        Grant grant = created();
        assertThat(store.claimCheck(grant.id(), NOW + 60, NOW)).isTrue();

        assertThat(store.claimCheck(grant.id(), NOW + 119, NOW + 59)).isFalse();
        assertThat(store.claimCheck(grant.id(), NOW + 120, NOW + 60)).isTrue();
    }

    @Test
    void claimCheckWhenTheGrantIsGoneThenFalse() {
        Grant grant = created();
        assertThat(store.claimCheck("unknown", NOW + 60, NOW)).isFalse();
        assertThat(store.claimCheck(grant.id(), NOW + 4000, NOW + 3600)).isFalse(); // its second has come

        store.revokeGrant(grant.id());
        assertThat(store.claimCheck(grant.id(), NOW + 60, NOW)).isFalse();
        store.releaseCheck(grant.id());
        assertThat(store.grant(grant.id(), NOW)).isNull();
    }

    @Test
    void releaseCheckThenAnybodyMayClaimAndNothingElseHasChanged() {
        Grant grant = created();
        store.claimCheck(grant.id(), NOW + 60, NOW);

        store.releaseCheck(grant.id());
        store.releaseCheck(grant.id()); // asked again

        assertThat(store.grant(grant.id(), NOW)).usingRecursiveComparison().isEqualTo(grant);
        assertThat(store.claimCheck(grant.id(), NOW + 60, NOW)).isTrue();
        assertThat(revocations).isEmpty();
    }

    @Test
    void putCheckedThenPropsAndTimeAreReplacedAndTheClaimEnds() {
        Grant grant = created();
        store.claimCheck(grant.id(), NOW + 60, NOW);
        byte[] props = Randoms.bytes(300);

        assertThat(store.putChecked(grant.id(), props, true, NOW + 3, NOW + 4)).isTrue();
        assertThat(store.putChecked(grant.id(), props, true, NOW + 3, NOW + 4)).isTrue(); // asked again

        Grant found = store.grant(grant.id(), NOW + 4);
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("sealedProps", "checkedAt")
                .isEqualTo(grant);
        assertThat(found.sealedProps()).isEqualTo(props);
        assertThat(found.checkedAt()).isEqualTo(NOW + 3);
        assertThat(revocations).containsOnly(new Revocation.OfProps(grant.id()));
    }

    @Test
    void putCheckedWhenThePersonIsTheSameThenNobodyIsTold() {
        Grant grant = created();

        assertThat(store.putChecked(grant.id(), Randoms.bytes(10), false, NOW, NOW))
                .isTrue();

        assertThat(revocations).isEmpty();
    }

    @Test
    void putCheckedWhenTheGrantIsGoneThenFalseAndNobodyIsTold() {
        Grant grant = created();
        assertThat(store.putChecked(grant.id(), Randoms.bytes(10), true, NOW + 3600, NOW + 3600))
                .isFalse();
        assertThat(store.putChecked("unknown", Randoms.bytes(10), true, NOW, NOW))
                .isFalse();

        assertThat(revocations).isEmpty();
        assertThat(store.grant(grant.id(), NOW).sealedProps()).isEqualTo(grant.sealedProps());
    }

    /** Use of a grant and a check of it meet: neither undoes the other. */
    @RepeatedTest(3)
    void putCheckedWhenRacedWithRotationsThenBothHold() throws Exception {
        Grant grant = grant(person, machine);
        AuthorizationCode code = code(grant);
        RefreshToken first = refresh(grant, 0);
        RefreshToken second = refresh(grant, 1);
        store.createGrant(grant, code, 50, NOW);
        store.consumeCode(spent(code, NOW + 600), access(grant), first, NOW + 4000, NOW);
        byte[] props = Randoms.bytes(50);

        race(
                32,
                i -> () -> i % 2 == 0
                        ? store.putChecked(grant.id(), props, true, NOW + 9, NOW + 10)
                        : store.rotate(first.hash(), second, access(grant), 60, NOW + 5000, NOW + 10));

        Grant found = store.grant(grant.id(), NOW + 10);
        assertThat(found.sealedProps()).isEqualTo(props);
        assertThat(found.checkedAt()).isEqualTo(NOW + 9);
        assertThat(found.expiresAt()).isEqualTo(NOW + 5000);
        assertThat(found.lastUsedAt()).isEqualTo(NOW + 10);
    }

    @RepeatedTest(3)
    void putCheckedWhenRacedWithRevokeThenNothingIsLeft() throws Exception {
        Grant grant = created();

        race(
                16,
                i -> () -> i == 7
                        ? store.revokeGrant(grant.id())
                        : store.putChecked(grant.id(), Randoms.bytes(9), true, NOW, NOW));

        assertThat(store.grant(grant.id(), NOW)).isNull();
        assertThat(recordCount()).isZero();
    }

    // Grants that begin with an access token, and more access tokens (O-165, O-170, O-175)

    @Test
    void createGrantWhenItBeginsWithAnAccessTokenThenBothAreFoundWhole() {
        Grant grant = grant(person, machine);
        AccessToken access = access(grant);

        assertThat(store.createGrant(grant, access, 50, NOW)).isEmpty();
        assertThat(store.createGrant(grant, access(grant), 50, NOW)).isEmpty(); // asked again: nothing changes

        var held = store.accessToken(access.grantId(), access.hash(), NOW);
        assertThat(held.token()).usingRecursiveComparison().isEqualTo(access);
        assertThat(held.grant()).usingRecursiveComparison().isEqualTo(grant);
        assertThat(recordCount()).isEqualTo(2);
    }

    @Test
    void createGrantWhenItBeginsWithAnAccessTokenThenTheCapHolds() throws Exception { // O-44
        race(40, _ -> () -> {
            Grant grant = grant(person, machine);
            return store.createGrant(grant, access(grant), 3, NOW);
        });

        assertThat(store.grantsOf(person, NOW)).hasSize(3);
        assertThat(revocations).hasSize(37).allMatch(Revocation.OfGrant.class::isInstance);
    }

    @Test
    void addAccessTokenThenIsLiveAsLongAsItsGrant() {
        Grant grant = created();
        AccessToken added = access(grant, NOW + 9_000);

        assertThat(store.addAccessToken(added, NOW)).isTrue();
        assertThat(store.addAccessToken(added, NOW)).isTrue(); // asked again

        assertThat(store.accessToken(added.grantId(), added.hash(), NOW).token())
                .usingRecursiveComparison()
                .isEqualTo(added);
        assertThat(store.accessToken(added.grantId(), added.hash(), NOW + 3600))
                .as("its grant has ended")
                .isNull();
        store.revokeGrant(grant.id());
        assertThat(store.accessToken(added.grantId(), added.hash(), NOW)).isNull();
        assertThat(store.addAccessToken(access(grant), NOW)).isFalse();
        assertThat(recordCount()).isZero();
    }

    @RepeatedTest(3)
    void addAccessTokenWhenRacedWithRevokeThenNothingIsLeft() throws Exception {
        Grant grant = created();

        race(RACERS, i -> () -> i == 31 ? store.revokeGrant(grant.id()) : store.addAccessToken(access(grant), NOW));

        assertThat(recordCount()).isZero();
    }

    // Grants of a client (O-183)

    @Test
    void grantsOfClientThenAreOfEverybodyAndNoOtherClientOldestFirst() {
        Grant younger = grant("somebody", machine, NOW + 5, NOW + 5);
        Grant older = grant("somebody else", machine, NOW + 1, NOW + 9);
        Grant ended = new Grant(
                Randoms.base64Url(16),
                client(machine),
                "http://localhost/cb",
                "a third",
                Scopes.NONE,
                List.of(),
                new byte[0],
                NOW,
                NOW,
                NOW + 10,
                NOW + 10);
        Grant ofAnother = grant("somebody", machine + "2");
        for (Grant grant : List.of(younger, older, ended, ofAnother)) {
            store.createGrant(grant, code(grant), 50, NOW);
        }

        assertThat(store.grantsOfClient(machine, NOW + 10))
                .extracting(Grant::id)
                .containsExactly(older.id(), younger.id());
        store.revokeGrant(older.id());
        assertThat(store.grantsOfClient(machine, NOW + 10))
                .extracting(Grant::id)
                .containsExactly(younger.id());
        assertThat(store.grantsOfClient("nobody", NOW)).isEmpty();
    }

    /** A person's key may be long: its length takes two bytes then. */
    @Test
    void grantsOfClientWhenKeysAreOfAnyLengthThenFindsThem() {
        for (int length : new int[] {0, 1, 127, 128, 129, 300}) {
            Grant grant = grant("k".repeat(length), machine);
            store.createGrant(grant, code(grant), 50, NOW);
        }

        assertThat(store.grantsOfClient(machine, NOW)).hasSize(6);
    }

    // Ids that may be used once (O-184, T-89)

    @Test
    void spendOnceThenIsSpentUntilItsEnd() {
        TokenHash id = newHash();
        assertThat(store.spendOnce(id, NOW + 60, NOW)).isTrue();

        assertThat(store.spendOnce(id, NOW + 60, NOW)).isFalse();
        assertThat(store.spendOnce(id, NOW + 600, NOW + 59)).isFalse();
        assertThat(store.spendOnce(id, NOW + 120, NOW + 60)).isTrue(); // could not be presented any more
        assertThat(store.spendOnce(id, NOW + 120, NOW + 119)).isFalse();
        assertThat(store.spendOnce(newHash(), NOW + 60, NOW)).isTrue();
    }

    @RepeatedTest(3)
    void spendOnceWhenRacedThenOneMay() throws Exception {
        TokenHash id = newHash();

        assertThat(race(RACERS, _ -> () -> store.spendOnce(id, NOW + 60, NOW))).containsOnlyOnce(true);
    }

    /** O-63: what an answer came to is told to whoever gives one again. */
    @Test
    void settleOnceThenTellsTheFirstOutcomeUntilItsEnd() {
        TokenHash id = newHash();
        byte[] first = Randoms.bytes(300);
        assertThat(store.settleOnce(id, first, NOW + 60, NOW)).isNull();

        assertThat(store.settleOnce(id, Randoms.bytes(10), NOW + 60, NOW)).isEqualTo(first);
        assertThat(store.settleOnce(id, Randoms.bytes(10), NOW + 600, NOW + 59)).isEqualTo(first);
        assertThat(store.spendOnce(id, NOW + 60, NOW)).isFalse();
        byte[] second = {' ', 0, '1', ' '};
        assertThat(store.settleOnce(id, second, NOW + 120, NOW + 60)).isNull();
        assertThat(store.settleOnce(id, first, NOW + 120, NOW + 119)).isEqualTo(second);
    }

    @Test
    void settleOnceWhenItWasSpentForNothingThenSaysNothing() {
        TokenHash id = newHash();
        assertThat(store.spendOnce(id, NOW + 60, NOW)).isTrue();

        assertThat(store.settleOnce(id, Randoms.bytes(10), NOW + 60, NOW)).isEmpty();
    }

    @RepeatedTest(3)
    void settleOnceWhenRacedThenAllHearTheOneThatCounts() throws Exception {
        TokenHash id = newHash();

        var heard = race(RACERS, i -> () -> {
            byte[] earlier = store.settleOnce(id, new byte[] {(byte) i}, NOW + 60, NOW);
            return earlier == null ? i + 1_000 : (int) earlier[0];
        });

        var won = heard.stream().filter(each -> each >= 1_000).toList();
        assertThat(won).hasSize(1);
        assertThat(heard).allMatch(each -> each % 1_000 == won.getFirst() % 1_000);
    }

    @Test
    void sweepWhenSpentIdsHaveEndedThenTheyGo() {
        for (int i = 0; i < 50; i++) {
            store.spendOnce(newHash(), NOW + i, NOW - 1);
        }

        assertThat(store.sweep(NOW + 24)).isEqualTo(25);
        assertThat(recordCount()).isEqualTo(25);
    }

    // What is bound to a key, and clients with keys (O-120, O-124, O-160)

    @Test
    void bindingsThenSurviveEveryWayTheyAreRead() {
        TokenHash holder = newHash();
        Grant grant = grant(person, machine);
        var code =
                new AuthorizationCode(newHash(), grant.id(), "challenge", Randoms.bytes(40), NOW + 60, false, holder);
        var access = new AccessToken(
                newHash(),
                grant.id(),
                Scopes.of("tools"),
                grant.resources(),
                Randoms.bytes(40),
                NOW + 600,
                holder,
                "another client");
        var first = new RefreshToken(newHash(), grant.id(), 0, Randoms.bytes(40), NOW + 3000, 0, holder);
        var second = new RefreshToken(newHash(), grant.id(), 1, Randoms.bytes(40), NOW + 3000, 0, holder);
        store.createGrant(grant, code, 50, NOW);
        assertThat(store.code(code.grantId(), code.hash(), NOW).token())
                .usingRecursiveComparison()
                .isEqualTo(code);

        store.consumeCode(code.spentUntil(NOW + 600), access, first, NOW + 4000, NOW);
        assertThat(store.code(code.grantId(), code.hash(), NOW).token().boundTo())
                .isEqualTo(holder);
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW).token())
                .usingRecursiveComparison()
                .isEqualTo(access);

        store.rotate(first.hash(), second, access(grant), 60, NOW + 4000, NOW);
        assertThat(store.refreshToken(first.grantId(), first.hash(), NOW)
                        .token()
                        .boundTo())
                .as("also once it was used")
                .isEqualTo(holder);
        assertThat(store.refreshToken(second.grantId(), second.hash(), NOW)
                        .token()
                        .boundTo())
                .isEqualTo(holder);

        RefreshToken third = refresh(grant, 2);
        store.rotate(second.hash(), third, access(grant), 60, NOW + 4000, NOW + 1);
        store.sweep(NOW + 200); // the first one's key goes, what it was bound to stays
        RefreshToken retired =
                store.refreshToken(first.grantId(), first.hash(), NOW + 200).token();
        assertThat(retired.wrappedKey()).isEmpty();
        assertThat(retired.boundTo()).isEqualTo(holder);
    }

    @Test
    void clientWhenItHasKeysAndABoundOfScopesThenIsFoundWhole() {
        for (ClientKeys keys : new ClientKeys[] {
            null, new ClientKeys.Inline("{\"keys\":[]}"), new ClientKeys.At("https://client.example/jwks")
        }) {
            RegisteredClient put = client(machine).with(keys, Scopes.of("tools", "images"));
            store.putClient(put, NOW + 60, NOW);
            Grant grant = new Grant(
                    Randoms.base64Url(16),
                    put,
                    "http://localhost/cb",
                    person,
                    Scopes.NONE,
                    List.of(),
                    new byte[0],
                    NOW,
                    NOW,
                    NOW + 10,
                    NOW + 10);
            store.createGrant(grant, code(grant), 50, NOW);

            assertThat(store.client(machine, NOW)).usingRecursiveComparison().isEqualTo(put);
            assertThat(store.grant(grant.id(), NOW).client())
                    .usingRecursiveComparison()
                    .isEqualTo(put);
        }
    }

    /** Lets all begin at once; the answers in the order of the racers. */
    static <T> List<T> race(int racers, IntFunction<Callable<T>> racer) throws Exception {
        var ready = new CountDownLatch(racers);
        var answers = new ArrayList<T>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<T>>();
            for (int i = 0; i < racers; i++) {
                Callable<T> call = racer.apply(i);
                running.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return call.call();
                }));
            }
            for (Future<T> one : running) {
                answers.add(one.get());
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a racer failed", e.getCause());
        }
        return answers;
    }
}
