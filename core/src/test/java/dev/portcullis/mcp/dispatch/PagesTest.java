package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.Json;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-184, T-29: lists in pages. */
class PagesTest {
    private static final Policy ALL = (_, _) -> Decision.ALLOW;
    private static final Map<String, String> MEMBERS = Map.of(
            "tools/list", "tools",
            "prompts/list", "prompts",
            "resources/list", "resources",
            "resources/templates/list", "resourceTemplates");

    /** One page: the keys on it, and the cursor to the next, if there is one. */
    private record Page(List<String> keys, @Nullable String next) {}

    private static CallLimits pagesOf(int size) {
        return DispatcherFixture.limits(
                size, CallLimits.DEFAULT.completionMillis(), CallLimits.DEFAULT.logsPerSecondMax());
    }

    private static TestTool tool(String name) {
        return TestTool.of(name, _ -> ToolResult.text(name));
    }

    private static Catalog catalog(int size) {
        var numbers = IntStream.range(0, size).boxed().toList();
        var resources = new ArrayList<TestResource>();
        numbers.forEach(i -> resources.add(TestResource.of("test://r" + i)));
        numbers.forEach(i -> resources.add(TestResource.template("test://t" + i + "/{id}")));
        return new Catalog(
                ToolRegistry.of(numbers.stream().map(i -> tool("t" + i)).toList()),
                PromptRegistry.of(
                        numbers.stream().map(i -> TestPrompt.of("p" + i)).toList()),
                ResourceRegistry.of(resources));
    }

    private static String params(@Nullable String cursor) {
        return cursor == null ? "{}" : "{\"cursor\":\"" + cursor + "\"}";
    }

    private static Page page(
            DispatcherFixture fixture, ProtocolVersion version, Principal who, String method, @Nullable String cursor)
            throws Exception {
        String answer = fixture.call(version, who, method, params(cursor));
        assertThat(answer).startsWith("200 ").contains("\"result\"");
        var body = (Map<?, ?>) Json.tree(answer.substring(4));
        var result = (Map<?, ?>) body.get("result");
        String member = MEMBERS.get(method);
        var keys = ((List<?>) result.get(member))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .map(each -> String.valueOf(each.get(
                                switch (member) {
                                    case "resources" -> "uri";
                                    case "resourceTemplates" -> "uriTemplate";
                                    default -> "name";
                                })))
                        .toList();
        return new Page(keys, (String) result.get("nextCursor"));
    }

    private static List<String> all(DispatcherFixture fixture, ProtocolVersion version, Principal who, String method)
            throws Exception {
        var keys = new ArrayList<String>();
        String cursor = null;
        do {
            var page = page(fixture, version, who, method, cursor);
            keys.addAll(page.keys());
            cursor = page.next();
        } while (cursor != null);
        return keys;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void listWhenLongerThanAPageThenAllComesOnceAndInOrder(ProtocolVersion version) throws Exception {
        var catalog = catalog(7);
        try (var fixture = new DispatcherFixture(ALL, pagesOf(3), catalog)) {
            assertThat(all(fixture, version, ADA, "tools/list"))
                    .containsExactly("t0", "t1", "t2", "t3", "t4", "t5", "t6");
            assertThat(all(fixture, version, ADA, "prompts/list"))
                    .containsExactly("p0", "p1", "p2", "p3", "p4", "p5", "p6");
            assertThat(all(fixture, version, ADA, "resources/list"))
                    .hasSize(7)
                    .startsWith("test://r0")
                    .endsWith("test://r6");
            assertThat(all(fixture, version, ADA, "resources/templates/list"))
                    .hasSize(7)
                    .startsWith("test://t0/{id}")
                    .endsWith("test://t6/{id}");
        }
    }

    @Test
    void listWhenItFillsPagesExactlyThenTheLastHasNoCursor() throws Exception {
        try (var fixture = new DispatcherFixture(ALL, pagesOf(3), catalog(6))) {
            var first = page(fixture, V2025_11_25, ADA, "tools/list", null);
            assertThat(first.keys()).hasSize(3);
            var second = page(fixture, V2025_11_25, ADA, "tools/list", first.next());
            assertThat(second.keys()).containsExactly("t3", "t4", "t5");
            assertThat(second.next()).isNull();
        }
    }

    @Test
    void listWhenUpToAPageThenNoCursor() throws Exception {
        try (var fixture = new DispatcherFixture(catalog(100))) {
            var page = page(fixture, V2026_07_28, ADA, "tools/list", null);
            assertThat(page.keys()).hasSize(100);
            assertThat(page.next()).isNull();
        }
    }

    /** What is hidden counts on no page, and no page tells that there is more when the rest is hidden. */
    @Test
    void listWhenSomeAreHiddenThenPagesAreFullWithoutThem() throws Exception {
        Policy policy = (who, action) -> action instanceof Action.CallTool(String name)
                        && who.equals(ADA)
                        && Integer.parseInt(name.substring(1)) % 3 != 0
                ? new Decision.Deny("no")
                : action.equals(new Action.CallTool("t3")) ? new Decision.NeedScope(Scopes.of("more")) : Decision.ALLOW;
        try (var fixture = new DispatcherFixture(policy, pagesOf(2), catalog(9))) {
            var first = page(fixture, V2025_11_25, ADA, "tools/list", null);
            assertThat(first.keys()).containsExactly("t0", "t3"); // what lacks a scope is listed
            var second = page(fixture, V2025_11_25, ADA, "tools/list", first.next());
            assertThat(second.keys()).containsExactly("t6");
            assertThat(second.next()).isNull(); // t7 and t8 are hidden
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"x\"",
                "\"MA==\"",
                "0",
                "null",
                "{}",
                "[]",
                "true",
                "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
                "\"\\u0000\"",
            })
    void listWhenCursorIsGarbageThenInvalidParams(String cursor) throws Exception {
        try (var fixture = new DispatcherFixture(ALL, pagesOf(1), catalog(2))) {
            for (var version : ProtocolVersion.ALL) {
                for (String method : MEMBERS.keySet()) {
                    assertThat(fixture.call(version, ADA, method, "{\"cursor\":" + cursor + "}"))
                            .startsWith("200 ")
                            .contains("\"code\":-32602,\"message\":\"Unknown cursor\"");
                }
            }
        }
    }

    @Test
    void listWhenCursorIsHugeThenInvalidParams() throws Exception {
        try (var fixture = new DispatcherFixture(ALL, pagesOf(1), catalog(2))) {
            assertThat(fixture.call(V2026_07_28, ADA, "tools/list", params("A".repeat(1 << 20))))
                    .contains("\"code\":-32602");
        }
    }

    /** T-29: one of another list or person, or with a bit changed, is as good as random. */
    @Test
    void listWhenCursorIsForeignOrForgedThenInvalidParams() throws Exception {
        try (var fixture = new DispatcherFixture(ALL, pagesOf(1), catalog(3))) {
            for (String from : MEMBERS.keySet()) {
                String cursor = page(fixture, V2026_07_28, ADA, from, null).next();
                assertThat(cursor).matches("[A-Za-z0-9_-]{20,300}");
                for (String to : MEMBERS.keySet()) {
                    String answer = fixture.call(V2025_11_25, ADA, to, params(cursor));
                    if (from.equals(to)) {
                        assertThat(answer).contains("\"result\"");
                    } else {
                        assertThat(answer).contains("\"code\":-32602");
                    }
                }
                assertThat(fixture.call(V2026_07_28, BOB, from, params(cursor))).contains("\"code\":-32602");
                for (int i = 0; i < cursor.length(); i++) {
                    char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
                    String forged = cursor.substring(0, i) + other + cursor.substring(i + 1);
                    assertThat(fixture.call(V2026_07_28, ADA, from, params(forged)))
                            .contains("\"code\":-32602");
                }
                assertThat(fixture.call(V2026_07_28, ADA, from, params(cursor.substring(1))))
                        .contains("\"code\":-32602");
                assertThat(fixture.call(V2026_07_28, ADA, from, params(cursor + "A")))
                        .contains("\"code\":-32602");
            }
        }
    }

    /** The place is what counts, not the index: nothing is left out or comes twice. */
    @Test
    void listWhenTheListChangesBetweenPagesThenGoesOnBehindTheLast() throws Exception {
        var catalog = catalog(6);
        try (var fixture = new DispatcherFixture(ALL, pagesOf(2), catalog)) {
            String cursor = page(fixture, V2025_11_25, ADA, "tools/list", null).next();
            catalog.removeTool("t0"); // before it
            assertThat(page(fixture, V2025_11_25, ADA, "tools/list", cursor).keys())
                    .containsExactly("t2", "t3");
            catalog.removeTool("t1"); // the very one
            assertThat(page(fixture, V2025_11_25, ADA, "tools/list", cursor).keys())
                    .containsExactly("t2", "t3");
            catalog.removeTool("t2"); // the next one
            catalog.add(tool("t1")); // the very one, at the end
            var page = page(fixture, V2025_11_25, ADA, "tools/list", cursor);
            assertThat(page.keys()).containsExactly("t3", "t4");
            assertThat(page(fixture, V2025_11_25, ADA, "tools/list", page.next())
                            .keys())
                    .containsExactly("t5", "t1");
        }
    }

    /** Another node, or this one after a restart, goes on behind the same name; and only behind one that it has. */
    @Test
    void listWhenCursorIsOfAnotherProcessThenGoesOnBehindTheSameKey() throws Exception {
        var here = catalog(4);
        var there = catalog(4);
        there.removeTool("t0");
        try (var one = new DispatcherFixture(ALL, pagesOf(2), here);
                var other = new DispatcherFixture(ALL, pagesOf(2), there)) {
            String cursor = page(one, V2026_07_28, ADA, "tools/list", null).next();
            assertThat(page(other, V2026_07_28, ADA, "tools/list", cursor).keys())
                    .containsExactly("t2", "t3");
            there.removeTool("t1");
            assertThat(other.call(V2026_07_28, ADA, "tools/list", params(cursor)))
                    .contains("\"code\":-32602");
        }
    }

    // H-95, H-96: every page says the same
    @Test
    void listWhenStatelessThenEveryPageSaysHowLongItKeeps() throws Exception {
        try (var fixture = new DispatcherFixture(ALL, pagesOf(1), catalog(2))) {
            for (String method : MEMBERS.keySet()) {
                String cursor = page(fixture, V2026_07_28, ADA, method, null).next();
                for (String params : List.of("{}", params(cursor))) {
                    assertThat(fixture.call(V2026_07_28, ADA, method, params))
                            .contains("\"ttlMs\":60000,\"cacheScope\":\"private\"")
                            .contains("\"resultType\":\"complete\"");
                    assertThat(fixture.call(V2025_11_25, ADA, method, "{}"))
                            .doesNotContain("ttlMs")
                            .doesNotContain("cacheScope");
                }
            }
        }
    }

    /** Lists are put together while tools come and go: whoever stays is in each, once. */
    @Test
    void listWhenTheCatalogChangesMeanwhileThenWhoStaysIsListedOnce() throws Exception {
        var catalog = catalog(20);
        try (var fixture = new DispatcherFixture(ALL, pagesOf(3), catalog)) {
            var changing = Thread.ofVirtual().start(() -> {
                for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                    String name = "come-and-go-" + i % 5;
                    catalog.add(tool(name));
                    catalog.removeTool("t" + (i % 10) * 2);
                    catalog.removeTool(name);
                    if (catalog.tools().find("t" + (i % 10) * 2) == null) {
                        catalog.add(tool("t" + (i % 10) * 2));
                    }
                }
            });
            try {
                for (int round = 0; round < 100; round++) {
                    var keys = all(fixture, round % 2 == 0 ? V2025_11_25 : V2026_07_28, ADA, "tools/list");
                    var odd = keys.stream()
                            .filter(key -> key.matches("t\\d*[13579]"))
                            .toList();
                    assertThat(odd).hasSize(10).doesNotHaveDuplicates().isSubsetOf(new HashSet<>(keys));
                    assertThat(fixture.call(V2025_11_25, ADA, "tools/call", "{\"name\":\"t1\"}"))
                            .contains("\"text\":\"t1\"");
                }
            } finally {
                changing.interrupt();
                changing.join();
            }
        }
    }
}
