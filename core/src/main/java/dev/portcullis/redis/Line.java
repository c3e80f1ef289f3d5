package dev.portcullis.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection of its own, for commands that wait. It is over when it is lost: whoever has it makes another. Any thread. */
final class Line implements AutoCloseable {
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final AtomicBoolean closed = new AtomicBoolean();

    Line(StatefulRedisConnection<byte[], byte[]> connection) {
        this.connection = connection;
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
