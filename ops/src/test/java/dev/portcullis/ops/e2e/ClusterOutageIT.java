package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.e2e.ScriptedClient.Landing;
import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What each kind of request gets while Redis is not to be had, and that all is as before once it is: the table in README.md under "Several machines". Written to {@code target/outage.txt}
 * as it was measured.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterOutageIT {
    private static final Path TABLE = Path.of("target", "outage.txt").toAbsolutePath();
    private static final Duration HANG = Duration.ofSeconds(20);

    /** A command's deadline is two seconds; a request may need two commands, one after the other. */
    private static final double ANSWER_SECONDS_MAX = 6;

    /** For how long a token that was checked counts without Redis: a second, and some for this test to look at it. */
    private static final int LEASE_MILLIS = 1_200;

    private static final int UNREADY_SECONDS_MAX = 10;

    /** How Redis is away. */
    enum Outage {
        /** SIGSTOP: connections stay. */
        FROZEN,
        /** It holds all commands back. */
        PAUSED,
        /** Its process is gone. */
        KILLED,
        /** It reads, but takes nothing more. */
        FULL
    }

    @TempDir
    static Path folder;

    private final HttpClient http = ScriptedClient.newBrowser();
    private final Map<Outage, Map<String, Answer>> table = new LinkedHashMap<>();
    private ClusterOfServers cluster;

    /** What a person and their client hold before Redis goes away. */
    private record Held(
            ScriptedClient client, Tokens used, Tokens unused, Landing code, HttpResponse<String> consentPage) {}

    /** @param seconds until it was there */
    private record Answer(int status, String retryAfter, String body, double seconds) {
        String error() {
            var matcher = Pattern.compile("\"error\":\"(\\w+)\"").matcher(body);
            return matcher.find() ? matcher.group(1) : "";
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d%s%s in %.2f s",
                    status,
                    error().isEmpty() ? "" : " " + error(),
                    retryAfter.isEmpty() ? "" : ", Retry-After: " + retryAfter,
                    seconds);
        }
    }

    @BeforeAll
    void startCluster() throws Exception {
        cluster = ClusterOfServers.start(
                folder,
                ServerProcess.PRODUCT,
                2,
                Map.of("RATE_LIMIT", "off", "CODE_SECONDS", "600", "REDIS_COMMAND_MILLIS", "2000"));
    }

    @AfterAll
    void stopClusterAndWriteTable() throws Exception {
        cluster.close();
        http.close();
        var lines = new ArrayList<String>();
        table.forEach((outage, answers) -> {
            lines.add(outage == null ? "BACK, EMPTY" : outage.name());
            answers.forEach((request, answer) -> lines.add(String.format("  %-24s %s", request, answer)));
        });
        Files.write(TABLE, lines);
        lines.forEach(System.out::println);
    }

    @ParameterizedTest
    @EnumSource
    void requestsWhenRedisIsAwayThenAreToldSoInTimeAndWorkAgainAfterwards(Outage outage) throws Exception {
        var held = hold();
        begin(outage);
        try {
            TimeUnit.MILLISECONDS.sleep(LEASE_MILLIS);
            var answers = askAll(held);
            table.put(outage, answers);

            assertThat(answers).allSatisfy((request, answer) -> {
                assertThat(answer.seconds()).as(request).isLessThan(ANSWER_SECONDS_MAX);
                assertThat(answer.status()).as("%s: %s", request, answer).isIn(200, 201, 302, 303, 401, 503);
                assertThat(answer.body()).as(request).doesNotContain("invalid_grant"); // O-99
                if (answer.status() == 503 && !request.startsWith("health")) {
                    assertThat(answer.retryAfter()).as(request).matches("[1-9]\\d*");
                }
            });
            assertThat(answers.get("health/live").status()).isEqualTo(200);
            assertThat(answers.get("metadata").status()).isEqualTo(200);
            assertThat(answers.get("call, not a token").status()).isEqualTo(401);
            assertThat(answers.get("refresh").status()).isEqualTo(503);
            assertThat(answers.get("refresh").error()).isEqualTo("temporarily_unavailable");
            assertThat(answers.get("code").status()).isEqualTo(503);
            if (outage != Outage.FULL) {
                for (String request : List.of("call, known token", "call, token new here", "call, unknown token")) {
                    assertThat(answers.get(request).status()).as(request).isEqualTo(503);
                }
                awaitUnready();
            }
        } finally {
            end(outage);
        }

        for (var node : cluster.nodes()) {
            node.awaitReady();
        }
        // Nothing of what was held is lost, nor was anything used up by what was refused.
        assertThat(held.client().add(held.used().access(), 2, 3)).isEqualTo("5");
        assertThat(held.client().add(held.unused().access(), 2, 3)).isEqualTo("5");
        assertThat(held.client()
                        .add(held.client().refresh(held.used().refresh()).access(), 2, 3))
                .isEqualTo("5");
        assertThat(held.client().add(held.client().redeem(held.code()).access(), 2, 3))
                .isEqualTo("5");
    }

    /** A token that was revoked just before Redis went away is not accepted again, nor is anything else, on a node that may not have heard of it. */
    @Test
    void tokenWhenRevokedJustBeforeRedisFreezesThenIsNotAcceptedForLongerThanASecond() throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        var tokens = client.signIn("alice@example.com");
        try (var load = new Load(cluster.node(1).port(), tokens.access(), 2, 200)) {
            while (load.accepted() < 100) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(client.revoke(tokens.refresh()).statusCode()).isEqualTo(200);
            long revoked = System.nanoTime();
            cluster.redis().freeze();
            try {
                TimeUnit.MILLISECONDS.sleep(3 * LEASE_MILLIS);
            } finally {
                cluster.redis().thaw();
            }
            assertThat(load.lastAccepted() - revoked).isLessThan(TimeUnit.SECONDS.toNanos(1));
        }
        for (var node : cluster.nodes()) {
            node.awaitReady();
        }
    }

    /** Whoever asked in vain does not come back all at once: one question to Redis for each token, however many requests wait for it. */
    @Test
    void redisWhenItComesBackThenIsNotOverrunByThoseWhoWaited() throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        var tokens = client.signIn("alice@example.com");
        try (var load = new Load(cluster.node(0).port(), tokens.access(), 16, 1_000)) {
            while (load.accepted() < 200) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            cluster.redis().freeze();
            TimeUnit.MILLISECONDS.sleep(2 * LEASE_MILLIS);
            long before = load.accepted();
            cluster.redis().thaw();
            while (load.accepted() - before < 500) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            long commands = cluster.redis().scriptsRun();
            long accepted = load.accepted();
            while (load.accepted() - accepted < 500) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(cluster.redis().scriptsRun() - commands)
                    .as("scripts run for 500 calls")
                    .isLessThan(50);
        }
    }

    /** Readiness goes off a moment later than requests are refused: one answer that was late is no reason yet. */
    private void awaitUnready() throws Exception {
        var ready = get(cluster.node(0).managementUri("/health/ready"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(UNREADY_SECONDS_MAX);
        while (ask(ready).status() != 503) {
            assertThat(deadline - System.nanoTime())
                    .as("nanoseconds left to become unready")
                    .isPositive();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private Held hold() throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        var used = client.signIn("alice@example.com");
        var unused = client.signIn("alice@example.com");
        var code = client.signInUntilCode("alice@example.com");
        var held = new Held(client, used, unused, code, client.consentPage());
        for (var answer : List.of(
                ask(call(used.access())), ask(call(used.access())))) { // at the node that will be asked, and lately
            assertThat(answer.status()).isEqualTo(200);
        }
        return held;
    }

    private void begin(Outage outage) throws Exception {
        switch (outage) {
            case FROZEN -> cluster.redis().freeze();
            case PAUSED -> cluster.redis().command("CLIENT", "PAUSE", "8000", "ALL");
            case KILLED -> cluster.redis().kill();
            case FULL -> cluster.redis().command("CONFIG", "SET", "maxmemory", "1");
        }
    }

    private void end(Outage outage) throws Exception {
        switch (outage) {
            case FROZEN -> cluster.redis().thaw();
            case PAUSED -> cluster.redis().command("PING"); // held back like all others until it is over
            case KILLED -> cluster.redis().startAgain();
            case FULL -> cluster.redis().command("CONFIG", "SET", "maxmemory", "0");
        }
    }

    /** An empty Redis is not believed (O-99): what a restored backup makes good again is not thrown away before. */
    @Test
    @Order(Integer.MAX_VALUE - 1)
    void requestsWhenRedisComesBackEmptyThenAreToldSoUntilItIsRestored() throws Exception {
        var held = hold();
        cluster.redis().kill();
        cluster.redis().startEmpty();
        TimeUnit.MILLISECONDS.sleep(LEASE_MILLIS);

        var empty = askAll(held);
        table.put(null, empty);

        for (String request :
                List.of("call, known token", "call, token new here", "call, unknown token", "refresh", "code")) {
            assertThat(empty.get(request).status()).as(request).isEqualTo(503);
            assertThat(empty.get(request).retryAfter()).as(request).matches("[1-9]\\d*");
        }
        assertThat(empty.get("refresh").error()).isEqualTo("temporarily_unavailable");
        assertThat(empty.get("code").error()).isEqualTo("temporarily_unavailable");
        awaitUnready();

        cluster.redis().kill();
        cluster.redis().startRestored();
        for (var node : cluster.nodes()) {
            node.awaitReady();
        }
        assertThat(held.client().add(held.used().access(), 2, 3)).isEqualTo("5");
        assertThat(held.client()
                        .add(held.client().refresh(held.used().refresh()).access(), 2, 3))
                .isEqualTo("5");
        assertThat(held.client().add(held.client().redeem(held.code()).access(), 2, 3))
                .isEqualTo("5");
    }

    /** Once a node was started on the empty Redis, what is gone is gone: it is not accepted from what nodes remember, and whoever signs in anew is served on all of them. */
    @Test
    @Order(Integer.MAX_VALUE)
    void requestsWhenANodeIsStartedOnAnEmptyRedisThenNothingOldIsAcceptedAndPeopleSignInAnew() throws Exception {
        var held = hold();
        cluster.redis().kill();
        cluster.redis().startEmpty();
        cluster.node(1).kill();
        cluster.node(1).startAgain();
        for (var node : cluster.nodes()) {
            node.awaitReady();
        }
        TimeUnit.MILLISECONDS.sleep(LEASE_MILLIS);

        var empty = askAll(held);

        for (String request : List.of("call, known token", "call, token new here", "call, unknown token")) {
            assertThat(empty.get(request).status()).as(request).isEqualTo(401);
        }
        assertThat(empty.get("refresh").error()).isEqualTo("invalid_grant");
        assertThat(empty.get("code").error()).isEqualTo("invalid_grant");
        var tokens = held.client().signIn("alice@example.com");
        for (int node = 0; node < 2; node++) {
            assertThat(held.client().add(tokens.access(), 2, 3)).isEqualTo("5");
        }
    }

    /** All at once, at one node. */
    private Map<String, Answer> askAll(Held held) throws Exception {
        String clientId = held.client().clientId();
        var node = cluster.node(0);
        var requests = new LinkedHashMap<String, Callable<Answer>>();
        requests.put("call, known token", () -> ask(call(held.used().access())));
        requests.put("call, token new here", () -> ask(call(held.unused().access())));
        requests.put(
                "call, unknown token", () -> ask(call(unknownLike(held.used().access()))));
        requests.put("call, not a token", () -> ask(call("nonsense")));
        requests.put(
                "refresh",
                () -> ask(ScriptedClient.post(
                        node.uri("/token"),
                        Map.of(
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                held.used().refresh(),
                                "client_id",
                                clientId))));
        requests.put(
                "code",
                () -> ask(ScriptedClient.post(
                        node.uri("/token"),
                        Map.of(
                                "grant_type",
                                "authorization_code",
                                "code",
                                held.code().code(),
                                "client_id",
                                clientId,
                                "redirect_uri",
                                ScriptedClient.REDIRECT_URI,
                                "code_verifier",
                                held.code().verifier()))));
        requests.put(
                "revoke unknown",
                () -> ask(ScriptedClient.post(
                        node.uri("/revoke"),
                        Map.of("token", unknownLike(held.used().access()), "client_id", clientId))));
        requests.put(
                "register",
                () -> ask(HttpRequest.newBuilder(node.uri("/register"))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"redirect_uris\":[\"" + ScriptedClient.REDIRECT_URI + "\"]}"))));
        requests.put(
                "authorize page",
                () -> ask(get(node.uri("/authorize?" + held.consentPage().uri().getRawQuery()))
                        .header("accept", "text/html")));
        requests.put("metadata", () -> ask(get(node.uri("/.well-known/oauth-authorization-server"))));
        requests.put("health/live", () -> ask(get(node.managementUri("/health/live"))));

        var answers = new LinkedHashMap<String, Answer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = new LinkedHashMap<String, Future<Answer>>();
            requests.forEach((name, request) -> waiting.put(name, threads.submit(request)));
            for (var entry : waiting.entrySet()) {
                answers.put(entry.getKey(), entry.getValue().get());
            }
        }
        return answers;
    }

    private Answer ask(HttpRequest.Builder request) throws Exception {
        long start = System.nanoTime();
        var answer = http.send(request.timeout(HANG).build(), HttpResponse.BodyHandlers.ofString());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Answer(
                answer.statusCode(), answer.headers().firstValue("retry-after").orElse(""), answer.body(), seconds);
    }

    private static HttpRequest.Builder get(URI uri) {
        return HttpRequest.newBuilder(uri).GET();
    }

    private HttpRequest.Builder call(String token) {
        return ScriptedClient.calling(cluster.node(0).uri("/mcp"), token, "add", "{\"a\":2,\"b\":3}");
    }

    /** As well formed, and nobody's. */
    private static String unknownLike(String token) {
        char last = token.charAt(token.length() - 8);
        return token.substring(0, token.length() - 8) + (last == 'A' ? 'B' : 'A') + token.substring(token.length() - 7);
    }
}
