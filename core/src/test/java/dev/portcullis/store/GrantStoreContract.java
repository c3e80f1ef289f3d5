package dev.portcullis.store;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.client;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.newHash;
import static dev.portcullis.store.GrantFixture.pending;
import static dev.portcullis.store.GrantFixture.refresh;
import static dev.portcullis.store.GrantFixture.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.GrantStore.Rotation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link GrantStore} must do. A store's test extends this and says how to open an empty one. The time is always given, so no test waits for any to pass;
 * every subject, client and token is new in each test, so that tests may share a store.
 */
@Timeout(60)
public abstract class GrantStoreContract extends GrantCheckContract {
    private static final int RACERS = 64;
    private static final int OVERLAP = 60;
    private static final long GRANT_END = NOW + 7200;

    private final String person = "person-" + newHash();
    private final String inspector = "client-" + newHash();

    // Sign-ins under way (O-67)

    @Test
    void pendingSignInWhenPutThenIsFoundWhole() {
        PendingSignIn put = pending(NOW + 600);
        store.putPendingSignIn(put, NOW);

        PendingSignIn found = store.pendingSignIn(put.state(), NOW);
        assertThat(found).usingRecursiveComparison().isEqualTo(put);
        assertThat(store.pendingSignIn(put.state(), NOW))
                .as("looking does not take")
                .isNotNull();
    }

    @Test
    void takePendingSignInWhenTakenThenIsGone() {
        PendingSignIn put = pending(NOW + 600);
        store.putPendingSignIn(put, NOW);

        assertThat(store.takePendingSignIn(put.state(), NOW))
                .usingRecursiveComparison()
                .isEqualTo(put);
        assertThat(store.takePendingSignIn(put.state(), NOW)).isNull();
        assertThat(store.pendingSignIn(put.state(), NOW)).isNull();
    }

    @Test
    void pendingSignInWhenItsSecondHasComeThenIsExpired() {
        PendingSignIn put = pending(NOW + 600);
        store.putPendingSignIn(put, NOW);

        assertThat(store.pendingSignIn(put.state(), NOW + 599)).isNotNull();
        assertThat(store.pendingSignIn(put.state(), NOW + 600)).isNull();
        assertThat(store.takePendingSignIn(put.state(), NOW + 600)).isNull();
    }

    @Test
    void pendingSignInWhenUnknownThenNull() {
        assertThat(store.pendingSignIn(newHash(), NOW)).isNull();
        assertThat(store.takePendingSignIn(newHash(), NOW)).isNull();
    }

    @RepeatedTest(3)
    void takePendingSignInWhenRacedThenOneGetsIt() throws Exception { // O-184
        PendingSignIn put = pending(NOW + 600);
        store.putPendingSignIn(put, NOW);

        var taken = race(RACERS, i -> () -> store.takePendingSignIn(put.state(), NOW) != null);
        assertThat(taken).containsOnlyOnce(true);
    }

    // Clients (O-131)

    @Test
    void clientWhenPutThenIsFoundWholeUntilItExpires() {
        RegisteredClient put = client(inspector);
        store.putClient(put, NOW + 100, NOW);

        assertThat(store.client(inspector, NOW + 99)).isEqualTo(put);
        assertThat(store.client(inspector, NOW + 100)).isNull();
        assertThat(store.client("another", NOW)).isNull();
    }

    @Test
    void clientWhenPutAgainThenIsReplaced() {
        store.putClient(client(inspector), NOW + 100, NOW);
        var bare = new RegisteredClient(
                inspector,
                null,
                List.of("cursor://anysphere.cursor-retrieval/oauth"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of(),
                RegisteredClient.Kind.DYNAMIC,
                NOW);
        store.putClient(bare, NOW + 200, NOW);

        assertThat(store.client(inspector, NOW + 150)).isEqualTo(bare);
    }

    @Test
    void clientWhenIdIsLongAndNotAsciiThenIsFound() {
        String id = "https://clients.example/ü/" + "x".repeat(2000);
        store.putClient(client(id), NOW + 100, NOW);

        assertThat(store.client(id, NOW)).isEqualTo(client(id));
        assertThat(store.client("https://clients.example/ö/" + "x".repeat(2000), NOW))
                .isNull();
    }

    @Test
    void clientCountWhenSomeHaveExpiredThenCountsTheLiveOnly() {
        int before = store.clientCount(NOW);
        for (int i = 0; i < 10; i++) {
            store.putClient(client(inspector + i), NOW + 100 + i, NOW);
        }
        store.putClient(client(inspector + 0), NOW + 100, NOW);

        assertThat(store.clientCount(NOW) - before).isEqualTo(10);
        assertThat(store.clientCount(NOW + 104) - before).isEqualTo(5);
        assertThat(store.clientCount(NOW + 109) - before).isZero();
    }

    /** O-131: the cap counts what anybody can make, not the clients that people have let in. */
    @Test
    void putRegistrationWhenThereAreSoManyWithoutGrantThenRefuses() {
        for (int i = 0; i < 3; i++) {
            assertThat(store.putRegistration(client(inspector + i), 3, NOW + 100, NOW))
                    .isTrue();
        }
        assertThat(store.client(inspector + 0, NOW)).isEqualTo(client(inspector + 0));
        assertThat(store.client(inspector + 0, NOW + 100)).isNull();
        assertThat(store.putRegistration(client("one more"), 3, NOW + 100, NOW)).isFalse();
        assertThat(store.client("one more", NOW)).isNull();

        store.putClient(client(inspector + 0), NOW + 200, NOW);

        assertThat(store.client(inspector + 0, NOW + 150)).isEqualTo(client(inspector + 0));
        assertThat(store.clientCount(NOW)).isEqualTo(3);
        assertThat(store.putRegistration(client("instead"), 3, NOW + 100, NOW)).isTrue();
        assertThat(store.putRegistration(client("and more"), 3, NOW + 100, NOW)).isFalse();
        assertThat(store.putRegistration(client("when all have ended"), 1, NOW + 300, NOW + 101))
                .isTrue();
    }

    // Grants

    @Test
    void createGrantWhenNewThenGrantAndCodeAreFoundWhole() {
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);

        assertThat(store.createGrant(grant, code, 5, NOW)).isEmpty();

        assertThat(store.grant(grant.id(), NOW)).usingRecursiveComparison().isEqualTo(grant);
        assertThat(store.code(code.grantId(), code.hash(), NOW))
                .usingRecursiveComparison()
                .isEqualTo(new Held<>(code, grant));
        assertThat(revocations).isEmpty();
    }

    @Test
    void grantWhenItsSecondHasComeThenItAndAllItHoldsAreExpired() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 9999);
        Grant grant = held.grant();
        long end = grant.expiresAt();
        AccessToken access = access(grant, NOW + 99_999);
        rotate(held.token(), refresh(grant, 1, NOW + 99_999), access, NOW);

        assertThat(store.grant(grant.id(), end - 1)).isNotNull();
        assertThat(store.accessToken(access.grantId(), access.hash(), end - 1)).isNotNull();
        assertThat(store.refreshToken(held.token().grantId(), held.token().hash(), end - 1))
                .isNotNull();
        assertThat(store.grantsOf(person, end - 1)).hasSize(1);

        assertThat(store.grant(grant.id(), end)).isNull();
        assertThat(store.accessToken(access.grantId(), access.hash(), end)).isNull();
        assertThat(store.refreshToken(held.token().grantId(), held.token().hash(), end))
                .isNull();
        assertThat(store.grantsOf(person, end)).isEmpty();
    }

    @Test
    void createGrantWhenAskedAgainThenNothingChanges() { // a StoreException may be followed by a second try
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 1, NOW);
        assertThat(store.consumeCode(spent(code, NOW + 600), access(grant), null, GRANT_END, NOW))
                .isTrue();

        assertThat(store.createGrant(grant, code, 1, NOW)).isEmpty();
        assertThat(store.consumeCode(spent(code, NOW + 600), access(grant), null, GRANT_END, NOW))
                .as("a second try does not unspend the code")
                .isFalse();
    }

    @Test
    void createGrantWhenCapIsReachedThenThoseLongestUnusedAreRevoked() { // O-44
        Grant oldButUsed = grant(person, inspector, NOW - 100, NOW - 1);
        Grant unused = grant(person, inspector, NOW - 50, NOW - 50);
        Grant otherClient = grant(person, inspector + "-2", NOW - 1000, NOW - 1000);
        Grant otherPerson = grant(person + "-2", inspector, NOW - 1000, NOW - 1000);
        for (Grant grant : List.of(oldButUsed, unused, otherClient, otherPerson)) {
            store.createGrant(grant, code(grant), 2, NOW);
        }
        Grant third = grant(person, inspector);

        assertThat(store.createGrant(third, code(third), 2, NOW)).containsExactly(unused.id());

        assertThat(store.grant(unused.id(), NOW)).isNull();
        assertThat(store.grantsOf(person, NOW))
                .extracting(Grant::id)
                .containsExactly(otherClient.id(), oldButUsed.id(), third.id());
        assertThat(store.grant(otherPerson.id(), NOW)).isNotNull();
        assertThat(revocations).containsExactly(new Revocation.OfGrant(unused.id()));
    }

    @Test
    void createGrantWhenCapWasLoweredThenRevokesDownToIt() {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            Grant grant = grant(person, inspector, NOW - 50 + i, NOW - 50 + i);
            store.createGrant(grant, code(grant), 5, NOW);
            ids.add(grant.id());
        }
        Grant last = grant(person, inspector);

        assertThat(store.createGrant(last, code(last), 2, NOW)).containsExactlyElementsOf(ids.subList(0, 4));
        assertThat(store.grantsOf(person, NOW)).hasSize(2);
    }

    @Test
    void createGrantWhenExpiredOnesStandThenTheyCountForNothing() {
        Grant expired = grant(person, inspector);
        store.createGrant(expired, code(expired), 1, NOW);
        long later = expired.expiresAt();
        Grant next = grant(person, inspector, later, later).usedAt(later, later + 100);

        assertThat(store.createGrant(next, code(next), 1, later)).isEmpty();
        assertThat(revocations).isEmpty();
    }

    @RepeatedTest(3)
    void createGrantWhenRacedThenTheCapHolds() throws Exception {
        List<Grant> grants = IntStream.range(0, RACERS)
                .mapToObj(i -> grant(person, inspector, NOW + i, NOW + i))
                .toList();
        var revoked = race(RACERS, i -> () -> store.createGrant(grants.get(i), code(grants.get(i)), 3, NOW));

        assertThat(store.grantsOf(person, NOW)).hasSize(3);
        assertThat(revoked.stream().flatMap(List::stream).toList())
                .hasSize(RACERS - 3)
                .doesNotHaveDuplicates();
        assertThat(revocations).hasSize(RACERS - 3);
    }

    @Test
    void grantsOfWhenOnePersonHasThousandsThenAllAreFoundOldestFirst() throws Exception { // O-183
        race(2000, i -> () -> {
            Grant grant = grant(person, inspector + i, NOW - 5000 + i * 7919L % 2000, NOW);
            return store.createGrant(grant, code(grant), 1, NOW);
        });

        List<Grant> found = store.grantsOf(person, NOW);
        assertThat(found).hasSize(2000);
        assertThat(found).extracting(Grant::createdAt).isSorted();
        assertThat(store.grantsOf(person.substring(1), NOW)).isEmpty();
        assertThat(store.grantsOf(person + "x", NOW)).isEmpty();
    }

    // Codes (O-90 to O-92)

    @Test
    void consumeCodeWhenFirstThenTokensAreLiveAndGrantIsUsed() {
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        AccessToken access = access(grant);
        RefreshToken refresh = refresh(grant, 0);

        assertThat(store.consumeCode(spent(code, NOW + 600), access, refresh, GRANT_END, NOW + 7))
                .isTrue();

        Grant used = store.grant(grant.id(), NOW + 7);
        assertThat(used).usingRecursiveComparison().isEqualTo(grant.usedAt(NOW + 7, GRANT_END));
        assertThat(used.expiresAt()).isEqualTo(GRANT_END);
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW + 7))
                .usingRecursiveComparison()
                .isEqualTo(new Held<>(access, used));
        assertThat(store.refreshToken(refresh.grantId(), refresh.hash(), NOW + 7))
                .usingRecursiveComparison()
                .isEqualTo(new Held<>(refresh, used));
    }

    @Test
    void consumeCodeWhenSpentThenFalseAndTheMarkerStays() { // O-92
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        store.consumeCode(spent(code, NOW + 600), access(grant), null, GRANT_END, NOW);
        AccessToken second = access(grant);

        assertThat(store.consumeCode(spent(code, NOW + 600), second, null, GRANT_END, NOW + 1))
                .isFalse();

        assertThat(store.accessToken(second.grantId(), second.hash(), NOW + 1)).isNull();
        AuthorizationCode marker =
                store.code(code.grantId(), code.hash(), NOW + 599).token();
        assertThat(marker.spent()).isTrue();
        assertThat(marker.wrappedKey())
                .as("no wrap without a live token (O-107)")
                .isEmpty();
        assertThat(marker.codeChallenge()).isEqualTo(code.codeChallenge());
        assertThat(store.code(code.grantId(), code.hash(), NOW + 600)).isNull();
    }

    @Test
    void consumeCodeWhenItsSecondHasComeThenFalseAndNothingChanges() {
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        AccessToken access = access(grant);

        assertThat(store.code(code.grantId(), code.hash(), NOW + 60)).isNull();
        assertThat(store.consumeCode(spent(code, NOW + 600), access, null, GRANT_END, NOW + 60))
                .isFalse();
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW + 60)).isNull();
        assertThat(store.grant(grant.id(), NOW + 60)).usingRecursiveComparison().isEqualTo(grant);

        assertThat(store.consumeCode(spent(code, NOW + 600), access, null, GRANT_END, NOW + 59))
                .as("a second before it is good")
                .isTrue();
    }

    @Test
    void consumeCodeWhenUnknownThenFalse() {
        Grant grant = grant(person, inspector);

        assertThat(store.code("unknown", newHash(), NOW)).isNull();
        assertThat(store.consumeCode(spent(code(grant), NOW + 600), access(grant), null, GRANT_END, NOW))
                .isFalse();
    }

    @Test
    void consumeCodeWhenTheGrantWasRevokedThenFalse() {
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        store.revokeGrant(grant.id());

        assertThat(store.code(code.grantId(), code.hash(), NOW)).isNull();
        assertThat(store.consumeCode(spent(code, NOW + 600), access(grant), null, GRANT_END, NOW))
                .isFalse();
        assertThat(store.grant(grant.id(), NOW)).isNull();
    }

    @Test
    void consumeCodeWhenTheNewEndIsBeyondEndsAtThenEndsAtHolds() { // O-98
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        store.consumeCode(spent(code, NOW + 600), access(grant), null, NOW + 999_999, NOW);

        assertThat(store.grant(grant.id(), NOW).expiresAt()).isEqualTo(grant.endsAt());
    }

    @RepeatedTest(3)
    void consumeCodeWhenRacedThenOneWins() throws Exception { // O-91, T-71
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        List<AccessToken> access =
                IntStream.range(0, RACERS).mapToObj(i -> access(grant)).toList();

        var won = race(
                RACERS,
                i -> () -> store.consumeCode(spent(code, NOW + 600), access.get(i), refresh(grant, 0), GRANT_END, NOW));

        assertThat(won).containsOnlyOnce(true);
        for (int i = 0; i < RACERS; i++) {
            assertThat(store.accessToken(access.get(i).grantId(), access.get(i).hash(), NOW) != null)
                    .isEqualTo(won.get(i));
        }
    }

    // Access tokens

    @Test
    void accessTokenWhenItsSecondHasComeThenIsExpired() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        AccessToken access = access(held.grant(), NOW + 600);
        rotate(held.token(), refresh(held.grant(), 1), access, NOW);

        assertThat(store.accessToken(access.grantId(), access.hash(), NOW + 599))
                .isNotNull();
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW + 600))
                .isNull();
    }

    @Test
    void revokeAccessTokenWhenLiveThenIsGoneAndListenersHearOnce() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        AccessToken one = access(held.grant());
        AccessToken other = access(held.grant());
        RefreshToken successor = refresh(held.grant(), 1);
        rotate(held.token(), successor, one, NOW);
        rotate(held.token(), successor, other, NOW);

        assertThat(store.revokeAccessToken(one.grantId(), one.hash())).isTrue();
        assertThat(store.revokeAccessToken(one.grantId(), one.hash())).isFalse();
        assertThat(store.revokeAccessToken(held.grant().id(), newHash())).isFalse();

        assertThat(store.accessToken(one.grantId(), one.hash(), NOW)).isNull();
        assertThat(store.accessToken(other.grantId(), other.hash(), NOW)).isNotNull();
        assertThat(revocations).containsExactly(new Revocation.OfAccessToken(one.hash()));
    }

    /** T-73: what a token says of its grant proves nothing. */
    @Test
    void tokensWhenAskedForUnderAnotherGrantThenAreUnknown() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        Grant stranger = grant(person, inspector + "-2");
        AuthorizationCode strangersCode = code(stranger);
        store.createGrant(stranger, strangersCode, 5, NOW);
        AccessToken access = access(held.grant());
        rotate(held.token(), refresh(held.grant(), 1), access, NOW);

        assertThat(store.code(held.grant().id(), strangersCode.hash(), NOW)).isNull();
        assertThat(store.accessToken(stranger.id(), access.hash(), NOW)).isNull();
        assertThat(store.refreshToken(stranger.id(), held.token().hash(), NOW)).isNull();
        assertThat(store.revokeAccessToken(stranger.id(), access.hash())).isFalse();
        assertThat(store.accessToken(held.grant().id(), access.hash(), NOW)).isNotNull();
        assertThat(revocations).isEmpty();
    }

    // Rotation (O-95, O-96, O-98, O-100)

    @Test
    void rotateWhenFirstThenSuccessorAndAccessTokenAreLive() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken successor = refresh(held.grant(), 1);
        AccessToken access = access(held.grant());

        assertThat(store.rotate(held.token().hash(), successor, access, OVERLAP, GRANT_END + 5, NOW + 9))
                .isEqualTo(new Rotation.Rotated());

        Grant used = store.grant(held.grant().id(), NOW + 9);
        assertThat(used.lastUsedAt()).isEqualTo(NOW + 9);
        assertThat(used.expiresAt()).isEqualTo(GRANT_END + 5);
        assertThat(store.refreshToken(successor.grantId(), successor.hash(), NOW + 9))
                .usingRecursiveComparison()
                .isEqualTo(new Held<>(successor, used));
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW + 9))
                .usingRecursiveComparison()
                .isEqualTo(new Held<>(access, used));
        RefreshToken presented = store.refreshToken(
                        held.token().grantId(), held.token().hash(), NOW + 9)
                .token();
        assertThat(presented.firstUsedAt()).isEqualTo(NOW + 9);
        assertThat(presented.wrappedKey())
                .as("a retry must open it")
                .isEqualTo(held.token().wrappedKey());
    }

    @Test
    void rotateWhenTheEndIsEarlierThenTheGrantsEndStays() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        store.rotate(held.token().hash(), refresh(held.grant(), 1), access(held.grant()), OVERLAP, NOW + 1, NOW);

        assertThat(store.grant(held.grant().id(), NOW).expiresAt()).isEqualTo(GRANT_END);
    }

    @Test
    void rotateWhenRetriedBeforeTheSuccessorIsUsedThenTheSameSuccessorAtAnyLaterTime() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken successor = refresh(held.grant(), 1);
        rotate(held.token(), successor, access(held.grant()), NOW);
        AccessToken another = access(held.grant(), NOW + 2999);
        RefreshToken retried = new RefreshToken(
                successor.hash(), successor.grantId(), 1, successor.wrappedKey(), successor.expiresAt() + 77, 0);

        assertThat(rotate(held.token(), retried, another, NOW + 2000)).isEqualTo(new Rotation.Rotated());

        assertThat(store.accessToken(another.grantId(), another.hash(), NOW + 2000))
                .isNotNull();
        assertThat(store.refreshToken(successor.grantId(), successor.hash(), NOW + 2000)
                        .token())
                .as("remembered unless it is already")
                .usingRecursiveComparison()
                .isEqualTo(successor);
        assertThat(store.refreshToken(held.token().grantId(), held.token().hash(), NOW + 2000)
                        .token()
                        .firstUsedAt())
                .as("the first use stays the first")
                .isEqualTo(NOW);
        assertThat(revocations).isEmpty();
    }

    @Test
    void rotateWhenWithinTheOverlapThenRotatedAndOneSecondLaterReused() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken first = refresh(held.grant(), 1);
        RefreshToken second = refresh(held.grant(), 2);
        rotate(held.token(), first, access(held.grant()), NOW);
        rotate(first, second, access(held.grant()), NOW + 100);

        assertThat(rotate(held.token(), first, access(held.grant()), NOW + 100 + OVERLAP))
                .isEqualTo(new Rotation.Rotated());
        assertThat(rotate(first, second, access(held.grant()), NOW + 100 + OVERLAP))
                .as("the successor's own successor is the same as ever")
                .isEqualTo(new Rotation.Rotated());
        assertThat(rotate(held.token(), first, access(held.grant()), NOW + 101 + OVERLAP))
                .isEqualTo(new Rotation.Reused());
    }

    /** O-96: recognised from the very second at which a rotation would find it reused, with no sweep in between. */
    @Test
    void refreshTokenWhenItsOverlapIsOverThenIsReturnedWithoutTheKey() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken first = refresh(held.grant(), 1);
        rotate(held.token(), first, access(held.grant()), NOW);
        rotate(first, refresh(held.grant(), 2), access(held.grant()), NOW + 100);

        var hash = held.token().hash();
        assertThat(store.refreshToken(held.grant().id(), hash, NOW + 100 + OVERLAP)
                        .token()
                        .wrappedKey())
                .isEqualTo(held.token().wrappedKey());
        assertThat(store.refreshToken(held.grant().id(), hash, NOW + 101 + OVERLAP)
                        .token()
                        .wrappedKey())
                .isEmpty();
        assertThat(store.refreshToken(first.grantId(), first.hash(), NOW + 101 + OVERLAP)
                        .token()
                        .wrappedKey())
                .as("its own successor was not used")
                .isEqualTo(first.wrappedKey());
    }

    @Test
    void rotateWhenReusedThenNothingOfTheGrantIsLeft() { // T-72
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        Grant grant = held.grant();
        Held<RefreshToken> bystander = issued(grant(person, inspector + "-2"), NOW + 3000);
        RefreshToken first = refresh(grant, 1);
        RefreshToken second = refresh(grant, 2);
        AccessToken access = access(grant);
        rotate(held.token(), first, access, NOW);
        rotate(first, second, access(grant), NOW);
        AccessToken thiefs = access(grant);

        assertThat(rotate(held.token(), first, thiefs, NOW + OVERLAP + 1)).isEqualTo(new Rotation.Reused());

        long then = NOW + OVERLAP + 1;
        assertThat(store.grant(grant.id(), then)).isNull();
        for (RefreshToken token : List.of(held.token(), first, second)) {
            assertThat(store.refreshToken(token.grantId(), token.hash(), then)).isNull();
        }
        assertThat(store.accessToken(access.grantId(), access.hash(), then)).isNull();
        assertThat(store.accessToken(thiefs.grantId(), thiefs.hash(), then)).isNull();
        assertThat(rotate(second, refresh(grant, 3), access(grant), then)).isEqualTo(new Rotation.Unknown());
        assertThat(revocations).containsExactly(new Revocation.OfGrant(grant.id()));
        assertThat(store.refreshToken(
                        bystander.token().grantId(), bystander.token().hash(), then))
                .isNotNull();
    }

    @Test
    void rotateWhenNoOverlapIsGrantedThenAnEarlierTokenEndsWithItsSecond() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken first = refresh(held.grant(), 1);
        RefreshToken second = refresh(held.grant(), 2);
        store.rotate(held.token().hash(), first, access(held.grant()), 0, GRANT_END, NOW);
        store.rotate(first.hash(), second, access(held.grant()), 0, GRANT_END, NOW);

        assertThat(store.rotate(held.token().hash(), first, access(held.grant()), 0, GRANT_END, NOW))
                .isEqualTo(new Rotation.Rotated());
        assertThat(store.rotate(held.token().hash(), first, access(held.grant()), 0, GRANT_END, NOW + 1))
                .isEqualTo(new Rotation.Reused());
    }

    @Test
    void rotateWhenUnknownThenUnknownAndNothingChanges() { // T-73: a forged token harms nobody
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        AccessToken access = access(held.grant());

        assertThat(store.rotate(newHash(), refresh(held.grant(), 1), access, OVERLAP, GRANT_END, NOW))
                .isEqualTo(new Rotation.Unknown());
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW)).isNull();
        assertThat(store.grant(held.grant().id(), NOW)).isNotNull();
        assertThat(revocations).isEmpty();
    }

    @Test
    void rotateWhenTheTokensSecondHasComeThenUnknown() { // O-98
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken successor = refresh(held.grant(), 1);

        assertThat(rotate(held.token(), successor, access(held.grant()), NOW + 3000))
                .isEqualTo(new Rotation.Unknown());
        assertThat(store.refreshToken(held.token().grantId(), held.token().hash(), NOW + 3000))
                .isNull();
        assertThat(store.refreshToken(successor.grantId(), successor.hash(), NOW))
                .isNull();
        assertThat(rotate(held.token(), successor, access(held.grant()), NOW + 2999))
                .isEqualTo(new Rotation.Rotated());
    }

    @Test
    void rotateWhenTheSuccessorIsAnotherThanRememberedThenThereIsNoSecondFamily() { // O-95; the key of derivation
        // changed
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken successor = refresh(held.grant(), 1);
        rotate(held.token(), successor, access(held.grant()), NOW);
        RefreshToken stranger = refresh(held.grant(), 1);
        AccessToken access = access(held.grant());

        assertThat(rotate(held.token(), stranger, access, NOW)).isEqualTo(new Rotation.Unknown());
        assertThat(store.refreshToken(stranger.grantId(), stranger.hash(), NOW)).isNull();
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW)).isNull();
        assertThat(store.refreshToken(successor.grantId(), successor.hash(), NOW))
                .isNotNull();
    }

    @Test
    void rotateWhenManyTimesThenOldOnesAreRememberedWithoutKeyUpToACap() { // O-96, O-107
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        var family = new ArrayList<>(List.of(held.token()));
        for (int generation = 1; generation <= 100; generation++) {
            RefreshToken next = refresh(held.grant(), generation);
            rotate(family.getLast(), next, access(held.grant()), NOW + generation);
            family.add(next);
        }
        long then = NOW + 101 + OVERLAP;
        store.sweep(then);

        List<RefreshToken> remembered = family.stream()
                .map(token -> store.refreshToken(token.grantId(), token.hash(), then))
                .filter(found -> found != null)
                .map(Held::token)
                .toList();
        assertThat(remembered).hasSize(34);
        assertThat(remembered.getFirst().generation()).isEqualTo(67);
        assertThat(remembered.subList(0, 32))
                .allSatisfy(token -> assertThat(token.wrappedKey()).isEmpty());
        assertThat(remembered.subList(32, 34))
                .allSatisfy(token -> assertThat(token.wrappedKey()).hasSize(40));

        assertThat(rotate(family.get(10), family.get(11), access(held.grant()), then))
                .as("forgotten: not provably ours any more")
                .isEqualTo(new Rotation.Unknown());
        assertThat(store.grant(held.grant().id(), then)).isNotNull();
        assertThat(rotate(family.get(67), family.get(68), access(held.grant()), then))
                .isEqualTo(new Rotation.Reused());
        assertThat(store.grant(held.grant().id(), then)).isNull();
    }

    @RepeatedTest(3)
    void rotateWhenRacedThenAllGetOneSuccessorAndATokenEach() throws Exception { // O-100
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken successor = refresh(held.grant(), 1);
        List<AccessToken> access =
                IntStream.range(0, RACERS).mapToObj(i -> access(held.grant())).toList();

        var rotations = race(RACERS, i -> () -> rotate(held.token(), successor, access.get(i), NOW));

        assertThat(rotations).containsOnly(new Rotation.Rotated());
        assertThat(access)
                .allSatisfy(token -> assertThat(store.accessToken(token.grantId(), token.hash(), NOW))
                        .isNotNull());
        assertThat(store.refreshToken(successor.grantId(), successor.hash(), NOW))
                .isNotNull();
        assertThat(revocations).isEmpty();
    }

    @RepeatedTest(5)
    void rotateWhenRacedWithRevokeThenNothingIsLeft() throws Exception {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken successor = refresh(held.grant(), 1);
        List<AccessToken> access =
                IntStream.range(0, RACERS).mapToObj(i -> access(held.grant())).toList();

        race(
                RACERS,
                i -> () -> i == RACERS / 2
                        ? store.revokeGrant(held.grant().id())
                        : rotate(held.token(), successor, access.get(i), NOW));

        assertThat(store.grant(held.grant().id(), NOW)).isNull();
        assertThat(store.refreshToken(successor.grantId(), successor.hash(), NOW))
                .isNull();
        assertThat(access)
                .allSatisfy(token -> assertThat(store.accessToken(token.grantId(), token.hash(), NOW))
                        .isNull());
        assertThat(revocations)
                .containsExactly(new Revocation.OfGrant(held.grant().id()));
    }

    @RepeatedTest(5)
    void rotateWhenThiefAndOwnerRaceThenTheFamilyIsWholeOrGone() throws Exception { // T-72
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        RefreshToken first = refresh(held.grant(), 1);
        RefreshToken second = refresh(held.grant(), 2);
        rotate(held.token(), first, access(held.grant()), NOW);

        var rotations = race(
                RACERS,
                i -> () -> i % 2 == 0
                        ? rotate(held.token(), first, access(held.grant()), NOW + 1000)
                        : store.rotate(first.hash(), second, access(held.grant()), OVERLAP, GRANT_END, NOW));

        boolean revoked = rotations.contains(new Rotation.Reused());
        assertThat(store.grant(held.grant().id(), NOW) == null).isEqualTo(revoked);
        assertThat(store.refreshToken(first.grantId(), first.hash(), NOW) == null)
                .isEqualTo(revoked);
        assertThat(store.refreshToken(second.grantId(), second.hash(), NOW) == null)
                .isEqualTo(revoked);
        assertThat(revocations).hasSize(revoked ? 1 : 0);
    }

    // Revocation

    @Test
    void revokeGrantWhenThereThenNothingOfItIsLeftAndListenersHearOnce() {
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        AccessToken access = access(held.grant());
        rotate(held.token(), refresh(held.grant(), 1), access, NOW);
        long others = recordCount();
        Held<RefreshToken> bystander = issued(grant(person, inspector), NOW + 3000);

        assertThat(store.revokeGrant(held.grant().id())).isTrue();
        assertThat(store.revokeGrant(held.grant().id())).isFalse();
        assertThat(store.revokeGrant("no-such-grant")).isFalse();

        assertThat(store.grant(held.grant().id(), NOW)).isNull();
        assertThat(store.refreshToken(held.token().grantId(), held.token().hash(), NOW))
                .isNull();
        assertThat(store.accessToken(access.grantId(), access.hash(), NOW)).isNull();
        assertThat(store.grantsOf(person, NOW))
                .extracting(Grant::id)
                .containsExactly(bystander.grant().id());
        assertThat(revocations)
                .containsExactly(new Revocation.OfGrant(held.grant().id()));
        assertThat(recordCount()).isLessThanOrEqualTo(others);
    }

    @Test
    void onRevocationWhenAListenerThrowsThenOthersHearAndTheStoreGoesOn() {
        store.onRevocation(revocation -> {
            throw new IllegalStateException("a listener's own fault");
        });
        var heard = new CountDownLatch(1);
        store.onRevocation(revocation -> heard.countDown());
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);

        assertThat(store.revokeGrant(held.grant().id())).isTrue();
        assertThat(heard.getCount()).isZero();
        assertThat(store.grant(held.grant().id(), NOW)).isNull();
    }

    // Sweeping (O-109)

    @Test
    void sweepWhenAllHasEndedThenAllIsGoneAndCounted() {
        long before = recordCount();
        Held<RefreshToken> held = issued(grant(person, inspector), NOW + 3000);
        rotate(held.token(), refresh(held.grant(), 1), access(held.grant()), NOW);
        store.putPendingSignIn(pending(NOW + 600), NOW);
        store.putClient(client(inspector), NOW + 600, NOW);
        assertThat(recordCount() - before).isEqualTo(8); // grant, code, 2 access, 2 refresh, sign-in, client

        assertThat(store.sweep(NOW)).isZero();
        assertThat(store.sweep(NOW + 600)).isEqualTo(5);
        assertThat(store.refreshToken(held.token().grantId(), held.token().hash(), NOW + 600))
                .isNotNull();
        assertThat(store.sweep(NOW + 600)).isZero();
        assertThat(store.sweep(NOW + 86_400)).isEqualTo(3);
        assertThat(recordCount()).isEqualTo(before);
        assertThat(revocations).as("an end is no revocation").isEmpty();
    }

    @Test
    void sweepWhenAGrantEndsBeforeWhatItHoldsThenTakesThatToo() {
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        store.createGrant(grant, code, 5, NOW);
        store.consumeCode(
                spent(code, NOW + 999_999),
                access(grant, NOW + 999_999),
                refresh(grant, 0, NOW + 999_999),
                NOW + 5,
                NOW);

        assertThat(store.sweep(NOW + 3600)).isEqualTo(4);
        assertThat(store.sweep(NOW + 9_999_999)).isZero();
    }

    @Test
    void sweepWhenThereIsMuchThenAllGoes() throws Exception {
        race(1700, i -> () -> {
            store.putPendingSignIn(pending(NOW + 600), NOW);
            return i;
        });
        assertThat(store.sweep(NOW + 600)).isEqualTo(1700);
    }

    // Help

    /** A grant whose code was exchanged for tokens; the refresh token and the grant as it then is. */
    private Held<RefreshToken> issued(Grant grant, long refreshExpiresAt) {
        AuthorizationCode code = code(grant);
        RefreshToken refresh = refresh(grant, 0, refreshExpiresAt);
        store.createGrant(grant, code, 100, NOW);
        assertThat(store.consumeCode(spent(code, NOW + 600), access(grant), refresh, GRANT_END, NOW))
                .isTrue();
        return new Held<>(refresh, store.grant(grant.id(), NOW));
    }

    private Rotation rotate(RefreshToken presented, RefreshToken successor, AccessToken access, long nowSeconds) {
        return store.rotate(presented.hash(), successor, access, OVERLAP, GRANT_END, nowSeconds);
    }
}
