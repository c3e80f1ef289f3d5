package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.devidp.Switches.RefreshTokenUse;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tokens are issued and rotated by all nodes at the same time, and a node, Redis, or both are killed (SIGKILL) meanwhile: every answer that a client received is still true afterwards,
 * and what was spent stays spent (O-184).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterKillIT {
    private static final int PARALLEL = 64;
    private static final int CLIENTS = 4;

    @TempDir
    static Path folder;

    private ClusterOfServers cluster;

    @BeforeAll
    void startCluster() throws Exception {
        cluster = ClusterOfServers.start(
                folder,
                ServerProcess.PRODUCT,
                3,
                Map.of("RATE_LIMIT", "off", "REFRESH_OVERLAP_SECONDS", "600", "RECHECK_SECONDS", "0"));
    }

    @AfterAll
    void stopCluster() {
        cluster.close();
    }

    /** O-95: all of them get the same successor, from whichever node. */
    @Test
    @Order(1)
    void refreshWhenManyDoItAtOnceOnAllNodesThenThereIsOneFamily() throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        var first = client.signIn("alice@example.com");

        var answers = inParallel(form("refresh_token", Map.of("refresh_token", first.refresh()), client));

        assertThat(answers)
                .allSatisfy(answer ->
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200));
        assertThat(nodesOf(answers)).containsOnlyKeys("node-1", "node-2", "node-3");
        var tokens = answers.stream()
                .map(answer -> ScriptedClient.Tokens.of(SessionClient.JSON.readTree(answer.body())))
                .toList();
        assertThat(tokens.stream().map(ScriptedClient.Tokens::refresh).distinct())
                .hasSize(1);
        for (var token : tokens) {
            assertThat(client.add(token.access(), 2, 3)).isEqualTo("5");
        }
        var second = client.refresh(tokens.getFirst().refresh());
        assertThat(second.refresh()).isNotEqualTo(tokens.getFirst().refresh());
        assertThat(client.add(second.access(), 2, 3)).isEqualTo("5");
    }

    /** O-184: one of them wins, and what it won is taken back when the code comes again (RFC 6749 §4.1.2). */
    @Test
    @Order(2)
    void codeWhenManyRedeemItAtOnceOnAllNodesThenOnlyOneGetsTokens() throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        var landing = client.signInUntilCode("alice@example.com");

        var answers = inParallel(form(
                "authorization_code",
                Map.of(
                        "code",
                        landing.code(),
                        "redirect_uri",
                        ScriptedClient.REDIRECT_URI,
                        "code_verifier",
                        landing.verifier()),
                client));

        var won = answers.stream().filter(answer -> answer.statusCode() == 200).toList();
        assertThat(won).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.statusCode() != 200))
                .allSatisfy(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(400);
                    assertThat(answer.body()).contains("invalid_grant");
                });
        String access = ScriptedClient.Tokens.of(
                        SessionClient.JSON.readTree(won.getFirst().body()))
                .access();
        for (int node = 0; node < 3; node++) {
            assertThat(client.call(access, "add", "{\"a\":1,\"b\":1}").statusCode())
                    .isEqualTo(401);
        }
    }

    /**
     * Where a node is killed the provider lets its refresh tokens be used again: of one that makes them void, the answer that dies with a node takes the grant along (core/STORAGE.md),
     * as soon as the claim of the dead node has ended.
     */
    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true", "true, true"})
    @Order(3)
    void killWhenTokensAreIssuedAndRotatedThenEveryAnswerStaysTrue(boolean isNode, boolean isRedis) throws Exception {
        cluster.provider().switches().refreshTokens(isNode ? RefreshTokenUse.KEPT : RefreshTokenUse.ROTATED);
        var holders = new ArrayList<TokenHolder>();
        for (int i = 0; i < CLIENTS; i++) {
            var client = new ScriptedClient(cluster.uri("/"));
            holders.add(new TokenHolder(client, client.signIn("alice@example.com")));
        }
        var running = new AtomicBoolean(true);
        var disturbed = new AtomicBoolean();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (TokenHolder holder : holders) {
                threads.execute(() -> holder.workThrough(running, disturbed, failures));
            }
            var random = ThreadLocalRandom.current();
            ServerProcess node = cluster.node(random.nextInt(3));
            try {
                TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(500));
                disturbed.set(true);
                if (isRedis) {
                    cluster.redis().kill();
                }
                if (isNode) {
                    node.kill();
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
                if (isRedis) {
                    cluster.redis().startAgain();
                }
                if (isNode) {
                    node.startAgain();
                }
            } finally {
                running.set(false);
            }
        }
        assertThat(failures).isEmpty();
        for (var node : cluster.nodes()) {
            node.awaitReady();
        }
        holders.getFirst().awaitServed();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // each may wait for the claim of a dead node
            List<Future<Void>> checks = holders.stream()
                    .map(holder -> threads.submit(() -> {
                        holder.checkEverythingStillHolds();
                        return (Void) null;
                    }))
                    .toList();
            for (var check : checks) {
                check.get();
            }
        }
        assertThat(holders.stream().mapToInt(TokenHolder::rotations).sum())
                .as("rotations")
                .isGreaterThan(CLIENTS);
    }

    private List<HttpResponse<String>> inParallel(Map<String, String> form) throws Exception {
        var start = new CyclicBarrier(PARALLEL);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var http = ScriptedClient.newBrowser()) {
            List<Future<HttpResponse<String>>> waiting = IntStream.range(0, PARALLEL)
                    .mapToObj(_ -> threads.submit(() -> {
                        start.await();
                        var request =
                                ScriptedClient.post(cluster.uri("/token"), form).build();
                        return http.send(request, HttpResponse.BodyHandlers.ofString());
                    }))
                    .toList();
            var answers = new ArrayList<HttpResponse<String>>();
            for (var answer : waiting) {
                answers.add(answer.get(60, TimeUnit.SECONDS));
            }
            return answers;
        }
    }

    private static Map<String, String> form(String grantType, Map<String, String> more, ScriptedClient client) {
        var form = new HashMap<>(more);
        form.put("grant_type", grantType);
        form.put("client_id", client.clientId());
        return form;
    }

    private static Map<String, Long> nodesOf(List<HttpResponse<String>> answers) {
        var nodes = new HashMap<String, Long>();
        answers.forEach(
                answer -> nodes.merge(answer.headers().firstValue("node").orElseThrow(), 1L, Long::sum));
        return nodes;
    }
}
