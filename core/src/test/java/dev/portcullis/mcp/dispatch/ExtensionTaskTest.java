package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.TaskFixture.idOf;
import static dev.portcullis.mcp.dispatch.TaskFixture.member;
import static dev.portcullis.mcp.dispatch.TaskFixture.text;
import static dev.portcullis.mcp.dispatch.TaskFixture.tool;
import static dev.portcullis.mcp.registry.ToolDefinition.TaskSupport.FORBIDDEN;
import static dev.portcullis.mcp.registry.ToolDefinition.TaskSupport.OPTIONAL;
import static dev.portcullis.mcp.registry.ToolDefinition.TaskSupport.REQUIRED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.registry.CallErrorException;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks of 2026-07-28: the extension, where the server decides (H §4.9). */
class ExtensionTaskTest {
    private static final String UNKNOWN = "\"error\":{\"code\":-32602,\"message\":\"Unknown task\"}";

    /** A tool that becomes a task and works until it is let go. */
    private static TestTool held(Semaphore gate) {
        return tool("held", OPTIONAL, call -> {
            call.becomeTask();
            gate.acquire();
            return ToolResult.text("done");
        });
    }

    private static TestTool quick(ToolDefinition.TaskSupport support) {
        return tool("quick", support, call -> ToolResult.text("task: " + call.becomeTask()));
    }

    private static String error(String task) {
        return String.valueOf(member(task, "error"));
    }

    // H-221
    @Test
    void callWhenToolBecomesTaskThenResultIsFlatAndTaskCanBeReadAtOnce() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.modern(ADA);
            String created = ada.result("tools/call", "{\"name\":\"held\",\"_meta\":{\"progressToken\":1}}");
            assertThat(created)
                    .matches("\\{\"resultType\":\"task\",\"taskId\":\"[\\w-]{22}\",\"status\":\"working\","
                            + "\"createdAt\":\"[^\"]+Z\",\"lastUpdatedAt\":\"[^\"]+Z\",\"ttlMs\":60000,"
                            + "\"pollIntervalMs\":500,\"_meta\":\\{\"io.modelcontextprotocol/serverInfo\":[^}]+}}}");
            String id = text(created, "taskId");
            assertThat(ada.get(id))
                    .startsWith("{\"resultType\":\"complete\",\"taskId\":\"" + id + "\",\"status\":\"working\"");
            gate.release();
            ada.await(id, "completed");
        }
    }

    // H-222: what the call would have answered, and no related-task in it
    @Test
    void getWhenTaskIsCompletedThenResultIsTheCallsOwn() throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            var ada = fixture.modern(ADA);
            String task = ada.await(ada.task("quick"), "completed");
            String plain = fixture.plain(ADA).result("tools/call", "{\"name\":\"quick\"}");
            assertThat(member(task, "result")).isEqualTo(plain.replace("false", "true"));
            assertThat(task).doesNotContain("related-task");
            assertThat(fixture.toolCalls).containsExactly("quick OK", "quick OK");
        }
    }

    // H-222
    @Test
    void getWhenToolSaysErrorThenTaskIsCompleted() throws Exception {
        try (var fixture = new TaskFixture(tool("errs", REQUIRED, _ -> ToolResult.error("no")))) {
            var ada = fixture.modern(ADA);
            String task = ada.await(ada.task("errs"), "completed");
            assertThat(member(task, "result", "isError")).isEqualTo("true");
        }
    }

    // H-222: failed is for JSON-RPC errors
    @Test
    void getWhenToolThrowsThenTaskHasFailedWithTheError() throws Exception {
        var bug = tool("bug", REQUIRED, _ -> {
            throw new IllegalStateException("secret");
        });
        var refuses = tool("refuses", REQUIRED, _ -> {
            throw new CallErrorException(17, "No such disk", "{\"disk\":\"C\"}");
        });
        try (var fixture = new TaskFixture(bug, refuses)) {
            var ada = fixture.modern(ADA);
            String failed = ada.await(ada.task("bug"), "failed");
            assertThat(error(failed)).startsWith("{\"code\":-32603,\"message\":\"Internal error (reference ");
            assertThat(text(failed, "statusMessage")).startsWith("Internal error");
            assertThat(failed).doesNotContain("secret").doesNotContain("\"result\"");
            failed = ada.await(ada.task("refuses"), "failed");
            assertThat(error(failed)).isEqualTo("{\"code\":17,\"message\":\"No such disk\",\"data\":{\"disk\":\"C\"}}");
        }
    }

    // H-220, H-224: who has not declared the extension
    @Test
    void callWhenClientKnowsNoTasksThenOptionalRunsAndRequiredIsRefusedBeforeItRuns() throws Exception {
        var ran = new AtomicInteger();
        var required = tool("required", REQUIRED, _ -> {
            ran.incrementAndGet();
            return ToolResult.text("ran");
        });
        try (var fixture = new TaskFixture(quick(OPTIONAL), required)) {
            var plain = fixture.plain(ADA);
            assertThat(plain.result("tools/call", "{\"name\":\"quick\"}")).contains("task: false");
            assertThat(plain.call("tools/call", "{\"name\":\"required\"}"))
                    .startsWith("400 ")
                    .contains(
                            "\"code\":-32021",
                            "\"data\":{\"requiredCapabilities\":{\"extensions\":"
                                    + "{\"io.modelcontextprotocol/tasks\":{}}}}");
            assertThat(ran).hasValue(0);
        }
    }

    // H-220: the old generation's wish means nothing here
    @ParameterizedTest
    @ValueSource(strings = {"{\"ttl\":5}", "{}", "7"})
    void callWhenTaskIsAskedForThenThatIsIgnored(String wish) throws Exception {
        try (var fixture = new TaskFixture(quick(FORBIDDEN), tool("other", OPTIONAL, _ -> ToolResult.text("plain")))) {
            var ada = fixture.modern(ADA);
            assertThat(ada.result("tools/call", "{\"name\":\"other\",\"task\":" + wish + "}"))
                    .startsWith("{\"resultType\":\"complete\"")
                    .doesNotContain("taskId");
            assertThat(ada.call("tools/call", "{\"name\":\"quick\",\"task\":" + wish + "}"))
                    .contains("-32603"); // a tool that forbids tasks and says becomeTask has a bug
        }
    }

    // A REQUIRED tool cannot forget to become one
    @Test
    void callWhenRequiredToolNeverSaysSoThenItIsATaskAllTheSame() throws Exception {
        try (var fixture = new TaskFixture(tool("silent", REQUIRED, _ -> ToolResult.text("done")))) {
            var ada = fixture.modern(ADA);
            assertThat(ada.await(ada.task("silent"), "completed")).contains("done");
        }
    }

    @Test
    void callWhenArgumentsDoNotFitThenNoTaskIsMade() throws Exception {
        var strict = new TestTool(
                ToolDefinition.of(
                                "strict",
                                "d",
                                "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\"}},\"required\":[\"n\"]}")
                        .asTask(REQUIRED),
                _ -> ToolResult.text("ran"));
        try (var fixture = new TaskFixture(strict)) {
            assertThat(fixture.modern(ADA).result("tools/call", "{\"name\":\"strict\"}"))
                    .contains("\"isError\":true", "Invalid arguments");
        }
    }

    // H-224: before anything is looked up; what is gone answers 404
    @ParameterizedTest
    @ValueSource(strings = {"tasks/get", "tasks/update", "tasks/cancel"})
    void methodWhenExtensionIsNotDeclaredThen400(String method) throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            assertThat(fixture.plain(ADA).call(method, "{\"taskId\":\"nope\",\"inputResponses\":{}}"))
                    .startsWith("400 ")
                    .contains("\"code\":-32021");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tasks/list", "tasks/result"})
    void methodWhenItIsOfTheOtherGenerationThen404(String method) throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            assertThat(fixture.modern(ADA).call(method, "{\"taskId\":\"nope\"}"))
                    .startsWith("404 ")
                    .contains("\"code\":-32601");
        }
    }

    // H-160
    @Test
    void methodWhenNoToolIsEverATaskThen404() throws Exception {
        try (var fixture = new TaskFixture(quick(FORBIDDEN))) {
            assertThat(fixture.modern(ADA).call("tasks/get", "{\"taskId\":\"nope\"}"))
                    .startsWith("404 ");
        }
    }

    // H-224, H-225, T-39: unknown, somebody else's, another client's, expired: nobody can tell which
    @ParameterizedTest
    @ValueSource(strings = {"tasks/get", "tasks/update", "tasks/cancel"})
    void methodWhenTaskIsNotTheCallersThenUnknown(String method) throws Exception {
        var otherClient = new Principal(
                new Identity("https://issuer.example", "ada", "ada@example.com", "ada", List.of()),
                "client-2",
                "grant",
                Scopes.NONE);
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.modern(ADA);
            String id = ada.task("held");
            String params = "{\"taskId\":\"" + id + "\",\"inputResponses\":{}}";
            for (var who : List.of(BOB, otherClient, Principal.ANONYMOUS)) {
                assertThat(fixture.modern(who).call(method, params))
                        .startsWith("200 ")
                        .contains(UNKNOWN);
            }
            assertThat(ada.call(method, "{\"taskId\":\"nope\",\"inputResponses\":{}}"))
                    .contains(UNKNOWN);
            String legacy = fixture.session(ADA).task("held");
            assertThat(ada.call(method, params.replace(id, legacy))).contains(UNKNOWN);
            assertThat(ada.get(id)).contains("working"); // untouched by all of them
            fixture.pass(60_000);
            assertThat(ada.call(method, params)).contains(UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"taskId\":7}", "{\"taskId\":null}"})
    void getWhenIdIsNoStringThenInvalidParams(String params) throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            assertThat(fixture.modern(ADA).call("tasks/get", params))
                    .startsWith("200 ")
                    .contains("\"code\":-32602");
        }
    }

    /** Asks for two things at once, and then for one of them again. */
    private static TestTool curious() {
        return tool("curious", OPTIONAL, call -> {
            call.becomeTask();
            var requests = new LinkedHashMap<String, InputRequest>();
            requests.put("first", Form.of("One?").requireText("value", null));
            requests.put("second", Form.of("Two?").requireText("value", null));
            var answers = call.ask(requests);
            var again = call.elicit("first", Form.of("Once more?").requireText("value", null));
            return ToolResult.text(answers.keySet() + " " + again.content().string("value"));
        });
    }

    private static String response(String key, String value) {
        return "\"" + key + "\":{\"action\":\"accept\",\"content\":{\"value\":\"" + value + "\"}}";
    }

    private static String update(String id, String... responses) {
        return "{\"taskId\":\"" + id + "\",\"inputResponses\":{" + String.join(",", responses) + "}}";
    }

    // H-223
    @Test
    void updateWhenAnswersComeOneByOneThenOnlyOpenOnesAreShownAndKeysComeOnce() throws Exception {
        try (var fixture = new TaskFixture(curious())) {
            var ada = fixture.modern(ADA);
            String id = ada.task("curious");
            String open = member(ada.await(id, "input_required"), "inputRequests");
            assertThat(member(open, "first", "method")).isEqualTo("\"elicitation/create\"");
            assertThat(member(open, "second", "params", "requestedSchema", "properties"))
                    .isEqualTo("{\"value\":{\"type\":\"string\"}}");

            ada.result("tasks/update", update(id, response("second", "b"), response("nobody asked", "x")));
            String left = ada.get(id);
            assertThat(text(left, "status")).isEqualTo("input_required");
            assertThat(member(left, "inputRequests", "first")).isNotNull();
            assertThat(member(left, "inputRequests", "second")).isNull();

            ada.result("tasks/update", update(id, response("second", "changed my mind")));
            ada.result("tasks/update", update(id, response("first", "a")));
            String shown = null;
            while (shown == null) { // working for a moment, and then asking again
                shown = member(ada.get(id), "inputRequests");
            }
            assertThat(member(shown, "first")).isNull();
            assertThat(member(shown, "first#2", "params")).contains("Once more?");

            assertThat(ada.result("tasks/update", update(id, response("first#2", "c"))))
                    .startsWith("{\"resultType\":\"complete\",\"_meta\"");
            assertThat(ada.await(id, "completed")).contains("[first, second] c");
            ada.result("tasks/update", update(id, response("first#2", "late"))); // nobody asks any more
        }
    }

    // H-87, H-192: an answer must be one
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"first\":7}",
                "{\"first\":null}",
                "{\"first\":{\"action\":\"maybe\"}}",
                "{\"first\":{\"action\":\"accept\"}}",
                "{\"first\":{\"action\":\"accept\",\"content\":{\"value\":7}}}",
                "7",
                "null",
                "[]"
            })
    void updateWhenAnswerIsNoneThenInvalidParamsAndNothingIsTaken(String responses) throws Exception {
        try (var fixture = new TaskFixture(curious())) {
            var ada = fixture.modern(ADA);
            String id = ada.task("curious");
            ada.await(id, "input_required");
            String good = responses.startsWith("{")
                    ? responses.replace("{\"first\"", "{" + response("second", "b") + ",\"first\"")
                    : responses;
            assertThat(ada.call("tasks/update", "{\"taskId\":\"" + id + "\",\"inputResponses\":" + good + "}"))
                    .startsWith("200 ")
                    .contains("\"code\":-32602");
            assertThat(member(ada.get(id), "inputRequests", "second")).isNotNull();
        }
    }

    @Test
    void updateWhenPersonDeclinesThenToolHearsIt() throws Exception {
        var asks = tool(
                "asks",
                REQUIRED,
                call -> ToolResult.text(
                        "accepted: " + call.elicit("ok", Form.of("Ok?")).accepted()));
        try (var fixture = new TaskFixture(asks)) {
            var ada = fixture.modern(ADA);
            String id = ada.task("asks");
            ada.await(id, "input_required");
            ada.result("tasks/update", update(id, "\"ok\":{\"action\":\"decline\"}"));
            assertThat(ada.await(id, "completed")).contains("accepted: false");
        }
    }

    // H-86: nothing is asked of a client that it cannot answer
    @Test
    void getWhenTaskAsksWhatItsClientCannotAnswerThenItHasFailed() throws Exception {
        var visits = tool(
                "visits",
                REQUIRED,
                call -> ToolResult.text(""
                        + call.elicit("page", new InputRequest.Page("Go", "https://example.com/"))
                                .accepted()));
        try (var fixture = new TaskFixture(visits)) {
            var ada = fixture.modern(ADA);
            assertThat(error(ada.await(ada.task("visits"), "failed")))
                    .contains("-32021", "{\"requiredCapabilities\":{\"elicitation\":{\"url\":{}}}}");
        }
    }

    // H-221: rounds before the task, and nothing of them in its creation
    @Test
    void callWhenToolAsksFirstThenRoundsComeBeforeTheTask() throws Exception {
        var asksFirst = tool("asks_first", OPTIONAL, call -> {
            var name = call.elicit("user_name", Form.of("Who?").requireText("name", null));
            call.becomeTask();
            return ToolResult.text("Hello " + name.content().string("name"));
        });
        try (var fixture = new TaskFixture(asksFirst)) {
            var ada = fixture.modern(ADA);
            String first = ada.result("tools/call", "{\"name\":\"asks_first\"}");
            assertThat(first)
                    .contains("\"resultType\":\"input_required\"", "user_name")
                    .doesNotContain("taskId");
            String created = ada.result(
                    "tools/call",
                    "{\"name\":\"asks_first\",\"requestState\":" + member(first, "requestState")
                            + ",\"inputResponses\":{\"user_name\":{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}}}");
            assertThat(created).doesNotContain("requestState").doesNotContain("inputRequests");
            assertThat(ada.await(text(created, "taskId"), "completed")).contains("Hello Ada");
        }
    }

    // H-223: cooperative, idempotent
    @Test
    void cancelWhenTaskWorksThenThreadIsInterruptedAndTaskStaysCancelled() throws Exception {
        var interrupted = new CountDownLatch(1);
        var stubborn = tool("stubborn", OPTIONAL, call -> {
            call.becomeTask();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                assertThat(call.cancelled()).isTrue();
                interrupted.countDown();
            }
            return ToolResult.text("done all the same");
        });
        try (var fixture = new TaskFixture(stubborn)) {
            var ada = fixture.modern(ADA);
            String id = ada.task("stubborn");
            assertThat(ada.result("tasks/cancel", idOf(id))).startsWith("{\"resultType\":\"complete\",\"_meta\"");
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(ada.get(id)).contains("\"status\":\"cancelled\"").doesNotContain("\"result\"");
            ada.result("tasks/cancel", idOf(id));
            assertThat(fixture.toolCalls).containsExactly("stubborn CANCELLED");
        }
    }

    @Test
    void cancelWhenTaskHasEndedThenItIsAcknowledgedAndNothingChanges() throws Exception {
        try (var fixture = new TaskFixture(quick(REQUIRED))) {
            var ada = fixture.modern(ADA);
            String id = ada.task("quick");
            String before = ada.await(id, "completed");
            ada.result("tasks/cancel", idOf(id));
            assertThat(ada.get(id)).isEqualTo(before);
        }
    }

    @Test
    void cancelWhenTaskWaitsForAnswersThenItEnds() throws Exception {
        try (var fixture = new TaskFixture(curious())) {
            var ada = fixture.modern(ADA);
            String id = ada.task("curious");
            ada.await(id, "input_required");
            ada.result("tasks/cancel", idOf(id));
            assertThat(ada.get(id)).contains("cancelled").doesNotContain("inputRequests");
            awaitCalls(fixture, 1);
            assertThat(fixture.toolCalls).containsExactly("curious CANCELLED");
        }
    }

    private static void awaitCalls(TaskFixture fixture, int count) {
        while (fixture.toolCalls.size() < count) {
            Thread.onSpinWait();
        }
    }

    // H-64, H-225: a lost connection ends a call, and no task
    @Test
    void connectionWhenLostAfterTheTaskWasMadeThenTaskGoesOn() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.modern(ADA);
            var sent = ada.send("tools/call", "{\"name\":\"held\"}");
            String id = text(sent.sink().awaitBody(), "result", "taskId");
            sent.pending().cancel();
            gate.release();
            assertThat(ada.await(id, "completed")).contains("done");
            assertThat(sent.sink().ends).hasSize(1);
        }
    }

    @Test
    void connectionWhenLostBeforeTheTaskThenThereIsNone() throws Exception {
        var called = new CountDownLatch(1);
        var gate = new Semaphore(0);
        var became = new AtomicReference<Boolean>();
        var left = new CountDownLatch(1);
        var late = tool("late", OPTIONAL, call -> {
            called.countDown();
            gate.acquireUninterruptibly();
            became.set(call.becomeTask());
            left.countDown();
            return ToolResult.text("done");
        });
        try (var fixture = new TaskFixture(late)) {
            var ada = fixture.modern(ADA);
            var sent = ada.send("tools/call", "{\"name\":\"late\"}");
            assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
            sent.pending().cancel();
            gate.release();
            assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(became).hasValue(false);
            assertThat(sent.sink().ends).isEmpty();
            assertThat(fixture.toolCalls).containsExactly("late CANCELLED");
        }
    }

    // A task has a time of its own
    @Test
    void taskWhenRequestsTimeIsOverThenItGoesOn() throws Exception {
        var gate = new Semaphore(0);
        var brief = new TestTool(
                ToolDefinition.of("brief", "d", "{\"type\":\"object\"}")
                        .asTask(REQUIRED)
                        .timingOutAfter(1),
                _ -> {
                    gate.acquire();
                    return ToolResult.text("done");
                });
        try (var fixture = new TaskFixture(brief)) {
            var ada = fixture.modern(ADA);
            String created = ada.result("tools/call", "{\"name\":\"brief\"}");
            while (member(created, "taskId") == null) { // its millisecond was over before it had begun
                created = ada.result("tools/call", "{\"name\":\"brief\"}");
            }
            String id = text(created, "taskId");
            fixture.timer
                    .schedule(() -> {}, 5, TimeUnit.MILLISECONDS) // behind the request's own
                    .get(20, TimeUnit.SECONDS);
            assertThat(ada.get(id)).contains("working");
            gate.release();
            assertThat(ada.await(id, "completed")).contains("done");
        }
    }

    @Test
    void taskWhenItsOwnTimeIsOverThenItIsGivenUp() throws Exception {
        var limits = new TaskLimits(60_000, 1_000, 600_000, 5, 500, 50, 8, 1 << 20, 1 << 19, 8);
        try (var fixture =
                new TaskFixture(CallLimits.DEFAULT.tasks(limits), RulePolicy.openToAll(), held(new Semaphore(0)))) {
            var ada = fixture.modern(ADA);
            assertThat(ada.await(ada.task("held"), "completed")).contains("\"isError\":true", "No answer within 5 ms");
            assertThat(fixture.toolCalls).containsExactly("held TIMEOUT");
        }
    }

    @Test
    void taskWhenItExpiresThenItsWorkIsStopped() throws Exception {
        try (var fixture = new TaskFixture(held(new Semaphore(0)))) {
            var ada = fixture.modern(ADA);
            String id = ada.task("held");
            fixture.pass(60_000);
            awaitCalls(fixture, 1);
            assertThat(fixture.toolCalls).containsExactly("held CANCELLED");
            assertThat(ada.call("tasks/get", idOf(id))).contains(UNKNOWN);
        }
    }

    // H-225: nothing but the task's own status
    @Test
    void progressWhenCallIsATaskThenItIsTheTasksMessage() throws Exception {
        var gate = new Semaphore(0);
        var tells = tool("tells", OPTIONAL, call -> {
            call.progress(1, 3, "before");
            call.becomeTask();
            call.progress(2, 3, "half-way");
            call.progress(3, 3, null);
            call.log(dev.portcullis.mcp.model.LogLevel.ERROR, "nobody hears");
            gate.acquire();
            return ToolResult.text("done");
        });
        try (var fixture = new TaskFixture(tells)) {
            var ada = fixture.modern(ADA);
            var sent = ada.send(
                    "tools/call",
                    "{\"name\":\"tells\",\"_meta\":{\"progressToken\":1,"
                            + "\"io.modelcontextprotocol/logLevel\":\"debug\"}}");
            String id = text(sent.sink().awaitBody(), "result", "taskId");
            gate.release();
            assertThat(text(ada.await(id, "completed"), "status")).isEqualTo("completed");
            assertThat(sent.sink().notifications).hasSize(1).first().asString().contains("before");
        }
    }

    @Test
    void progressWhenTaskWorksThenGetShowsItsMessage() throws Exception {
        var said = new CountDownLatch(1);
        var gate = new Semaphore(0);
        var tells = tool("tells", REQUIRED, call -> {
            call.progress(1, 2, "half-way");
            said.countDown();
            gate.acquire();
            return ToolResult.text("done");
        });
        try (var fixture = new TaskFixture(tells)) {
            var ada = fixture.modern(ADA);
            String id = ada.task("tells");
            assertThat(said.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(text(ada.get(id), "statusMessage")).isEqualTo("half-way");
            gate.release();
            assertThat(member(ada.await(id, "completed"), "statusMessage")).isNull();
        }
    }

    // T-39
    @Test
    void callWhenTooManyTasksAreKeptThenRequiredIsRefusedAndOptionalRunsAsACall() throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL), tool("required", REQUIRED, _ -> ToolResult.text("x")))) {
            var ada = fixture.modern(ADA);
            for (int i = 0; i < 8; i++) {
                ada.await(ada.task("required"), "completed"); // finished ones are kept as well
            }
            assertThat(ada.call("tools/call", "{\"name\":\"required\"}"))
                    .startsWith("429 ")
                    .contains("-32603", "You have 8 tasks");
            assertThat(ada.result("tools/call", "{\"name\":\"quick\"}")).contains("task: false");
            assertThat(fixture.refusals).containsExactly(Outcome.TOO_MANY_TASKS, Outcome.TOO_MANY_TASKS);
            fixture.modern(BOB).task("required");
            fixture.pass(60_000);
            ada.task("required");
        }
    }

    // T-112: what counts is threads, not what is left of them in the store
    @Test
    void callWhenThreadsOfCancelledTasksGoOnThenTheyCount() throws Exception {
        var gate = new Semaphore(0);
        var stubborn = tool("stubborn", REQUIRED, _ -> {
            gate.acquireUninterruptibly();
            return ToolResult.text("x");
        });
        try (var fixture = new TaskFixture(stubborn)) {
            var ada = fixture.modern(ADA);
            for (int i = 0; i < 8; i++) {
                ada.result("tasks/cancel", idOf(ada.task("stubborn")));
            }
            fixture.pass(60_000); // nothing is kept any more
            assertThat(ada.call("tools/call", "{\"name\":\"stubborn\"}"))
                    .startsWith("429 ")
                    .contains("at work");
            assertThat(fixture.refusals).containsExactly(Outcome.TOO_MANY_TASKS);
            gate.release(8);
        }
    }

    @Test
    void callWhenResultIsTooLargeToBeKeptThenTaskFails() throws Exception {
        var large = tool("large", REQUIRED, _ -> ToolResult.text("x".repeat(1 << 19)));
        try (var fixture = new TaskFixture(large)) {
            var ada = fixture.modern(ADA);
            assertThat(error(ada.await(ada.task("large"), "failed"))).contains("too large to be kept");
        }
    }

    // Whoever may no longer call a tool may no longer see what came of it
    @ParameterizedTest
    @CsvSource({"deny, Unknown task", "scope, scope"})
    void getWhenToolIsTakenAwayThenTaskIsTooFar(String how, String expected) throws Exception {
        var decision = new AtomicReference<Decision>(Decision.ALLOW);
        var limits = CallLimits.DEFAULT.tasks(TaskFixture.LIMITS);
        try (var fixture = new TaskFixture(
                limits,
                (_, action) -> action instanceof Action.CallTool ? decision.get() : Decision.ALLOW,
                quick(REQUIRED))) {
            var ada = fixture.modern(ADA);
            String id = ada.task("quick");
            ada.await(id, "completed");
            decision.set(
                    how.equals("deny") ? new Decision.Deny("no") : new Decision.NeedScope(Scopes.of("tools:quick")));
            assertThat(ada.call("tasks/get", idOf(id))).contains(expected);
        }
    }

    private static String awaitNotification(RecordingSink sink, int index) {
        while (sink.notifications.size() <= index) {
            Thread.onSpinWait();
        }
        return sink.notifications.get(index);
    }

    private static String listenTo(String... ids) {
        return "{\"notifications\":{\"taskIds\":[\"" + String.join("\",\"", ids) + "\"]}}";
    }

    // H-75 to H-78, H-225: own tasks alone are acknowledged, and told as tasks/get tells them
    @Test
    void listenWhenTasksAreNamedThenTheirChangesAreTold() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.modern(ADA);
            String id = ada.task("held");
            String bobs = fixture.modern(BOB).task("held");
            var listening = ada.send("subscriptions/listen", listenTo(id, "nope", bobs));
            String acknowledged = awaitNotification(listening.sink(), 0);
            assertThat(text(acknowledged, "method")).isEqualTo("notifications/subscriptions/acknowledged");
            assertThat(member(acknowledged, "params", "notifications")).isEqualTo("{\"taskIds\":[\"" + id + "\"]}");
            TaskSchemas.assertValid(
                    TaskSchemas.EXTENSION,
                    "TaskSubscriptionAcknowledgedNotifications",
                    member(acknowledged, "params", "notifications"));
            assertThat(text(awaitNotification(listening.sink(), 1), "params", "status"))
                    .isEqualTo("working"); // as it stands: nothing is missed between creation and listening
            gate.release(2);
            String told = awaitNotification(listening.sink(), 2);
            TaskSchemas.assertValid(TaskSchemas.EXTENSION, "TaskStatusNotification", told);
            String listenId = String.valueOf(
                    ((dev.portcullis.jsonrpc.JsonRpcId.Int) listening.request().id()).value());
            assertThat(member(told, "params", "_meta"))
                    .isEqualTo("{\"io.modelcontextprotocol/subscriptionId\":" + listenId + "}");
            String got = ada.get(id);
            for (String member : List.of("taskId", "status", "lastUpdatedAt", "ttlMs", "result")) {
                assertThat(member(told, "params", member)).isEqualTo(member(got, member));
            }
            listening.pending().cancel();
            fixture.pass(60_000);
            assertThat(listening.sink().notifications).hasSize(3);
        }
    }

    // T-41
    @Test
    void listenWhenToolIsTakenAwayThenNothingMoreIsTold() throws Exception {
        var gate = new Semaphore(0);
        var decision = new AtomicReference<Decision>(Decision.ALLOW);
        var limits = CallLimits.DEFAULT.tasks(TaskFixture.LIMITS);
        try (var fixture = new TaskFixture(limits, (_, _) -> decision.get(), held(gate))) {
            var ada = fixture.modern(ADA);
            String id = ada.task("held");
            var listening = ada.send("subscriptions/listen", listenTo(id));
            awaitNotification(listening.sink(), 1);
            var changed = new Semaphore(0);
            fixture.store.watch(id, changed::release); // told behind whoever listens
            decision.set(new Decision.Deny("no"));
            gate.release();
            assertThat(changed.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            assertThat(listening.sink().notifications).hasSize(2);
            decision.set(Decision.ALLOW);
            assertThat(ada.get(id)).contains("completed");
            fixture.dispatcher.endStreams();
            assertThat(listening.sink().awaitBody()).contains("\"resultType\":\"complete\"");
        }
    }

    // H-75
    @Test
    void listenWhenExtensionIsNotDeclaredThen400() throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            assertThat(fixture.plain(ADA).call("subscriptions/listen", listenTo("any")))
                    .startsWith("400 ")
                    .contains("\"code\":-32021");
        }
    }

    @Test
    void callErrorWhenCallIsNoTaskThenItIsTheAnswerInEveryRevision() throws Exception {
        var refuses = tool("refuses", FORBIDDEN, (ToolCall _) -> {
            throw CallErrorException.invalidParams("No such disk");
        });
        try (var fixture = new TaskFixture(refuses)) {
            for (var client : List.of(fixture.plain(ADA), fixture.session(ADA))) {
                assertThat(client.call("tools/call", "{\"name\":\"refuses\"}"))
                        .startsWith("200 ")
                        .contains("\"error\":{\"code\":-32602,\"message\":\"No such disk\"}");
            }
        }
    }
}
