package dev.portcullis.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The connection on which one master pushes, and on which it is asked again and again whether it is there. A master answers in order: whoever has the answer has all that was published
 * before the question.
 *
 * <pre>
 *   connecting ──► subscribed ──► has its data ──► told of a gap ──► asked every 200 ms ──► answered: heard
 *       ▲                             │                                │         ▲             │
 *       │                             │ has not                        │         └─────────────┘
 *       └── after 50 ms to 1 s, ◄─────┴────────────────────────────────┘ lost, without an answer for 2 s, or without its data
 *           at random
 * </pre>
 *
 * A thread of its own runs it; {@link #heardMillis} is for any.
 */
final class MasterLink implements AutoCloseable {
    private static final int PING_MILLIS = 200;
    private static final int SILENT_MILLIS = 2_000;
    private static final int RETRY_MILLIS = 50;
    private static final int RETRY_MILLIS_MAX = 1_000;

    /** What comes of a link. {@link #linked} and {@link #lost} are called by its thread. */
    interface Hearer {
        /** {@link MasterLink#heardMillis} has changed. Does not block. */
        void heard();

        /**
         * Subscribed. What was published before was missed; nothing counts as heard until this returns.
         *
         * @param look throws if the master has lost its data
         */
        void linked(MasterLink link, Runnable look);

        /** Whether all else that is connected to this master answers too. Does not block. */
        boolean isWhole(MasterLink link);

        void lost(MasterLink link, Exception reason);
    }

    /** @param version of the channels that were subscribed to */
    private record Heard(int version, long millis) {
        static final Heard NOTHING = new Heard(-1, 0);
    }

    private final RedisAddress.Server master;
    private final RedisClients clients;
    private final Channels channels;
    private final Marks marks;
    private final Hearer hearer;
    private final Thread thread;
    /** The outcome of the first attempt. */
    private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();

    private volatile boolean closed;
    private volatile Heard heard = Heard.NOTHING;

    MasterLink(RedisAddress.Server master, RedisClients clients, Channels channels, Marks marks, Hearer hearer) {
        this.master = master;
        this.clients = clients;
        this.channels = channels;
        this.marks = marks;
        this.hearer = hearer;
        this.thread = Thread.ofVirtual().name("redis-link-" + master).unstarted(this::run);
    }

    /**
     * Blocks until it was linked once.
     *
     * @throws StoreException it could not be, or not in time
     */
    void awaitFirst(long nanos) {
        try {
            first.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw Failures.explain(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while connecting to Redis", e);
        }
    }

    void start() {
        thread.start();
    }

    RedisAddress.Server master() {
        return master;
    }

    /** When the last question was sent that has been answered; 0 while it is not known what was missed. */
    long heardMillis() {
        var last = heard;
        return last.version == channels.version() ? last.millis : 0;
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try (var connection = clients.connectForPush(master)) {
                connection.addListener(new RedisPubSubAdapter<>() {
                    @Override
                    public void message(byte[] channel, byte[] words) {
                        channels.tell(channel, words);
                    }
                });
                requireMaster(connection);
                int version = subscribe(connection);
                hearer.linked(this, () -> marks.require(master, connection.async()));
                first.complete(null);
                failures = 0;
                ask(connection, version);
            } catch (RuntimeException | TimeoutException e) { // whatever it is, the link is made anew
                if (closed) {
                    return;
                }
                first.completeExceptionally(e);
                hearer.lost(this, e);
                hear(Heard.NOTHING);
                pause(Jitter.delayMillis(RETRY_MILLIS, RETRY_MILLIS_MAX, failures++));
            } catch (InterruptedException e) {
                return; // by close
            }
        }
    }

    /** Right after a failover, who was master until now is a replica, and may still be named as the master. */
    private static void requireMaster(StatefulRedisPubSubConnection<byte[], byte[]> connection)
            throws InterruptedException, TimeoutException {
        try {
            var role = answer(connection.async().role());
            if (!role.isEmpty()
                    && role.getFirst() instanceof byte[] name
                    && !new String(name, UTF_8).equals("master")) {
                throw new RedisException("is a replica: its master must be named, or found by Sentinels");
            }
        } catch (RedisCommandExecutionException e) {
            if (!Failures.isCode(e, "NOPERM")) { // who may not ask goes without
                throw e;
            }
        }
    }

    private int subscribe(StatefulRedisPubSubConnection<byte[], byte[]> connection)
            throws InterruptedException, TimeoutException {
        int version = channels.version();
        byte[][] names = channels.names();
        if (names.length > 0) {
            answer(connection.async().subscribe(names));
        }
        return version;
    }

    /** Returns when closed. */
    private void ask(StatefulRedisPubSubConnection<byte[], byte[]> connection, int subscribed)
            throws InterruptedException, TimeoutException {
        int version = subscribed;
        while (!closed) {
            if (version != channels.version()) {
                version = subscribe(connection);
            }
            long sent = System.currentTimeMillis();
            var mark = marks.look(master, connection.async());
            answer(connection.async().ping());
            mark.run();
            hear(new Heard(version, sent));
            if (!hearer.isWhole(this)) {
                throw new RedisException("a connection was lost, or does not answer");
            }
            pause(PING_MILLIS);
        }
    }

    private void hear(Heard now) {
        heard = now;
        hearer.heard();
    }

    private static <T> T answer(RedisFuture<T> future) throws InterruptedException, TimeoutException {
        try {
            return future.get(SILENT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RedisException cause ? cause : new RedisException(e);
        }
    }

    /** Has what was listened to since asked for at once. */
    void hurry() {
        LockSupport.unpark(thread);
    }

    private void pause(int millis) {
        if (!closed) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    /** Waits until the thread of a closed link has ended. */
    void join() {
        try {
            thread.join(SILENT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does not wait for its thread. */
    @Override
    public void close() {
        closed = true;
        hear(Heard.NOTHING);
        thread.interrupt();
    }
}
