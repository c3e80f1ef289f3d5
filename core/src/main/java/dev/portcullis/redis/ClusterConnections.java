package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Connections to all masters of a cluster; each command goes to the master that has its keys, and follows where that master sends it. Any thread. */
final class ClusterConnections implements CommandLinks {
    private static final Logger LOG = System.getLogger(ClusterConnections.class.getName());
    private static final long RENEWED_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final RedisClusterClient client;
    private final int connectMillis;
    private final AtomicInteger turns = new AtomicInteger();
    /** Masters whose data has been looked at since they were connected to. */
    private final Set<RedisAddress.Server> linked = ConcurrentHashMap.newKeySet();

    private final Set<RedisAddress.Server> asked = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean silent = new AtomicBoolean();
    private volatile List<StatefulRedisClusterConnection<byte[], byte[]>> connections;
    private volatile MasterFinder.@Nullable Found found;
    private long renewedNanos = System.nanoTime();
    private boolean closed;

    /** @throws RedisException the cluster cannot be used */
    ClusterConnections(RedisClients clients, RedisSettings.Limits limits) {
        this.client = clients.cluster();
        this.connectMillis = limits.connectMillis();
        this.connections = connect(limits.connections());
    }

    private List<StatefulRedisClusterConnection<byte[], byte[]>> connect(int count) {
        var made = new ArrayList<StatefulRedisClusterConnection<byte[], byte[]>>();
        for (int i = 0; i < count; i++) {
            made.add(client.connect(ByteArrayCodec.INSTANCE));
        }
        return List.copyOf(made);
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return next().async();
    }

    private StatefulRedisClusterConnection<byte[], byte[]> next() {
        var now = connections;
        return now.get(Math.floorMod(turns.getAndIncrement(), now.size()));
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands(byte[] key, RedisAddress.@Nullable Server named) {
        var server = named == null ? masterOf(key) : named;
        return next().getConnection(server.host(), server.port()).async();
    }

    @Override
    public RedisAddress.Server masterOf(byte[] key) {
        var now = found;
        var server = now == null ? null : now.slots().get(SlotHash.getSlot(key));
        if (server == null) {
            throw new StoreException("Redis: no master of the cluster has the slot of this key");
        }
        return server;
    }

    @Override
    public void requireLinked(byte[] key) {
        if (!linked.contains(masterOf(key))) {
            throw Failures.unsent("to the master of this key");
        }
    }

    /** The client of the cluster would connect to this master with the first command that goes there, and turn down what is said before it is. */
    @Override
    public void linked(RedisAddress.Server master, Runnable look) {
        warm(connections, master);
        look.run();
        linked.add(master);
    }

    /** Blocks until all of them have answered. One that cannot be had now is made when it is needed, as if this had not been tried. */
    private void warm(List<StatefulRedisClusterConnection<byte[], byte[]>> some, RedisAddress.Server master) {
        try {
            var _ = pings(some, master).get(connectMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Logger.Level.DEBUG, "no command can be sent to " + master + " yet", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CompletableFuture<Void> pings(
            List<StatefulRedisClusterConnection<byte[], byte[]>> some, RedisAddress.Server master) {
        try {
            return CompletableFuture.allOf(some.stream()
                    .map(each -> each.getConnectionAsync(master.host(), master.port())
                            .thenCompose(connection -> connection.async().ping())
                            .toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new));
        } catch (RedisException e) { // the client of the cluster does not know of it yet
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void lost(RedisAddress.Server master) {
        linked.remove(master);
    }

    @Override
    public boolean isAnswering(RedisAddress.Server master) {
        if (asked.add(master)) {
            var _ = pings(connections, master).whenComplete((_, failure) -> {
                asked.remove(master);
                if (Failures.isTimeout(failure)) {
                    silent.set(true);
                }
            });
        }
        return true; // the link itself is well, or it would not ask
    }

    @Override
    public void follow(MasterFinder.Found now) {
        var before = found;
        found = now;
        if (before != null && !before.equals(now)) {
            var _ = client.refreshPartitionsAsync();
        }
        if (silent.getAndSet(false) && System.nanoTime() - renewedNanos > RENEWED_NANOS) {
            renewedNanos = System.nanoTime();
            LOG.log(Logger.Level.WARNING, "connections to the Redis cluster do not answer, and are made anew");
            Thread.ofVirtual().name("redis-renew").start(this::renew);
        }
    }

    private void renew() {
        try {
            var made = connect(connections.size());
            var now = found;
            if (now != null) {
                now.masters().forEach(master -> warm(made, master));
            }
            synchronized (this) {
                var before = closed ? made : connections;
                connections = closed ? connections : made;
                before.forEach(StatefulRedisClusterConnection::close);
            }
        } catch (RedisException e) {
            LOG.log(Logger.Level.DEBUG, "not now", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        connections.forEach(StatefulRedisClusterConnection::close);
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
}
