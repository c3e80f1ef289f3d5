package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2024_11_05;
import static dev.portcullis.mcp.ProtocolVersion.V2025_03_26;
import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-183. */
class CompletionMethodsTest {
    private static final String PROMPT = "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"}";
    private static final String ARGUMENT = "\"argument\":{\"name\":\"city\",\"value\":\"b\"}";

    private final List<CompletionCall> heard = new CopyOnWriteArrayList<>();

    private Catalog catalog(TestPrompt.Suggestions suggestions) {
        TestPrompt.Suggestions recorded = call -> {
            heard.add(call);
            return suggestions.complete(call);
        };
        return new Catalog(
                ToolRegistry.of(),
                PromptRegistry.of(List.of(new TestPrompt(
                        PromptDefinition.of("p", "d").requiring("city", "d").allowing("country", "d"),
                        _ -> PromptResult.of(),
                        recorded))),
                ResourceRegistry.of(List.of(
                        TestResource.of("test://plain"),
                        new TestResource(
                                ResourceDefinition.template("test://{city}/map", "map", "d", null),
                                _ -> null,
                                recorded))));
    }

    private static String complete(DispatcherFixture fixture, ProtocolVersion version, String... members)
            throws Exception {
        return fixture.call(version, ADA, "completion/complete", "{" + String.join(",", members) + "}");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void completeWhenPromptThenSuggests(ProtocolVersion version) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(_ -> Completion.of(List.of("berlin", "bonn"))))) {
            assertThat(complete(fixture, version, PROMPT, ARGUMENT))
                    .startsWith("200 ")
                    .contains("\"completion\":{\"values\":[\"berlin\",\"bonn\"],\"total\":2,\"hasMore\":false}")
                    .doesNotContain("ttlMs");
            assertThat(heard).singleElement().satisfies(call -> {
                assertThat(call.principal()).isEqualTo(ADA);
                assertThat(call.argument()).isEqualTo("city");
                assertThat(call.value()).isEqualTo("b");
                assertThat(call.context()).isEmpty();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"test://{city}/map", "test://bonn/map"})
    void completeWhenTemplateOrUriOfItThenSuggests(String uri) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(_ -> Completion.of(List.of("bonn"))))) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(complete(
                                fixture,
                                version,
                                "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"" + uri + "\"}",
                                ARGUMENT))
                        .contains("\"values\":[\"bonn\"]");
            }
        }
    }

    @Test
    void completeWhenContextIsGivenThenOnlyRevisionsThatHaveItHearIt() throws Exception {
        try (var fixture = new DispatcherFixture(catalog(_ -> Completion.NONE))) {
            String context = "\"context\":{\"arguments\":{\"country\":\"de\"}}";
            for (var version : ProtocolVersion.ALL) {
                heard.clear();
                assertThat(complete(fixture, version, PROMPT, ARGUMENT, context))
                        .contains("\"values\":[]");
                boolean knows = version != V2024_11_05 && version != V2025_03_26;
                assertThat(heard.getFirst().context().containsKey("country")).isEqualTo(knows);
            }
            assertThat(complete(fixture, V2025_11_25, PROMPT, ARGUMENT, "\"context\":{}"))
                    .contains("\"values\":[]");
            assertThat(complete(fixture, V2025_11_25, PROMPT, ARGUMENT, "\"context\":{\"arguments\":{\"x\":1}}"))
                    .contains("-32602");
            assertThat(complete(fixture, V2025_11_25, PROMPT, ARGUMENT, "\"context\":[]"))
                    .contains("-32602");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 'total\":0,\"hasMore\":false'",
        "100, 100, 100, 'total\":100,\"hasMore\":false'",
        "101, 101, 100, 'total\":101,\"hasMore\":true'",
        "5000, 5000, 100, 'total\":5000,\"hasMore\":true'",
        "3, 4711, 3, 'total\":4711,\"hasMore\":true'",
        "3, 1, 3, 'total\":3,\"hasMore\":false'",
        "3, -1, 3, '],\"hasMore\":false'",
        "101, -1, 100, '],\"hasMore\":true'",
    })
    void completeWhenManyThenTellsAHundredAndThatThereAreMore(int values, int total, int told, String end)
            throws Exception {
        var all = IntStream.range(0, values).mapToObj(i -> "v" + i + "!").toList();
        try (var fixture = new DispatcherFixture(catalog(_ -> new Completion(all, total)))) {
            String answer = complete(fixture, V2025_11_25, PROMPT, ARGUMENT);
            assertThat(answer).contains(end);
            assertThat(answer.chars().filter(c -> c == '!').count()).isEqualTo(told);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"other\"}",
                "\"ref\":{\"type\":\"ref/prompt\",\"uri\":\"p\"}",
                "\"ref\":{\"type\":\"ref/prompt\"}",
                "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"test://other\"}",
                "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"test://{other}/map\"}",
                "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"test://%2e%2e%2f/map\"}",
                "\"ref\":{\"type\":\"ref/resource\",\"name\":\"map\"}",
                "\"ref\":{\"type\":\"ref/tool\",\"name\":\"p\"}",
                "\"ref\":{\"name\":\"p\"}",
                "\"ref\":{\"type\":7,\"name\":\"p\"}",
                "\"ref\":\"p\"",
                "\"ref\":null",
                "\"other\":1",
            })
    void completeWhenReferenceIsUnknownThenInvalidParams(String ref) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(_ -> Completion.NONE))) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(complete(fixture, version, ref, ARGUMENT))
                        .startsWith("200 ")
                        .contains("\"code\":-32602");
            }
            assertThat(heard).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"argument\":{\"name\":\"other\",\"value\":\"b\"}",
                "\"argument\":{\"name\":\"city\"}",
                "\"argument\":{\"value\":\"b\"}",
                "\"argument\":{\"name\":\"city\",\"value\":7}",
                "\"argument\":{\"name\":null,\"value\":\"b\"}",
                "\"argument\":\"city\"",
                "\"other\":1",
            })
    void completeWhenArgumentIsBadThenInvalidParams(String argument) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(_ -> Completion.NONE))) {
            assertThat(complete(fixture, V2026_07_28, PROMPT, argument))
                    .startsWith("200 ")
                    .contains("-32602");
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void completeWhenHiddenThenIsUnknownInTheSameWords() throws Exception {
        Policy policy = (who, _) -> who.equals(BOB) ? new Decision.Deny("no") : Decision.ALLOW;
        try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog(_ -> Completion.NONE))) {
            String hidden = fixture.call(V2025_11_25, BOB, "completion/complete", "{" + PROMPT + "," + ARGUMENT + "}");
            String unknown = fixture.call(
                    V2025_11_25,
                    BOB,
                    "completion/complete",
                    "{" + PROMPT.replace("\"p\"", "\"q\"") + "," + ARGUMENT + "}");
            assertThat(hidden).contains("-32602").isEqualTo(unknown.replace(": q", ": p"));
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void completeWhenAScopeIsMissingThenAsksForIt() throws Exception {
        Policy policy = (_, _) -> new Decision.NeedScope(Scopes.of("more"));
        try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog(_ -> Completion.NONE))) {
            assertThat(complete(fixture, V2026_07_28, PROMPT, ARGUMENT)).startsWith("scope ");
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void completeWhenTheAuthorBreaksThenInternalErrorWithoutDetail() throws Exception {
        try (var fixture = new DispatcherFixture(catalog(_ -> {
            throw new IllegalStateException("secret");
        }))) {
            assertThat(complete(fixture, V2026_07_28, PROMPT, ARGUMENT))
                    .contains("-32603")
                    .doesNotContain("secret");
        }
    }

    @Test
    void completeWhenItTakesTooLongThenIsGivenUp() throws Exception {
        var limits = DispatcherFixture.limits(CallLimits.DEFAULT.pageSize(), 1, CallLimits.DEFAULT.logsPerSecondMax());
        Policy policy = (_, _) -> Decision.ALLOW;
        try (var fixture = new DispatcherFixture(policy, limits, catalog(_ -> {
            new CountDownLatch(1).await();
            return Completion.NONE;
        }))) {
            assertThat(complete(fixture, V2026_07_28, PROMPT, ARGUMENT)).contains("No answer within 1 ms.");
        }
    }
}
