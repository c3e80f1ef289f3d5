package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.mcp.dispatch.TestPrompt;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptRegistryTest {
    private static PromptRegistry registry(PromptDefinition... definitions) {
        return PromptRegistry.of(List.of(definitions).stream()
                .map(definition -> new TestPrompt(definition, _ -> PromptResult.of()))
                .toList());
    }

    @Test
    void ofWhenDefinitionsAreGoodThenKeepsTheirOrder() {
        var registry = registry(
                PromptDefinition.of("b", "d").titled("B").requiring("x", "d").allowing("y", "d"),
                PromptDefinition.of("a", "d"));

        assertThat(registry.all())
                .extracting(PromptRegistry.RegisteredPrompt::key)
                .containsExactly("b", "a");
        assertThat(registry.find("a")).isNotNull();
        assertThat(registry.find("c")).isNull();
    }

    // H-170
    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a.b", "ü", "a\n"})
    void ofWhenNameIsBadThenRefuses(String name) {
        assertThatThrownBy(() -> registry(PromptDefinition.of(name, "d"))).hasMessageContaining("H-170");
        assertThatThrownBy(() -> registry(PromptDefinition.of("good", "d").requiring(name, "d")))
                .hasMessageContaining("prompt good: the name of argument");
    }

    @Test
    void ofWhenNameIsAsLongAsMayBeThenTakesIt() {
        assertThat(registry(PromptDefinition.of("a".repeat(64), "d")).all()).hasSize(1);
        assertThatThrownBy(() -> registry(PromptDefinition.of("a".repeat(65), "d")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofWhenMuchIsWrongThenSaysAllOfIt() {
        assertThatThrownBy(() -> registry(
                        PromptDefinition.of("twice", "d"),
                        PromptDefinition.of("twice", "d").titled(" ").timingOutAfter(0),
                        PromptDefinition.of("args", "d").requiring("x", "d").allowing("x", "d"),
                        PromptDefinition.of("line", "d").titled("a\nb")))
                .hasMessageContaining("prompt twice: the name is taken")
                .hasMessageContaining("prompt twice: a title")
                .hasMessageContaining("prompt twice: timeoutMillis must be positive, found 0")
                .hasMessageContaining("prompt args: argument x is there twice")
                .hasMessageContaining("prompt line: a title");
    }
}
