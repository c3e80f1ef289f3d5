package dev.portcullis.redis.grant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.grant.RedisGrantStore.Limits;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStoreContract;
import java.util.concurrent.atomic.AtomicInteger;

/** {@link GrantStoreContract} for a store in Redis, whatever the servers: each test below a prefix of its own. */
abstract class RedisGrantStoreContract extends GrantStoreContract {
    private static final AtomicInteger TESTS = new AtomicInteger();

    private Redis redis;

    abstract String url();

    @Override
    protected GrantStore open() {
        var settings = patient(RedisSettings.of(url())).withPrefix("test-" + TESTS.incrementAndGet());
        redis = RedisNodes.untilAnswered(() -> Redis.connect(settings));
        RedisNodes.awaitAllMasters(redis);
        return new RedisGrantStore(redis, redis.push(), Limits.DEFAULT);
    }

    /** Each key ends by itself, and the indexes say what is there. */
    @Override
    protected void assertNothingLeaks() {
        var census = RedisCensus.of(redis);
        assertThat(census.withoutEnd()).isEmpty();
        assertThat(census.grantsOfPersons()).containsExactlyInAnyOrderElementsOf(census.grants());
        assertThat(census.grantsOfClients()).containsExactlyInAnyOrderElementsOf(census.grants());
        assertThat(census.miscounted()).isEmpty();
    }

    @Override
    protected long recordCount() {
        return RedisCensus.of(redis).records();
    }

    /** Time for thousands who come at once on a busy machine: what is right is asked here, not how fast. */
    private static RedisSettings patient(RedisSettings settings) {
        var limits = settings.limits();
        return settings.withLimits(new RedisSettings.Limits(
                limits.connectMillis(), 30_000, limits.connections(), limits.waitingMax(), limits.waitReplicas()));
    }

    static RedisSettings waitingFor(int replicas, RedisSettings settings) {
        var limits = settings.limits();
        return settings.withLimits(new RedisSettings.Limits(
                limits.connectMillis(), limits.commandMillis(), limits.connections(), limits.waitingMax(), replicas));
    }

    @Override
    protected void closed() {
        redis.close();
    }
}
