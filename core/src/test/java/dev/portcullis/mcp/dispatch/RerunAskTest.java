package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.AskFixture.asked;
import static dev.portcullis.mcp.dispatch.AskFixture.body;
import static dev.portcullis.mcp.dispatch.AskFixture.capabilities;
import static dev.portcullis.mcp.dispatch.AskFixture.member;
import static dev.portcullis.mcp.dispatch.AskFixture.state;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.registry.Call;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-85 to H-90, and the fixture of the conformance suite (§6): calls that ask where every request stands alone. */
class RerunAskTest {
    private static final String SPOKEN =
            "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"Paris\"},\"model\":\"m\"}";
    private static final String NAMED = "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}";
    private static final InputRequest.Form NAME =
            InputRequest.Form.of("What is your name?").requireText("name", null);

    private static final TestTool GREET = tool("greet", call -> "Hello, " + name(call.elicit("user_name", NAME)) + "!");

    /** Asks, and says what it learned. */
    @FunctionalInterface
    private interface Asking {
        String ask(Call call) throws Exception;
    }

    private static TestTool tool(String name, Asking body) {
        return TestTool.of(name, call -> ToolResult.text(body.ask(call)));
    }

    private static String name(InputResponse.Elicited elicited) {
        return elicited.content() == null
                ? elicited.action().toString()
                : elicited.content().string("name");
    }

    private static String call(AskFixture fixture, String tool, String more) throws Exception {
        return fixture.call(ADA, ALL, "tools/call", "{\"name\":\"" + tool + "\"" + more + "}");
    }

    /** The same request again, with answers and state. */
    private static String again(AskFixture fixture, String tool, String before, String responses) throws Exception {
        return call(fixture, tool, ",\"inputResponses\":" + responses + ",\"requestState\":\"" + state(before) + "\"");
    }

    private static void assertComplete(String answer, String text) {
        assertThat(answer)
                .startsWith("200 ")
                .contains("\"resultType\":\"complete\"", "{\"type\":\"text\",\"text\":\"" + text + "\"}");
    }

    private static void assertInvalid(String answer) {
        assertThat(answer)
                .startsWith("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,")
                .hasSizeLessThan(400);
    }

    @Test
    void elicitWhenAnswersAreNotThereThenAsksForThem() throws Exception {
        try (var fixture = new AskFixture(GREET)) {
            String answer = call(fixture, "greet", "");
            String state = state(answer);
            assertThat(answer.replace(state, "STATE"))
                    .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"input_required\","
                            + "\"inputRequests\":{\"user_name\":{\"method\":\"elicitation/create\",\"params\":"
                            + member(body(answer), "result", "inputRequests", "user_name", "params")
                                    .text()
                            + "}},\"requestState\":\"STATE\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":"
                            + "{\"name\":\"portcullis\",\"title\":\"Portcullis\",\"version\":\"0.1.0\"}}}}");
            assertThat(state).matches("[A-Za-z0-9_-]{40,200}"); // compact, and nothing that needs escapes
            SchemaConformanceTest.assertValid(
                    V2026_07_28,
                    "InputRequiredResult",
                    member(body(answer), "result").text());
            assertThat(fixture.toolCalls).containsExactly("greet INPUT_REQUIRED");
            assertThat(fixture.dispatcher.isIdle()).isTrue();

            assertComplete(again(fixture, "greet", answer, "{\"user_name\":" + NAMED + "}"), "Hello, Ada!");
            assertThat(fixture.toolCalls).containsExactly("greet INPUT_REQUIRED", "greet OK");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    @Test
    void elicitWhenDeclinedThenCallKnows() throws Exception {
        try (var fixture = new AskFixture(GREET)) {
            String answer = call(fixture, "greet", "");
            assertComplete(
                    again(fixture, "greet", answer, "{\"user_name\":{\"action\":\"decline\"}}"), "Hello, DECLINE!");
        }
    }

    // H-87
    @Test
    void askWhenKeysAreMoreOrOthersThenTakesWhatItKnowsAndAsksForTheRest() throws Exception {
        try (var fixture = new AskFixture(GREET)) {
            String first = call(fixture, "greet", "");
            String wrong = again(fixture, "greet", first, "{\"other\":" + NAMED + "}");
            assertThat(asked(wrong)).containsOnlyKeys("user_name");
            String none = again(fixture, "greet", wrong, "{}");
            assertThat(asked(none)).containsOnlyKeys("user_name");
            assertComplete(
                    again(fixture, "greet", none, "{\"other\":" + SPOKEN + ",\"user_name\":" + NAMED + ",\"x\":{}}"),
                    "Hello, Ada!");
        }
    }

    @Test
    void askWhenClientDoesNotSendTheStateThenItsAnswersStillCount() throws Exception {
        try (var fixture = new AskFixture(GREET)) {
            assertComplete(call(fixture, "greet", ",\"inputResponses\":{\"user_name\":" + NAMED + "}"), "Hello, Ada!");
        }
    }

    // H-87, T-24
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "12345",
                "\"x\"",
                "true",
                "{\"user_name\":12345}",
                "{\"user_name\":null}",
                "{\"user_name\":[]}",
                "{\"user_name\":" + NAMED + ",\"other\":7}",
                "{\"user_name\":{}}",
                "{\"user_name\":{\"action\":\"yes\"}}",
                "{\"user_name\":{\"action\":\"accept\"}}",
                "{\"user_name\":{\"action\":\"accept\",\"content\":{\"name\":7}}}",
                "{\"user_name\":{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"x\":7}}}",
                "{\"user_name\":" + SPOKEN + "}",
                "{\"user_name\":{\"roots\":[]}}",
            })
    void askWhenAnswersAreNoneThenInvalidParams(String responses) throws Exception {
        try (var fixture = new AskFixture(GREET)) {
            String first = call(fixture, "greet", "");
            assertInvalid(again(fixture, "greet", first, responses));
            assertInvalid(call(fixture, "greet", ",\"inputResponses\":" + responses));
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    @Test
    void sampleAndRootsWhenAnsweredThenCallGoesOn() throws Exception {
        var tool = tool("both", call -> {
            String text = call.sample(
                            "capital_question", InputRequest.Sampling.of("What is the capital of France?", 100))
                    .text();
            return text + call.roots().stream().map(Root::uri).toList();
        });
        try (var fixture = new AskFixture(tool)) {
            String first = call(fixture, "both", "");
            assertThat(member(body(first), "result", "inputRequests").text())
                    .isEqualTo("{\"capital_question\":{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":"
                            + "[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"What is the capital of France?\"}}],"
                            + "\"maxTokens\":100}}}");
            String second = again(fixture, "both", first, "{\"capital_question\":" + SPOKEN + "}");
            assertThat(member(body(second), "result", "inputRequests").text())
                    .isEqualTo("{\"client_roots\":{\"method\":\"roots/list\",\"params\":{}}}");
            String third = again(fixture, "both", second, "{\"client_roots\":{\"roots\":[{\"uri\":\"file:///a\"}]}}");
            assertComplete(third, "Paris[file:///a]");
        }
    }

    // conformance-fixture §6: multiple_inputs; H-87: what is missing is asked for again, what came is kept
    @Test
    void askWhenSeveralThenPartialAnswersAreKept() throws Exception {
        Map<String, InputRequest> all = new LinkedHashMap<>();
        all.put("user_name", NAME);
        all.put("greeting", InputRequest.Sampling.of("Generate a greeting", 50));
        all.put("client_roots", new InputRequest.Roots());
        var tool = tool("all", call -> {
            var answers = call.ask(all);
            assertThat(answers.keySet()).containsExactlyElementsOf(all.keySet());
            return ((InputResponse.Sampled) Objects.requireNonNull(answers.get("greeting"))).text() + " "
                    + name((InputResponse.Elicited) Objects.requireNonNull(answers.get("user_name")));
        });
        try (var fixture = new AskFixture(tool)) {
            String first = call(fixture, "all", "");
            assertThat(asked(first)).containsOnlyKeys("user_name", "greeting", "client_roots");
            String second = again(fixture, "all", first, "{\"greeting\":" + SPOKEN + "}");
            assertThat(asked(second)).containsOnlyKeys("user_name", "client_roots");
            String third =
                    again(fixture, "all", second, "{\"user_name\":" + NAMED + ",\"client_roots\":{\"roots\":[]}}");
            assertComplete(third, "Paris Ada");
        }
    }

    // conformance-fixture §6: multi_round; H-89
    @Test
    void askWhenInManyRoundsThenRunsAgainFromItsStartWithAllAnswers() throws Exception {
        var begun = new AtomicInteger();
        var tool = tool("wizard", call -> {
            begun.incrementAndGet();
            var answers = new StringBuilder();
            for (int step = 1; step <= 5; step++) {
                answers.append(name(call.elicit("step" + step, NAME)));
            }
            return answers.toString();
        });
        try (var fixture = new AskFixture(tool)) {
            String answer = call(fixture, "wizard", "");
            for (int step = 1; step <= 5; step++) {
                assertThat(begun).hasValue(step);
                assertThat(asked(answer)).containsOnlyKeys("step" + step);
                String before = state(answer);
                String responses = "{\"step" + step + "\":" + NAMED.replace("Ada", String.valueOf(step)) + "}";
                answer = again(fixture, "wizard", answer, responses);
                if (step < 5) {
                    assertThat(state(answer)).isNotEqualTo(before);
                }
            }
            assertComplete(answer, "12345");
            assertThat(begun).hasValue(6);
        }
    }

    @Test
    void askWhenQuestionHasChangedSinceThenAsksAnew() throws Exception {
        var form = new AtomicReference<>(NAME);
        var tool = tool("changing", call -> name(call.elicit("a", form.get())) + name(call.elicit("b", NAME)));
        try (var fixture = new AskFixture(tool)) {
            String first = call(fixture, "changing", "");
            String second = again(fixture, "changing", first, "{\"a\":" + NAMED + "}");
            assertThat(asked(second)).containsOnlyKeys("b");
            form.set(NAME.requireBool("sure", null));
            String third = again(fixture, "changing", second, "{\"b\":" + NAMED + "}");
            assertThat(asked(third)).containsOnlyKeys("a");
        }
    }

    // H-86
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "form|{}|{\"elicitation\":{\"form\":{}}}",
                "form|{\"elicitation\":{\"url\":{}}}|{\"elicitation\":{\"form\":{}}}",
                "page|{\"elicitation\":{}}|{\"elicitation\":{\"url\":{}}}",
                "sample|{}|{\"sampling\":{}}",
                "agent|{\"sampling\":{}}|{\"sampling\":{\"tools\":{}}}",
                "roots|{\"sampling\":{}}|{\"roots\":{}}",
                "all|{}|{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{\"tools\":{}},\"roots\":{}}",
                "all|{\"elicitation\":{\"form\":{},\"url\":{}},\"roots\":{}}|{\"sampling\":{\"tools\":{}}}",
            })
    void askWhenClientCannotThenSaysWhatItLacks(String asked, String client, String required) throws Exception {
        var form = InputRequest.Form.of("m");
        var page = new InputRequest.Page("m", "https://a.example/");
        var sample = InputRequest.Sampling.of("Hi", 5);
        var agent = new InputRequest.Sampling(
                sample.messages(), 5, null, null, List.of(), null, null, "{\"mode\":\"auto\"}");
        var roots = new InputRequest.Roots();
        var requests = Map.<String, Map<String, InputRequest>>of(
                "form", Map.of("a", form),
                "page", Map.of("a", page),
                "sample", Map.of("a", sample),
                "agent", Map.of("a", agent),
                "roots", Map.of("a", roots),
                "all", Map.of("a", form, "b", page, "c", agent, "d", roots, "e", sample));
        var wanted = Objects.requireNonNull(requests.get(asked));
        try (var fixture = new AskFixture(tool("ask", call -> call.ask(wanted).toString()))) {
            String answer = fixture.call(ADA, capabilities(client), "tools/call", "{\"name\":\"ask\"}");
            assertThat(answer).startsWith("400 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32021,");
            assertThat(member(body(answer), "error", "data").text())
                    .isEqualTo("{\"requiredCapabilities\":" + required + "}");
            SchemaConformanceTest.assertValid(V2026_07_28, "MissingRequiredClientCapabilityError", body(answer));
            assertThat(fixture.toolCalls).containsExactly("ask TOOL_ERROR");
        }
    }

    // conformance-fixture §6: capabilities
    @Test
    void askWhenCallChoosesByCapabilityThenAsksOnlyThat() throws Exception {
        var tool = tool(
                "choosy",
                call -> call.client().elicitationForm()
                        ? name(call.elicit("elicit_input", NAME))
                        : call.sample("sample_input", InputRequest.Sampling.of("Hi", 5))
                                .text());
        try (var fixture = new AskFixture(tool)) {
            String answer = fixture.call(ADA, capabilities("{\"sampling\":{}}"), "tools/call", "{\"name\":\"choosy\"}");
            assertThat(asked(answer)).containsOnlyKeys("sample_input");
        }
    }

    // H-86: what was answered needs no capability any more
    @Test
    void askWhenAnswersAreThereThenCapabilityIsNotNeeded() throws Exception {
        try (var fixture = new AskFixture(GREET)) {
            String state = state(call(fixture, "greet", ""));
            String retry = "{\"name\":\"greet\",\"inputResponses\":{\"user_name\":" + NAMED + "},\"requestState\":\""
                    + state + "\"}";
            assertComplete(fixture.call(ADA, ClientCapabilities.NONE, "tools/call", retry), "Hello, Ada!");
        }
    }

    /** A prompt made of lambdas. */
    private record AskingPrompt() implements PromptHandler {
        @Override
        public PromptDefinition definition() {
            return PromptDefinition.of("ask", "Asks");
        }

        @Override
        public PromptResult get(PromptCall call) throws Exception {
            return new PromptResult(null, List.of(PromptMessage.user(name(call.elicit("user_context", NAME)))));
        }
    }

    /** A resource made of lambdas. */
    private record AskingResource() implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return ResourceDefinition.of("test://ask", "ask", "Asks", null).keptFor(5_000);
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) throws Exception {
            return List.of(new ResourceContents.Text(call.uri(), null, name(call.elicit("user_name", NAME))));
        }
    }

    private static AskFixture withAll() {
        var catalog = new Catalog(
                ToolRegistry.of(GREET),
                PromptRegistry.of(List.of(new AskingPrompt())),
                ResourceRegistry.of(List.of(new AskingResource())));
        return new AskFixture(new MasterKey("0123456789abcdef0123456789abcdef"), AskLimits.DEFAULT, catalog);
    }

    // H-85
    @Test
    void askWhenInAPromptThenRunsAgain() throws Exception {
        try (var fixture = withAll()) {
            String first = fixture.call(ADA, ALL, "prompts/get", "{\"name\":\"ask\"}");
            assertThat(asked(first)).containsOnlyKeys("user_context");
            String second = fixture.call(
                    ADA,
                    ALL,
                    "prompts/get",
                    "{\"name\":\"ask\",\"inputResponses\":{\"user_context\":" + NAMED + "},\"requestState\":\""
                            + state(first) + "\"}");
            assertThat(second).contains("\"resultType\":\"complete\"", "\"text\":\"Ada\"");
            assertThat(fixture.call(ADA, ClientCapabilities.NONE, "prompts/get", "{\"name\":\"ask\"}"))
                    .startsWith("400 ")
                    .contains("-32021");
        }
    }

    // H-85, H-90
    @Test
    void askWhenInAResourceThenRunsAgainAndNothingIsForKeeping() throws Exception {
        try (var fixture = withAll()) {
            String first = fixture.call(ADA, ALL, "resources/read", "{\"uri\":\"test://ask\"}");
            assertThat(asked(first)).containsOnlyKeys("user_name");
            assertThat(first).doesNotContain("ttlMs", "cacheScope");
            String second = fixture.call(
                    ADA,
                    ALL,
                    "resources/read",
                    "{\"uri\":\"test://ask\",\"inputResponses\":{\"user_name\":" + NAMED + "},\"requestState\":\""
                            + state(first) + "\"}");
            assertThat(second).contains("\"text\":\"Ada\"", "\"ttlMs\":0,\"cacheScope\":\"private\"");
        }
    }

    // H-88, T-38: a state of one method is none of another, even if the params are the same
    @Test
    void askWhenStateIsOfAnotherMethodThenInvalidParams() throws Exception {
        var prompt = new AskingPrompt();
        var tool = tool("ask", call -> name(call.elicit("user_context", NAME)));
        var catalog =
                new Catalog(ToolRegistry.of(tool), PromptRegistry.of(List.of(prompt)), ResourceRegistry.of(List.of()));
        try (var fixture =
                new AskFixture(new MasterKey("0123456789abcdef0123456789abcdef"), AskLimits.DEFAULT, catalog)) {
            String state = state(fixture.call(ADA, ALL, "tools/call", "{\"name\":\"ask\"}"));
            String params = "{\"name\":\"ask\",\"inputResponses\":{\"user_context\":" + NAMED + "},\"requestState\":\""
                    + state + "\"}";
            assertInvalid(fixture.call(ADA, ALL, "prompts/get", params));
            assertComplete(fixture.call(ADA, ALL, "tools/call", params), "Ada");
        }
    }

    @Test
    void askWhenAuthorCatchesExceptionsThenCallStillEnds() throws Exception {
        var tool = tool("careless", call -> {
            try {
                return name(call.elicit("user_name", NAME));
            } catch (Exception e) {
                return "caught";
            }
        });
        try (var fixture = new AskFixture(tool)) {
            String first = call(fixture, "careless", "");
            assertThat(asked(first)).containsOnlyKeys("user_name");
            assertComplete(again(fixture, "careless", first, "{\"user_name\":" + NAMED + "}"), "Ada");
        }
    }

    @Test
    void askWhenAuthorCatchesEverythingThenIsHeardNoMore() throws Exception {
        var done = new CountDownLatch(1);
        var tool = tool("stubborn", call -> {
            try {
                return name(call.elicit("user_name", NAME));
            } catch (Throwable e) {
                call.progress(1, 1, null);
                done.countDown();
                return call.cancelled() ? "caught" : "not ended";
            }
        });
        try (var fixture = new AskFixture(tool)) {
            var sink = new RecordingSink();
            fixture.dispatch(
                    V2026_07_28,
                    null,
                    ADA,
                    ALL,
                    "tools/call",
                    "{\"name\":\"stubborn\",\"_meta\":{\"progressToken\":1}}",
                    sink);
            assertThat(asked(sink.awaitEnd())).containsOnlyKeys("user_name");
            done.await();
            assertThat(sink.ends).hasSize(1);
            assertThat(sink.notifications).isEmpty();
            assertThat(fixture.toolCalls).containsExactly("stubborn INPUT_REQUIRED");
        }
    }

    @Test
    void askWhenAnotherThreadAsksThenCallEndsAndItsThreadIsInterrupted() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        var tool = tool("helped", call -> {
            var name = new CompletableFuture<String>();
            Thread.ofVirtual().start(() -> {
                try {
                    name.complete(name(call.elicit("user_name", NAME)));
                } catch (Throwable e) {
                    // the thread that waits is told otherwise
                }
            });
            try {
                return name.get();
            } catch (InterruptedException e) {
                interrupted.complete(true);
                throw e;
            }
        });
        try (var fixture = new AskFixture(tool)) {
            String first = call(fixture, "helped", "");
            assertThat(asked(first)).containsOnlyKeys("user_name");
            assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
            assertComplete(again(fixture, "helped", first, "{\"user_name\":" + NAMED + "}"), "Ada");
        }
    }

    private static AskLimits limits(int perCall, int stateChars) {
        var defaults = AskLimits.DEFAULT;
        return new AskLimits(
                defaults.answerMillisMax(),
                perCall,
                defaults.openPerSessionMax(),
                defaults.openMax(),
                stateChars,
                defaults.stateSeconds(),
                1);
    }

    @Test
    void askWhenAnswersDoNotFitIntoTheStateThenSaysSo() throws Exception {
        var tool = tool("long", call -> name(call.elicit("a", NAME)) + name(call.elicit("b", NAME)));
        try (var fixture = new AskFixture(limits(64, 300), tool)) {
            String first = call(fixture, "long", "");
            String tooLong = "{\"a\":" + NAMED.replace("Ada", "x".repeat(300)) + "}";
            assertThat(again(fixture, "long", first, tooLong))
                    .startsWith("200 ")
                    .contains("-32603", "The answers so far are too long to be carried");
            String second = again(fixture, "long", first, "{\"a\":" + NAMED + "}");
            assertThat(asked(second)).containsOnlyKeys("b");
            String huge = "{\"b\":" + NAMED.replace("Ada", "x".repeat(3_000)) + "}";
            assertThat(again(fixture, "long", second, huge))
                    .contains("\"resultType\":\"complete\""); // nothing to carry
        }
    }

    // T-105
    @Test
    void askWhenTooManyQuestionsThenIsRefused() throws Exception {
        var tool = tool("endless", call -> {
            for (int i = 0; ; i++) {
                call.elicit("q" + i, NAME);
            }
        });
        try (var fixture = new AskFixture(limits(3, 4_096), tool)) {
            String answer = call(fixture, "endless", "");
            for (int i = 0; i < 3; i++) {
                answer = again(fixture, "endless", answer, "{\"q" + i + "\":" + NAMED + "}");
            }
            assertThat(answer).contains("This asks too much of its client.", "\"isError\":true");
        }
    }

    // H-88, T-38: single use
    @Test
    void useAnswersOnceWhenTheyComeAgainThenInvalidParams() throws Exception {
        var paid = new AtomicInteger();
        var tool = tool("pay", call -> {
            call.elicit("sure", NAME);
            call.elicit("really", NAME);
            call.useAnswersOnce();
            return "paid " + paid.incrementAndGet();
        });
        try (var fixture = new AskFixture(limits(64, 4_096), tool)) {
            String first = call(fixture, "pay", "");
            String second = again(fixture, "pay", first, "{\"sure\":" + NAMED + "}");
            String other = again(fixture, "pay", first, "{\"sure\":" + NAMED + "}");
            assertComplete(again(fixture, "pay", second, "{\"really\":" + NAMED + "}"), "paid 1");
            assertInvalid(again(fixture, "pay", second, "{\"really\":" + NAMED + "}"));
            assertInvalid(again(fixture, "pay", other, "{\"really\":" + NAMED + "}"));
            assertInvalid(again(fixture, "pay", first, "{\"sure\":" + NAMED + "}")); // nor does it live on
            assertInvalid(again(fixture, "pay", first, "{\"sure\":" + NAMED + ",\"really\":" + NAMED + "}"));
            assertInvalid(
                    call(fixture, "pay", ",\"inputResponses\":{\"sure\":" + NAMED + ",\"really\":" + NAMED + "}"));
            assertThat(paid).hasValue(1);

            // no room for another, until the first is forgotten, when its states have expired as well
            String fresh = again(fixture, "pay", call(fixture, "pay", ""), "{\"sure\":" + NAMED + "}");
            assertThat(again(fixture, "pay", fresh, "{\"really\":" + NAMED + "}"))
                    .startsWith("503 ");
            assertThat(paid).hasValue(1);
            fixture.nowMillis.addAndGet(700_000);
            assertInvalid(again(fixture, "pay", second, "{\"really\":" + NAMED + "}"));
            fresh = again(fixture, "pay", call(fixture, "pay", ""), "{\"sure\":" + NAMED + "}");
            assertComplete(again(fixture, "pay", fresh, "{\"really\":" + NAMED + "}"), "paid 2");
            assertThat(fixture.dispatcher.isIdle()).isTrue();
        }
    }

    @Test
    void useAnswersOnceWhenSomethingIsAskedAfterThenIsABug() throws Exception {
        var nothing = tool("nothing", call -> {
            call.useAnswersOnce();
            return "fine";
        });
        var after = tool("after", call -> {
            call.elicit("a", NAME);
            call.useAnswersOnce();
            return name(call.elicit("b", NAME));
        });
        try (var fixture = new AskFixture(nothing, after)) {
            assertComplete(call(fixture, "nothing", ""), "fine");
            String first = call(fixture, "after", "");
            assertThat(again(fixture, "after", first, "{\"a\":" + NAMED + "}")).contains("Internal error (reference ");
        }
    }

    // H-191: nothing of the kind in this revision
    @Test
    void completedWhenClientsAreNotToldThenDoesNothing() throws Exception {
        var page = new InputRequest.Page("m", "https://a.example/");
        var tool = tool("visit", call -> {
            String action = call.elicit("p", page).action().toString();
            call.completed(page);
            return action;
        });
        try (var fixture = new AskFixture(tool)) {
            String first = call(fixture, "visit", "");
            assertThat(first).contains("\"mode\":\"url\"").doesNotContain(page.id(), "elicitationId");
            var sink = new RecordingSink();
            String retry = "{\"name\":\"visit\",\"inputResponses\":{\"p\":{\"action\":\"accept\"}}}";
            fixture.dispatch(V2026_07_28, null, ADA, ALL, "tools/call", retry, sink);
            assertComplete(sink.awaitEnd(), "ACCEPT");
            assertThat(sink.notifications).isEmpty();
        }
    }

    // H-63: the peer goes while the call is between two questions
    @Test
    void cancelWhenRunAsksThenNothingIsAnswered() throws Exception {
        var asking = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var left = new CountDownLatch(1);
        var tool = tool("late", call -> {
            asking.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                // a stubborn tool goes on
            }
            try {
                return name(call.elicit("user_name", NAME));
            } finally {
                left.countDown();
            }
        });
        try (var fixture = new AskFixture(tool)) {
            var sink = new RecordingSink();
            var pending = fixture.dispatch(V2026_07_28, null, ADA, ALL, "tools/call", "{\"name\":\"late\"}", sink);
            asking.await();
            Objects.requireNonNull(pending).cancel();
            go.countDown();
            left.await();
            assertThat(sink.ends).isEmpty();
            assertThat(fixture.toolCalls).containsExactly("late CANCELLED");
        }
    }
}
