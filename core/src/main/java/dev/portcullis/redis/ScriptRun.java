package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run of a script, until its deadline: loads it where it is unknown, follows its keys to the master that has them, and waits while they are on their way between two. In all these
 * cases nothing has happened yet. One thread.
 */
final class ScriptRun {
    private static final int MOVES_MAX = 5;
    private static final int UNSENT_MAX = 5;
    private static final int TRY_AGAIN_MILLIS = 20;
    private static final int TRY_AGAIN_MILLIS_MAX = 200;

    private final CommandLinks links;
    private final Script script;
    private final byte[][] keys;
    private final byte[][] arguments;
    private final long untilNanos;
    private boolean unknown;
    private boolean asking;
    private RedisAddress.@Nullable Server named;

    ScriptRun(CommandLinks links, Script script, byte[][] keys, byte[][] arguments, long untilNanos) {
        this.links = links;
        this.script = script;
        this.keys = keys;
        this.arguments = arguments;
        this.untilNanos = untilNanos;
    }

    /**
     * Blocks.
     *
     * @param replicas how many must have acknowledged it
     * @throws StoreException it has not run; or it may have, and nothing is known; or too few have acknowledged it
     */
    List<Object> result(int replicas) {
        int moves = 0;
        int tries = 0;
        while (true) {
            try {
                links.requireLinked(keys[0]);
                return replicas == 0 ? send(links.commands()) : sendAndWait(replicas);
            } catch (StoreException e) {
                if (!unknown && e.getCause() instanceof RedisNoScriptException) {
                    unknown = true;
                } else if (Failures.isCode(e, "TRYAGAIN") && tryAgain(tries++)) {
                    named = null;
                } else if (Failures.isUnsent(e) && tries++ < UNSENT_MAX && tryAgain(0)) {
                    named = null; // a connection of the cluster, or a link, that is just being made
                } else if (replicas == 0 || moves++ == MOVES_MAX || !follow(e)) {
                    throw e;
                }
            }
        }
    }

    private List<Object> send(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        return Redis.answer(start(commands), untilNanos);
    }

    private RedisFuture<List<Object>> start(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        return unknown
                ? commands.eval(script.text(), ScriptOutputType.MULTI, keys, arguments)
                : commands.evalsha(commands.digest(script.text()), ScriptOutputType.MULTI, keys, arguments);
    }

    /** WAIT is about what was written on its own connection, so both go to one, and where the keys have moved to is followed here. */
    private List<Object> sendAndWait(int replicas) {
        var commands = links.commands(keys[0], named);
        if (asking) {
            var _ = commands.asking();
        }
        var started = start(commands);
        // half of the time: the connection carries nothing else meanwhile
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime()) / 2);
        var acknowledging = commands.waitForReplication(replicas, millis);
        var result = Redis.answer(started, untilNanos);
        long acknowledged = Redis.answer(acknowledging, untilNanos);
        if (acknowledged < replicas) {
            throw new StoreException("Redis: " + acknowledged + " of " + replicas
                    + " replicas (REDIS_WAIT_REPLICAS) have acknowledged a write in time");
        }
        return result;
    }

    /** {@code MOVED slot host:port}, or ASK. @return false if it is neither */
    private boolean follow(StoreException e) {
        asking = Failures.isCode(e, "ASK ");
        if (!asking && !Failures.isCode(e, "MOVED ")) {
            return false;
        }
        named = Failures.movedTo(e);
        return named != null;
    }

    private boolean tryAgain(int tries) {
        long millis = Jitter.delayMillis(TRY_AGAIN_MILLIS, TRY_AGAIN_MILLIS_MAX, tries);
        if (untilNanos - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(millis)) {
            return false;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        return true;
    }
}
