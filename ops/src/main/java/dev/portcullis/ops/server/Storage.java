package dev.portcullis.ops.server;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.LocalBus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.mcp.dispatch.Shared;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.SessionStore;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.policy.Policy;
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
    /** @throws StartException it is not to be had */
    static Storage open(
            ServerConfig.StoreLocation location,
            RoomLimits limits,
            MasterKey key,
            Policy policy,
            InstantSource clock,
            Running running)
            throws StartException {
        try {
            return switch (location) {
                case ServerConfig.StoreLocation.InFile(var file) ->
                    alone(EmbeddedGrantStore.openFile(file, limits.store()), limits, policy, clock, running);
                case ServerConfig.StoreLocation.InMemory _ ->
                    alone(EmbeddedGrantStore.inMemory(limits.store()), limits, policy, clock, running);
                case ServerConfig.StoreLocation.InRedis _ -> throw new StoreException("there is no store in Redis yet");
            };
        } catch (StoreException e) {
            throw StartException.storeUnavailable(e);
        }
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
