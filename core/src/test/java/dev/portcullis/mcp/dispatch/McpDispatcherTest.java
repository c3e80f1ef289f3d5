package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_06_18;
import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.RulePolicy;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class McpDispatcherTest {
    private static final String ADD = "{\"name\":\"add\",\"arguments\":{\"a\":2,\"b\":3}}";

    @Test
    void callWhenSessionRevisionThenAnswersPlainResult() throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.call(V2025_11_25, ADA, "tools/call", ADD))
                    .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":"
                            + "{\"content\":[{\"type\":\"text\",\"text\":\"5\"}]}}");
            assertThat(fixture.toolCalls).containsExactly("add OK");
        }
    }

    // H-65, H-66
    @Test
    void callWhenStatelessThenResultHasTypeAndServerInfo() throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.call(V2026_07_28, ADA, "tools/call", ADD))
                    .isEqualTo(
                            "200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"complete\","
                                    + "\"content\":[{\"type\":\"text\",\"text\":\"5\"}],\"_meta\":{"
                                    + "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"portcullis\",\"title\":\"Portcullis\",\"version\":\"0.1.0\"}}}}");
        }
    }

    // H-101
    @ParameterizedTest
    @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    void initializeWhenRevisionIsKnownThenAnswersTheSame(String version) throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.initialize(version)).contains("\"protocolVersion\":\"" + version + "\"");
        }
    }

    // H-101
    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "1999-01-01", ""})
    void initializeWhenRevisionIsUnknownOrStatelessThenAnswersTheNewestWithSessions(String version) throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.initialize(version)).contains("\"protocolVersion\":\"2025-11-25\"");
        }
    }

    // H-101
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"protocolVersion\":1,\"capabilities\":{},\"clientInfo\":{\"name\":\"n\",\"version\":\"1\"}}",
                "{\"protocolVersion\":\"2025-11-25\",\"clientInfo\":{\"name\":\"n\",\"version\":\"1\"}}",
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}",
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":[],\"clientInfo\":{\"name\":\"n\",\"version\":\"1\"}}",
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"n\"}}",
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"n\",\"version\":2}}",
            })
    void openSessionWhenSomethingIsMissingThenInvalidParams(String params) {
        try (var fixture = new DispatcherFixture()) {
            assertThatThrownBy(() -> fixture.openSession(request("initialize", params)))
                    .isInstanceOfSatisfying(
                            McpException.class, e -> assertThat(e.error()).isEqualTo(McpError.INVALID_PARAMS));
        }
    }

    // H-47, H-160: status and code by revision
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown/method",
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "resources/unsubscribe",
                "tasks/list",
                "tasks/result",
                "roots/list",
                "resources/list",
                "prompts/list",
                "notifications/cancelled"
            })
    void dispatchWhenMethodIsNotStatelessThen404(String method) throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.call(V2026_07_28, ADA, method, "{}"))
                    .startsWith("404 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,");
        }
    }

    @Test
    void dispatchWhenInitializeIsSentStatelessThenNamesTheVersions() throws Exception {
        try (var fixture = new DispatcherFixture()) {
            assertThat(fixture.call(V2026_07_28, ADA, "initialize", "{}")).contains("2026-07-28, 2025-11-25");
        }
    }

    // H-104, H-160
    @ParameterizedTest
    @ValueSource(strings = {"unknown/method", "server/discover", "resources/list", "notifications/initialized"})
    void dispatchWhenMethodIsNotOfTheSessionThen200WithError(String method) throws Exception {
        try (var fixture = new DispatcherFixture()) {
            assertThat(fixture.call(V2025_11_25, ADA, method, "{}"))
                    .startsWith("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,");
        }
    }

    // H-201
    @Test
    void dispatchWhenMethodNameIsHostileThenEchoIsShortAndPlain() throws Exception {
        try (var fixture = new DispatcherFixture()) {
            String answer = fixture.call(V2025_11_25, ADA, "x\\u0007\\u202e" + "y".repeat(200), "{}");
            assertThat(answer).contains("Method not found: x??yyy").hasSizeLessThan(300);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"V2025_06_18", "V2025_11_25"})
    void pingWhenInSessionThenEmptyResult(ProtocolVersion version) throws Exception {
        try (var fixture = new DispatcherFixture()) {
            assertThat(fixture.call(version, ADA, "ping", "{}"))
                    .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
        }
    }

    // H-70, H-95
    @Test
    void discoverWhenStatelessThenListsVersionsAndCapabilities() throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.call(V2026_07_28, ADA, "server/discover", "{}"))
                    .contains(
                            "\"supportedVersions\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\",\"2024-11-05\"]")
                    .contains("\"capabilities\":{\"tools\":{\"listChanged\":true},\"logging\":{}}")
                    .contains("\"ttlMs\":60000,\"cacheScope\":\"private\"");
        }
    }

    // H-172, design decision 5
    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void toolWhenPolicyDeniesItThenIsNeitherListedNorCallable(ProtocolVersion version) throws Exception {
        var policy = RulePolicy.openToAll().keepingTool("secret", Set.of("ada@example.com"));
        var secret = TestTool.of("secret", call -> ToolResult.text("hush"));
        try (var fixture = new DispatcherFixture(policy, Runnable::run, TestTool.add(), secret)) {
            assertThat(fixture.call(version, ADA, "tools/list", "{}")).contains("\"add\"", "\"secret\"");
            assertThat(fixture.call(version, BOB, "tools/list", "{}"))
                    .contains("\"add\"")
                    .doesNotContain("secret");
            assertThat(fixture.call(version, ADA, "tools/call", "{\"name\":\"secret\"}"))
                    .contains("hush");
            String unknown = fixture.call(version, BOB, "tools/call", "{\"name\":\"secreT\"}");
            assertThat(fixture.call(version, BOB, "tools/call", "{\"name\":\"secret\"}"))
                    .isEqualTo(unknown.replace("secreT", "secret"))
                    .startsWith("200 ")
                    .contains("-32602", "Unknown tool: secret");
        }
    }

    // O-23, H §4.2 step 11
    @Test
    void toolWhenAScopeIsMissingThenIsListedAndAsksForIt() throws Exception {
        try (var fixture = new DispatcherFixture(
                (who, action) -> new Decision.NeedScope(Scopes.of("tools:add")), Runnable::run, TestTool.add())) {
            assertThat(fixture.call(V2026_07_28, ADA, "tools/list", "{}")).contains("\"add\"");
            assertThat(fixture.call(V2026_07_28, ADA, "tools/call", ADD)).isEqualTo("scope tools:add");
        }
    }

    // H-173, H-24
    @Test
    void callWhenArgumentsDoNotFitThenResultOrErrorByRevision() throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            String bad = "{\"name\":\"add\",\"arguments\":{\"a\":\"2\",\"c\":1}}";
            String text =
                    "Invalid arguments for tool add: a: must be a number; c: there is no such argument; b: is required";
            assertThat(fixture.call(V2025_11_25, ADA, "tools/call", bad)).contains(text, "\"isError\":true");
            assertThat(fixture.call(V2026_07_28, ADA, "tools/call", bad)).contains(text, "\"isError\":true");
            assertThat(fixture.call(V2025_06_18, ADA, "tools/call", bad))
                    .startsWith("200 ")
                    .contains(text, "-32602");
            assertThat(fixture.toolCalls).containsOnly("add INVALID_ARGUMENTS");
        }
    }

    // H-173, T-24
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":null}",
                "{\"name\":7}",
                "{\"name\":[\"add\"]}",
                "{\"name\":\"add\",\"arguments\":[1,2]}",
                "{\"name\":\"add\",\"arguments\":null}",
                "{\"name\":\"add\",\"arguments\":\"x\"}",
                "{\"name\":\"nope\"}",
                "{\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2},\"_meta\":{\"progressToken\":1.5}}",
                "{\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2},\"_meta\":{\"progressToken\":{}}}",
            })
    void callWhenRequestIsMalformedThenInvalidParamsInEveryRevision(String params) throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(fixture.call(version, ADA, "tools/call", params))
                        .startsWith("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,");
            }
        }
    }

    // H-184
    @Test
    void listWhenCursorIsGivenThenInvalidParams() throws Exception {
        try (var fixture = new DispatcherFixture(TestTool.add())) {
            assertThat(fixture.call(V2025_11_25, ADA, "tools/list", "{\"cursor\":\"\"}"))
                    .contains("-32602");
        }
    }

    @Test
    void callWhenExecutionIsGivenThenRunsThere() throws Exception {
        var threads = new AtomicReference<Thread>();
        var inline = new TestTool(
                ToolDefinition.of("inline", "d", "{\"type\":\"object\"}").inline(), call -> {
                    threads.set(Thread.currentThread());
                    return ToolResult.text("");
                });
        var virtual = TestTool.of("virtual", call -> {
            threads.set(Thread.currentThread());
            return ToolResult.text("");
        });
        try (var fixture = new DispatcherFixture(inline, virtual)) {
            fixture.call(V2026_07_28, ADA, "tools/call", "{\"name\":\"inline\"}");
            assertThat(threads.get()).isSameAs(Thread.currentThread());
            fixture.call(V2026_07_28, ADA, "tools/call", "{\"name\":\"virtual\"}");
            assertThat(threads.get().isVirtual()).isTrue();
        }
    }

    // H-20
    @Test
    void callWhenExecutorIsFullThen503() throws Exception {
        try (var fixture = new DispatcherFixture(
                RulePolicy.openToAll(),
                call -> {
                    throw new RejectedExecutionException();
                },
                TestTool.of("slow", call -> ToolResult.text("")))) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(fixture.call(version, ADA, "tools/call", "{\"name\":\"slow\"}"))
                        .startsWith("503 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32603,");
            }
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // T-112, H-20: what one person has running leaves room for others, and a call counts until its thread has left it
    @Test
    void callWhenOnePersonHasTooManyRunningThen429AndOthersAreServed() throws Exception {
        var entered = new Semaphore(0);
        var release = new CountDownLatch(1);
        var deaf = TestTool.of("deaf", call -> {
            entered.release();
            boolean released = false;
            while (!released) {
                try {
                    release.await();
                    released = true;
                } catch (InterruptedException e) {
                    // a tool that does not stop when it is told to
                }
            }
            return ToolResult.text("done");
        });
        var left = new Semaphore(0);
        Executor threads = call -> Thread.ofVirtual().start(() -> {
            call.run();
            left.release();
        });
        var version = ProtocolVersion.ALL.getFirst();
        var request = DispatcherFixture.request("tools/call", "{\"name\":\"deaf\"}");
        int callsMax = CallLimits.DEFAULT.callsPerPersonMax();
        try (var fixture = new DispatcherFixture(RulePolicy.openToAll(), threads, deaf)) {
            for (int i = 0; i < callsMax; i++) {
                var call = fixture.dispatch(version, ADA, request, new RecordingSink());
                entered.acquire(); // one that is cancelled before it has begun never runs, and does not count
                if (i % 2 == 0 && call != null) {
                    call.cancel();
                }
            }
            assertThat(fixture.call(version, ADA, "tools/call", "{\"name\":\"deaf\"}"))
                    .startsWith("429 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32603,");
            var bobs = new RecordingSink();
            fixture.dispatch(version, BOB, request, bobs);
            release.countDown();
            assertThat(bobs.awaitEnd()).startsWith("200 ");
            left.acquire(callsMax + 1);
            for (int i = 0; i < 2 * callsMax; i++) {
                assertThat(fixture.call(version, ADA, "tools/call", "{\"name\":\"deaf\"}"))
                        .startsWith("200 ");
                left.acquire();
            }
        }
    }

    // T-115: no detail
    @Test
    void callWhenToolThrowsThenInternalErrorWithoutDetail() throws Exception {
        var broken = TestTool.of("broken", call -> {
            throw new IllegalStateException("the password is hunter2");
        });
        var recursive = TestTool.of("recursive", call -> ToolResult.text(recurse(call.toString())));
        var nothing =
                TestTool.of("nothing", call -> new ToolResult(java.util.List.of(new Content.Text(null)), null, false));
        try (var fixture = new DispatcherFixture(broken, recursive, nothing)) {
            for (var tool : java.util.List.of("broken", "recursive", "nothing")) {
                assertThat(fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"" + tool + "\"}"))
                        .startsWith("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32603,")
                        .contains("Internal error (reference ")
                        .doesNotContain("hunter2", "Exception");
            }
        }
    }

    @SuppressWarnings("InfiniteRecursion") // the point of it
    private static String recurse(String text) {
        return recurse(text) + text;
    }

    @Test
    void callWhenTimeIsOverThenAnswersAndInterruptsOnce() throws Exception {
        var begun = new AtomicInteger();
        var interrupted = new AtomicInteger();
        var slow = new TestTool(
                ToolDefinition.of("slow", "d", "{\"type\":\"object\"}").timingOutAfter(30), call -> {
                    begun.incrementAndGet();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        assertThat(call.cancelled()).isTrue();
                        interrupted.incrementAndGet();
                        throw e;
                    }
                    return ToolResult.text("never");
                });
        try (var fixture = new DispatcherFixture(slow)) {
            assertThat(fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"slow\"}"))
                    .startsWith("200 ")
                    .contains("\"isError\":true", "within 30 ms");
            while (!fixture.dispatcher.hasNoThreads()) {
                Thread.onSpinWait();
            }
            assertThat(interrupted).hasValue(begun.get()); // on a busy machine its time may be over before it begins
            assertThat(fixture.toolCalls).containsExactly("slow TIMEOUT");
        }
    }

    // H-105, T-36
    @Test
    void endSessionWhenAnIdWasRepeatedThenEndsBothCalls() throws Exception {
        var started = new CountDownLatch(2);
        var slow = TestTool.of("slow", _ -> {
            started.countDown();
            new CountDownLatch(1).await();
            return ToolResult.text("never");
        });
        try (var fixture = new DispatcherFixture(slow)) {
            var session = fixture.session(V2025_11_25, ADA);
            var request = request("tools/call", "{\"name\":\"slow\"}");
            var first = new RecordingSink();
            var second = new RecordingSink();
            fixture.dispatcher.dispatch(request, fixture.context(V2025_11_25, ADA, session, request, first));
            fixture.dispatcher.dispatch(request, fixture.context(V2025_11_25, ADA, session, request, second));
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
            fixture.dispatcher.endSession(session);
            assertThat(first.awaitEnd()).isEqualTo("withdrawn");
            assertThat(second.awaitEnd()).isEqualTo("withdrawn");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // H-133
    @Test
    void progressWhenTokenWasGivenThenIsSentAsLongAsItRises() throws Exception {
        var steps = TestTool.of("steps", call -> {
            call.progress(1, 10, "one");
            call.progress(1, 10, "again");
            call.progress(0.5, 10, "back");
            call.progress(Double.NaN, 10, "what");
            call.progress(2, Double.NaN, null);
            return ToolResult.text("done");
        });
        try (var fixture = new DispatcherFixture(steps)) {
            var sink = new RecordingSink();
            fixture.dispatch(
                    V2026_07_28,
                    ADA,
                    request("tools/call", "{\"name\":\"steps\",\"_meta\":{\"progressToken\":\"p\"}}"),
                    sink);
            sink.awaitEnd();
            assertThat(sink.notifications)
                    .containsExactly(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
                                    + "{\"progressToken\":\"p\",\"progress\":1,\"total\":10,\"message\":\"one\"}}",
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
                                    + "{\"progressToken\":\"p\",\"progress\":2}}");
            var silent = new RecordingSink();
            fixture.dispatch(V2026_07_28, ADA, request("tools/call", "{\"name\":\"steps\"}"), silent);
            silent.awaitEnd();
            assertThat(silent.notifications).isEmpty();
        }
    }

    // H-175
    @Test
    void callWhenStructuredContentIsGivenThenMustFitTheOutputSchema() throws Exception {
        var result = new AtomicReference<ToolResult>();
        var tool = new TestTool(
                ToolDefinition.of("s", "d", "{\"type\":\"object\"}")
                        .withOutputSchema(
                                "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}"),
                call -> result.get());
        try (var fixture = new DispatcherFixture(tool)) {
            result.set(new ToolResult(java.util.List.of(), "{\"n\": 1}", false));
            assertThat(fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"s\"}"))
                    .contains("\"structuredContent\":{\"n\": 1}", "\"text\":\"{\\\"n\\\": 1}\"");
            for (String bad : new String[] {"{\"n\":\"x\"}", "[1]", "{", null}) {
                result.set(new ToolResult(java.util.List.of(), bad, false));
                assertThat(fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"s\"}"))
                        .contains("\"isError\":true")
                        .doesNotContain("structuredContent");
            }
            result.set(ToolResult.error("no luck"));
            assertThat(fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"s\"}"))
                    .contains("no luck");
        }
    }

    // H-115
    @Test
    void cancelledWhenOfTheSameSessionThenEndsTheCallWithoutAnswer() throws Exception {
        var started = new CountDownLatch(1);
        var slow = TestTool.of("slow", call -> {
            started.countDown();
            new CountDownLatch(1).await();
            return ToolResult.text("never");
        });
        try (var fixture = new DispatcherFixture(slow)) {
            var session = fixture.session(V2025_11_25, ADA);
            var request = request("tools/call", "{\"name\":\"slow\"}");
            var sink = new RecordingSink();
            fixture.dispatcher.dispatch(request, fixture.context(V2025_11_25, ADA, session, request, sink));
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
            for (String harmless :
                    new String[] {"{\"requestId\":8}", "{\"requestId\":\"7\"}", "{\"requestId\":null}", "{}"}) {
                cancel(fixture, session, harmless);
            }
            cancel(fixture, fixture.session(V2025_11_25, BOB), "{\"requestId\":7}"); // T-36
            cancel(fixture, fixture.session(V2025_11_25, ADA), "{\"requestId\":7}");
            assertThat(sink.isEnded()).isFalse();
            cancel(fixture, session, "{\"requestId\":7,\"reason\":\"enough\"}");
            assertThat(sink.awaitEnd()).isEqualTo("withdrawn");
            cancel(fixture, session, "{\"requestId\":7}");
            assertThat(sink.ends).hasSize(1);
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    private static void cancel(DispatcherFixture fixture, dev.portcullis.mcp.session.Session session, String params) {
        var notification = (JsonRpcMessage.Notification)
                message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":" + params + "}");
        fixture.dispatcher.notified(notification, RequestParams.of(notification.params()), session);
    }

    // H-105
    @Test
    void endSessionWhenCallsAreRunningThenEndsThem() throws Exception {
        var slow = TestTool.of("slow", call -> {
            new CountDownLatch(1).await();
            return ToolResult.text("never");
        });
        try (var fixture = new DispatcherFixture(slow)) {
            var session = fixture.session(V2025_11_25, ADA);
            var request = request("tools/call", "{\"name\":\"slow\"}");
            var sink = new RecordingSink();
            fixture.dispatcher.dispatch(request, fixture.context(V2025_11_25, ADA, session, request, sink));
            fixture.dispatcher.endSession(session);
            assertThat(sink.awaitEnd()).isEqualTo("withdrawn");
            assertThat(fixture.sessions.find(session.id(), ADA)).isNull();
        }
    }
}
