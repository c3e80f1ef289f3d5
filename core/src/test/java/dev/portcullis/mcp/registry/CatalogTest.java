package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.mcp.dispatch.TestPrompt;
import dev.portcullis.mcp.dispatch.TestResource;
import dev.portcullis.mcp.dispatch.TestTool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private static TestTool tool(String name) {
        return TestTool.of(name, _ -> ToolResult.text(name));
    }

    @Test
    void addAndRemoveWhenSomethingChangesThenTellsWhatKind() {
        var catalog = Catalog.of(tool("a"));
        var heard = new ArrayList<Change>();
        catalog.changes().listen(heard::add);

        catalog.add(tool("b"));
        catalog.add(TestPrompt.of("p"));
        catalog.add(TestResource.of("test://r"));
        catalog.add(TestResource.template("test://t/{id}"));
        assertThat(catalog.removeTool("a")).isTrue();
        assertThat(catalog.removePrompt("p")).isTrue();
        assertThat(catalog.removeResource("test://t/{id}")).isTrue();

        assertThat(heard)
                .containsExactly(
                        new Change.ToolList(),
                        new Change.PromptList(),
                        new Change.ResourceList(),
                        new Change.ResourceList(),
                        new Change.ToolList(),
                        new Change.PromptList(),
                        new Change.ResourceList());
        assertThat(catalog.tools().names()).containsExactly("b");
        assertThat(catalog.prompts().all()).isEmpty();
        assertThat(catalog.resources().resources()).hasSize(1);
        assertThat(catalog.resources().templates()).isEmpty();
    }

    @Test
    void removeWhenItIsNotThereThenTellsNothing() {
        var catalog = Catalog.of();
        var heard = new ArrayList<Change>();
        catalog.changes().listen(heard::add);

        assertThat(catalog.removeTool("a")).isFalse();
        assertThat(catalog.removePrompt("a")).isFalse();
        assertThat(catalog.removeResource("test://a")).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void addWhenTakenOrWrongThenRefusesAndStaysAsItWas() {
        var catalog = Catalog.of(tool("a"));
        catalog.add(TestPrompt.of("p"));
        catalog.add(TestResource.of("test://r"));
        catalog.add(TestResource.template("test://t/{id}"));
        var heard = new ArrayList<Change>();
        catalog.changes().listen(heard::add);

        assertThatThrownBy(() -> catalog.add(tool("a"))).hasMessage("tool a: the name is taken");
        assertThatThrownBy(() -> catalog.add(TestPrompt.of("p"))).hasMessage("prompt p: the name is taken");
        assertThatThrownBy(() -> catalog.add(TestResource.of("test://r")))
                .hasMessage("resource test://r: the URI is taken");
        assertThatThrownBy(() -> catalog.add(TestResource.template("test://t/{other}")))
                .hasMessageContaining("fits the same URIs as test://t/{id}");
        assertThatThrownBy(() -> catalog.add(TestPrompt.of("not a name"))).hasMessageContaining("H-170");
        assertThat(heard).isEmpty();
        assertThat(catalog.tools().all()).hasSize(1);
    }

    /** A place is kept while others come and go, and never given out twice. */
    @Test
    void placesWhenOthersComeAndGoThenStay() {
        var catalog = Catalog.of(tool("a"), tool("b"), tool("c"));
        var before = catalog.tools().roster();
        assertThat(before.indexBehind(before.placeAt(0))).isEqualTo(1);

        catalog.removeTool("b");
        catalog.add(tool("b"));
        var after = catalog.tools().roster();

        assertThat(after.all()).extracting(RegisteredTool::key).containsExactly("a", "c", "b");
        assertThat(after.placeAt(0)).isEqualTo(before.placeAt(0));
        assertThat(after.placeAt(1)).isEqualTo(before.placeAt(2));
        assertThat(after.placeAt(2)).isGreaterThan(before.placeAt(2));
        assertThat(after.indexBehind(before.placeAt(1))).isEqualTo(1); // what stood there has gone: c is next
        assertThat(after.indexOf("b")).isEqualTo(2);
        assertThat(after.indexOf("d")).isEqualTo(-1);
    }

    @Test
    void addWhenManyThreadsThenNothingIsLost() throws Exception {
        var catalog = Catalog.of();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            String prefix = "t" + t + "-";
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 50; i++) {
                    catalog.add(tool(prefix + i));
                    catalog.add(TestPrompt.of(prefix + i));
                    if (i % 2 == 0) {
                        catalog.removeTool(prefix + i);
                    }
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(catalog.tools().all()).hasSize(100);
        assertThat(catalog.prompts().all()).hasSize(200);
        var places = catalog.tools().all().stream()
                .map(each -> catalog.tools()
                        .roster()
                        .placeAt(catalog.tools().roster().indexOf(each.key())))
                .toList();
        assertThat(places).isSorted().doesNotHaveDuplicates();
        assertThat(List.copyOf(catalog.tools().names())).hasSize(100);
    }
}
