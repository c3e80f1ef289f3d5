package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The connections to Redis. Commands of all threads share a few of them, and are sent one behind the other without waiting. Reads and writes go to masters only.
 *
 * <p>Any thread; {@link #await} and {@link #run} block, for {@link RedisSettings#commandMillis} at most.
 */
public final class Redis implements AutoCloseable {
    private final RedisSettings settings;
    private final RedisClients clients;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final MasterLinks links;

    private Redis(RedisSettings settings, RedisClients clients, StatefulRedisConnection<byte[], byte[]> connection) {
        this.settings = settings;
        this.clients = clients;
        this.connection = connection;
        this.links = new MasterLinks(clients, this::channel);
        links.follow(settings.address().servers());
    }

    /**
     * Connects. Blocks.
     *
     * @throws StoreException it cannot be reached, or used; the message is for operators, and says what to do
     */
    public static Redis connect(RedisSettings settings) {
        var clients = new RedisClients(settings);
        try {
            return new Redis(
                    settings,
                    clients,
                    clients.connect(settings.address().servers().getFirst()));
        } catch (RedisException e) {
            clients.close();
            throw new StoreException("cannot connect to Redis: " + e.getMessage(), e);
        }
    }

    /** What masters push. */
    public PushLink push() {
        return links;
    }

    /** Commands, to be sent at once and awaited later. */
    public RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return connection.async();
    }

    /**
     * A key below the prefix.
     *
     * @param parts joined by colons; what all keys of one step have in common stands in braces: {@code key("g", "{" + grantId + "}", "codes")}
     */
    public byte[] key(String... parts) {
        return (settings.prefix() + ":" + String.join(":", parts)).getBytes(StandardCharsets.UTF_8);
    }

    /** A channel of {@link PushLink}, as scripts are to name it. */
    public byte[] channel(String name) {
        return key("push", name);
    }

    /** @throws StoreException there was no answer in time, or it is an error */
    public <T> T await(RedisFuture<T> answer) {
        try {
            return answer.get(settings.commandMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StoreException("Redis: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new StoreException("Redis has not answered within " + settings.commandMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while waiting for Redis", e);
        }
    }

    /**
     * Runs a script by its SHA-1, and by its text where Redis does not have it yet. Blocks.
     *
     * @return the array that it returns: byte arrays, longs, nulls and lists of them
     * @throws StoreException as {@link #await}
     */
    public List<Object> run(Script script, byte[][] keys, byte[]... arguments) {
        String sha = commands().digest(script.text());
        try {
            return await(commands().<List<Object>>evalsha(sha, ScriptOutputType.MULTI, keys, arguments));
        } catch (StoreException e) {
            if (e.getCause() instanceof RedisNoScriptException) {
                return await(commands().<List<Object>>eval(script.text(), ScriptOutputType.MULTI, keys, arguments));
            }
            throw e;
        }
    }

    @Override
    public void close() {
        links.close();
        connection.close();
        clients.close();
    }
}
