package dev.portcullis.redis.grant;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.newHash;
import static dev.portcullis.store.GrantFixture.refresh;
import static dev.portcullis.store.GrantFixture.spent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.redis.RedisServers;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that sign in, exchange codes and refresh on several nodes, asking again until they are answered, while something is done to the servers: whatever that is, nothing that was acknowledged
 * is lost, and no code is accepted twice (O-91, O-95, O-96).
 */
final class Churn implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final long GRANT_END = NOW + 7200;

    private final RedisNodes nodes;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<RefreshToken>> families = new ArrayList<>();
    private final List<Future<Integer>> exchanges = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private volatile boolean over;

    /** The first family's grant: something to move about. */
    final Grant first;

    Churn(RedisNodes nodes) {
        this.nodes = nodes;
        for (int i = 0; i < CLIENTS; i++) {
            int node = i;
            families.add(threads.submit(() -> keepRotating(node)));
            exchanges.add(threads.submit(() -> keepExchanging(node)));
        }
        first = grant("somebody", "client");
        RefreshToken refresh = signIn(nodes.store(0), first);
        families.add(threads.submit(() -> keepRotating(0, first, refresh)));
    }

    static RefreshToken signIn(RedisGrantStore store, Grant grant) {
        AuthorizationCode code = code(grant);
        RefreshToken refresh = refresh(grant, 0);
        store.createGrant(grant, code, 1_000, NOW);
        if (!store.consumeCode(spent(code, NOW + 600), access(grant), refresh, GRANT_END, NOW)) {
            throw new AssertionError("the code of a new grant could not be spent");
        }
        return refresh;
    }

    /** Waits until so many more were acknowledged. */
    void awaitMore(int count) {
        int enough = acknowledged.get() + count;
        assertThat(RedisServers.eventually(() -> acknowledged.get() > enough || hasFailed()))
                .isTrue();
    }

    private boolean hasFailed() {
        return families.stream().anyMatch(Future::isDone) || exchanges.stream().anyMatch(Future::isDone);
    }

    void endAndCheck() throws Exception {
        over = true;
        for (var family : families) {
            RefreshToken last = family.get(60, TimeUnit.SECONDS);
            assertThat(RedisNodes.untilAnswered(() -> nodes.store(0).refreshToken(last.grantId(), last.hash(), NOW)))
                    .as("generation %s was acknowledged", last.generation())
                    .isNotNull();
        }
        for (var exchange : exchanges) {
            assertThat(exchange.get(60, TimeUnit.SECONDS)).isPositive();
        }
    }

    private RefreshToken keepRotating(int node) {
        SignedIn signedIn = RedisNodes.untilAnswered(() -> {
            Grant grant = grant("person-" + newHash(), "client");
            return new SignedIn(grant, signIn(nodes.store(node), grant));
        });
        return keepRotating(node, signedIn.grant, signedIn.refresh);
    }

    private record SignedIn(Grant grant, RefreshToken refresh) {}

    /** @return the last token it was given */
    private RefreshToken keepRotating(int node, Grant grant, RefreshToken from) {
        RefreshToken last = from;
        while (!over) {
            RefreshToken presented = last;
            RefreshToken next = refresh(grant, presented.generation() + 1);
            assertThat(RedisNodes.untilAnswered(() -> nodes.store(node + next.generation())
                            .rotate(presented.hash(), next, access(grant), 60, GRANT_END, NOW)))
                    .isEqualTo(new Rotation.Rotated());
            acknowledged.incrementAndGet();
            last = next;
        }
        return last;
    }

    /** Each code at three nodes, each asking again until it is answered: at most one is told that it has spent it. */
    private int keepExchanging(int node) {
        int exchanged = 0;
        while (!over) {
            Grant grant = grant("person-" + newHash(), "client");
            AuthorizationCode code = code(grant);
            RedisNodes.untilAnswered(() -> nodes.store(node).createGrant(grant, code, 1_000, NOW));
            int won = 0;
            for (int i = 0; i < 3; i++) {
                RedisGrantStore store = nodes.store(node + i);
                boolean wins = RedisNodes.untilAnswered(
                        () -> store.consumeCode(spent(code, NOW + 600), access(grant), null, GRANT_END, NOW));
                won += wins ? 1 : 0;
            }
            assertThat(won).as("none, if the answer was lost").isLessThanOrEqualTo(1);
            exchanged++;
        }
        return exchanged;
    }

    @Override
    public void close() {
        over = true;
        threads.close();
    }
}
