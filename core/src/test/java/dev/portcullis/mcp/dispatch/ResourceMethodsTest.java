package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-180, H-181. */
class ResourceMethodsTest {
    private static final TestResource TEMPLATE = new TestResource(
            ResourceDefinition.template("test://template/{id}/data", "family", "d", "application/json"),
            call -> call.variable("id").equals("gone")
                    ? null
                    : List.of(new ResourceContents.Text(
                            call.uri(), "application/json", "{\"id\":\"" + call.variable("id") + "\"}")));

    static Catalog catalog(TestResource... resources) {
        return new Catalog(ToolRegistry.of(), PromptRegistry.of(List.of()), ResourceRegistry.of(List.of(resources)));
    }

    private static String read(DispatcherFixture fixture, ProtocolVersion version, String uri) throws Exception {
        return fixture.call(version, ADA, "resources/read", "{\"uri\":\"" + uri + "\"}");
    }

    private static String notFound(ProtocolVersion version) {
        return version.hasSessions() ? "\"code\":-32002" : "\"code\":-32602";
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void readWhenItIsThereThenGivesTextAndBytes(ProtocolVersion version) throws Exception {
        var both = new TestResource(
                ResourceDefinition.of("test://both", "both", "d", null),
                call -> List.of(
                        new ResourceContents.Text(call.uri(), "text/plain", "é"),
                        new ResourceContents.Blob("test://both#2", null, "bytes".getBytes(StandardCharsets.US_ASCII))));
        try (var fixture = new DispatcherFixture(catalog(both, TEMPLATE))) {
            assertThat(read(fixture, version, "test://both"))
                    .startsWith("200 ")
                    .contains("\"contents\":[{\"uri\":\"test://both\",\"mimeType\":\"text/plain\",\"text\":\"é\"},"
                            + "{\"uri\":\"test://both#2\",\"blob\":\"Ynl0ZXM=\"}]");
            assertThat(read(fixture, version, "test://template/123/data"))
                    .contains("\"uri\":\"test://template/123/data\"")
                    .contains("\"text\":\"{\\\"id\\\":\\\"123\\\"}\"");
            assertThat(fixture.calls).containsExactly("both OK", "family OK");
        }
    }

    // H-180, T-103
    @ParameterizedTest
    @ValueSource(
            strings = {
                "test://nothing",
                "test://template/gone/data",
                "test://template//data",
                "test://template/a/b/data",
                "test://template/%2e%2e%2f/data",
                "test://template/a%2Fb/data",
                "test://template/../data",
                "test://template/%00/data",
                "test://template/a%5Cb/data",
                "test://template/%C3/data",
                "test://template/{id}/data",
                "file:///etc/passwd",
                "file:///../../etc/passwd",
                "\\\\\\\\host\\\\share",
                "",
                "not a uri",
                "test://template/\\u0000/data",
            })
    void readWhenItIsNotThereThenNotFoundAndNeverEmpty(String uri) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(TEMPLATE))) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(read(fixture, version, uri))
                        .startsWith("200 ")
                        .contains(notFound(version))
                        .contains("\"data\":{\"uri\":\"" + uri + "\"}")
                        .doesNotContain("contents");
            }
            assertThat(fixture.calls).allMatch(call -> call.endsWith(" UNKNOWN"));
        }
    }

    @Test
    void readWhenUriIsHugeThenIsNotRepeatedWhole() throws Exception {
        try (var fixture = new DispatcherFixture(catalog(TEMPLATE, TestResource.template("test://all/{+path}")))) {
            assertThat(read(fixture, V2026_07_28, "test://all/" + "a".repeat(100_000)))
                    .contains("-32602")
                    .hasSizeLessThan(1_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"uri\":null}", "{\"uri\":7}", "{\"uri\":[\"test://both\"]}", "{\"uri\":{}}"})
    void readWhenUriIsNoStringThenInvalidParams(String params) throws Exception {
        try (var fixture = new DispatcherFixture(catalog(TEMPLATE))) {
            for (var version : ProtocolVersion.ALL) {
                assertThat(fixture.call(version, ADA, "resources/read", params))
                        .startsWith("200 ")
                        .contains("\"code\":-32602");
            }
        }
    }

    /** The policy is asked about the URI itself, and told of the template. */
    @Test
    void readWhenHiddenThenIsNotFoundInTheSameWords() throws Exception {
        Policy policy = (who, action) ->
                action.equals(new Action.ReadResource("test://template/secret/data", "test://template/{id}/data"))
                                && who.equals(BOB)
                        ? new Decision.Deny("not for Bob")
                        : Decision.ALLOW;
        try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog(TEMPLATE))) {
            String params = "{\"uri\":\"test://template/secret/data\"}";
            assertThat(fixture.call(V2025_11_25, ADA, "resources/read", params)).contains("secret");
            String hidden = fixture.call(V2025_11_25, BOB, "resources/read", params);
            assertThat(hidden).contains("-32002");
            assertThat(hidden.replace("secret", "gone"))
                    .isEqualTo(fixture.call(
                            V2025_11_25, BOB, "resources/read", "{\"uri\":\"test://template/gone/data\"}"));
            assertThat(fixture.call(V2025_11_25, BOB, "resources/read", "{\"uri\":\"test://template/open/data\"}"))
                    .contains("contents");
        }
    }

    @Test
    void readWhenAScopeIsMissingThenAsksForIt() throws Exception {
        Policy policy = (_, _) -> new Decision.NeedScope(Scopes.of("files"));
        try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog(TEMPLATE))) {
            assertThat(read(fixture, V2026_07_28, "test://template/1/data"))
                    .startsWith("scope ")
                    .contains("files");
            assertThat(fixture.refusals).containsExactly(Outcome.INSUFFICIENT_SCOPE);
            assertThat(read(fixture, V2026_07_28, "test://nothing")).contains("-32602");
        }
    }

    // H-90, H-95, H-96
    @Test
    void readWhenStatelessThenSaysHowLongItKeepsUnlessItAnswersQuestions() throws Exception {
        var kept = new TestResource(
                ResourceDefinition.of("test://kept", "kept", "d", null).keptFor(5_000),
                call -> List.of(new ResourceContents.Text(call.uri(), null, "x")));
        try (var fixture = new DispatcherFixture(catalog(kept, TestResource.of("test://not")))) {
            assertThat(read(fixture, V2026_07_28, "test://kept")).contains("\"ttlMs\":5000,\"cacheScope\":\"private\"");
            assertThat(read(fixture, V2026_07_28, "test://not")).contains("\"ttlMs\":0,\"cacheScope\":\"private\"");
            assertThat(fixture.call(
                            V2026_07_28, ADA, "resources/read", "{\"uri\":\"test://kept\",\"inputResponses\":{}}"))
                    .contains("\"ttlMs\":0,\"cacheScope\":\"private\"");
            assertThat(read(fixture, V2025_11_25, "test://kept"))
                    .doesNotContain("ttlMs")
                    .doesNotContain("cacheScope");
        }
    }

    @Test
    void readWhenTheAuthorGivesNothingOrBreaksThenInternalError() throws Exception {
        var empty = new TestResource(ResourceDefinition.of("test://empty", "empty", "d", null), _ -> List.of());
        var broken = new TestResource(ResourceDefinition.of("test://broken", "broken", "d", null), call -> {
            throw new IllegalStateException("secret " + call.uri());
        });
        var asks = new TestResource(ResourceDefinition.of("test://asks", "asks", "d", null), call -> {
            call.variable("none");
            return null;
        });
        try (var fixture = new DispatcherFixture(catalog(empty, broken, asks))) {
            for (String name : List.of("empty", "broken", "asks")) {
                assertThat(read(fixture, V2025_11_25, "test://" + name))
                        .contains("\"code\":-32603")
                        .doesNotContain("secret");
            }
            assertThat(fixture.calls).containsExactly("empty FAILED", "broken FAILED", "asks FAILED");
        }
    }

    @Test
    void readWhenTheCatalogChangesThenFollowsIt() throws Exception {
        var catalog = catalog(TestResource.of("test://a"));
        try (var fixture = new DispatcherFixture(catalog)) {
            assertThat(read(fixture, V2025_11_25, "test://b")).contains("-32002");
            catalog.add(TestResource.of("test://b"));
            assertThat(read(fixture, V2025_11_25, "test://b")).contains("contents");
            assertThat(fixture.call(V2025_11_25, ADA, "resources/list", "{}")).contains("test://b");
            catalog.removeResource("test://b");
            assertThat(read(fixture, V2025_11_25, "test://b")).contains("-32002");
        }
    }
}
