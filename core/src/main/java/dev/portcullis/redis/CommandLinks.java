package dev.portcullis.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

/** The connections that commands of all threads share. Any thread. */
interface CommandLinks extends AutoCloseable {
    /** One of them, each time another. */
    RedisClusterAsyncCommands<byte[], byte[]> commands();

    /**
     * The one to the master that has a key, for commands that belong together: they are sent on one connection.
     *
     * @param named where the master is according to an earlier answer; null: as is known here
     * @throws RuntimeException it cannot be had
     */
    RedisClusterAsyncCommands<byte[], byte[]> commands(byte[] key, RedisAddress.@Nullable Server named);

    /** @throws dev.portcullis.store.StoreException it is not known */
    RedisAddress.Server masterOf(byte[] key);

    /** @throws dev.portcullis.store.StoreException the link to the master that has a key is lost, and what is there now has not been looked at: {@link Failures#isUnsent} */
    void requireLinked(byte[] key);

    /**
     * The link to this master has just been made. Blocks.
     *
     * @param look throws if it is not to be used: runs when all connections are there, and before any is used
     */
    void linked(RedisAddress.Server master, Runnable look);

    /** The link to this master is lost. */
    void lost(RedisAddress.Server master);

    /**
     * Asks this master whether it is there, and looks whether it has answered before. Does not block.
     *
     * @return false if it has not for too long
     */
    boolean isAnswering(RedisAddress.Server master);

    /** These are the masters now. */
    void follow(MasterFinder.Found found);

    @Override
    void close();
}
