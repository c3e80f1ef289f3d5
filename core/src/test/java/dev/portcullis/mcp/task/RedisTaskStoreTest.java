package dev.portcullis.mcp.task;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.json.Json;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three nodes and one real Redis. */
class RedisTaskStoreTest extends TaskStoreContract {
    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    private static RedisServers servers;
    private static RedisServer server;
    private static Redis redis;

    private final JoinedBuses buses = new JoinedBuses();
    private final List<JoinedBuses.Node> joined = List.of(buses.join(), buses.join(), buses.join());
    private final String prefix = "test-" + Randoms.base64Url(6).replaceAll("[^A-Za-z0-9]", "x");
    private final Redis prefixed = Redis.connect(RedisSettings.of(server.url()).withPrefix(prefix));
    private final List<RedisTaskStore> nodes = joined.stream()
            .map(bus -> new RedisTaskStore(prefixed, KEY, LIMITS, bus, clock))
            .toList();

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
        redis = Redis.connect(RedisSettings.of(server.url()));
    }

    @AfterAll
    static void stop() {
        redis.close();
        servers.close();
    }

    @AfterEach
    void close() {
        prefixed.close();
        buses.close();
    }

    @Override
    List<RedisTaskStore> nodes() {
        return nodes;
    }

    private List<String> keys() {
        return redis.await(redis.commands().keys(prefix + ":task:*")).stream()
                .map(key -> new String(key, UTF_8))
                .sorted()
                .toList();
    }

    // nothing stays for ever, and nobody who holds the database reads what was said
    @Test
    void createWhenThereAreResultsAndQuestionsThenEveryKeyEndsAndNothingIsPlain() throws McpException {
        var asking = create(ADA);
        store().move(
                        asking.id(),
                        new TaskState.Asking(
                                Map.of("secret-key", InputRequest.Form.of("secret question")),
                                Map.of("x", new TaskAnswer.Refused(1, "secret refusal"))));
        store().say(asking.id(), "secret message");
        store().move(create(ADA).id(), new TaskState.Completed(Json.parse("{\"a\":\"secret result\"}"), false));
        store().move(create(NOBODY).id(), new TaskState.Failed(Json.parse("{\"a\":\"secret error\"}")));
        assertThat(keys()).hasSize(3 + 2 + 3 + 2); // tasks, room of all, Ada's, nobody's (who holds no bytes)
        for (String key : keys()) {
            long millis = redis.await(redis.commands().pttl(key.getBytes(UTF_8)));
            assertThat(millis).as(key).isBetween(1L, 60_000L + TaskRows.GRACE_MILLIS);
            byte[] dump = redis.await(redis.commands().dump(key.getBytes(UTF_8)));
            assertThat(new String(dump, ISO_8859_1)).doesNotContain("secret", "ada", "issuer", "client-1", "realm");
        }
    }

    @Test
    void createWhenTasksComeAndGoThenRoomIsGivenBack() throws McpException {
        for (int i = 0; i < 40; i++) {
            var task = create(ADA);
            store().move(task.id(), completed(100));
            if (i % 2 == 0) {
                store().forget(task.id());
            } else {
                now.addAndGet(60_000);
            }
        }
        create(ADA);
        assertThat(redis.await(redis.commands().zcard((prefix + ":task:{all}:ends").getBytes(UTF_8))))
                .isEqualTo(1);
        assertThat(new String(
                        redis.await(redis.commands()
                                .hget((prefix + ":task:{all}:bytes").getBytes(UTF_8), "sum".getBytes(UTF_8))),
                        UTF_8))
                .isEqualTo("0");
    }

    // the node that worked on a task is killed
    @Test
    void findWhenNodeHasGoneThenTaskHasFailed() throws McpException {
        var looked = nodes.getFirst().create(ADA, "tool", null);
        var listed = nodes.getFirst().create(ADA, "tool", null);
        var watched = nodes.getFirst().create(ADA, "tool", null);
        var done = nodes.getFirst().create(ADA, "tool", null);
        nodes.getFirst().move(done.id(), completed(10));
        var told = new AtomicInteger();
        nodes.get(1).watch(watched.id(), told::incrementAndGet);
        joined.getFirst().close();
        await("whoever waits is told", () -> told.get() > 0);
        for (var node : nodes.subList(1, 3)) {
            assertLost(Objects.requireNonNull(node.find(watched.id(), ADA)));
            assertLost(Objects.requireNonNull(node.find(looked.id(), ADA)));
            assertThat(Objects.requireNonNull(node.find(done.id(), ADA)).state())
                    .isInstanceOf(TaskState.Completed.class);
        }
        nodes.get(2).list(ADA, null, 10).stream()
                .filter(task -> task.id().equals(listed.id()))
                .forEach(RedisTaskStoreTest::assertLost);
        assertThat(nodes.get(2).move(looked.id(), completed(10))).isFalse(); // H-222
    }

    private static void assertLost(Task task) {
        assertThat(task.state())
                .isInstanceOfSatisfying(
                        TaskState.Failed.class,
                        failed -> assertThat(failed.error().text()).contains("-32603", "has gone"));
    }

    // words that were lost leave nobody waiting
    @Test
    void watchWhenWordsAreMissedThenWatchersLook() throws McpException {
        var task = nodes.getFirst().create(ADA, "tool", null);
        var told = new AtomicInteger();
        nodes.get(1).watch(task.id(), told::incrementAndGet);
        joined.getFirst().cut();
        nodes.getFirst().move(task.id(), completed(10));
        joined.get(1).miss();
        await("looks", () -> told.get() == 1);
    }

    // without anybody's word: a second's tick notices
    @Test
    void watchWhenTimeIsOverThenToldWithoutASweep() throws McpException {
        var task = nodes.getFirst().create(ADA, "tool", null);
        var told = new AtomicInteger();
        nodes.get(1).watch(task.id(), told::incrementAndGet);
        now.addAndGet(60_000);
        await("told", () -> told.get() == 1);
        assertThat(nodes.get(1).isWatchedByNobody()).isTrue();
    }

    // as after a restart with another key, or a database that somebody has written to
    @Test
    void findWhenRecordWasNotSealedByThisKeyThenIsNotTaken() throws McpException {
        var task = create(ADA);
        var other = create(ADA);
        byte[] from = (prefix + ":task:{" + task.id().substring(0, 8) + "}:" + task.id()).getBytes(UTF_8);
        byte[] to = (prefix + ":task:{" + task.id().substring(0, 8) + "}:" + other.id()).getBytes(UTF_8);
        var head = redis.await(redis.commands().hget(from, "head".getBytes(UTF_8)));
        redis.await(redis.commands().hset(to, "head".getBytes(UTF_8), head));
        assertThat(store().find(other.id(), ADA)).isNull();
        assertThat(store().list(ADA, null, 10)).containsExactly(task);
        var stranger = new RedisTaskStore(
                prefixed, new MasterKey("another key of at least 32 characters"), LIMITS, buses.join(), clock);
        assertThat(stranger.find(task.id(), ADA)).isNull();
        assertThat(stranger.move(task.id(), completed(10))).isFalse();
        assertThat(store().find(task.id(), ADA)).isEqualTo(task);
    }
}
