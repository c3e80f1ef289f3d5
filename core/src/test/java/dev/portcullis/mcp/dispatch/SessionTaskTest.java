package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
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

import dev.portcullis.identity.Principal;
import dev.portcullis.json.Json;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.registry.CallErrorException;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.policy.RulePolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks of 2025-11-25: experimental, where the client decides (H §5.5). */
class SessionTaskTest {
    private static final String UNKNOWN = "\"error\":{\"code\":-32602,\"message\":\"Unknown task\"}";

    private static TestTool held(Semaphore gate) {
        return tool("held", OPTIONAL, _ -> {
            gate.acquire();
            return ToolResult.text("done");
        });
    }

    private static TestTool quick(ToolDefinition.TaskSupport support) {
        return tool("quick", support, _ -> ToolResult.text("done"));
    }

    /** Asks the person for a word. */
    private static TestTool asks() {
        return tool("asks", OPTIONAL, call -> {
            try {
                var answer = call.elicit("word", Form.of("A word?").requireText("word", null));
                return ToolResult.text(
                        answer.accepted() ? "heard " + answer.content().string("word") : "declined");
            } catch (InputRefusedException e) {
                return ToolResult.text("refused " + e.code());
            }
        });
    }

    private static String related(String id) {
        return "{\"io.modelcontextprotocol/related-task\":{\"taskId\":\"" + id + "\"}}";
    }

    // H-141
    @Test
    void callWhenTaskIsAskedForThenResultIsNestedAndTaskCanBeReadAtOnce() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.session(ADA);
            String created = ada.result("tools/call", "{\"name\":\"held\",\"task\":{\"ttl\":30000}}");
            assertThat(created)
                    .matches(
                            "\\{\"task\":\\{\"taskId\":\"[\\w-]{22}\",\"status\":\"working\",\"createdAt\":\"[^\"]+Z\","
                                    + "\"lastUpdatedAt\":\"[^\"]+Z\",\"ttl\":30000,\"pollInterval\":500}}");
            String id = text(created, "task", "taskId");
            assertThat(ada.get(id)).startsWith("{\"taskId\":\"" + id + "\",\"status\":\"working\"");
            gate.release();
            assertThat(ada.await(id, "completed")).doesNotContain("result").doesNotContain("_meta");
        }
    }

    // T-39
    @ParameterizedTest
    @CsvSource({"{}, 60000", "{\"ttl\":0}, 1000", "{\"ttl\":2000}, 2000", "{\"ttl\":315360000000}, 600000"})
    void callWhenTtlIsAskedForThenItIsClamped(String wish, String granted) throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            String created = fixture.session(ADA).result("tools/call", "{\"name\":\"quick\",\"task\":" + wish + "}");
            assertThat(member(created, "task", "ttl")).isEqualTo(granted);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"7", "null", "[]", "true", "{\"ttl\":\"1\"}", "{\"ttl\":1.5}", "{\"ttl\":-1}", "{\"ttl\":null}"})
    void callWhenWishIsNoneThenInvalidParams(String wish) throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            assertThat(fixture.session(ADA).call("tools/call", "{\"name\":\"quick\",\"task\":" + wish + "}"))
                    .startsWith("200 ")
                    .contains("\"code\":-32602");
            assertThat(fixture.toolCalls).isEmpty();
        }
    }

    // H-141: both ways
    @Test
    void callWhenToolAndWishDoNotFitThenMethodNotFound() throws Exception {
        try (var fixture = new TaskFixture(quick(FORBIDDEN), tool("required", REQUIRED, _ -> ToolResult.text("x")))) {
            var ada = fixture.session(ADA);
            for (String params : List.of("{\"name\":\"quick\",\"task\":{}}", "{\"name\":\"required\"}")) {
                assertThat(ada.call("tools/call", params)).startsWith("200 ").contains("\"code\":-32601");
            }
            assertThat(fixture.toolCalls).isEmpty();
            assertThat(ada.result("tools/call", "{\"name\":\"quick\"}")).contains("done");
        }
    }

    // H-140: what was never promised is not heard
    @Test
    void callWhenThereAreNoTasksThenWishIsIgnored() throws Exception {
        try (var fixture = new TaskFixture(quick(FORBIDDEN))) {
            var ada = fixture.session(ADA);
            assertThat(ada.result("tools/call", "{\"name\":\"quick\",\"task\":{}}"))
                    .contains("done");
            assertThat(ada.call("tasks/list", "{}")).startsWith("200 ").contains("\"code\":-32601");
        }
    }

    // H-140, H-211: revisions that know no tasks
    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"V2024_11_05", "V2025_03_26", "V2025_06_18"})
    void callWhenRevisionHasNoTasksThenWishIsIgnoredAndRequiredSaysWhy(ProtocolVersion version) throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL), tool("required", REQUIRED, _ -> ToolResult.text("x")))) {
            var ada = fixture.session(version, ADA);
            assertThat(ada.result("tools/call", "{\"name\":\"quick\",\"task\":{}}"))
                    .contains("done");
            assertThat(ada.result("tools/call", "{\"name\":\"required\",\"task\":{}}"))
                    .contains("\"isError\":true", "only be called by clients that know tasks");
            assertThat(ada.call("tasks/get", "{\"taskId\":\"x\"}")).contains("\"code\":-32601");
        }
    }

    @Test
    void callWhenNoTaskIsAskedForThenToolIsNone() throws Exception {
        try (var fixture =
                new TaskFixture(tool("says", OPTIONAL, call -> ToolResult.text("task: " + call.becomeTask())))) {
            var ada = fixture.session(ADA);
            assertThat(ada.result("tools/call", "{\"name\":\"says\"}")).contains("task: false");
            String id = ada.task("says");
            assertThat(ada.result("tasks/result", idOf(id))).contains("task: true");
        }
    }

    // H-142: exactly what the call would have returned, and to which task it belongs
    @Test
    void resultWhenTaskHasEndedThenItIsTheCallsOwn() throws Exception {
        var errs = tool("errs", OPTIONAL, _ -> ToolResult.error("no"));
        var refuses = tool("refuses", OPTIONAL, _ -> {
            throw new CallErrorException(17, "No such disk");
        });
        try (var fixture = new TaskFixture(quick(OPTIONAL), errs, refuses)) {
            var ada = fixture.session(ADA);
            for (String name : List.of("quick", "errs")) {
                String plain = ada.result("tools/call", "{\"name\":\"" + name + "\"}");
                String id = ada.task(name);
                ada.await(id, name.equals("quick") ? "completed" : "failed");
                assertThat(ada.result("tasks/result", idOf(id)))
                        .isEqualTo(plain.substring(0, plain.length() - 1) + ",\"_meta\":" + related(id) + "}");
            }
            String id = ada.task("refuses");
            assertThat(text(ada.await(id, "failed"), "statusMessage")).isEqualTo("No such disk");
            assertThat(ada.call("tasks/result", idOf(id)))
                    .contains("\"error\":{\"code\":17,\"message\":\"No such disk\"}");
        }
    }

    // In a session the client was promised a task: even what cannot run is one
    @Test
    void callWhenArgumentsDoNotFitThenTaskFails() throws Exception {
        var strict = new TestTool(
                ToolDefinition.of("strict", "d", "{\"type\":\"object\",\"required\":[\"n\"]}")
                        .asTask(OPTIONAL),
                _ -> ToolResult.text("ran"));
        try (var fixture = new TaskFixture(strict)) {
            var ada = fixture.session(ADA);
            String id = ada.task("strict");
            assertThat(text(ada.await(id, "failed"), "statusMessage")).isEqualTo("The tool reports an error");
            assertThat(ada.result("tasks/result", idOf(id))).contains("Invalid arguments");
        }
    }

    // H-142: it blocks, for as many as wait
    @Test
    void resultWhenTaskWorksThenAllWhoWaitAreAnswered() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.session(ADA);
            String id = ada.task("held");
            var waits = List.of(
                    ada.send("tasks/result", idOf(id)),
                    fixture.session(ADA).send("tasks/result", idOf(id)),
                    ada.send("tasks/result", idOf(id)));
            assertThat(waits).noneMatch(wait -> wait.sink().isEnded());
            gate.release();
            for (var wait : waits) {
                assertThat(wait.sink().awaitBody()).contains("done", related(id));
                assertThat(wait.sink().ends).hasSize(1);
            }
            awaitIdle(fixture);
        }
    }

    private static void awaitIdle(TaskFixture fixture) {
        while (!fixture.dispatcher.isIdle()) {
            Thread.onSpinWait();
        }
    }

    // T-39: whoever comes too often loses the oldest
    @Test
    void resultWhenTooManyWaitThenTheOldestMakesRoom() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.session(ADA);
            String id = ada.task("held");
            var waits = new ArrayList<TaskFixture.Client.Sent>();
            for (int i = 0; i < 5; i++) {
                waits.add(ada.send("tasks/result", idOf(id)));
                while (fixture.dispatcher.taskWaits(id) <= Math.min(i, 3)) {
                    Thread.onSpinWait();
                }
            }
            assertThat(waits.getFirst().sink().awaitEnd()).startsWith("429 ").contains("\"code\":-32603");
            gate.release();
            for (var wait : waits.subList(1, 5)) {
                assertThat(wait.sink().awaitBody()).contains("done");
            }
        }
    }

    // H-142: the end of waiting is not the end of the task
    @Test
    void resultWhenWithdrawnOrLostThenTaskGoesOn() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.session(ADA);
            String id = ada.task("held");
            var withdrawn = ada.send("tasks/result", idOf(id));
            var lost = ada.send("tasks/result", idOf(id));
            while (fixture.dispatcher.taskWaits(id) < 2) {
                Thread.onSpinWait();
            }
            ada.withdraw(withdrawn);
            assertThat(withdrawn.sink().awaitEnd()).isEqualTo("withdrawn");
            lost.pending().cancel();
            assertThat(fixture.dispatcher.taskWaits(id)).isZero();
            assertThat(ada.get(id)).contains("working");
            gate.release();
            ada.await(id, "completed");
            assertThat(lost.sink().ends).isEmpty();
            assertThat(withdrawn.sink().ends).hasSize(1);
        }
    }

    // H-115: in this revision tasks are cancelled by tasks/cancel alone
    @Test
    void cancelledWhenItNamesTheRequestOfATaskThenTaskGoesOn() throws Exception {
        var gate = new Semaphore(0);
        try (var fixture = new TaskFixture(held(gate))) {
            var ada = fixture.session(ADA);
            var sent = ada.send("tools/call", "{\"name\":\"held\",\"task\":{}}");
            String id = text(sent.sink().awaitBody(), "result", "task", "taskId");
            ada.withdraw(sent);
            sent.pending().cancel();
            fixture.dispatcher.endSession(ada.session);
            gate.release();
            assertThat(fixture.session(ADA).await(id, "completed"))
                    .contains(id); // H-143: the person's, not the session's
            assertThat(sent.sink().ends).hasSize(1);
        }
    }

    // H-143
    @Test
    void taskWhenItAsksThenQuestionGoesOutOnTheStreamOfWhoeverWaits() throws Exception {
        try (var fixture = new TaskFixture(asks())) {
            var ada = fixture.session(ADA);
            String id = ada.task("asks");
            assertThat(ada.await(id, "input_required")).doesNotContain("inputRequests");
            var wait = ada.send("tasks/result", idOf(id));
            String question = wait.sink().awaitRequest(0);
            assertThat(text(question, "method")).isEqualTo("elicitation/create");
            assertThat(member(question, "params", "_meta")).isEqualTo(related(id));
            TaskSchemas.assertValid(TaskSchemas.SESSION, "ElicitRequest", question);
            assertThat(ada.get(id)).contains("input_required");
            ada.respond(member(question, "id"), "{\"action\":\"accept\",\"content\":{\"word\":\"hi\"}}");
            assertThat(wait.sink().awaitBody()).contains("heard hi", related(id));
            assertThat(text(ada.get(id), "status")).isEqualTo("completed");
            awaitIdle(fixture);
        }
    }

    // T-35: what comes twice, late, from another session, or is no answer
    @Test
    void respondWhenAnswerIsNotWantedThenNothingHappens() throws Exception {
        try (var fixture = new TaskFixture(asks())) {
            var ada = fixture.session(ADA);
            String id = ada.task("asks");
            var wait = ada.send("tasks/result", idOf(id));
            String questionId = member(wait.sink().awaitRequest(0), "id");
            String forged = "{\"action\":\"accept\",\"content\":{\"word\":\"forged\"}}";
            fixture.session(BOB).respond(questionId, forged);
            fixture.session(ADA).respond(questionId, forged);
            assertThat(ada.get(id)).contains("input_required");
            ada.respond(questionId, "{\"action\":\"decline\"}");
            ada.respond(questionId, forged);
            assertThat(wait.sink().awaitBody()).contains("declined");
            ada.respond(questionId, forged);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"action\":\"accept\"}", "{\"action\":\"accept\",\"content\":{\"word\":7}}"})
    void respondWhenAnswerDoesNotFitThenCallHearsSo(String answer) throws Exception {
        try (var fixture = new TaskFixture(asks())) {
            var ada = fixture.session(ADA);
            var wait = ada.send("tasks/result", idOf(ada.task("asks")));
            ada.respond(member(wait.sink().awaitRequest(0), "id"), answer);
            assertThat(wait.sink().awaitBody()).contains("refused 0");
        }
    }

    @Test
    void refuseWhenPersonWillNotThenCallHearsTheCode() throws Exception {
        try (var fixture = new TaskFixture(asks())) {
            var ada = fixture.session(ADA);
            var wait = ada.send("tasks/result", idOf(ada.task("asks")));
            ada.refuse(member(wait.sink().awaitRequest(0), "id"), -1, "User rejected");
            assertThat(wait.sink().awaitBody()).contains("refused -1");
        }
    }

    // H-114: one stream at a time; the last to come is the one that is surely there
    @Test
    void taskWhenSeveralWaitThenTheLastIsAskedAndAnyAnswerCounts() throws Exception {
        try (var fixture = new TaskFixture(asks())) {
            var ada = fixture.session(ADA);
            String id = ada.task("asks");
            ada.await(id, "input_required");
            var first = ada.send("tasks/result", idOf(id));
            String asked = first.sink().awaitRequest(0);
            var second = ada.send("tasks/result", idOf(id));
            String askedAgain = second.sink().awaitRequest(0);
            assertThat(member(askedAgain, "id")).isNotEqualTo(member(asked, "id"));
            ada.respond(member(asked, "id"), "{\"action\":\"accept\",\"content\":{\"word\":\"one\"}}");
            assertThat(second.sink().awaitBody()).contains("heard one");
            assertThat(first.sink().awaitBody()).contains("heard one");
            ada.respond(member(askedAgain, "id"), "{\"action\":\"accept\",\"content\":{\"word\":\"two\"}}");
            assertThat(first.sink().requests).hasSize(1);
            awaitIdle(fixture);
        }
    }

    @Test
    void taskWhenTheOneAskedGivesUpThenTheNextIsAsked() throws Exception {
        var ready = new Semaphore(0);
        var later = tool("later", OPTIONAL, call -> {
            ready.acquire();
            return ToolResult.text("" + call.elicit("word", Form.of("A word?")).accepted());
        });
        try (var fixture = new TaskFixture(later)) {
            var ada = fixture.session(ADA);
            String id = ada.task("later");
            var first = ada.send("tasks/result", idOf(id));
            while (fixture.dispatcher.taskWaits(id) < 1) {
                Thread.onSpinWait();
            }
            var last = ada.send("tasks/result", idOf(id));
            while (fixture.dispatcher.taskWaits(id) < 2) {
                Thread.onSpinWait();
            }
            ready.release();
            last.sink().awaitRequest(0);
            ada.withdraw(last);
            ada.respond(member(first.sink().awaitRequest(0), "id"), "{\"action\":\"accept\"}");
            assertThat(first.sink().awaitBody()).contains("true");
        }
    }

    // H-114: no stream, no question; the next who waits gets it
    @Test
    void taskWhenWhoeverWaitsTakesNoStreamThenQuestionStaysOpen() throws Exception {
        try (var fixture = new TaskFixture(asks())) {
            var ada = fixture.session(ADA);
            String id = ada.task("asks");
            ada.await(id, "input_required");
            var deaf = ada.sendWithoutStream("tasks/result", idOf(id));
            while (fixture.dispatcher.taskWaits(id) < 1) {
                Thread.onSpinWait();
            }
            var hears = ada.send("tasks/result", idOf(id));
            ada.respond(member(hears.sink().awaitRequest(0), "id"), "{\"action\":\"cancel\"}");
            assertThat(deaf.sink().awaitBody()).contains("declined");
        }
    }

    // H-211
    @Test
    void taskWhenItAsksWhatItsClientCannotAnswerThenResultSaysSo() throws Exception {
        var visits = tool(
                "visits",
                OPTIONAL,
                call -> ToolResult.text(""
                        + call.elicit("page", new InputRequest.Page("Go", "https://example.com/"))
                                .accepted()));
        try (var fixture = new TaskFixture(visits)) {
            var ada = fixture.session(ADA);
            String id = ada.task("visits");
            ada.await(id, "failed");
            assertThat(ada.result("tasks/result", idOf(id))).contains("needs a client that supports");
        }
    }

    // H-142
    @Test
    void cancelWhenTaskWorksThenItIsCancelledAndWhoWaitsHearsSo() throws Exception {
        try (var fixture = new TaskFixture(held(new Semaphore(0)))) {
            var ada = fixture.session(ADA);
            String id = ada.task("held");
            var wait = ada.send("tasks/result", idOf(id));
            String cancelled = ada.result("tasks/cancel", idOf(id));
            assertThat(text(cancelled, "status")).isEqualTo("cancelled");
            assertThat(text(cancelled, "taskId")).isEqualTo(id);
            assertThat(wait.sink().awaitBody()).contains("\"code\":-32602", "cancelled");
            assertThat(ada.call("tasks/result", idOf(id))).contains("\"code\":-32602", "cancelled");
            assertThat(ada.call("tasks/cancel", idOf(id)))
                    .startsWith("200 ")
                    .contains("\"code\":-32602", "ended already");
        }
    }

    @Test
    void resultWhenTaskExpiresThenUnknown() throws Exception {
        try (var fixture = new TaskFixture(held(new Semaphore(0)))) {
            var ada = fixture.session(ADA);
            String id = ada.task("held");
            var wait = ada.send("tasks/result", idOf(id));
            while (fixture.dispatcher.taskWaits(id) < 1) {
                Thread.onSpinWait();
            }
            fixture.pass(60_000);
            assertThat(wait.sink().awaitBody()).contains(UNKNOWN);
            awaitIdle(fixture);
        }
    }

    // H-143, T-39
    @ParameterizedTest
    @ValueSource(strings = {"tasks/get", "tasks/result", "tasks/cancel"})
    void methodWhenTaskIsNotTheCallersThenUnknown(String method) throws Exception {
        try (var fixture = new TaskFixture(held(new Semaphore(0)))) {
            var ada = fixture.session(ADA);
            String id = ada.task("held");
            assertThat(fixture.session(BOB).call(method, idOf(id)))
                    .startsWith("200 ")
                    .contains(UNKNOWN);
            assertThat(ada.call(method, idOf("nope"))).contains(UNKNOWN);
            fixture.pass(60_000);
            assertThat(ada.call(method, idOf(id))).contains(UNKNOWN);
        }
    }

    // Where nobody signs in, a session is all that tells callers apart
    @Test
    void methodWhenNobodySignsInThenTasksAreTheSessions() throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            var one = fixture.session(Principal.ANONYMOUS);
            var other = fixture.session(Principal.ANONYMOUS);
            String id = one.task("quick");
            one.await(id, "completed");
            assertThat(other.call("tasks/get", idOf(id))).contains(UNKNOWN);
            assertThat(other.result("tasks/list", "{}")).isEqualTo("{\"tasks\":[]}");
            assertThat(one.result("tasks/list", "{}")).contains(id);
        }
    }

    // H-142, H-143, H-184
    @Test
    void listWhenThereArePagesThenEachOwnTaskStandsOnOne() throws Exception {
        var limits = new CallLimits(60_000, 32, 60_000, 3, 5_000, 100, 1_000, AskLimits.DEFAULT, TaskFixture.LIMITS);
        try (var fixture = new TaskFixture(limits, RulePolicy.openToAll(), quick(OPTIONAL))) {
            var ada = fixture.session(ADA);
            var own = new HashSet<String>();
            for (int i = 0; i < 8; i++) {
                own.add(ada.task("quick"));
            }
            fixture.session(BOB).task("quick");
            var listed = new ArrayList<String>();
            String page = ada.result("tasks/list", "{}");
            while (member(page, "nextCursor") != null) {
                listed.addAll(ids(page));
                page = ada.result("tasks/list", "{\"cursor\":" + member(page, "nextCursor") + "}");
            }
            listed.addAll(ids(page));
            assertThat(listed).hasSize(8).containsExactlyInAnyOrderElementsOf(own);
            assertThat(ids(fixture.session(ADA).result("tasks/list", "{}"))).hasSize(3);
        }
    }

    private static List<String> ids(String page) {
        var ids = new ArrayList<String>();
        var cursor = Json.parse(String.valueOf(member(page, "tasks"))).cursor();
        cursor.enterArray();
        while (cursor.nextElement()) {
            ids.add(text(cursor.slice().text(), "taskId"));
        }
        return ids;
    }

    // T-29
    @Test
    void listWhenCursorIsNotOfThisListAndPersonThenInvalidParams() throws Exception {
        var limits = new CallLimits(60_000, 32, 60_000, 1, 5_000, 100, 1_000, AskLimits.DEFAULT, TaskFixture.LIMITS);
        try (var fixture = new TaskFixture(
                limits, RulePolicy.openToAll(), quick(OPTIONAL), tool("other", OPTIONAL, _ -> ToolResult.text("x")))) {
            var ada = fixture.session(ADA);
            ada.task("quick");
            ada.task("quick");
            String cursor = member(ada.result("tasks/list", "{}"), "nextCursor");
            String ofTools = member(ada.result("tools/list", "{}"), "nextCursor");
            for (String bad : List.of("\"\"", "\"x\"", "7", "null", ofTools)) {
                assertThat(ada.call("tasks/list", "{\"cursor\":" + bad + "}"))
                        .as(bad)
                        .startsWith("200 ")
                        .contains("\"code\":-32602");
            }
            assertThat(fixture.session(BOB).call("tasks/list", "{\"cursor\":" + cursor + "}"))
                    .contains("\"code\":-32602");
        }
    }

    // T-39
    @Test
    void callWhenTooManyTasksAreKeptThenRefused() throws Exception {
        try (var fixture = new TaskFixture(quick(OPTIONAL))) {
            var ada = fixture.session(V2025_11_25, ADA);
            for (int i = 0; i < 8; i++) {
                ada.task("quick");
            }
            assertThat(ada.call("tools/call", "{\"name\":\"quick\",\"task\":{}}"))
                    .startsWith("429 ")
                    .contains("\"code\":-32603", "You have 8 tasks");
            assertThat(ada.result("tools/call", "{\"name\":\"quick\"}")).contains("done");
        }
    }
}
