package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the one master, standalone or found by Sentinels. They live and die with the link to it: after a failover the old master, now a replica, is not read from. Any thread;
 * {@link #linked} and {@link #lost} are the link's.
 */
final class SingleMaster implements CommandLinks {
    private final RedisClients clients;
    private final int count;
    private final AtomicInteger turns = new AtomicInteger();
    private volatile List<Probed> connections = List.of();
    private volatile RedisAddress.@Nullable Server master;
    /** Where the connections lead to. */
    private RedisAddress.@Nullable Server connected;

    private boolean closed;

    SingleMaster(RedisClients clients, int count) {
        this.clients = clients;
        this.count = count;
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands() {
        var now = connections;
        if (now.isEmpty()) {
            throw new StoreException("Redis: the master is not connected");
        }
        return now.get(Math.floorMod(turns.getAndIncrement(), now.size()))
                .connection()
                .async();
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands(byte[] key, RedisAddress.@Nullable Server named) {
        return commands();
    }

    @Override
    public RedisAddress.Server masterOf(byte[] key) {
        var now = master;
        if (now == null) {
            throw new StoreException("Redis: it is not known who the master is");
        }
        return now;
    }

    @Override
    public void requireLinked(byte[] key) {} // there is no connection but with the link

    @Override
    public void linked(RedisAddress.Server server, Runnable look) {
        var made = new ArrayList<Probed>();
        try {
            for (int i = 0; i < count; i++) {
                made.add(new Probed(clients.connectOnce(server)));
            }
            look.run(); // on the link: if that still is the same, so is the server that these lead to
        } catch (RedisException | StoreException e) {
            made.forEach(Probed::close);
            throw e;
        }
        replace(server, made);
    }

    @Override
    public void lost(RedisAddress.Server server) {
        replace(server, List.of());
    }

    private synchronized void replace(RedisAddress.Server server, List<Probed> made) {
        boolean late = closed || (made.isEmpty() ? !server.equals(connected) : !server.equals(master));
        if (late) {
            made.forEach(Probed::close);
            return;
        }
        connected = server;
        var before = connections;
        connections = List.copyOf(made);
        before.forEach(Probed::close);
    }

    @Override
    public boolean isAnswering(RedisAddress.Server master) {
        var now = connections;
        boolean all = !now.isEmpty();
        for (var each : now) {
            all &= each.isAnswering();
        }
        return all;
    }

    @Override
    public void follow(MasterFinder.Found found) {
        master = found.masters().getFirst();
    }

    @Override
    public synchronized void close() {
        closed = true;
        connections.forEach(Probed::close);
        connections = List.of();
    }
}
