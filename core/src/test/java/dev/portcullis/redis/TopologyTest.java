package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.store.StoreException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sentinel and Cluster, with the masters changing under way. */
@Timeout(180)
class TopologyTest {
    /** Writes, publishes, and returns what stands there, in one step. */
    private static final Script WRITE = new Script(
            "redis.call('SET', KEYS[1], ARGV[1]) redis.call('PUBLISH', ARGV[2], ARGV[1]) return {redis.call('GET', KEYS[1])}"
                    .getBytes(UTF_8));

    private static String write(Redis redis, String tag, String value) {
        var keys = new byte[][] {redis.key("x", "{" + tag + "}")};
        return new String(
                (byte[]) redis.run(WRITE, keys, value.getBytes(UTF_8), redis.channel("changed"))
                        .getFirst(),
                UTF_8);
    }

    private static boolean writes(Redis redis, String tag, String value) {
        try {
            return write(redis, tag, value).equals(value);
        } catch (StoreException e) {
            return false;
        }
    }

    private static BooleanSupplier heardSince(Redis redis, long millis) {
        return () -> redis.push().heardMillis() >= millis;
    }

    @Test
    void sentinelWhenTheMasterChangesThenIsFollowedAndTold() {
        try (var servers = new RedisServers()) {
            var set = servers.sentinel();
            try (var redis = Redis.connect(RedisSettings.of(set.url()))) {
                var gaps = new AtomicInteger();
                var heard = new CopyOnWriteArrayList<String>();
                redis.push().onGap(gaps::incrementAndGet);
                redis.push().listen("changed", words -> heard.add(new String(words, UTF_8)));
                assertThat(eventually(heardSince(redis, System.currentTimeMillis())))
                        .isTrue();
                assertThat(write(redis, "one", "before")).isEqualTo("before");
                assertThat(eventually(() -> heard.equals(List.of("before")))).isTrue();

                set.failover();
                long failedOver = System.currentTimeMillis();

                // what the old master took in its last moment went with it
                assertThat(eventually(() -> writes(redis, "one", "after")
                                && set.master().ask("GET", "portcullis:x:{one}").equals("after")))
                        .isTrue();
                assertThat(eventually(heardSince(redis, failedOver))).isTrue();
                assertThat(gaps).hasPositiveValue();
                assertThat(write(redis, "one", "heard")).isEqualTo("heard");
                assertThat(eventually(() -> heard.contains("heard"))).isTrue();

                set.master().kill();

                assertThat(eventually(() -> !redis.isUsable())).isTrue();
                assertThat(eventually(() -> writes(redis, "one", "survived"))).isTrue();
                assertThat(eventually(redis::isUsable)).isTrue();
            }
        }
    }

    @Test
    void clusterWhenMastersChangeThenAreFollowedAndTold() {
        try (var servers = new RedisServers()) {
            var set = servers.cluster();
            try (var redis = Redis.connect(RedisSettings.of(set.url()))) {
                var heard = new CopyOnWriteArrayList<String>();
                redis.push().listen("changed", words -> heard.add(new String(words, UTF_8)));
                assertThat(eventually(heardSince(redis, System.currentTimeMillis())))
                        .isTrue();
                for (String tag : List.of("a", "b", "c", "d", "e", "f")) {
                    assertThat(write(redis, tag, tag)).isEqualTo(tag);
                }
                long written = System.currentTimeMillis();
                assertThat(eventually(heardSince(redis, written))).isTrue();
                assertThat(heard).contains("a", "b", "c", "d", "e", "f");

                var gaps = new AtomicInteger();
                redis.push().onGap(gaps::incrementAndGet);
                set.failover(set.masterOf("portcullis:x:{a}"));
                long failedOver = System.currentTimeMillis();
                assertThat(eventually(() -> writes(redis, "a", "after"))).isTrue();
                assertThat(eventually(() -> gaps.get() > 0)).isTrue();
                assertThat(eventually(heardSince(redis, failedOver))).isTrue();

                set.migrate("portcullis:x:{a}");
                assertThat(eventually(() -> writes(redis, "a", "moved"))).isTrue();
                assertThat(set.masterOf("portcullis:x:{a}").ask("GET", "portcullis:x:{a}"))
                        .isEqualTo("moved");

                // the same where a replica must have it: the write and WAIT follow the slot together
                var wait = new RedisSettings.Limits(10_000, 4_000, 2, 10_000, 1);
                try (var waiting = Redis.connect(RedisSettings.of(set.url()).withLimits(wait))) {
                    assertThat(write(waiting, "b", "waited")).isEqualTo("waited");
                    var moving = Thread.ofVirtual().start(() -> set.migrate("portcullis:x:{b}"));
                    for (int i = 0; moving.isAlive() || i < 50; i++) {
                        String value = "value " + i;
                        assertThat(eventually(() -> writes(waiting, "b", value)))
                                .isTrue();
                    }
                    assertThat(write(waiting, "b", "moved")).isEqualTo("moved");
                    assertThat(set.masterOf("portcullis:x:{b}").ask("GET", "portcullis:x:{b}"))
                            .isEqualTo("moved");
                }

                set.masterOf("portcullis:x:{a}").kill();
                assertThat(eventually(() -> !redis.isUsable())).isTrue();
                assertThat(eventually(() -> writes(redis, "a", "survived"))).isTrue();
                assertThat(eventually(redis::isUsable)).isTrue();
            }
        }
    }
}
