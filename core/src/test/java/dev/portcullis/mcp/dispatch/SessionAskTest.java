package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_03_26;
import static dev.portcullis.mcp.ProtocolVersion.V2025_06_18;
import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.AskFixture.capabilities;
import static dev.portcullis.mcp.dispatch.AskFixture.id;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.Json;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.registry.Call;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.telemetry.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** H-91, H-113, H-134, H-190 to H-195, H-211, T-35, T-105: calls that ask where there are sessions. */
class SessionAskTest {
    private static final String SPOKEN =
            "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"Paris\"},\"model\":\"m\"}";
    private static final String NAMED = "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}";
    private static final InputRequest.Form NAME = InputRequest.Form.of("Who?").requireText("name", null);

    private static final TestTool SAMPLE = tool(
            "sample",
            call -> call.sample("s", InputRequest.Sampling.of("Hi", 100)).text());
    private static final TestTool ELICIT = tool("elicit", call -> {
        var answer = call.elicit("e", NAME);
        return answer.action() + " "
                + (answer.content() == null ? "" : answer.content().json());
    });
    private static final TestTool ROOTS =
            tool("roots", call -> call.roots().stream().map(Root::uri).toList().toString());

    /** Asks, and says what it learned. */
    @FunctionalInterface
    private interface Asking {
        String ask(Call call) throws Exception;
    }

    private static TestTool tool(String name, Asking body) {
        return TestTool.of(name, call -> ToolResult.text(body.ask(call)));
    }

    private static AskFixture.Running call(AskFixture fixture, Session session, String tool) {
        return call(fixture, session, ALL, tool);
    }

    private static AskFixture.Running call(
            AskFixture fixture, Session session, ClientCapabilities client, String tool) {
        return fixture.call(session, ADA, client, "tools/call", "{\"name\":\"" + tool + "\"}");
    }

    private static String text(String text) {
        return "{\"type\":\"text\",\"text\":\"" + text + "\"}";
    }

    private static String cancelled(String request) {
        return "\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id(request) + ",";
    }

    private static void cancelCall(AskFixture fixture, Session session) {
        var cancel = (JsonRpcMessage.Notification)
                message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");
        fixture.dispatcher.notified(cancel, RequestParams.of(cancel.params()), session);
    }

    // H-194
    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = "V2026_07_28", mode = Mode.EXCLUDE)
    void sampleWhenClientAnswersThenCallGoesOn(ProtocolVersion version) throws Exception {
        try (var fixture = new AskFixture(SAMPLE)) {
            var session = fixture.session(version, ADA);
            var running = call(fixture, session, "sample");
            String asked = running.sink().awaitRequest(0);
            assertThat(asked)
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"id\":" + id(asked)
                                    + ",\"method\":\"sampling/createMessage\",\"params\":{\"messages\":"
                                    + "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"Hi\"}}],\"maxTokens\":100}}");
            assertThat(running.sink().isEnded()).isFalse();
            fixture.answer(session, asked, SPOKEN);
            assertThat(running.sink().awaitBody()).contains(text("Paris"));
            assertThat(fixture.toolCalls).containsExactly("sample OK");
            assertThat(running.sink().notifications).isEmpty();
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // H-195
    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = "V2026_07_28", mode = Mode.EXCLUDE)
    void rootsWhenClientAnswersThenCallGoesOn(ProtocolVersion version) throws Exception {
        try (var fixture = new AskFixture(ROOTS)) {
            var session = fixture.session(version, ADA);
            var running = call(fixture, session, "roots");
            String asked = running.sink().awaitRequest(0);
            assertThat(asked).contains("\"method\":\"roots/list\"");
            fixture.answer(session, asked, "{\"roots\":[{\"uri\":\"file:///a\"}]}");
            assertThat(running.sink().awaitBody()).contains(text("[file:///a]"));
        }
    }

    // H-190, H-192
    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"V2025_06_18", "V2025_11_25"})
    void elicitWhenPersonAnswersThenCallGoesOn(ProtocolVersion version) throws Exception {
        try (var fixture = new AskFixture(ELICIT)) {
            var session = fixture.session(version, ADA);
            for (String result : new String[] {NAMED, "{\"action\":\"decline\"}", "{\"action\":\"cancel\"}"}) {
                var running = call(fixture, session, "elicit");
                String asked = running.sink().awaitRequest(0);
                assertThat(asked)
                        .contains("\"method\":\"elicitation/create\"", "\"requestedSchema\":{")
                        .doesNotContain("\"mode\":\"url\"");
                fixture.answer(session, asked, result);
                String expected = result.equals(NAMED) ? "ACCEPT {\\\"name\\\":\\\"Ada\\\"}" : "";
                assertThat(running.sink().awaitBody()).contains(expected).doesNotContain("isError");
            }
        }
    }

    // H-191
    @Test
    void elicitWhenPageIsVisitedThenClientIsToldWhenItIsDone() throws Exception {
        var page = new InputRequest.Page("Pay", "https://pay.example/42");
        var tool = tool("pay", call -> {
            String action = call.elicit("p", page).action().toString();
            call.completed(page);
            return action;
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "pay");
            String asked = running.sink().awaitRequest(0);
            assertThat(asked)
                    .contains("\"mode\":\"url\"", "https://pay.example/42", "\"elicitationId\":\"" + page.id() + "\"");
            fixture.answer(session, asked, "{\"action\":\"accept\"}");
            assertThat(running.sink().awaitBody()).contains("ACCEPT");
            assertThat(running.sink().notifications)
                    .containsExactly("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\","
                            + "\"params\":{\"elicitationId\":\"" + page.id() + "\"}}");
            SchemaConformanceTest.assertValid(
                    V2025_11_25,
                    "ElicitationCompleteNotification",
                    running.sink().notifications.getFirst());
        }
    }

    // H-91
    @Test
    void askWhenSeveralThenAllAreAskedAtOnceAndAnsweredInAnyOrder() throws Exception {
        Map<String, InputRequest> all = new LinkedHashMap<>();
        all.put("name", NAME);
        all.put("sampled", InputRequest.Sampling.of("Hi", 5));
        all.put("roots", new InputRequest.Roots());
        var tool = tool("all", call -> {
            var answers = call.ask(all);
            return ((InputResponse.Elicited) Objects.requireNonNull(answers.get("name"))).action() + " "
                    + ((InputResponse.Sampled) Objects.requireNonNull(answers.get("sampled"))).text() + " "
                    + ((InputResponse.RootList) Objects.requireNonNull(answers.get("roots"))).roots();
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "all");
            running.sink().awaitRequest(2);
            fixture.answer(session, running.sink().requests.get(2), "{\"roots\":[]}");
            fixture.answer(session, running.sink().requests.get(0), NAMED);
            assertThat(running.sink().isEnded()).isFalse();
            fixture.answer(session, running.sink().requests.get(1), SPOKEN);
            assertThat(running.sink().awaitBody()).contains("ACCEPT Paris []");
            assertThat(running.sink().requests).hasSize(3);
        }
    }

    @Test
    void askWhenAgainAndAgainThenEachQuestionIsNew() throws Exception {
        var tool = tool("chat", call -> {
            var text = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                text.append(call.sample("s" + i, InputRequest.Sampling.of("turn " + i, 5))
                        .text());
            }
            return text.toString();
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_06_18, ADA);
            var running = call(fixture, session, "chat");
            for (int i = 0; i < 5; i++) {
                String asked = running.sink().awaitRequest(i);
                assertThat(asked).contains("turn " + i);
                fixture.answer(session, asked, SPOKEN.replace("Paris", String.valueOf(i)));
            }
            assertThat(running.sink().awaitBody()).contains(text("01234"));
            assertThat(running.sink().requests.stream().map(AskFixture::id)).doesNotHaveDuplicates();
        }
    }

    // H-194: -1 is a person's refusal
    @Test
    void askWhenClientRefusesThenResultSaysSoAndTheRestIsCancelled() throws Exception {
        var tool = tool(
                "both",
                call -> call.ask(Map.of("a", NAME, "b", InputRequest.Sampling.of("Hi", 5)))
                        .toString());
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "both");
            running.sink().awaitRequest(1);
            fixture.refuse(
                    session,
                    running.sink().requests.get(0),
                    "{\"code\":-1,\"message\":\"User rejected\\u0007" + "x".repeat(500) + "\"}");
            assertThat(running.sink().awaitBody())
                    .contains("The client refused ", ": User rejected?xxx", "\"isError\":true")
                    .hasSizeLessThan(400);
            assertThat(running.sink().notifications)
                    .singleElement()
                    .asString()
                    .contains(cancelled(running.sink().requests.get(1)));
            assertThat(fixture.toolCalls).containsExactly("both TOOL_ERROR");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"code\":-1,\"message\":\"no\"}", "{\"code\":-1}"})
    void askWhenAuthorExpectsARefusalThenKnowsItsCode(String error) throws Exception {
        var tool = tool("ask", call -> {
            try {
                return call.sample("s", InputRequest.Sampling.of("Hi", 5)).text();
            } catch (InputRefusedException e) {
                return "code " + e.code();
            }
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "ask");
            fixture.refuse(session, running.sink().awaitRequest(0), error);
            assertThat(running.sink().awaitBody()).contains(text("code -1"));
        }
    }

    // T-35: answers of the wrong type
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"action\":\"accept\"}",
                "{\"action\":\"accept\",\"content\":{\"name\":7}}",
                "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"x\":1}}",
                SPOKEN,
                "{\"roots\":[]}",
            })
    void askWhenAnswerIsOfAnotherKindThenCallFailsCleanly(String result) throws Exception {
        try (var fixture = new AskFixture(ELICIT)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "elicit");
            fixture.answer(session, running.sink().awaitRequest(0), result);
            assertThat(running.sink().awaitBody())
                    .contains("The client's answer to elicitation/create is not one", "\"isError\":true");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // T-35: a megabyte
    @Test
    void askWhenAnswerIsHugeThenCallFailsCleanly() throws Exception {
        try (var fixture = new AskFixture(ELICIT)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "elicit");
            String huge = "{\"action\":\"accept\",\"content\":{\"name\":\"" + "x".repeat(1 << 20) + "\"}}";
            fixture.answer(session, running.sink().awaitRequest(0), huge);
            assertThat(running.sink().awaitBody()).contains("\"isError\":true").hasSizeLessThan(400);
        }
    }

    // T-35: spoofed, unknown, repeated
    @Test
    void respondedWhenNotOfThisQuestionThenIsDropped() throws Exception {
        try (var fixture = new AskFixture(ELICIT)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "elicit");
            String asked = running.sink().awaitRequest(0);
            String spoofed = "{\"action\":\"accept\",\"content\":{\"name\":\"Mallory\"}}";

            fixture.answer(fixture.session(V2025_11_25, BOB), asked, spoofed);
            fixture.answer(fixture.session(V2025_11_25, ADA), asked, spoofed);
            fixture.refuse(fixture.session(V2025_11_25, BOB), asked, "{\"code\":-1,\"message\":\"no\"}");
            fixture.respond(session, "{\"jsonrpc\":\"2.0\",\"id\":\"" + id(asked) + "\",\"result\":" + spoofed + "}");
            fixture.respond(session, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":" + spoofed + "}");
            fixture.respond(session, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":" + spoofed + "}");
            fixture.dispatcher.responded(new JsonRpcMessage.ErrorResponse(null, Json.parse("{}")), session);
            assertThat(running.sink().isEnded()).isFalse();

            fixture.answer(session, asked, NAMED);
            fixture.answer(session, asked, spoofed);
            fixture.refuse(session, asked, "{\"code\":-1,\"message\":\"no\"}");
            assertThat(running.sink().awaitBody()).contains("Ada").doesNotContain("Mallory");
            assertThat(running.sink().ends).hasSize(1);
        }
    }

    // H-211, H-162
    @ParameterizedTest
    @EnumSource(value = ProtocolVersion.class, names = "V2026_07_28", mode = Mode.EXCLUDE)
    void askWhenClientCannotThenToolResultSaysWhatItLacks(ProtocolVersion version) throws Exception {
        try (var fixture = new AskFixture(SAMPLE, ELICIT, ROOTS)) {
            var session = fixture.session(version, ADA);
            Map.of("sample", "sampling.", "elicit", "elicitation by forms.", "roots", "roots.")
                    .forEach((tool, lack) -> {
                        var running = call(fixture, session, ClientCapabilities.NONE, tool);
                        try {
                            assertThat(running.sink().awaitBody())
                                    .contains("This needs a client that supports " + lack, "\"isError\":true");
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                        assertThat(running.sink().requests).isEmpty();
                    });
            assertThat(fixture.toolCalls).hasSize(3).allMatch(call -> call.endsWith(" TOOL_ERROR"));
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // H-193, H-162: whatever the client says, its revision has no such question
    @Test
    void askWhenRevisionHasNoSuchThingThenIsNotAsked() throws Exception {
        var visit = tool(
                "visit",
                call -> call.elicit("p", new InputRequest.Page("m", "https://a.example/"))
                        .action()
                        .toString());
        try (var fixture = new AskFixture(ELICIT, visit)) {
            var elicited = call(fixture, fixture.session(V2025_03_26, ADA), "elicit");
            var visited = call(fixture, fixture.session(V2025_06_18, ADA), "visit");
            assertThat(elicited.sink().awaitBody()).contains("elicitation by forms", "\"isError\":true");
            assertThat(visited.sink().awaitBody()).contains("elicitation by pages to visit", "\"isError\":true");
            assertThat(elicited.sink().requests).isEmpty();
            assertThat(visited.sink().requests).isEmpty();
        }
    }

    // H-194
    @Test
    void sampleWhenClientKnowsNoToolsThenIsNotAsked() throws Exception {
        var tool = tool("agent", call -> call.sample("s", withTools()).text());
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var without = call(fixture, session, capabilities("{\"sampling\":{}}"), "agent");
            assertThat(without.sink().awaitBody()).contains("sampling with tools", "\"isError\":true");
            var with = call(fixture, session, "agent");
            assertThat(with.sink().awaitRequest(0)).contains("\"tools\":[{");
            fixture.answer(session, with.sink().requests.getFirst(), SPOKEN);
            assertThat(with.sink().awaitBody()).contains("Paris");
        }
    }

    private static InputRequest.Sampling withTools() {
        var plain = InputRequest.Sampling.of("Hi", 5);
        String tools = "[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]";
        return new InputRequest.Sampling(plain.messages(), 5, null, null, List.of(), null, tools, null);
    }

    @Test
    void askWhenClientTakesOnlyJsonThenResultSaysSo() throws Exception {
        try (var fixture = new AskFixture(ELICIT)) {
            var session = fixture.session(V2025_11_25, ADA);
            var sink = new RecordingSink();
            sink.takesRequests = false;
            fixture.dispatch(V2025_11_25, session, ADA, ALL, "tools/call", "{\"name\":\"elicit\"}", sink);
            assertThat(sink.awaitBody()).contains("takes no stream", "\"isError\":true");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // H-134
    @Test
    void askWhenClientDoesNotAnswerThenQuestionIsCancelledAndCallGoesOn() throws Exception {
        var limits = limits(1, 64, 32, 100);
        try (var fixture = new AskFixture(limits, ELICIT)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "elicit");
            assertThat(running.sink().awaitBody()).contains("The client has not answered in time.", "\"isError\":true");
            String asked = running.sink().requests.getFirst();
            assertThat(running.sink().notifications).singleElement().asString().contains(cancelled(asked));
            SchemaConformanceTest.assertValid(
                    V2025_11_25,
                    "CancelledNotification",
                    running.sink().notifications.getFirst());
            fixture.answer(session, asked, NAMED); // too late
            assertThat(running.sink().ends).hasSize(1);
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    private static AskLimits limits(int answerMillis, int perCall, int perSession, int open) {
        var defaults = AskLimits.DEFAULT;
        return new AskLimits(
                answerMillis,
                perCall,
                perSession,
                open,
                defaults.stateCharsMax(),
                defaults.stateSeconds(),
                defaults.usedAnswersMax());
    }

    // H-115: the question goes with the call
    @Test
    void cancelWhenCallWaitsForItsClientThenQuestionIsCancelledAndThreadFreed() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        var tool = tool("ask", call -> {
            try {
                return call.sample("s", InputRequest.Sampling.of("Hi", 5)).text();
            } catch (InterruptedException e) {
                interrupted.complete(call.cancelled());
                throw e;
            }
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "ask");
            String asked = running.sink().awaitRequest(0);
            cancelCall(fixture, session);
            assertThat(running.sink().awaitEnd()).isEqualTo("withdrawn");
            assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(running.sink().notifications).singleElement().asString().contains(cancelled(asked));
            fixture.answer(session, asked, SPOKEN); // nobody waits any more
            assertThat(running.sink().ends).hasSize(1);
            assertThat(fixture.toolCalls).containsExactly("ask CANCELLED");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    @Test
    void cancelWhenAnotherThreadAsksThenItIsFreedToo() throws Exception {
        var freed = new CompletableFuture<Throwable>();
        var tool = tool("ask", call -> {
            var helper = Thread.ofVirtual().start(() -> {
                try {
                    call.sample("s", InputRequest.Sampling.of("Hi", 5));
                } catch (Exception e) {
                    freed.complete(e);
                }
            });
            helper.join();
            return "";
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "ask");
            running.sink().awaitRequest(0);
            cancelCall(fixture, session);
            assertThat(freed.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        }
    }

    // H-105
    @Test
    void endSessionWhenCallWaitsForItsClientThenBothEnd() throws Exception {
        try (var fixture = new AskFixture(ELICIT)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "elicit");
            running.sink().awaitRequest(0);
            fixture.dispatcher.endSession(session);
            assertThat(running.sink().awaitEnd()).isEqualTo("withdrawn");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    // H-134: a person may take longer than the tool may
    @Test
    void timeWhenCallWaitsForItsClientThenStandsStill() throws Exception {
        var answered = new CountDownLatch(1);
        var tool = tool("slow", call -> {
            String text = call.sample("s", InputRequest.Sampling.of("Hi", 5)).text();
            answered.countDown();
            new CountDownLatch(1).await(); // for ever
            return text;
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "slow");
            String asked = running.sink().awaitRequest(0);
            fixture.timer.fire();
            assertThat(fixture.timer.waiting()).isZero(); // stopped, until the answer
            assertThat(running.sink().isEnded()).isFalse();
            fixture.answer(session, asked, SPOKEN);
            assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(fixture.timer.waiting()).isOne(); // goes on
            assertThat(running.sink().isEnded()).isFalse();
            fixture.timer.fire();
            assertThat(running.sink().awaitBody()).contains("No answer within 60000 ms.", "\"isError\":true");
            assertThat(fixture.toolCalls).containsExactly("slow TIMEOUT");
        }
    }

    @Test
    void timeWhenWaitIsOverBeforeItIsUpThenIsLongerByTheWait() throws Exception {
        var answered = new CountDownLatch(1);
        var tool = tool("slow", call -> {
            call.sample("s", InputRequest.Sampling.of("Hi", 5));
            answered.countDown();
            new CountDownLatch(1).await();
            return "";
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "slow");
            fixture.answer(session, running.sink().awaitRequest(0), SPOKEN);
            assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
            fixture.timer.fire();
            assertThat(running.sink().isEnded()).isFalse();
            assertThat(fixture.timer.waiting()).isOne();
            fixture.timer.fire();
            assertThat(running.sink().awaitBody()).contains("No answer within");
        }
    }

    // T-105
    @Test
    void askWhenTooManyThenIsRefusedAndCounted() throws Exception {
        var chat = tool("chat", call -> {
            for (int i = 0; ; i++) {
                call.sample("s" + i, InputRequest.Sampling.of("turn", 5));
            }
        });
        try (var fixture = new AskFixture(limits(300_000, 3, 2, 3), chat, SAMPLE)) {
            var session = fixture.session(V2025_11_25, ADA);
            var chatting = call(fixture, session, "chat");
            for (int i = 0; i < 3; i++) {
                fixture.answer(session, chatting.sink().awaitRequest(i), SPOKEN);
            }
            assertThat(chatting.sink().awaitBody()).contains("Too many questions", "\"isError\":true");

            var first = call(fixture, session, "sample");
            var second = call(fixture, session, "sample");
            first.sink().awaitRequest(0);
            second.sink().awaitRequest(0);
            assertThat(call(fixture, session, "sample").sink().awaitBody()).contains("Too many questions");
            var other = fixture.session(V2025_11_25, BOB);
            var third = call(fixture, other, "sample");
            third.sink().awaitRequest(0);
            assertThat(call(fixture, other, "sample").sink().awaitBody()).contains("Too many questions");

            fixture.answer(session, first.sink().requests.getFirst(), SPOKEN);
            first.sink().awaitEnd();
            var again = call(fixture, session, "sample");
            fixture.answer(session, again.sink().awaitRequest(0), SPOKEN);
            assertThat(again.sink().awaitBody()).contains("Paris");
            assertThat(fixture.refusals).hasSize(3).containsOnly(Outcome.OVERLOADED);
            fixture.answer(session, second.sink().requests.getFirst(), SPOKEN);
            fixture.answer(other, third.sink().requests.getFirst(), SPOKEN);
            second.sink().awaitEnd();
            third.sink().awaitEnd();
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void askWhenToolRunsInlineThenIsABug(ProtocolVersion version) throws Exception {
        var body = SAMPLE.body();
        var inline = new TestTool(
                ToolDefinition.of("i", "d", "{\"type\":\"object\"}").inline(), body);
        try (var fixture = new AskFixture(inline)) {
            var sink = new RecordingSink();
            var session = version.hasSessions() ? fixture.session(version, ADA) : null;
            fixture.dispatch(version, session, ADA, ALL, "tools/call", "{\"name\":\"i\"}", sink);
            assertThat(sink.awaitEnd()).contains("-32603", "Internal error (reference ");
            assertThat(sink.requests).isEmpty();
            assertThat(fixture.toolCalls).containsExactly("i FAILED");
        }
    }

    @Test
    void askWhenWhatIsAskedIsWrongThenIsABug() throws Exception {
        var wrong = Map.<String, InputRequest>of(
                "page", new InputRequest.Page("m", "http://pay.example/"),
                "sampling", InputRequest.Sampling.of("Hi", 0),
                " ", new InputRequest.Roots());
        for (var each : wrong.entrySet()) {
            var tool = tool(
                    "wrong",
                    call -> call.ask(Map.of(each.getKey(), each.getValue())).toString());
            try (var fixture = new AskFixture(tool)) {
                var running = call(fixture, fixture.session(V2025_11_25, ADA), "wrong");
                assertThat(running.sink().awaitBody()).contains("Internal error (reference ");
                assertThat(running.sink().requests).isEmpty();
            }
        }
    }

    @Test
    void askWhenNothingThenIsAnsweredAtOnce() throws Exception {
        var tool = tool("nothing", call -> call.ask(Map.of()).toString());
        try (var fixture = new AskFixture(tool)) {
            assertThat(call(fixture, fixture.session(V2025_11_25, ADA), "nothing")
                            .sink()
                            .awaitBody())
                    .contains(text("{}"));
        }
    }

    @Test
    void useAnswersOnceWhenInSessionThenDoesNothing() throws Exception {
        var tool = tool("pay", call -> {
            call.elicit("e", NAME);
            call.useAnswersOnce();
            return "paid";
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, "pay");
            fixture.answer(session, running.sink().awaitRequest(0), NAMED);
            assertThat(running.sink().awaitBody()).contains("paid");
        }
    }

    @Test
    void askWhenHelperThreadCannotAskThenCallEndsOnce() throws Exception {
        var tool = tool("ask", call -> {
            var future = new CompletableFuture<String>();
            Thread.ofVirtual().start(() -> {
                try {
                    future.complete(
                            call.sample("s", InputRequest.Sampling.of("Hi", 5)).text());
                } catch (Throwable e) {
                    future.completeExceptionally(e);
                }
            });
            try {
                return future.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        });
        try (var fixture = new AskFixture(tool)) {
            var session = fixture.session(V2025_11_25, ADA);
            var running = call(fixture, session, ClientCapabilities.NONE, "ask");
            assertThat(running.sink().awaitBody()).contains("This needs a client that supports sampling.");
            assertThat(running.sink().ends).hasSize(1);
            assertThat(fixture.toolCalls).containsExactly("ask TOOL_ERROR");
        }
    }
}
