package dev.portcullis.redis.grant;

import dev.portcullis.redis.Redis;
import dev.portcullis.store.record.Records;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.function.Consumer;

/**
 * Looks at all that is stored, a page at a time, on all masters: for operators, and for what time alone does not do. Keys go by themselves; what has ended inside of a grant that lives on goes
 * when the grant is written, or is met here. Any thread; calls block.
 */
final class GrantWalk {
    private static final int PAGE = 500;

    /** Drops what has ended of a grant. */
    interface Tidier {
        /** @return how many records went */
        int tidy(String grantId, long nowSeconds);
    }

    private final Redis redis;
    private final Tidier tidier;

    GrantWalk(Redis redis, Tidier tidier) {
        this.redis = redis;
        this.tidier = tidier;
    }

    /** @return how many records went */
    int sweep(long nowSeconds) {
        int[] swept = {0};
        each(key -> swept[0] += sweep(key, nowSeconds));
        return swept[0];
    }

    private int sweep(String key, long nowSeconds) {
        if (isOf(key, "g")) {
            return tidier.tidy(key.substring(key.indexOf('{') + 1, key.lastIndexOf('}')), nowSeconds);
        }
        if (isOf(key, "pending") || isOf(key, "client") || isOf(key, "registration") || isOf(key, "spent")) {
            byte[] now = Long.toString(nowSeconds).getBytes(StandardCharsets.US_ASCII);
            var answer = redis.run(Scripts.ENDED, new byte[][] {bytes(key)}, now);
            return Math.toIntExact((Long) answer.getFirst());
        }
        return 0;
    }

    int countClients(long nowSeconds) {
        var live = new HashSet<String>();
        each(key -> {
            if (isOf(key, "client") || isOf(key, "registration")) {
                byte[] value = redis.await(redis.commands().get(bytes(key)));
                if (value != null
                        && Records.client(GrantFields.withoutEnd(value)).expiresAt() > nowSeconds) {
                    live.add(key);
                }
            }
        });
        return live.size();
    }

    private boolean isOf(String key, String kind) {
        return key.startsWith(new String(redis.key(kind, ""), StandardCharsets.UTF_8));
    }

    /** Each key, in no order; some twice if the server's table grows or shrinks meanwhile. */
    private void each(Consumer<String> action) {
        var pattern = KeyScanArgs.Builder.matches(new String(redis.key("*"), StandardCharsets.UTF_8))
                .limit(PAGE);
        ScanCursor at = ScanCursor.INITIAL;
        do {
            KeyScanCursor<byte[]> page = redis.await(redis.commands().scan(at, pattern));
            page.getKeys().forEach(key -> action.accept(new String(key, StandardCharsets.UTF_8)));
            at = page;
        } while (!at.isFinished());
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
