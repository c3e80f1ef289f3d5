package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import dev.portcullis.mcp.dispatch.TestTool;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolRegistryTest {
    private static final String FLAT = """
            {"type":"object","title":"t","properties":{\
            "prompt":{"type":"string","description":"d","minLength":1,"maxLength":3},\
            "steps":{"type":"integer","minimum":4,"maximum":8,"default":4},\
            "size":{"type":"string","enum":["s","l"]},\
            "rate":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1.5},\
            "hd":{"type":"boolean"}},"required":["prompt"],"additionalProperties":false}""";

    // H-170
    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a.b", "a/b", "é", "a\n"})
    void ofWhenNameIsBadThenThrows(String name) {
        assertThatThrownBy(() -> ToolRegistry.of(TestTool.of(name, call -> null)))
                .hasMessageContaining("H-170");
        assertThatThrownBy(() -> ToolRegistry.of(TestTool.of("a".repeat(65), call -> null)))
                .hasMessageContaining("H-170");
    }

    @Test
    void ofWhenSeveralAreWrongThenSaysAll() {
        assertThatThrownBy(() -> ToolRegistry.of(
                        TestTool.of("a", call -> null),
                        TestTool.of("a", call -> null),
                        schema("b", "[]"),
                        schema("c", "{")))
                .hasMessageContaining("tool a: the name is taken")
                .hasMessageContaining("tool b: a schema is a JSON object")
                .hasMessageContaining("tool c: the schema is not JSON");
    }

    @Test
    void allWhenRegisteredThenKeepsTheOrder() {
        var registry = ToolRegistry.of(
                TestTool.of("c", call -> null), TestTool.of("a", call -> null), TestTool.of("b", call -> null));
        assertThat(registry.all().stream().map(tool -> tool.definition().name()))
                .containsExactly("c", "a", "b");
        assertThat(registry.find("a")).isSameAs(registry.all().get(1));
    }

    private static TestTool schema(String name, String schema) {
        return new TestTool(ToolDefinition.of(name, "d", schema), call -> null);
    }

    // H-171, H-56
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | \"type\":\"object\"",
                "{\"type\":\"string\"} | \"type\":\"object\"",
                "{\"type\":[\"object\"]} | \"type\":\"object\"",
                "{\"type\":\"object\",\"$schema\":\"http://json-schema.org/draft-04/schema#\"} | is not supported",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"https://evil.example/s\"}}} | leaves the schema",
                "{\"type\":\"object\",\"$defs\":{\"a\":{\"$dynamicRef\":\"other.json#x\"}}} | leaves the schema",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}} | header name",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}}} | header name",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":7}}} | header name",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}} | needs type",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"x-mcp-header\":\"A\"}}} | needs type",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}} | repeated",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}} | reachable",
                "{\"type\":\"object\",\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]} | reachable",
                "{\"type\":\"object\",\"$defs\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}} | reachable",
                "{\"type\":\"object\",\"x-mcp-header\":\"A\"} | reachable",
                "{\"type\":\"object\",\"type\":\"object\"} | repeated",
            })
    void ofWhenSchemaBreaksTheRulesThenThrows(String schema, String problem) {
        assertThatThrownBy(() -> ToolRegistry.of(schema("t", schema))).hasMessageContaining(problem);
    }

    // H-56
    @Test
    void mirroredWhenAnnotatedThenKnowsTheWayThere() {
        var schema = InputSchema.compile("""
                {"type":"object","properties":{"x-mcp-header":{"type":"object","properties":{\
                "b":{"type":"boolean","x-mcp-header":"B"}}},"d":{"enum":[{"x-mcp-header":"no"}]}}}""");
        assertThat(schema.mirrored())
                .containsExactly(
                        new MirroredArgument("B", List.of("x-mcp-header", "b"), MirroredArgument.Type.BOOLEAN));
    }

    // what both ways of checking must agree on
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt\":\"a\"} | ok",
                "{\"prompt\":\"abc\",\"steps\":4,\"size\":\"s\",\"rate\":1,\"hd\":true} | ok",
                "{\"prompt\":\"\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\",\"steps\":8.0,\"rate\":1e-3} | ok",
                "{\"pr\\u006fmpt\":\"a\"} | ok",
                "{} | prompt",
                "{\"prompt\":\"\"} | prompt",
                "{\"prompt\":\"abcd\"} | prompt",
                "{\"prompt\":null} | prompt",
                "{\"prompt\":7} | prompt",
                "{\"prompt\":\"a\",\"steps\":3} | steps",
                "{\"prompt\":\"a\",\"steps\":9} | steps",
                "{\"prompt\":\"a\",\"steps\":4.5} | steps",
                "{\"prompt\":\"a\",\"steps\":\"4\"} | steps",
                "{\"prompt\":\"a\",\"size\":\"m\"} | size",
                "{\"prompt\":\"a\",\"rate\":0} | rate",
                "{\"prompt\":\"a\",\"rate\":1.5} | rate",
                "{\"prompt\":\"a\",\"rate\":1e999} | rate",
                "{\"prompt\":\"a\",\"hd\":1} | hd",
                "{\"prompt\":\"a\",\"hd\":\"true\"} | hd",
                "{\"prompt\":\"a\",\"other\":1} | other",
            })
    void checkWhenSchemaIsFlatThenAgreesWithTheLibrary(String arguments, String expected) {
        var compiled = InputSchema.compile(FLAT);
        assertThat(compiled.isCompiled()).isTrue();
        var library = InputSchema.compile(FLAT.replace("\"title\"", "\"minProperties\":0,\"title\""));
        assertThat(library.isCompiled()).isFalse();
        for (var schema : List.of(compiled, library)) {
            String problem = schema.check(Json.parse(arguments));
            if (expected.equals("ok")) {
                assertThat(problem).isNull();
            } else {
                assertThat(problem).contains(expected);
            }
        }
    }

    // H-201
    @Test
    void checkWhenMuchIsWrongThenSaysItShortly() {
        var many = new StringBuilder("{\"prompt\":\"a\"");
        for (int i = 0; i < 5_000; i++) {
            many.append(",\"").append("k".repeat(500)).append(i).append("\":1");
        }
        String arguments = many.append("}").toString();
        assertThat(InputSchema.compile(FLAT).check(Json.parse(arguments))).hasSizeLessThan(1_024);
        assertThat(InputSchema.compile(FLAT.replace("\"title\"", "\"minProperties\":0,\"title\""))
                        .check(Json.parse(arguments)))
                .hasSizeLessThan(1_024);
    }

    @Test
    void ofWhenInlineToolHasARichSchemaThenThrows() {
        var tool = new TestTool(
                ToolDefinition.of("t", "d", "{\"type\":\"object\",\"minProperties\":1}")
                        .inline(),
                call -> null);
        assertThatThrownBy(() -> ToolRegistry.of(tool)).hasMessageContaining("flat schema");
    }

    @ParameterizedTest
    @EnumSource(
            value = ToolDefinition.TaskSupport.class,
            names = {"OPTIONAL", "REQUIRED"})
    void ofWhenInlineToolMayBeATaskThenThrows(ToolDefinition.TaskSupport support) {
        var tool = new TestTool(
                ToolDefinition.of("t", "d", "{\"type\":\"object\"}").inline().asTask(support), call -> null);
        assertThatThrownBy(() -> ToolRegistry.of(tool)).hasMessageContaining("never a task");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void argumentsWhenReadThenGivesValues(boolean large) {
        String padding = large ? ",\"p\":\"" + "x".repeat(2_000) + "\"" : "";
        var arguments = new JsonArguments(
                Json.parse("{\"n\":2.5,\"i\":4.0,\"s\":\"t\\n\",\"b\":true,\"z\":null,\"o\":{\"a\":[1]},\"\\u00fc\":1"
                        + padding + "}"));
        assertThat(arguments.number("n")).isEqualTo(2.5);
        assertThat(arguments.integer("i", 9)).isEqualTo(4);
        assertThat(arguments.integer("none", 9)).isEqualTo(9);
        assertThat(arguments.integer("z", 9)).isEqualTo(9);
        assertThat(arguments.string("s")).isEqualTo("t\n");
        assertThat(arguments.bool("b", false)).isTrue();
        assertThat(arguments.has("z")).isFalse();
        assertThat(arguments.has("ü")).isTrue();
        assertThat(arguments.json("o")).isEqualTo("{\"a\":[1]}");
        assertThat(arguments.json("z")).isEqualTo("null");
        assertThat(arguments.json("none")).isNull();
        assertThatThrownBy(() -> arguments.string("n")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arguments.number("none")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arguments.integer("n", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
