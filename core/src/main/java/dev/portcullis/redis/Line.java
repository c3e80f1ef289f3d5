package dev.portcullis.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection of its own, for commands that wait. It is over when it is lost: whoever has it makes another. Any thread. */
final class Line implements AutoCloseable {
    private final RedisAddress.Server master;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final AtomicBoolean closed = new AtomicBoolean();

    Line(RedisAddress.Server master, StatefulRedisConnection<byte[], byte[]> connection) {
        this.master = master;
        this.connection = connection;
    }

    RedisAddress.Server master() {
        return master;
    }

    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return connection.async();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            connection.close();
        }
    }
}
