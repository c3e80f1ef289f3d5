package dev.portcullis.redis;

import static dev.portcullis.redis.RedisServers.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.store.StoreException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes of a network or a server that is slow, silent, gone, full, or of another mind. */
@Timeout(180)
class RedisFailureTest {
    private static final Script WRITE =
            new Script("redis.call('SET', KEYS[1], ARGV[1]) return {ARGV[1]}".getBytes(UTF_8));
    private static final RedisSettings.Limits QUICK = new RedisSettings.Limits(10_000, 1_000, 2, 10_000, 0);
    private static RedisServers servers;
    private static RedisServer server;

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void end() {
        servers.close();
    }

    private static void write(Redis redis) {
        redis.run(WRITE, new byte[][] {redis.key("x")}, "1".getBytes(UTF_8));
    }

    private static boolean writes(Redis redis) {
        try {
            write(redis);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    /** A write fails within the deadline, with a margin for a machine that has other work. */
    private static void failsInTime(Redis redis) {
        long before = System.nanoTime();
        assertThatThrownBy(() -> write(redis)).isInstanceOf(StoreException.class);
        assertThat(System.nanoTime() - before)
                .isLessThan(TimeUnit.MILLISECONDS.toNanos(QUICK.commandMillis()) + TimeUnit.SECONDS.toNanos(5));
    }

    private static void withProxy(int port, Consumer<FlakyProxy> test) {
        try (var proxy = new FlakyProxy(port)) {
            test.accept(proxy);
        }
    }

    @Test
    void runWhenTheLinkIsCutThenFailsAtOnceAndWorksAgainWhenItIsBack() {
        withProxy(server.port(), proxy -> {
            try (var redis = Redis.connect(RedisSettings.of(proxy.url()).withLimits(QUICK))) {
                write(redis);
                var gaps = new AtomicInteger();
                redis.push().onGap(gaps::incrementAndGet);

                proxy.cut();

                assertThat(eventually(() -> !writes(redis))).isTrue();
                failsInTime(redis);
                assertThat(eventually(() -> redis.push().heardMillis() == 0)).isTrue();
                assertThat(eventually(() -> !redis.isUsable())).isTrue();
                assertThat(gaps).hasValue(0);

                proxy.mend();

                assertThat(eventually(() -> writes(redis))).isTrue();
                assertThat(eventually(redis::isUsable)).isTrue();
                assertThat(gaps).hasPositiveValue();
                assertThat(redis.failures()).isPositive();
                assertThat(redis.linksLost()).isPositive();
            }
        });
    }

    @Test
    void runWhenTheNetworkSwallowsAllThenFailsInTimeAndMakesNewConnections() {
        withProxy(server.port(), proxy -> {
            try (var redis = Redis.connect(RedisSettings.of(proxy.url()).withLimits(QUICK))) {
                write(redis);

                proxy.swallow();

                failsInTime(redis);
                assertThat(eventually(() -> redis.push().heardMillis() == 0)).isTrue();
                long before = System.nanoTime();
                failsInTime(redis); // by now it is known: nothing is sent any more
                assertThat(System.nanoTime() - before).isLessThan(TimeUnit.MILLISECONDS.toNanos(QUICK.commandMillis()));

                proxy.mend(); // for new connections: those that there were are of no use

                assertThat(eventually(() -> writes(redis))).isTrue();
                assertThat(eventually(redis::isUsable)).isTrue();
            }
        });
    }

    @Test
    void runWhenTheNetworkIsSlowThenWaits() {
        withProxy(server.port(), proxy -> {
            proxy.delay(20);
            try (var redis = Redis.connect(RedisSettings.of(proxy.url()))) {
                write(redis);
                long written = System.currentTimeMillis();
                assertThat(eventually(() -> redis.push().heardMillis() >= written))
                        .isTrue();
            }
        });
    }

    @Test
    void runWhenTheServerIsStoppedThenFailsInTimeAndGoesOnWithIt() {
        try (var redis = Redis.connect(RedisSettings.of(server.url()).withLimits(QUICK))) {
            server.stop();
            long stopped = System.currentTimeMillis();
            try {
                failsInTime(redis);
                assertThat(redis.push().heardMillis()).isLessThanOrEqualTo(stopped);
                assertThat(eventually(() -> !redis.isUsable())).isTrue();
            } finally {
                server.go();
            }
            assertThat(eventually(() -> writes(redis) && redis.isUsable())).isTrue();
        }
    }

    @Test
    void runWhenTheServerPausesThenFailsInTimeAndGoesOnWithIt() {
        try (var redis = Redis.connect(RedisSettings.of(server.url()).withLimits(QUICK))) {
            server.ask("CLIENT", "PAUSE", "3000", "ALL");
            failsInTime(redis);
            assertThat(eventually(() -> writes(redis) && redis.isUsable())).isTrue();
        }
    }

    @Test
    void runWhenTheServerIsKilledAndStartedThenWorksAgain() {
        var own = servers.standalone("--appendonly", "yes", "--appendfsync", "always");
        try (var redis = Redis.connect(RedisSettings.of(own.url()).withLimits(QUICK))) {
            write(redis);
            own.kill();
            failsInTime(redis);
            own.restart();
            assertThat(eventually(() -> writes(redis) && redis.isUsable())).isTrue();
            assertThat(own.ask("GET", "portcullis:x")).isEqualTo("1");
        }
    }

    @Test
    void connectWhenThePasswordIsWrongThenSaysSoWithoutIt() {
        var own = servers.standalone("--requirepass", "right");
        String place = own.address();
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of("redis://:hunter2@" + place)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("refuses the name or the password")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of("redis://" + place)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("asks for a password");
        try (var redis = Redis.connect(RedisSettings.of("redis://:right@" + place))) {
            write(redis);
        }
    }

    @Test
    void runWhenTheUserMayNotThenSaysWhatIsNotAllowed() {
        var own = servers.standalone();
        own.ask("ACL", "SETUSER", "gate", "on", ">pa:ss@word", "~gate:*", "&gate:*", "+@all", "-@admin", "-@dangerous");
        var settings = RedisSettings.of(own.url())
                .withLogin(new RedisSettings.Login("gate", "pa:ss@word", null, null))
                .withPrefix("gate");
        try (var redis = Redis.connect(settings)) {
            write(redis);
            assertThat(redis.doubts()).isEmpty(); // it may not look
        }
        assertThatThrownBy(() -> Redis.connect(settings.withPrefix("other")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("does not allow this user");
        try (var redis = Redis.connect(RedisSettings.of("redis://gate:pa%3Ass%40word@" + own.address() + "/0")
                .withPrefix("gate"))) {
            write(redis);
        }
    }

    @Test
    void runWhenTheServerIsFullThenSaysSo() {
        var own = servers.standalone("--maxmemory-policy", "noeviction");
        try (var redis = Redis.connect(RedisSettings.of(own.url()))) {
            own.ask("CONFIG", "SET", "maxmemory", "1mb");
            assertThatThrownBy(() -> write(redis))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is full");
            own.ask("CONFIG", "SET", "maxmemory", "0");
            write(redis);
        }
    }

    @Test
    void connectWhenTheServerIsAReplicaThenSaysSo() {
        var replica = servers.standalone("--replicaof", "127.0.0.1 " + server.port());
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of(replica.url())))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is a replica");
    }

    @Test
    void connectWhenTheNameIsUnknownThenSaysSo() {
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of("redis://no.such.host.invalid")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void connectWhenTheDatabaseIsNotThereThenSaysSo() {
        try (var redis = Redis.connect(RedisSettings.of(server.url() + "/3"))) {
            write(redis);
            assertThat(server.ask("GET", "portcullis:x")).isNotEqualTo("none");
        }
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of(server.url() + "/99")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("DB index");
    }

    @Test
    void runWhenReplicasMustHaveItThenWaitsForThem() {
        var master = servers.standalone();
        var limits = new RedisSettings.Limits(10_000, 2_000, 2, 10_000, 1);
        try (var redis = Redis.connect(RedisSettings.of(master.url()).withLimits(limits))) {
            assertThatThrownBy(() -> write(redis))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("0 of 1 replicas");

            var replica = servers.standalone("--replicaof", "127.0.0.1 " + master.port());

            assertThat(eventually(() -> writes(redis))).isTrue();
            assertThat(replica.ask("GET", "portcullis:x")).isEqualTo("1");
            replica.stop();
            try {
                assertThat(eventually(() -> !writes(redis))).isTrue();
            } finally {
                replica.go();
            }
            assertThat(eventually(() -> writes(redis))).isTrue();
        }
    }

    @Test
    void doubtsWhenDataMayBeLostThenNamesWhatToSet() {
        var own = servers.standalone("--maxmemory-policy", "allkeys-lru");
        try (var redis = Redis.connect(RedisSettings.of(own.url()))) {
            assertThat(redis.doubts()).hasSize(2).anyMatch(each -> each.contains("noeviction"));
        }
    }

    @Test
    void connectWhenTlsIsSpokenThenChecksTheCertificate(@TempDir Path folder) {
        var authority = Certificates.make(folder);
        var own = servers.standaloneTls(authority.certificate(), authority.key());
        String url = "rediss://localhost:" + own.port();
        try (var redis = Redis.connect(RedisSettings.of(url).withAuthorities(authority.certificate()))) {
            write(redis);
            assertThat(eventually(redis::isUsable)).isTrue();
        }
        assertThatThrownBy(() -> Redis.connect(RedisSettings.of(url)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("TLS");
        assertThatThrownBy(() -> Redis.connect(
                        RedisSettings.of("rediss://127.0.0.1:" + own.port()).withAuthorities(authority.certificate())))
                .as("the certificate is for localhost")
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("TLS");
    }

    @Test
    void closeWhenConnectedThenLeavesNoThread() {
        long before = lettuceThreads();
        var redis = Redis.connect(RedisSettings.of(server.url()));
        assertThat(lettuceThreads()).isGreaterThan(before);
        redis.close();
        assertThat(eventually(() -> lettuceThreads() <= before)).isTrue();
    }

    private static long lettuceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lettuce-"))
                .count();
    }
}
