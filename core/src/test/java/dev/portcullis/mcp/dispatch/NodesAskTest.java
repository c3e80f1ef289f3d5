package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.AskFixture.id;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.registry.Call;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** H-88, H-105, H-113, H-115, T-35, T-36, T-38: calls on one node whose clients say the rest to others. */
class NodesAskTest {
    private static final String SPOKEN =
            "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"Paris\"},\"model\":\"m\"}";
    private static final String NAMED = "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}";
    private static final InputRequest.Form NAME = InputRequest.Form.of("Who?").requireText("name", null);

    private final JoinedBuses buses = new JoinedBuses();
    private final List<AskFixture> fixtures = new ArrayList<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final AtomicInteger paid = new AtomicInteger();

    /** What has been used up, on all nodes; null: nobody can say. */
    private volatile @Nullable Map<TokenHash, Long> spent = new ConcurrentHashMap<>();

    private final JoinedBuses.Node busA = buses.join();
    private final JoinedBuses.Node busB = buses.join();
    private final JoinedBuses.Node busC = buses.join();
    private final AskFixture a = node(busA);
    private final AskFixture b = node(busB);
    private final AskFixture c = node(busC);

    private AskFixture node(JoinedBuses.Node bus) {
        var tools = new ToolHandler[] {
            tool("elicit", call -> call.elicit("e", NAME).action().toString()),
            tool(
                    "sample",
                    call -> call.sample("s", InputRequest.Sampling.of("Hi", 100))
                            .text()),
            tool("roots", call -> call.roots().stream().map(Root::uri).toList().toString()),
            tool("wait", call -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
                return "never";
            }),
            tool("pay", call -> {
                call.elicit("sure", NAME);
                call.useAnswersOnce();
                return "paid " + paid.incrementAndGet();
            })
        };
        var fixture = new AskFixture(bus, this::spend, Catalog.of(tools), RulePolicy.openToAll());
        fixtures.add(fixture);
        return fixture;
    }

    private boolean spend(TokenHash id, long expiresAtSeconds, long nowSeconds) {
        var known = spent;
        if (known == null) {
            throw new StoreException("away on purpose");
        }
        return known.putIfAbsent(id, expiresAtSeconds) == null;
    }

    /** Asks, and says what it learned. */
    @FunctionalInterface
    private interface Asking {
        String ask(Call call) throws Exception;
    }

    private static TestTool tool(String name, Asking body) {
        return TestTool.of(name, call -> ToolResult.text(body.ask(call)));
    }

    @AfterEach
    void close() {
        fixtures.forEach(AskFixture::close);
        buses.close();
    }

    private static AskFixture.Running call(AskFixture node, Session session, String tool) {
        return node.call(session, ADA, ALL, "tools/call", "{\"name\":\"" + tool + "\"}");
    }

    private static JsonRpcMessage.Response answer(String request, String result) {
        return (JsonRpcMessage.Response)
                message("{\"jsonrpc\":\"2.0\",\"id\":" + id(request) + ",\"result\":" + result + "}");
    }

    /** As a transport does it. @return whether another node was told */
    private static boolean respond(AskFixture node, Session session, JsonRpcMessage.Response answer) {
        boolean isDone = node.dispatcher.responded(answer, session);
        if (!isDone) {
            node.dispatcher.route(answer, session);
        }
        return !isDone;
    }

    private static void cancel(AskFixture node, Session session, int id) {
        var cancel = (JsonRpcMessage.Notification) message(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id + "}}");
        node.dispatcher.notified(cancel, RequestParams.of(cancel.params()), session);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    // H-113: in each revision with sessions
    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = "V2026_07_28", mode = Mode.EXCLUDE)
    void routeWhenAnswerComesToAnotherNodeThenCallGoesOn(ProtocolVersion version) throws Exception {
        var session = a.session(version, ADA);
        var running = call(a, session, "sample");
        String asked = running.sink().awaitRequest(0);
        assertThat(respond(c, session, answer(asked, SPOKEN))).isTrue();
        assertThat(running.sink().awaitBody()).contains("\"text\":\"Paris\"");
        await("no question is left", a.dispatcher::isIdle);
    }

    @Test
    void routeWhenFormIsFilledInElsewhereThenCallGoesOn() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var elicited = call(a, session, "elicit");
        var rooted = call(b, session, "roots");
        assertThat(respond(c, session, answer(elicited.sink().awaitRequest(0), NAMED)))
                .isTrue();
        assertThat(elicited.sink().awaitBody()).contains("ACCEPT");
        String roots = "{\"roots\":[{\"uri\":\"file:///home/ada\"}]}";
        assertThat(respond(a, session, answer(rooted.sink().awaitRequest(0), roots)))
                .isTrue();
        assertThat(rooted.sink().awaitBody()).contains("file:///home/ada");
    }

    @Test
    void routeWhenRefusalComesToAnotherNodeThenCallFails() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var running = call(a, session, "elicit");
        var refusal = (JsonRpcMessage.ErrorResponse) message("{\"jsonrpc\":\"2.0\",\"id\":"
                + id(running.sink().awaitRequest(0)) + ",\"error\":{\"code\":-1,\"message\":\"the person said no\"}}");
        assertThat(b.dispatcher.responded(refusal, session)).isFalse();
        b.dispatcher.route(refusal, session);
        assertThat(running.sink().awaitBody()).contains("the person said no", "\"isError\":true");
    }

    // T-35: nobody is told of what this session was never asked; the second answer is dropped
    @Test
    void respondedWhenNotOfThisSessionOrAgainThenNoCallHearsOfIt() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var bobs = a.session(V2025_11_25, BOB);
        var adasOther = a.session(V2025_11_25, ADA);
        var running = call(a, session, "sample");
        var other = a.call(bobs, BOB, ALL, "tools/call", "{\"name\":\"sample\"}");
        String asked = running.sink().awaitRequest(0);
        String lie = SPOKEN.replace("Paris", "Rome");
        for (var node : List.of(a, c)) {
            assertThat(respond(node, bobs, answer(asked, lie))).isFalse();
            assertThat(respond(node, adasOther, answer(asked, lie))).isFalse();
            node.dispatcher.route(answer(asked, lie), bobs); // nor if somebody asked for it
            for (String id : List.of("0", "1", "9007199254740991", "-5", "\"" + id(asked) + "\"")) {
                var guess = (JsonRpcMessage.Response)
                        message("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + lie + "}");
                assertThat(respond(node, session, guess)).as(id).isFalse();
            }
        }
        assertThat(respond(c, session, answer(asked, SPOKEN))).isTrue();
        assertThat(running.sink().awaitBody()).contains("Paris");
        assertThat(respond(c, session, answer(asked, lie))).isTrue(); // A drops it
        respond(b, bobs, answer(other.sink().awaitRequest(0), SPOKEN));
        assertThat(other.sink().awaitBody()).contains("Paris");
        assertThat(running.sink().ends).hasSize(1);
        await("no question is left", a.dispatcher::isIdle);
    }

    // a node serves before all others know of it
    @Test
    void routeWhenAskingNodeIsNotKnownYetThenAnswerReachesIt() throws Exception {
        busC.overlook(busA);
        var session = a.session(V2025_11_25, ADA);
        var running = call(a, session, "sample");
        respond(c, session, answer(running.sink().awaitRequest(0), SPOKEN));
        assertThat(running.sink().awaitBody()).contains("Paris");
    }

    @Test
    void routeWhenAskingNodeHasGoneThenReturns() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        String asked = call(a, session, "sample").sink().awaitRequest(0);
        busA.close();
        assertThat(respond(c, session, answer(asked, SPOKEN))).isTrue();
    }

    // an answer that may be lost is not said to have been taken
    @Test
    void routeWhenBusFailsThenSaysSoAndCanBeRepeated() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var running = call(a, session, "sample");
        var answer = answer(running.sink().awaitRequest(0), SPOKEN);
        busC.cut();
        assertThat(c.dispatcher.responded(answer, session)).isFalse();
        assertThatThrownBy(() -> c.dispatcher.route(answer, session)).isInstanceOf(StoreException.class);
        busC.mend();
        c.dispatcher.route(answer, session);
        assertThat(running.sink().awaitBody()).contains("Paris");
    }

    // H-115, T-36
    @Test
    void notifiedWhenCallIsOnAnotherNodeThenItEnds() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var running = call(a, session, "wait");
        var bobs = c.session(V2025_11_25, BOB);
        var other = c.call(bobs, BOB, ALL, "tools/call", "{\"name\":\"wait\"}");
        cancel(b, bobs, 8);
        cancel(b, session, 7);
        assertThat(running.sink().awaitEnd()).isEqualTo("withdrawn");
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(other.sink().isEnded()).isFalse();
        cancel(b, bobs, 7);
        assertThat(other.sink().awaitEnd()).isEqualTo("withdrawn");
    }

    // H-105
    @Test
    void endSessionWhenCallsAreOnOtherNodesThenAllOfThemEnd() throws Exception {
        var session = a.session(V2025_11_25, ADA);
        var onA = call(a, session, "wait");
        var onB = call(b, session, "elicit");
        onB.sink().awaitRequest(0);
        var bobs = a.session(V2025_11_25, BOB);
        var others = a.call(bobs, BOB, ALL, "tools/call", "{\"name\":\"wait\"}");
        c.dispatcher.endSession(session);
        assertThat(onA.sink().awaitEnd()).isEqualTo("withdrawn");
        assertThat(onB.sink().awaitEnd()).isEqualTo("withdrawn");
        assertThat(others.sink().isEnded()).isFalse();
        cancel(a, bobs, 7);
    }

    // H-88, T-38: used up once, whichever node is asked
    @Test
    void useAnswersOnceWhenTheyComeToAnotherNodeAgainThenInvalidParams() throws Exception {
        String first = pay(a, "");
        String answered =
                ",\"inputResponses\":{\"sure\":" + NAMED + "},\"requestState\":\"" + AskFixture.state(first) + "\"";
        assertThat(pay(b, answered)).contains("paid 1");
        for (var node : List.of(a, b, c)) {
            assertThat(pay(node, answered)).startsWith("200 ").contains("-32602");
        }
        assertThat(paid).hasValue(1);
    }

    // H-88: if it cannot be known, it does not happen; the same may be tried again
    @Test
    void useAnswersOnceWhenNobodyCanSayThenCallerMayTryAgain() throws Exception {
        String answered = ",\"inputResponses\":{\"sure\":" + NAMED + "},\"requestState\":\""
                + AskFixture.state(pay(a, "")) + "\"";
        spent = null;
        assertThat(pay(b, answered)).startsWith("503 ");
        assertThat(paid).hasValue(0);
        spent = new ConcurrentHashMap<>();
        assertThat(pay(b, answered)).contains("paid 1");
        assertThat(pay(c, answered)).contains("-32602");
    }

    // H-88: what was used up is remembered for longer than any node makes states of its call
    @Test
    void useAnswersOnceWhenAnotherNodeKeepsMakingStatesThenNoneOutlivesWhatIsRemembered() throws Exception {
        String state = AskFixture.state(pay(a, ""));
        String first = ",\"inputResponses\":{\"sure\":" + NAMED + "},\"requestState\":\"" + state + "\"";
        assertThat(pay(b, first)).contains("paid 1");
        long untilSeconds = Objects.requireNonNull(spent).values().iterator().next();
        for (int round = 0; round < 20; round++) {
            c.nowMillis.addAndGet(500_000);
            String again = pay(c, ",\"requestState\":\"" + state + "\"");
            if (!again.contains("requestState\":")) {
                assertThat(again).contains("-32602");
                return;
            }
            assertThat(c.nowMillis.get() / 1_000).isLessThan(untilSeconds);
            state = AskFixture.state(again);
        }
        throw new AssertionError("it goes on for ever");
    }

    private static String pay(AskFixture node, String more) throws Exception {
        return node.call(ADA, ALL, "tools/call", "{\"name\":\"pay\"" + more + "}");
    }
}
