package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.AskFixture.id;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.task.RedisTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.mcp.task.TaskOwner;
import dev.portcullis.mcp.task.TaskState;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.redis.BusLimits;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisBus;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** H-105, H-113, H-115, H-75, H-222: each word between nodes, once over a real Redis. */
@Timeout(120)
class NodesOverRedisTest {
    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");
    private static final TestTool SAMPLE = TestTool.of(
            "sample",
            call -> ToolResult.text(
                    call.sample("s", InputRequest.Sampling.of("Hi", 100)).text()));
    private static final TestTool WAIT = TestTool.of("wait", _ -> {
        new CountDownLatch(1).await();
        return ToolResult.text("never");
    });

    private static RedisServers servers;
    private static RedisServer server;

    private final Redis redis = Redis.connect(RedisSettings.of(server.url()));
    private final RedisBus busA = RedisBus.join(redis, KEY, BusLimits.DEFAULT);
    private final RedisBus busB = RedisBus.join(redis, KEY, BusLimits.DEFAULT);
    private final Catalog catalogOfA = Catalog.of(SAMPLE, WAIT);
    private final AskFixture a = new AskFixture(busA, null, catalogOfA, RulePolicy.openToAll());
    private final AskFixture b = new AskFixture(busB, null, Catalog.of(SAMPLE, WAIT), RulePolicy.openToAll());

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        busA.close();
        busB.close();
        redis.close();
    }

    @Test
    void routeWhenOverRedisThenAnswerReachesItsCall() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var running = a.call(session, ADA, ALL, "tools/call", "{\"name\":\"sample\"}");
        String asked = running.sink().awaitRequest(0);
        var answer = (JsonRpcMessage.Response)
                message(
                        "{\"jsonrpc\":\"2.0\",\"id\":" + id(asked)
                                + ",\"result\":{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"Paris\"},\"model\":\"m\"}}");
        assertThat(b.dispatcher.responded(answer, session)).isFalse(); // known or not: A may only just have joined
        b.dispatcher.route(answer, session);
        assertThat(running.sink().awaitBody()).contains("Paris");
    }

    @Test
    void notifiedWhenOverRedisThenCallEnds() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var running = a.call(session, ADA, ALL, "tools/call", "{\"name\":\"wait\"}");
        var cancel = (JsonRpcMessage.Notification)
                message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");
        b.dispatcher.notified(cancel, RequestParams.of(cancel.params()), session);
        assertThat(running.sink().awaitEnd()).isEqualTo("withdrawn");
    }

    @Test
    void endSessionWhenOverRedisThenCallEnds() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var running = a.call(session, ADA, ALL, "tools/call", "{\"name\":\"wait\"}");
        b.dispatcher.endSession(session);
        assertThat(running.sink().awaitEnd()).isEqualTo("withdrawn");
    }

    @Test
    void announceWhenOverRedisThenOthersHear() {
        var sink = new RecordingSink();
        b.dispatch(
                V2026_07_28,
                null,
                ADA,
                ALL,
                "subscriptions/listen",
                "{\"notifications\":{\"toolsListChanged\":true}}",
                sink);
        catalogOfA.changes().announce(new Change.ToolList());
        assertThat(RedisServers.eventually(() -> sink.notifications.size() == 2))
                .isTrue();
        assertThat(sink.notifications.getLast()).contains("notifications/tools/list_changed");
    }

    @Test
    void moveWhenOverRedisThenWatchersOnOtherNodesAreToldAndNodesThatLeftAreNoticed() throws Exception {
        var owner = new TaskOwner("https://issuer.example", "ada", "client-1", "realm");
        var limits = TaskLimits.DEFAULT;
        var onA = new RedisTaskStore(redis, KEY, limits, busA, InstantSource.system());
        var onB = new RedisTaskStore(redis, KEY, limits, busB, InstantSource.system());
        var ends = onA.create(owner, "tool", null);
        var lost = onA.create(owner, "tool", null);
        var told = new CountDownLatch(1);
        var toldOfLoss = new CountDownLatch(1);
        assertThat(onB.watch(ends.id(), told::countDown)).isNotNull();
        onA.move(ends.id(), new TaskState.Cancelled());
        assertThat(told.await(14, TimeUnit.SECONDS)).isTrue(); // before it looks by itself
        assertThat(RedisServers.eventually(() -> busB.nodes().contains(busA.node())))
                .isTrue();
        assertThat(onB.find(lost.id(), owner)).isEqualTo(lost);
        assertThat(onB.watch(lost.id(), toldOfLoss::countDown)).isNotNull();
        busA.close();
        assertThat(toldOfLoss.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Objects.requireNonNull(onB.find(lost.id(), owner)).state()).isInstanceOf(TaskState.Failed.class);
    }
}
