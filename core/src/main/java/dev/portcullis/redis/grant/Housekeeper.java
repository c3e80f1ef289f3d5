package dev.portcullis.redis.grant;

import dev.portcullis.redis.Redis;
import dev.portcullis.store.Grant;
import dev.portcullis.store.StoreException;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Goes round all grants, for ever and slowly, a page a second: drops what has ended inside of a grant that lives on (O-107, O-109), and enters what an index has lost. Nothing waits for it: what has
 * ended is never returned, and a grant that is used is tidied then. Each node has one; a thread of its own.
 */
final class Housekeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Housekeeper.class.getName());
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Keys of all kinds; so a node looks at 360,000 an hour, and asks for some 300 things a second. */
    private static final int PAGE = 100;

    private final Redis redis;
    private final GrantKeys keys;
    private final GrantIndexes indexes;
    private final GrantWalk.Tidier tidier;
    private final InstantSource clock;
    private final Thread thread = Thread.ofVirtual().name("grants-housekeeper").unstarted(this::run);
    private volatile boolean closed;

    Housekeeper(Redis redis, GrantKeys keys, GrantIndexes indexes, GrantWalk.Tidier tidier, InstantSource clock) {
        this.redis = redis;
        this.keys = keys;
        this.indexes = indexes;
        this.tidier = tidier;
        this.clock = clock;
    }

    void start() {
        thread.start();
    }

    private void run() {
        ScanCursor at = ScanCursor.INITIAL;
        var grants = KeyScanArgs.Builder.matches(new String(redis.key("g", "*"), StandardCharsets.UTF_8))
                .limit(PAGE);
        while (!closed) {
            try {
                KeyScanCursor<byte[]> page = redis.await(redis.commands().scan(at, grants));
                tend(page.getKeys(), clock.millis() / 1000);
                at = page.isFinished() ? ScanCursor.INITIAL : page;
            } catch (StoreException e) {
                LOG.log(System.Logger.Level.DEBUG, "not now", e);
                at = ScanCursor.INITIAL;
            } catch (RuntimeException e) {
                if (closed) {
                    return; // and so may be what it asks
                }
                LOG.log(System.Logger.Level.WARNING, "a page of grants could not be looked at", e);
                at = ScanCursor.INITIAL;
            }
            pause();
        }
    }

    /** Looks at these once. */
    void tend(List<byte[]> names, long nowSeconds) {
        var asked = new ArrayList<RedisFuture<List<KeyValue<byte[], byte[]>>>>();
        for (byte[] name : names) {
            asked.add(redis.commands().hmget(name, GrantFields.ofGrantAnd(GrantFields.soonestEnd())));
        }
        var live = new ArrayList<Grant>();
        for (var one : asked) {
            var values = GrantIndexes.values(redis.await(one));
            Grant grant = GrantFields.grant(values, nowSeconds);
            if (grant == null) {
                continue;
            }
            live.add(grant);
            long ends = GrantFields.soonestEnd(values);
            if (ends != 0 && ends <= nowSeconds) {
                tidier.tidy(grant.id(), nowSeconds);
            }
        }
        for (Grant grant : indexes.missing(live)) {
            enter(grant, nowSeconds);
        }
    }

    /** Whoever revokes a grant takes its entries away after it: if it went before they were made here, they go here. */
    private void enter(Grant grant, long nowSeconds) {
        indexes.enter(grant, nowSeconds);
        if (redis.await(redis.commands().exists(keys.grant(grant.id()))) == 0) {
            indexes.leave(grant);
        }
    }

    private void pause() {
        if (!closed) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
