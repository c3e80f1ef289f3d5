package dev.portcullis.redis.grant;

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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.grant.RedisGrantStore.Limits;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several nodes make of one Redis, and what becomes of them without it (O-184, T-71, T-72). */
@Timeout(120)
class RedisGrantStoreTest {
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final long GRANT_END = NOW + 7200;
    private static RedisServers servers;
    private static RedisServer server;

    private final String person = "person-" + newHash();
    private final String inspector = "client-" + newHash();
    private RedisNodes nodes;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void connect() {
        nodes = new RedisNodes(settings(server), 3);
    }

    @AfterEach
    void disconnect() {
        nodes.close();
    }

    private static RedisSettings settings(RedisServer of) {
        return RedisSettings.of(of.url()).withPrefix("nodes-" + TESTS.incrementAndGet());
    }

    /** O-95, O-100: of 64 on three nodes all get the one successor. */
    @RepeatedTest(3)
    void rotateWhenSpreadOverThreeNodesThenThereIsOneFamily() throws Exception {
        Grant grant = grant(person, inspector);
        RefreshToken first = signIn(nodes.store(0), grant);
        RefreshToken second = refresh(grant, 1);
        List<AccessToken> access = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            access.add(access(grant));
        }

        var rotations =
                race(64, i -> () -> nodes.store(i).rotate(first.hash(), second, access.get(i), 60, GRANT_END, NOW));

        assertThat(rotations).containsOnly(new Rotation.Rotated());
        for (int i = 0; i < 64; i++) {
            assertThat(nodes.store(i + 1).accessToken(grant.id(), access.get(i).hash(), NOW))
                    .isNotNull();
        }
        assertThat(nodes.census().records()).isEqualTo(1 + 1 + 65 + 2); // grant, code, access tokens, family
        assertThat(nodes.census().miscounted()).isEmpty();
    }

    /** O-91: of 64 on three nodes one spends the code. */
    @RepeatedTest(3)
    void consumeCodeWhenSpreadOverThreeNodesThenOneWins() throws Exception {
        Grant grant = grant(person, inspector);
        AuthorizationCode code = code(grant);
        nodes.store(0).createGrant(grant, code, 5, NOW);

        assertThat(race(
                        64,
                        i -> () -> nodes.store(i)
                                .consumeCode(spent(code, NOW + 600), access(grant), refresh(grant, 0), GRANT_END, NOW)))
                .containsOnlyOnce(true);
    }

    /** O-44: once all have answered there are no more than there may be, and nobody was revoked for nothing. */
    @RepeatedTest(3)
    void createGrantWhenSpreadOverThreeNodesThenTheCapHolds() throws Exception {
        race(48, i -> () -> {
            Grant grant = grant(person, inspector, NOW + i, NOW + i);
            return nodes.store(i).createGrant(grant, code(grant), 3, NOW + 50);
        });

        assertThat(nodes.store(0).grantsOf(person, NOW + 50)).hasSizeBetween(1, 3);
        assertThat(nodes.census().grantsOfPersons())
                .containsExactlyInAnyOrderElementsOf(nodes.census().grants());
    }

    @Test
    void revocationsWhenMadeOnOneNodeThenAreHeardOnAll() {
        List<List<Revocation>> heard = new ArrayList<>();
        for (var store : nodes.stores) {
            var one = new CopyOnWriteArrayList<Revocation>();
            store.onRevocation(one::add);
            heard.add(one);
        }
        assertThat(RedisServers.eventually(() -> nodes.stores.stream().allMatch(store -> store.heardMillis() > 0)))
                .isTrue();
        Grant grant = grant(person, inspector);
        RefreshToken first = signIn(nodes.store(0), grant);
        AccessToken access = access(grant);
        nodes.store(1).rotate(first.hash(), refresh(grant, 1), access, 60, GRANT_END, NOW);

        nodes.store(2).revokeAccessToken(grant.id(), access.hash());
        nodes.store(1).putChecked(grant.id(), new byte[3], true, NOW, NOW);
        nodes.store(0).revokeGrant(grant.id());

        for (var one : heard) {
            assertThat(RedisServers.eventually(() -> one.containsAll(List.of(
                            new Revocation.OfAccessToken(access.hash()),
                            new Revocation.OfProps(grant.id()),
                            new Revocation.OfGrant(grant.id())))))
                    .isTrue();
        }
    }

    @Test
    void rotateWhenTheServerHasForgottenTheScriptsThenGoesOn() {
        Grant grant = grant(person, inspector);
        RefreshToken first = signIn(nodes.store(0), grant);

        server.ask("SCRIPT", "FLUSH");

        assertThat(nodes.store(1).rotate(first.hash(), refresh(grant, 1), access(grant), 60, GRANT_END, NOW))
                .isEqualTo(new Rotation.Rotated());
    }

    // Ends

    @Test
    void keysThenEndAMinuteAfterTheirRecords() {
        Grant grant = grant(person, inspector); // ends in an hour, in a day at the latest
        var pending = pending(NOW + 600);
        var id = newHash();
        var store = nodes.store(0);
        RefreshToken first = signIn(store, grant); // and now in two hours
        store.putPendingSignIn(pending, NOW);
        store.putClient(client(inspector), NOW + 900, NOW);
        store.spendOnce(id, NOW + 300, NOW);
        var keys = new GrantKeys(nodes.links.getFirst());

        assertEndsWithin(keys.grant(grant.id()), 7200 + 60);
        assertEndsWithin(keys.pending(pending.state()), 660);
        assertEndsWithin(keys.allPending(), 660);
        assertEndsWithin(keys.client(inspector), 960);
        assertEndsWithin(keys.spent(id), 360);
        assertEndsWithin(keys.person(person), 86_460);
        assertEndsWithin(keys.grantsOfClient(inspector, grant.id()), 86_460);

        store.rotate(first.hash(), refresh(grant, 1), access(grant), 60, NOW + 80_000, NOW + 100);
        assertEndsWithin(keys.grant(grant.id()), 80_000 - 100 + 60);
    }

    private void assertEndsWithin(byte[] key, long seconds) {
        var redis = nodes.links.getFirst();
        long left = redis.await(redis.commands().pttl(key));
        assertThat(left).isBetween((seconds - 55) * 1000, seconds * 1000);
    }

    /** O-44: a sign-in reads what its person has given this client, not what they have given others. */
    @Test
    void createGrantWhenPersonHasManyThenReadsOnlyThoseForTheClient() {
        RedisServer own = servers.standalone();
        try (var node = new RedisNodes(settings(own), 1)) {
            var redis = node.links.getFirst();
            var indexes = new GrantIndexes(redis, new GrantKeys(redis));
            for (int i = 0; i < 3_000; i++) {
                indexes.enter(grant(person, inspector + i), NOW);
            }
            Grant earlier = grant(person, inspector, NOW - 1, NOW - 1);
            node.store(0).createGrant(earlier, code(earlier), 1, NOW);
            long before = own.sentBytes();
            var revoked = new ArrayList<String>();
            for (int i = 0; i < 20; i++) {
                Grant grant = grant(person, inspector, NOW + i, NOW + i);
                revoked.addAll(node.store(0).createGrant(grant, code(grant), 1, NOW));
            }

            assertThat(own.sentBytes() - before)
                    .as("bytes; all of the index is more than 100,000, twenty times")
                    .isLessThan(1_000_000);
            assertThat(revoked).hasSize(20).contains(earlier.id());
        }
    }

    /** What a kill between two steps leaves, or a server that lost its last second. */
    @Test
    void indexesWhenAGrantIsNotThereThenPassOverItAndForgetItInTime() {
        Grant lost = grant(person, inspector);
        Grant kept = grant(person, inspector);
        var store = nodes.store(0);
        store.createGrant(lost, code(lost), 5, NOW);
        store.createGrant(kept, code(kept), 5, NOW);
        var redis = nodes.links.getFirst();
        redis.await(redis.commands().del(new GrantKeys(redis).grant(lost.id())));

        assertThat(store.grantsOf(person, NOW)).extracting(Grant::id).containsExactly(kept.id());
        assertThat(store.grantsOfClient(inspector, NOW)).extracting(Grant::id).containsExactly(kept.id());
        assertThat(nodes.census().grantsOfPersons()).hasSize(2);

        long later = NOW + 86_400 + 60; // none of them can be live
        for (int i = 0; i < 64; i++) {
            Grant next = new Grant(
                    TokenFormat.newGrantId(),
                    client(inspector),
                    "http://localhost/cb",
                    person,
                    kept.scopes(),
                    List.of(),
                    new byte[0],
                    later,
                    later,
                    later + 60,
                    later + 60);
            store.createGrant(next, code(next), 100, later); // in each of the sets of the client
        }
        assertThat(nodes.census().grantsOfPersons()).hasSize(64).doesNotContain(lost.id(), kept.id());
        assertThat(nodes.census().grantsOfClients()).hasSize(64).doesNotContain(lost.id(), kept.id());
    }

    @Test
    void indexesWhenEverythingWasRevokedOrHasEndedThenAreEmpty() {
        var store = nodes.store(0);
        for (int i = 0; i < 20; i++) {
            Grant grant = grant(person, inspector + i % 3);
            store.createGrant(grant, code(grant), 5, NOW);
            if (i % 2 == 0) {
                nodes.store(1).revokeGrant(grant.id());
            }
        }
        store.sweep(NOW + 90_000);

        var link = nodes.links.getFirst();
        assertThat(RedisCensus.keys(link)).allMatch(key -> RedisCensus.isMark(link, key));
    }

    /** O-107: time alone drops keys, not what stands in them; and a failing server may lose an entry. By the time of day, which is what goes round by. */
    @Test
    void housekeeperThenDropsWhatHasEndedAndEntersWhatIsMissing() {
        long now = System.currentTimeMillis() / 1000;
        Grant grant = new Grant(
                TokenFormat.newGrantId(),
                client(inspector),
                "http://localhost/cb",
                person,
                Scopes.of("tools"),
                List.of(),
                new byte[9],
                now,
                now,
                now + 3600,
                now + 3600);
        RedisServer quiet = servers.standalone();
        try (var node = new RedisNodes(settings(quiet), 1)) {
            var store = node.store(0);
            RefreshToken first = refresh(grant, 0, now + 3600);
            RefreshToken second = refresh(grant, 1, now + 3600);
            AuthorizationCode code = code(grant);
            store.createGrant(grant, code, 5, now - 100);
            store.consumeCode(spent(code, now - 90), access(grant, now - 90), first, now + 3600, now - 100);
            store.rotate(first.hash(), second, access(grant, now + 600), 0, now + 3600, now - 99);
            store.rotate(
                    second.hash(), refresh(grant, 2, now + 3600), access(grant, now + 600), 0, now + 3600, now - 98);
            assertThat(node.census().records()).isEqualTo(1 + 1 + 3 + 3);
            var redis = node.links.getFirst();
            var keys = new GrantKeys(redis);
            redis.await(redis.commands().del(keys.person(person), keys.grantsOfClient(inspector, grant.id())));

            assertThat(RedisServers.eventually(() -> node.census().records() == 1 + 2 + 3))
                    .isTrue();
            assertThat(RedisServers.eventually(
                            () -> !store.grantsOf(person, now).isEmpty()
                                    && !store.grantsOfClient(inspector, now).isEmpty()))
                    .isTrue();
            byte[] replaced =
                    redis.await(redis.commands().hget(keys.grant(grant.id()), GrantFields.refresh(first.hash())));
            assertThat(GrantFields.refreshRow(replaced).token().wrappedKey()).isEmpty();
        }
    }

    /** It has read a grant that somebody revokes before it looks for its entries. */
    @Test
    void housekeeperWhenAGrantIsRevokedMeanwhileThenEntersNothing() {
        var store = nodes.store(0);
        Grant grant = grant(person, inspector);
        store.createGrant(grant, code(grant), 5, NOW);
        var redis = nodes.links.getFirst();
        var keys = new GrantKeys(redis);
        var revoked = new ArrayList<String>();
        GrantWalk.Tidier revoking = (id, _) -> {
            revoked.add(id);
            return store.revokeGrant(id) ? 1 : 0;
        };
        try (var housekeeper =
                new Housekeeper(redis, keys, new GrantIndexes(redis, keys), revoking, InstantSource.system())) {
            housekeeper.tend(List.of(keys.grant(grant.id())), NOW + 61); // its code has ended
        }

        assertThat(revoked).containsExactly(grant.id());
        assertThat(nodes.census().grantsOfPersons()).isEmpty();
        assertThat(nodes.census().grantsOfClients()).isEmpty();
    }

    @Test
    void putPendingSignInWhenThereAreTooManyThenFailsUntilOneIsTakenOrEnds() {
        var redis = nodes.links.getFirst();
        try (var store = new RedisGrantStore(redis, redis.push(), new Limits(2, 10))) {
            var first = pending(NOW + 600);
            store.putPendingSignIn(first, NOW);
            store.putPendingSignIn(first, NOW); // asked again
            store.putPendingSignIn(pending(NOW + 10), NOW);
            assertThatThrownBy(() -> store.putPendingSignIn(pending(NOW + 600), NOW))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("2");

            store.takePendingSignIn(first.state(), NOW);
            store.putPendingSignIn(pending(NOW + 600), NOW);
            store.putPendingSignIn(pending(NOW + 600), NOW + 10);
            assertThatThrownBy(() -> store.putPendingSignIn(pending(NOW + 600), NOW + 10))
                    .isInstanceOf(StoreException.class);
        }
    }

    @Test
    void addAccessTokenWhenThereAreTooManyThenThoseThatEndSoonestAreRevoked() {
        var redis = nodes.links.getFirst();
        try (var store = new RedisGrantStore(redis, redis.push(), new Limits(2, 3))) {
            var told = new CopyOnWriteArrayList<Revocation>();
            store.onRevocation(told::add);
            Grant grant = grant(person, inspector);
            store.createGrant(grant, code(grant), 5, NOW);
            AccessToken soonest = access(grant, NOW + 500);
            AccessToken second = access(grant, NOW + 510);
            AccessToken third = access(grant, NOW + 600);
            AccessToken fourth = access(grant, NOW + 505);
            for (AccessToken one : List.of(second, soonest, third, fourth)) {
                assertThat(store.addAccessToken(one, NOW)).isTrue();
            }

            assertThat(told).contains(new Revocation.OfAccessToken(soonest.hash()));
            assertThat(store.accessToken(grant.id(), soonest.hash(), NOW)).isNull();
            for (AccessToken one : List.of(second, third, fourth)) {
                assertThat(store.accessToken(grant.id(), one.hash(), NOW)).isNotNull();
            }
            assertThat(nodes.census().miscounted()).isEmpty();
        }
    }

    // Without the server

    /** Acknowledged is written, with appendfsync always; nothing is accepted twice (O-91, O-96). */
    @Test
    void rotateWhenTheServerIsKilledThenNothingAcknowledgedIsLost() throws Exception {
        RedisServer durable = servers.standalone("--appendonly", "yes", "--appendfsync", "always");
        try (var three = new RedisNodes(settings(durable), 3);
                var churn = new Churn(three)) {
            for (int kill = 1; kill <= 3; kill++) {
                churn.awaitMore(200);
                durable.restart();
            }
            churn.awaitMore(50);
            churn.endAndCheck();
        }
    }

    private static RefreshToken signIn(RedisGrantStore store, Grant grant) {
        return Churn.signIn(store, grant);
    }

    /** Full: nothing is taken on, and what is there is found, and can be revoked. */
    @Test
    void writesWhenTheServerIsFullThenFailAndReadsGoOn() {
        RedisServer full = servers.standalone();
        try (var node = new RedisNodes(settings(full), 1)) {
            Grant grant = grant(person, inspector);
            var store = node.store(0);
            RefreshToken first = signIn(store, grant);
            Grant another = grant(person, inspector);
            signIn(store, another);
            full.ask("CONFIG", "SET", "maxmemory", "1");

            assertThatThrownBy(() -> store.rotate(first.hash(), refresh(grant, 1), access(grant), 60, GRANT_END, NOW))
                    .isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> store.spendOnce(newHash(), NOW + 60, NOW)).isInstanceOf(StoreException.class);
            assertThat(store.refreshToken(grant.id(), first.hash(), NOW)).isNotNull();
            assertThat(store.revokeGrant(another.id())).isTrue();
            assertThat(store.grantsOf(person, NOW)).hasSize(1);

            full.ask("CONFIG", "SET", "maxmemory", "0");
            assertThat(store.rotate(first.hash(), refresh(grant, 1), access(grant), 60, GRANT_END, NOW))
                    .isEqualTo(new Rotation.Rotated());
        }
    }

    /** O-99: a server that has forgotten everything is not believed: nothing is admitted, and nobody is told that what they hold is worth nothing. */
    @Test
    void rotateWhenTheServerCameBackEmptyThenFailsUntilItsDataIsBack() {
        RedisServer forgetful = servers.standalone("--appendonly", "yes", "--appendfsync", "always");
        try (var node = new RedisNodes(settings(forgetful), 1)) {
            var store = node.store(0);
            var verifier = RedisNodes.verifier(store);
            String token = RedisNodes.issue(store);
            Grant grant = grant(person, inspector);
            RefreshToken first = signIn(store, grant);
            assertThat(RedisNodes.untilAnswered(() -> verifier.load(token, 0, RedisNodes.RESOURCE)))
                    .isInstanceOf(VerifiedToken.class);

            forgetful.restartEmpty();

            assertThat(RedisServers.eventually(() -> {
                        assertNotBelieved(() -> store.refreshToken(grant.id(), first.hash(), NOW) != null);
                        assertNotBelieved(() -> verifier.load(token, 0, RedisNodes.RESOURCE) instanceof VerifiedToken);
                        return node.links.getFirst().isWithoutData();
                    }))
                    .isTrue();
            assertThatThrownBy(() -> store.rotate(first.hash(), refresh(grant, 1), access(grant), 60, GRANT_END, NOW))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("came back without its data");
            assertThatThrownBy(() -> store.spendOnce(newHash(), NOW + 60, NOW)).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> store.client(inspector, NOW)).isInstanceOf(StoreException.class);
            assertThat(node.links.getFirst().isUsable()).isFalse();

            forgetful.restartRestored();

            assertThat(RedisNodes.untilAnswered(() -> verifier.load(token, 0, RedisNodes.RESOURCE)))
                    .isInstanceOf(VerifiedToken.class);
            assertThat(RedisNodes.untilAnswered(
                            () -> store.rotate(first.hash(), refresh(grant, 1), access(grant), 60, GRANT_END, NOW)))
                    .isEqualTo(new Rotation.Rotated());
        }
    }

    /** What was there is there, or nothing is said. */
    private static void assertNotBelieved(BooleanSupplier isThere) {
        try {
            assertThat(isThere.getAsBoolean()).isTrue();
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("Redis");
        }
    }

    /** O-22: whoever starts a server on an empty store accepts the loss, for all nodes: what was known is refused, not admitted, and no outage either. */
    @Test
    void checkWhenTheEmptyServerWasBegunAnewThenTokensAreRefused() {
        RedisServer forgetful = servers.standalone();
        var settings = settings(forgetful);
        try (var node = new RedisNodes(settings, 1)) {
            var verifier = RedisNodes.verifier(node.store(0));
            String token = RedisNodes.issue(node.store(0));
            assertThat(RedisNodes.untilAnswered(() -> verifier.load(token, 0, RedisNodes.RESOURCE)))
                    .isInstanceOf(VerifiedToken.class);

            forgetful.restart();
            node.add(settings);

            assertThat(RedisServers.eventually(
                            () -> RedisNodes.untilAnswered(() -> verifier.load(token, 0, RedisNodes.RESOURCE))
                                    == TokenCheck.REFUSED))
                    .isTrue();
        }
    }

    // What is known of tokens

    @Test
    void checkWhenRevokedOnAnotherNodeThenIsRefused() {
        var verifier = RedisNodes.verifier(nodes.store(1));
        String token = RedisNodes.issue(nodes.store(0));
        assertThat(RedisServers.eventually(() -> nodes.store(1).heardMillis() > 0))
                .isTrue();
        assertThat(verifier.load(token, 0, RedisNodes.RESOURCE)).isInstanceOf(VerifiedToken.class);

        nodes.store(0).revokeGrant(TokenFormat.grantIdOf(token));

        assertThat(RedisServers.eventually(() -> verifier.load(token, 0, RedisNodes.RESOURCE) == TokenCheck.REFUSED))
                .isTrue();
    }

    /** With the link cut, whether or not commands go through, no check that begins a second after the revocation admits the token. */
    @Test
    void checkWhenTheLinkIsCutThenIsNotAdmittedAfterASecond() {
        RedisServer shared = servers.standalone();
        shared.ask("ACL", "SETUSER", "deaf", "on", ">secret", "~*", "&*", "+@all");
        var settings = settings(shared);
        try (var two = new RedisNodes(settings, 1)) {
            var deaf = two.add(settings.withLogin(new RedisSettings.Login("deaf", "secret", null, null)));
            var verifier = RedisNodes.verifier(deaf);
            String token = RedisNodes.issue(two.store(0));
            assertThat(RedisServers.eventually(() -> deaf.heardMillis() > 0)).isTrue();
            assertThat(verifier.load(token, 0, RedisNodes.RESOURCE)).isInstanceOf(VerifiedToken.class);

            shared.ask("ACL", "SETUSER", "deaf", "resetchannels"); // ends what it has subscribed to, too
            two.store(0).revokeGrant(TokenFormat.grantIdOf(token));
            long revoked = System.currentTimeMillis();

            long lastAdmitted = revoked;
            for (long began = revoked; isAdmitted(verifier, token); began = System.currentTimeMillis()) {
                lastAdmitted = began;
            }
            assertThat(lastAdmitted - revoked).isLessThan(1_000);

            shared.ask("ACL", "SETUSER", "deaf", "allchannels");
            assertThat(RedisNodes.untilAnswered(() -> verifier.load(token, 0, RedisNodes.RESOURCE)))
                    .isSameAs(TokenCheck.REFUSED);
        }
    }

    private static boolean isAdmitted(AccessTokenVerifier verifier, String token) {
        try {
            return verifier.load(token, 0, RedisNodes.RESOURCE) instanceof VerifiedToken;
        } catch (StoreException e) {
            return false;
        }
    }

    /** The store away: what is known counts for a moment, and then nothing is. */
    @Test
    void checkWhenTheServerDoesNotAnswerThenNothingIsAdmittedAfterASecond() {
        RedisServer stopped = servers.standalone();
        try (var node = new RedisNodes(settings(stopped), 1)) {
            var verifier = RedisNodes.verifier(node.store(0));
            String token = RedisNodes.issue(node.store(0));
            assertThat(verifier.load(token, 0, RedisNodes.RESOURCE)).isInstanceOf(VerifiedToken.class);
            stopped.stop();
            try {
                long began = System.currentTimeMillis();
                long lastAdmitted = began;
                for (long now = began; ; now = System.currentTimeMillis()) {
                    if (!(verifier.peek(token, 0, RedisNodes.RESOURCE) instanceof VerifiedToken)) {
                        break;
                    }
                    lastAdmitted = now;
                }
                assertThat(lastAdmitted - began).isLessThan(1_000);
                assertThatThrownBy(() -> verifier.load(token, 0, RedisNodes.RESOURCE))
                        .isInstanceOf(StoreException.class);
            } finally {
                stopped.go();
            }
            assertThat(RedisNodes.untilAnswered(() -> verifier.load(token, 0, RedisNodes.RESOURCE)))
                    .isInstanceOf(VerifiedToken.class);
        }
    }

    private static <T> List<T> race(int racers, IntFunction<Callable<T>> racer) throws Exception {
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
                answers.add(one.get(60, TimeUnit.SECONDS));
            }
        }
        return answers;
    }
}
