package dev.portcullis.ops.server;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.LocalBus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.mcp.dispatch.Shared;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.RedisSessionStore;
import dev.portcullis.mcp.session.SessionStore;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.RedisTaskStore;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.ops.metrics.PrometheusTelemetry;
import dev.portcullis.policy.Policy;
import dev.portcullis.redis.BusLimits;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisBus;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.grant.RedisGrantStore;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/**
 * Where everything is kept that outlives a request, and what carries words between the nodes that share it.
 *
 * @param readiness whether requests that need it can be served now
 */
record Storage(GrantStore grants, SessionStore sessions, TaskStore tasks, Bus bus, BooleanSupplier readiness) {
    private static final System.Logger LOG = System.getLogger(Storage.class.getName());

    /** @throws StartException it is not to be had */
    static Storage open(
            ServerConfig.StoreLocation location,
            RoomLimits limits,
            MasterKey key,
            Policy policy,
            InstantSource clock,
            PrometheusTelemetry telemetry,
            Running running)
            throws StartException {
        try {
            return switch (location) {
                case ServerConfig.StoreLocation.InFile(var file) ->
                    alone(EmbeddedGrantStore.openFile(file, limits.store()), limits, policy, clock, running);
                case ServerConfig.StoreLocation.InMemory _ ->
                    alone(EmbeddedGrantStore.inMemory(limits.store()), limits, policy, clock, running);
                case ServerConfig.StoreLocation.InRedis(var redis) ->
                    shared(redis, limits, key, policy, clock, telemetry, running);
            };
        } catch (StoreException e) {
            throw StartException.storeUnavailable(location, e);
        }
    }

    private static Storage shared(
            RedisSettings settings,
            RoomLimits limits,
            MasterKey key,
            Policy policy,
            InstantSource clock,
            PrometheusTelemetry telemetry,
            Running running) {
        var redis = running.add("the connections to Redis", Redis.connect(settings));
        redis.doubts().forEach(doubt -> LOG.log(System.Logger.Level.WARNING, doubt));
        var bus = running.add("the bus", RedisBus.join(redis, key, BusLimits.DEFAULT));
        telemetry.watch(redis, bus);
        var room = limits.store();
        var grants = new RedisGrantStore(
                redis,
                redis.push(),
                new RedisGrantStore.Limits(room.pendingSignInsMax(), room.accessTokensPerGrantMax()));
        return new Storage(
                running.add("the store", grants),
                new RedisSessionStore(redis, bus, key, limits.sessions(), policy, clock),
                new RedisTaskStore(redis, key, limits.calls().tasks(), bus, clock),
                bus,
                redis::isUsable);
    }

    private static Storage alone(
            GrantStore grants, RoomLimits limits, Policy policy, InstantSource clock, Running running) {
        return new Storage(
                running.add("the store", grants),
                new MemorySessionStore(limits.sessions(), clock, policy),
                new MemoryTaskStore(limits.calls().tasks(), clock),
                new LocalBus(),
                () -> true);
    }

    /** What calls have in common on all nodes. */
    Shared shared() {
        return new Shared(tasks, bus, bus.isAlone() ? null : grants::spendOnce);
    }

    boolean isReady() {
        return readiness.getAsBoolean();
    }
}
