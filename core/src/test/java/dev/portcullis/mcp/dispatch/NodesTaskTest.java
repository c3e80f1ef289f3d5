package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.TaskFixture.idOf;
import static dev.portcullis.mcp.dispatch.TaskFixture.member;
import static dev.portcullis.mcp.dispatch.TaskFixture.text;
import static dev.portcullis.mcp.dispatch.TaskFixture.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.task.RedisTaskStore;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisServer;
import dev.portcullis.redis.RedisServers;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.telemetry.Outcome;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** H-142, H-221 to H-225, T-39: tasks that one node works on, of clients whose requests come to others; with a real Redis. */
@Timeout(120)
class NodesTaskTest {
    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");
    private static final InputRequest.Form NAME = InputRequest.Form.of("Who?").requireText("name", null);
    private static final String NAMED = "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}";

    private static RedisServers servers;
    private static RedisServer server;

    private final Redis redis = Redis.connect(RedisSettings.of(server.url()));
    private final JoinedBuses buses = new JoinedBuses();
    private final JoinedBuses.Node busA = buses.join();
    private final Semaphore gate = new Semaphore(0);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final TaskFixture a = node(busA);
    private final TaskFixture b = node(buses.join());
    private final TaskFixture c = node(buses.join());

    @BeforeAll
    static void start() {
        servers = new RedisServers();
        server = servers.standalone();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private TaskFixture node(JoinedBuses.Node bus) {
        var tools = new ToolHandler[] {
            tool("held", TaskSupport.OPTIONAL, call -> {
                call.becomeTask();
                try {
                    gate.acquire();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
                return ToolResult.text("done");
            }),
            tool("ask", TaskSupport.REQUIRED, call -> {
                var answer = call.elicit("e", NAME);
                return ToolResult.text("Hello " + answer.content().string("name"));
            })
        };
        return new TaskFixture(
                CallLimits.DEFAULT.tasks(TaskFixture.LIMITS),
                RulePolicy.openToAll(),
                bus,
                clock -> new RedisTaskStore(redis, KEY, TaskFixture.LIMITS, bus, clock),
                tools);
    }

    @AfterEach
    void close() {
        gate.release(100);
        a.close();
        b.close();
        c.close();
        buses.close();
        redis.close();
    }

    // H-142, H-143
    @Test
    void resultWhenTaskIsOnAnotherNodeThenWaitsForItsEnd() throws Exception {
        var ada = a.session(ADA);
        String id = ada.task("held");
        assertThat(b.with(ada).get(id)).contains("\"status\":\"working\"");
        var waitOnB = b.with(ada).send("tasks/result", idOf(id));
        var waitOnC = c.with(ada).send("tasks/result", idOf(id));
        gate.release();
        assertThat(waitOnB.sink().awaitBody()).contains("\"text\":\"done\"", id);
        assertThat(waitOnC.sink().awaitBody()).contains("\"text\":\"done\"", id);
        assertThat(c.with(ada).get(id)).contains("\"status\":\"completed\"");
        assertThat(c.with(ada).result("tasks/list", "{}")).contains(id, "\"status\":\"completed\"");
        assertThat(b.session(BOB).call("tasks/get", idOf(id))).contains("-32602"); // T-39
        assertThat(b.session(BOB).result("tasks/list", "{}")).isEqualTo("{\"tasks\":[]}");
    }

    // H-142: what a task on A asks is asked by who waits on B, and answered through C
    @Test
    void resultWhenTaskOnAnotherNodeAsksThenItsClientIsAskedHere() throws Exception {
        var ada = a.session(ADA);
        String id = ada.task("ask");
        var wait = b.with(ada).send("tasks/result", idOf(id));
        String asked = wait.sink().awaitRequest(0);
        assertThat(asked).contains("elicitation/create", "Who?", id);
        assertThat(c.with(ada).get(id)).contains("\"status\":\"input_required\"");
        c.with(ada).respond(member(asked, "id"), NAMED);
        assertThat(wait.sink().awaitBody()).contains("Hello Ada");
    }

    // H-222, H-223: each step on another node
    @Test
    void updateWhenTaskIsOnAnotherNodeThenItGoesOn() throws Exception {
        var ada = a.modern(ADA);
        String id = ada.task("ask");
        String asking = b.with(ada).await(id, "input_required");
        String key = "e";
        assertThat(member(asking, "inputRequests", key, "params", "message")).isEqualTo("\"Who?\"");
        String update = "{\"taskId\":\"" + id + "\",\"inputResponses\":{\"" + key + "\":" + NAMED + "}}";
        assertThat(c.with(ada).call("tasks/update", update)).startsWith("200 ");
        assertThat(b.with(ada).await(id, "completed")).contains("Hello Ada");
    }

    // H-142, H-223
    @Test
    void cancelWhenTaskIsOnAnotherNodeThenItsWorkIsStopped() throws Exception {
        var ada = a.modern(ADA);
        String id = ada.task("held");
        assertThat(b.with(ada).call("tasks/cancel", idOf(id))).startsWith("200 ");
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(c.with(ada).get(id)).contains("\"status\":\"cancelled\"");
    }

    // H-75, H-225
    @Test
    void listenWhenTaskIsOnAnotherNodeThenHearsOfItsEnd() throws Exception {
        var ada = a.modern(ADA);
        String id = ada.task("held");
        var listen = c.with(ada).send("subscriptions/listen", "{\"notifications\":{\"taskIds\":[\"" + id + "\"]}}");
        var heard = listen.sink().notifications;
        assertThat(RedisServers.eventually(() -> heard.size() == 2)).isTrue();
        assertThat(text(heard.getLast(), "params", "status")).isEqualTo("working");
        gate.release();
        assertThat(RedisServers.eventually(() -> heard.size() > 2)).isTrue();
        assertThat(text(heard.getLast(), "params", "status")).isEqualTo("completed");
    }

    // nobody waits for what nobody works on any more
    @Test
    void resultWhenNodeHasGoneThenFails() throws Exception {
        var ada = a.session(ADA);
        String id = ada.task("held");
        var wait = b.with(ada).send("tasks/result", idOf(id));
        busA.close();
        assertThat(wait.sink().awaitBody()).contains("-32603", "has gone");
        assertThat(c.with(ada).get(id)).contains("\"status\":\"failed\"", "has gone");
    }

    // a store that is away is no refusal, and what was worked out meanwhile is not lost
    @Test
    void callWhenStoreIsAwayThenMayBeTriedAgainAndResultIsKeptLater() throws Exception {
        var own = servers.standalone("--appendonly", "yes", "--appendfsync", "always");
        var limits = new RedisSettings.Limits(2_000, 500, 1, 1_000, 0);
        try (var link = Redis.connect(RedisSettings.of(own.url()).withLimits(limits))) {
            var bus = buses.join();
            try (var node = new TaskFixture(
                    CallLimits.DEFAULT.tasks(TaskFixture.LIMITS),
                    RulePolicy.openToAll(),
                    bus,
                    clock -> new RedisTaskStore(link, KEY, TaskFixture.LIMITS, bus, clock),
                    tool("held", TaskSupport.REQUIRED, _ -> {
                        gate.acquire();
                        return ToolResult.text("done");
                    }))) {
                var ada = node.modern(ADA);
                String id = ada.task("held");
                own.kill();
                assertThat(ada.call("tasks/get", idOf(id))).startsWith("503 ");
                assertThat(ada.call("tasks/cancel", idOf(id))).startsWith("503 ");
                assertThat(ada.call("tools/call", "{\"name\":\"held\"}")).startsWith("503 ");
                String listen = "{\"notifications\":{\"taskIds\":[\"" + id + "\"]}}";
                assertThat(ada.call("subscriptions/listen", listen)).startsWith("503 ");
                assertThat(node.refusals).contains(Outcome.STORE_UNAVAILABLE);
                gate.release();
                own.restart();
                assertThat(RedisServers.eventually(() -> isCompleted(ada, id))).isTrue();
            }
        }
    }

    private static boolean isCompleted(TaskFixture.Client client, String id) {
        try {
            return client.call("tasks/get", idOf(id)).contains("\"status\":\"completed\"");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
