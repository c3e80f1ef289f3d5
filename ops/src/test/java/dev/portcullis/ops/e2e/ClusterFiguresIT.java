package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast a revocation on one node is obeyed by another that is busy with that very token, and what Redis costs. Figures are printed, and written to {@code target/cluster-figures.txt};
 * asserted is only what is promised: less than a second. Those in benchmarks/RESULTS.md are of a machine that did nothing else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFiguresIT {
    private static final Path FIGURES = Path.of("target", "cluster-figures.txt").toAbsolutePath();
    private static final Map<String, String> SETTINGS =
            Map.of("RATE_LIMIT", "off", "RECHECK_SECONDS", "3600", "REDIS_CONNECT_MILLIS", "20000");
    private static final int ROUNDS = 3;
    private static final int CALLS_PER_SECOND = 5_000;
    private static final int CONNECTIONS = 4;
    private static final int WARM_UP_SECONDS = 4;
    private static final int MEASURED_SECONDS = 4;

    @TempDir
    static Path folder;

    private final List<String> figures = new ArrayList<>();

    @AfterAll
    void writeFigures() throws Exception {
        Files.write(FIGURES, figures);
        figures.forEach(System.out::println);
    }

    @Test
    void revokeOnOneNodeWhenAnotherServesTheTokenThenIsRefusedThereWithinASecond() throws Exception {
        var redis = RedisProcess.start(folder.resolve("shared-redis"));
        try (var proxy = new PushProxy(redis.port());
                var cluster = ClusterOfServers.start(
                        folder.resolve("pair"), ServerProcess.PRODUCT, 1, redis, redis.url(), SETTINGS);
                var other = cluster.startAnother(folder.resolve("pair").resolve("other"), proxy.url())) {
            for (int round = 0; round < ROUNDS; round++) {
                measureRevocation(false, proxy, cluster, other);
            }
            assertThat(proxy.subscribed()).as("connections that are pushed to").isPositive();
            for (int round = 0; round < ROUNDS; round++) {
                measureRevocation(true, proxy, cluster, other);
                other.awaitReady();
            }
        }
    }

    /** @param isSilent whether what Redis pushes to the busy node is lost from just before the revocation on; then it may refuse for want of news, before it knows why */
    private void measureRevocation(boolean isSilent, PushProxy proxy, ClusterOfServers cluster, ServerProcess busy)
            throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        var tokens = client.signIn("alice@example.com");
        try (var load = new Load(busy.port(), tokens.access(), CONNECTIONS, CALLS_PER_SECOND)) {
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            long before = load.accepted();
            long start = System.nanoTime();
            TimeUnit.SECONDS.sleep(1);
            double perSecond = (load.accepted() - before) / ((System.nanoTime() - start) / 1e9);
            proxy.silencePush(isSilent);
            long asked = System.nanoTime();
            assertThat(client.revoke(tokens.refresh()).statusCode()).isEqualTo(200);
            long answered = System.nanoTime();
            TimeUnit.SECONDS.sleep(2);
            double last = millis(load.lastAccepted() - answered);
            assertThat(load.accepted()).isPositive();
            assertThat(load.refused() + load.unavailable()).isPositive();
            figures.add(String.format(
                    Locale.ROOT,
                    "revocation, push link %s: %,.0f calls/s; revoking took %.1f ms; the last call that was accepted was sent %.1f ms after its answer",
                    isSilent ? "silent" : "up",
                    perSecond,
                    millis(answered - asked),
                    last));
            assertThat(last).isLessThan(1_000);
        } finally {
            proxy.silencePush(false);
        }
    }

    /** The same server with its file, and with Redis (whose own file is written before each answer). */
    @Test
    void callsAndRefreshesWhenStoreIsInRedisThenAreMeasuredBesideThoseWithout() throws Exception {
        try (var alone = ServerProcess.start(Files.createDirectories(folder.resolve("alone")), SETTINGS)) {
            measureThroughput("store in a file", alone, new ScriptedClient(alone.uri("/")));
        }
        try (var cluster = ClusterOfServers.start(folder.resolve("single"), ServerProcess.PRODUCT, 1, SETTINGS)) {
            measureThroughput("store in Redis", cluster.node(0), new ScriptedClient(cluster.uri("/")));
        }
    }

    private void measureThroughput(String title, ServerProcess server, ScriptedClient client) throws Exception {
        var tokens = client.signIn("alice@example.com");
        try (var load = new Load(server.port(), tokens.access(), CONNECTIONS, 0)) {
            TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
            long before = load.accepted();
            long start = System.nanoTime();
            TimeUnit.SECONDS.sleep(MEASURED_SECONDS);
            double perSecond = (load.accepted() - before) / ((System.nanoTime() - start) / 1e9);
            figures.add(String.format(
                    Locale.ROOT, "calls, %s: %,.0f/s over %d connections", title, perSecond, CONNECTIONS));
            assertThat(load.unavailable()).isZero();
        }
        var chains = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            Tokens first = client.signIn("alice@example.com");
            chains.add(() -> refreshFor(client, first, MEASURED_SECONDS));
        }
        long start = System.nanoTime();
        long count = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> chain : threads.invokeAll(chains)) {
                count += chain.get();
            }
        }
        figures.add(String.format(
                Locale.ROOT,
                "refreshes, %s: %,.0f/s over %d clients",
                title,
                count / ((System.nanoTime() - start) / 1e9),
                2 * CONNECTIONS));
    }

    private static int refreshFor(ScriptedClient client, Tokens first, int seconds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Tokens latest = first;
        int count = 0;
        while (System.nanoTime() - end < 0) {
            latest = client.refresh(latest.refresh());
            count++;
        }
        return count;
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}
