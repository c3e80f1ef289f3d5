package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-182. */
class PromptMethodsTest {
    private static final TestPrompt GREET = new TestPrompt(
            PromptDefinition.of("greet", "Greets").requiring("who", "Whom").allowing("how", "How"),
            call -> PromptResult.of(
                    PromptMessage.user("Greet " + call.required("who") + " " + call.argument("how")),
                    PromptMessage.assistant("Hello")));

    static Catalog catalog(TestPrompt... prompts) {
        return new Catalog(ToolRegistry.of(), PromptRegistry.of(List.of(prompts)), ResourceRegistry.of(List.of()));
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void getWhenArgumentsAreThereThenSaysIt(ProtocolVersion version) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(GREET))) {
            String answer = fixture.call(
                    version,
                    ADA,
                    "prompts/get",
                    "{\"name\":\"greet\",\"arguments\":{\"who\":\"Bob\",\"how\":\"süß\"}}");
            assertThat(answer)
                    .startsWith("200 ")
                    .contains("\"description\":\"Greets\"")
                    .contains(
                            "\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"Greet Bob süß\"}},"
                                    + "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"Hello\"}}]")
                    .doesNotContain("ttlMs"); // H-95
            assertThat(answer.contains("\"resultType\":\"complete\"")).isEqualTo(!version.hasSessions());
            assertThat(fixture.calls).containsExactly("greet OK");
        }
    }

    @Test
    void getWhenThePromptDescribesItselfAnewThenThatIsTold() throws Exception {
        var prompt = new TestPrompt(
                PromptDefinition.of("p", "Before"),
                _ -> new PromptResult(
                        "After",
                        List.of(PromptMessage.user(
                                new Content.Embedded(new ResourceContents.Text("test://a", "text/plain", "x"))))));
        try (var fixture = new DispatcherFixture(catalog(prompt))) {
            assertThat(fixture.call(V2025_11_25, ADA, "prompts/get", "{\"name\":\"p\"}"))
                    .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"description\":\"After\",\"messages\":["
                            + "{\"role\":\"user\",\"content\":{\"type\":\"resource\",\"resource\":{\"uri\":\"test://a\","
                            + "\"mimeType\":\"text/plain\",\"text\":\"x\"}}}]}}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":7}",
                "{\"name\":null}",
                "{\"name\":\"greet\"}",
                "{\"name\":\"greet\",\"arguments\":{}}",
                "{\"name\":\"greet\",\"arguments\":{\"how\":\"x\"}}",
                "{\"name\":\"greet\",\"arguments\":{\"who\":7}}",
                "{\"name\":\"greet\",\"arguments\":{\"who\":null}}",
                "{\"name\":\"greet\",\"arguments\":{\"who\":[\"a\"]}}",
                "{\"name\":\"greet\",\"arguments\":{\"who\":\"a\",\"other\":true}}",
                "{\"name\":\"greet\",\"arguments\":[]}",
                "{\"name\":\"greet\",\"arguments\":\"who\"}",
                "{\"name\":\"greet\",\"arguments\":null}",
                "{\"name\":\"greet\",\"arguments\":{\"who\":\"a\"},\"_meta\":{\"progressToken\":{}}}",
                "{\"name\":\"Greet\",\"arguments\":{\"who\":\"a\"}}",
                "{\"name\":\"\"}",
            })
    void getWhenParamsAreBadThenInvalidParams(String params) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(GREET))) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(fixture.call(version, ADA, "prompts/get", params))
                        .startsWith("200 ")
                        .contains("\"code\":-32602");
            }
            assertThat(fixture.calls).noneMatch(call -> call.endsWith(" OK"));
        }
    }

    @Test
    void getWhenHiddenThenIsUnknownInTheSameWords() throws Exception {
        Policy policy = (who, action) ->
                action instanceof Action.GetPrompt && !who.equals(ADA) ? new Decision.Deny("for Ada") : Decision.ALLOW;
        try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog(GREET))) {
            String hidden = fixture.call(V2026_07_28, BOB, "prompts/get", "{\"name\":\"greet\"}");
            String unknown = fixture.call(V2026_07_28, BOB, "prompts/get", "{\"name\":\"other\"}");
            assertThat(hidden.replace("greet", "other")).isEqualTo(unknown);
            assertThat(fixture.call(V2026_07_28, BOB, "prompts/list", "{}")).contains("\"prompts\":[]");
            assertThat(fixture.calls).containsExactly("unknown UNKNOWN", "unknown UNKNOWN");
        }
    }

    @Test
    void getWhenAScopeIsMissingThenAsksForIt() throws Exception {
        Policy policy = (_, _) -> new Decision.NeedScope(Scopes.of("prompts"));
        try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog(GREET))) {
            assertThat(fixture.call(V2026_07_28, ADA, "prompts/get", "{\"name\":\"greet\"}"))
                    .startsWith("scope ")
                    .contains("prompts");
            assertThat(fixture.refusals).containsExactly(Outcome.INSUFFICIENT_SCOPE);
            assertThat(fixture.call(V2026_07_28, ADA, "prompts/list", "{}")).contains("greet");
        }
    }

    @Test
    void getWhenItFailsThenInternalErrorWithoutDetail() throws Exception {
        var broken = new TestPrompt(PromptDefinition.of("broken", "d"), _ -> {
            throw new IllegalStateException("secret");
        });
        var nothing = new TestPrompt(PromptDefinition.of("nothing", "d"), call -> {
            call.required("absent");
            return PromptResult.of();
        });
        try (var fixture = new DispatcherFixture(catalog(broken, nothing))) {
            for (String name : List.of("broken", "nothing")) {
                assertThat(fixture.call(V2025_11_25, ADA, "prompts/get", "{\"name\":\"" + name + "\"}"))
                        .startsWith("200 ")
                        .contains("\"code\":-32603,\"message\":\"Internal error (reference ")
                        .doesNotContain("secret");
            }
            assertThat(fixture.calls).containsExactly("broken FAILED", "nothing FAILED");
        }
    }

    @Test
    void getWhenTimeIsOverThenSaysSoAndInterrupts() throws Exception {
        var begun = new AtomicInteger();
        var interrupted = new AtomicInteger();
        var slow = new TestPrompt(PromptDefinition.of("slow", "d").timingOutAfter(1), _ -> {
            begun.incrementAndGet();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
            }
            return PromptResult.of();
        });
        try (var fixture = new DispatcherFixture(catalog(slow))) {
            assertThat(fixture.call(V2026_07_28, ADA, "prompts/get", "{\"name\":\"slow\"}"))
                    .contains("\"code\":-32603,\"message\":\"No answer within 1 ms.\"");
            while (!fixture.dispatcher.hasNoThreads()) {
                Thread.onSpinWait();
            }
            assertThat(interrupted).hasValue(begun.get()); // on a busy machine its time may be over before it begins
            assertThat(fixture.calls).containsExactly("slow TIMEOUT");
        }
    }

    @Test
    void getWhenTheClientGoesThenIsInterruptedAndAnswersNothing() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var slow = new TestPrompt(PromptDefinition.of("slow", "d"), call -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                assertThat(call.cancelled()).isTrue();
                interrupted.countDown();
                throw e;
            }
            return PromptResult.of();
        });
        try (var fixture = new DispatcherFixture(catalog(slow))) {
            var sink = new RecordingSink();
            var pending = fixture.dispatch(V2026_07_28, ADA, request("prompts/get", "{\"name\":\"slow\"}"), sink);
            assertThat(pending).isNotNull();
            begun.await();
            pending.cancel();
            interrupted.await();
            assertThat(sink.ends).isEmpty();
            assertThat(fixture.calls).containsExactly("slow CANCELLED");
        }
    }
}
