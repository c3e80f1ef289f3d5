package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.store.StoreException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** O-99: what is not there is not taken for revoked, where a store has lost its data. */
@Timeout(180)
class MarksTest {
    private static final Script WRITE =
            new Script("redis.call('SET', KEYS[1], ARGV[1]) return {ARGV[1]}".getBytes(UTF_8));
    private static final RedisSettings.Limits PATIENT = new RedisSettings.Limits(20_000, 3_000, 2, 10_000, 0);

    private static RedisServers servers;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
    }

    @AfterAll
    static void end() {
        servers.close();
    }

    private static Redis connect(String url) {
        return Redis.connect(RedisSettings.of(url).withLimits(PATIENT));
    }

    private static void write(Redis redis, String key) {
        redis.run(WRITE, new byte[][] {redis.key(key)}, "1".getBytes(UTF_8));
    }

    private static boolean writes(Redis redis, String key) {
        try {
            write(redis, key);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    private static void assertRefusesAll(Redis redis) {
        assertThatThrownBy(() -> write(redis, "y"))
                .isInstanceOf(StoreException.class)
                .hasMessage(Marks.LOST);
        assertThatThrownBy(redis::commands).isInstanceOf(StoreException.class).hasMessage(Marks.LOST);
        assertThatThrownBy(() -> redis.line(redis.key("y"))).hasMessage(Marks.LOST);
        assertThat(redis.isUsable()).isFalse();
    }

    /** What was written is read, or nothing is. */
    private static void assertNotForgotten(Redis redis) {
        try {
            assertThat(redis.await(redis.commands().get(redis.key("x")))).isEqualTo("1".getBytes(UTF_8));
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("Redis");
        }
    }

    @Test
    void runWhenRedisCameBackEmptyThenFailsUntilItsDataIsBack() {
        var own = servers.standalone("--appendonly", "yes", "--appendfsync", "always");
        try (var redis = connect(own.url())) {
            write(redis, "x");
            var gaps = new AtomicInteger();
            redis.push().onGap(gaps::incrementAndGet);

            own.restartEmpty();

            assertThat(eventually(() -> {
                        assertNotForgotten(redis);
                        return redis.isWithoutData();
                    }))
                    .isTrue();
            assertRefusesAll(redis);
            assertThat(own.ask("DBSIZE")).isEqualTo("0"); // nor is anything begun there
            assertThat(gaps).hasValue(0);

            own.restartRestored();

            assertThat(eventually(() -> {
                        assertNotForgotten(redis);
                        return writes(redis, "y") && redis.isUsable();
                    }))
                    .isTrue();
            assertThat(redis.isWithoutData()).isFalse();
            assertThat(own.ask("GET", "portcullis:x")).isEqualTo("1");
            assertThat(gaps).hasPositiveValue();
        }
    }

    @Test
    void runWhenAnotherHasBegunAnewThenGoesOnAfterAGap() {
        var own = servers.standalone();
        try (var redis = connect(own.url())) {
            write(redis, "x");
            own.restart();
            assertThat(eventually(redis::isWithoutData)).isTrue();
            var gaps = new AtomicInteger();
            redis.push().onGap(gaps::incrementAndGet);

            try (var other = connect(own.url())) {
                assertThat(eventually(() -> writes(redis, "y") && redis.isUsable()))
                        .isTrue();
                assertThat(redis.isWithoutData()).isFalse();
                assertThat(gaps).hasPositiveValue();
                assertThat(own.ask("EXISTS", "portcullis:x")).isEqualTo("0");
                write(other, "z");

                own.restart(); // and the same for both
                assertThat(eventually(() -> redis.isWithoutData() && other.isWithoutData()))
                        .isTrue();
            }
        }
    }

    @Test
    void runWhenRedisIsEmptiedUnderTheConnectionsThenIsFoundOut() {
        var own = servers.standalone();
        try (var redis = connect(own.url())) {
            write(redis, "x");
            assertThat(eventually(redis::isUsable)).isTrue();
            var gaps = new AtomicInteger();
            redis.push().onGap(gaps::incrementAndGet);

            own.ask("FLUSHALL");

            assertThat(eventually(redis::isWithoutData)).isTrue();
            assertRefusesAll(redis);
            assertThat(eventually(() -> gaps.get() > 0)).isTrue(); // what was read in between is forgotten
        }
    }

    /** Emptied, and a server started, before anybody looks: the mark is another. */
    @Test
    void runWhenTheMarkIsAnotherThenGoesOnAfterAGap() {
        var own = servers.standalone();
        try (var redis = connect(own.url())) {
            assertThat(eventually(redis::isUsable)).isTrue();
            var gaps = new AtomicInteger();
            redis.push().onGap(gaps::incrementAndGet);

            own.ask("SET", "portcullis:mark", "another");

            assertThat(eventually(() -> gaps.get() > 0)).isTrue();
            assertThat(eventually(() -> writes(redis, "x") && redis.isUsable())).isTrue();
            assertThat(redis.isWithoutData()).isFalse();
            assertThat(own.ask("GET", "portcullis:mark")).isEqualTo("another");
        }
    }

    @Test
    void connectWhenThereIsAMarkThenItIsKeptAndNothingIsWritten() {
        var own = servers.standalone();
        connect(own.url()).close();
        String mark = own.ask("GET", "portcullis:mark");
        assertThat(mark).hasSize(22);
        assertThat(own.ask("TTL", "portcullis:mark")).isEqualTo("-1");
        own.ask("CONFIG", "SET", "maxmemory", "1"); // full

        try (var redis = connect(own.url())) {
            assertThat(eventually(redis::isUsable)).isTrue();
            assertThat(own.ask("GET", "portcullis:mark")).isEqualTo(mark);
        }
    }

    @Test
    void runWhenOneMasterOfAClusterIsEmptiedThenAllFails() {
        var set = servers.cluster();
        try (var redis = connect(set.url())) {
            assertThat(eventually(() -> writes(redis, "x") && redis.isUsable())).isTrue();
            var master = set.masterOf("portcullis:x");
            String moving =
                    master.ask("KEYS", "portcullis:mark:*").lines().findFirst().orElseThrow();

            set.migrate(moving); // marks move with their slots
            assertThat(eventually(() -> set.masterOf(moving) != master)).isTrue();
            assertThat(eventually(() -> writes(redis, "x") && redis.isUsable())).isTrue();
            assertThat(redis.isWithoutData()).isFalse();

            master.ask("FLUSHALL");

            assertThat(eventually(redis::isWithoutData)).isTrue();
            assertRefusesAll(redis);
            try (var other = connect(set.url())) {
                assertThat(eventually(() -> writes(redis, "x") && redis.isUsable()))
                        .isTrue();
                assertThat(redis.isWithoutData()).isFalse();
                assertThat(eventually(other::isUsable)).isTrue();
            }
        }
    }
}
