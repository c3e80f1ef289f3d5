package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
    /** No clock decides a test of what is right. */
    private static final SchemaLimits PATIENT = new SchemaLimits(256 * 1024, 32, 2_000, 10_000, 50_000, 600_000);

    private static final String DRAFT_07 = "\"$schema\":\"http://json-schema.org/draft-07/schema#\",";

    /** @param rest members of the root besides its type */
    private static InputSchema compile(String rest) {
        return InputSchema.compile("{\"type\":\"object\"," + rest + "}", PATIENT);
    }

    /** A schema of the one property {@code v}. */
    private static InputSchema of(String schema) {
        return compile("\"minProperties\":0,\"properties\":{\"v\":" + schema + "}");
    }

    private static String check(InputSchema schema, String value) {
        return schema.check(Json.parse("{\"v\":" + value + "}"));
    }

    private static void assertRefused(String rest, String problem) {
        assertThatThrownBy(() -> compile(rest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem)
                .message()
                .satisfies(JsonSchemaTest::assertShort);
    }

    private static void assertShort(String text) {
        assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(1_024);
    }

    // conformance fixture §4
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"contactMethod\":\"phone\",\"phone\":\"1\"} | ok",
                "{\"contactMethod\":\"email\",\"email\":\"a@b\"} | ok",
                "{\"name\":\"n\",\"email\":\"a@b\",\"address\":{\"street\":\"s\",\"city\":\"c\"}} | ok",
                "{} | phone",
                "{\"contactMethod\":\"phone\",\"email\":\"a@b\"} | phone",
                "{\"contactMethod\":\"email\",\"phone\":\"1\"} | email",
                "{\"contactMethod\":\"fax\",\"email\":\"a@b\"} | contactMethod",
                "{\"email\":\"a@b\",\"address\":{\"street\":7}} | /address/street",
                "{\"email\":\"a@b\",\"address\":[]} | /address",
                "{\"email\":\"a@b\",\"more\":1} | more",
            })
    void checkWhenSchemaIsTheFixturesThenObeysAllOfIt(String arguments, String expected) {
        var schema = InputSchema.compile("""
                {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
                 "$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
                 "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},
                   "phone":{"type":"string"},"email":{"type":"string"}},
                 "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
                 "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
                 "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}
                """);
        String problem = schema.check(Json.parse(arguments));
        if (expected.equals("ok")) {
            assertThat(problem).isNull();
        } else {
            assertThat(problem).contains(expected);
        }
    }

    // H-171
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://json-schema.org/draft/2020-12/schema",
                "https://json-schema.org/draft/2020-12/schema#",
                "http://json-schema.org/draft-07/schema",
                "http://json-schema.org/draft-07/schema#",
            })
    void compileWhenDialectIsKnownThenCompiles(String dialect) {
        var schema = compile("\"$schema\":\"" + dialect + "\",\"minProperties\":1");
        assertThat(schema.check(Json.parse("{}"))).isNotNull();
        assertThat(schema.check(Json.parse("{\"a\":1}"))).isNull();
        assertThat(compile("\"$schema\":\"" + dialect + "\"").isCompiled()).isTrue();
    }

    // H-171
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"https://json-schema.org/draft/2019-09/schema\"",
                "\"http://json-schema.org/draft-06/schema#\"",
                "\"http://json-schema.org/draft-04/schema#\"",
                "\"http://json-schema.org/schema#\"",
                "\"https://json-schema.org/draft/2020-12/schema?\"",
                "\"https://evil.example/draft-07/\"",
                "\"\"",
                "7",
                "{}",
            })
    void compileWhenDialectIsAnotherThenThrows(String dialect) {
        assertRefused(
                "\"$schema\":" + dialect, "is not supported; use https://json-schema.org/draft/2020-12/schema or");
        assertRefused("\"$schema\":\"" + "x".repeat(10_000) + "\"", "is not supported");
    }

    @Test
    void compileWhenDialectChangesWithinThenThrows() {
        assertRefused("\"properties\":{\"a\":{" + DRAFT_07 + "\"type\":\"string\"}}", "changes");
        assertRefused(DRAFT_07 + "\"definitions\":{\"a\":{\"$schema\":\"https://evil.example\"}}", "is not supported");
        compile("\"properties\":{\"$schema\":{\"type\":\"string\"},\"$id\":{},\"$ref\":{\"type\":\"string\"}}");
    }

    // what the two dialects say differently
    @Test
    void checkWhenDialectsDifferThenEachHasItsOwn() {
        String tuple =
                "\"properties\":{\"v\":{\"items\":[{\"type\":\"string\"},{\"type\":\"integer\"}],\"additionalItems\":false}}";
        var draft07 = compile(DRAFT_07 + tuple);
        assertThat(check(draft07, "[\"a\",1]")).isNull();
        assertThat(check(draft07, "[1,\"a\"]")).contains("/v/0").contains("/v/1");
        assertThat(check(draft07, "[\"a\",1,2]")).contains("/v");
        assertRefused(tuple, "/properties/v/items"); // 2020-12 has prefixItems

        String prefix =
                "\"properties\":{\"v\":{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}}";
        assertThat(check(compile(prefix), "[\"a\",1]")).isNull();
        assertThat(check(compile(prefix), "[\"a\",\"b\"]")).contains("/v/1");
        assertThat(check(compile(DRAFT_07 + prefix), "[\"a\",1]")).contains("/v/0");

        String dependent = "\"properties\":{\"v\":{\"dependentRequired\":{\"a\":[\"b\"]}}}";
        assertThat(check(compile(dependent), "{\"a\":1}")).contains("b");
        assertThat(check(compile(DRAFT_07 + dependent), "{\"a\":1}")).isNull();
        String dependency = "\"properties\":{\"v\":{\"dependencies\":{\"a\":[\"b\"],\"c\":{\"minProperties\":2}}}}";
        assertThat(check(compile(DRAFT_07 + dependency), "{\"a\":1}")).contains("/v");
        assertThat(check(compile(DRAFT_07 + dependency), "{\"c\":1}")).contains("/v");

        String sibling =
                "\"properties\":{\"v\":{\"$ref\":\"#/definitions/s\",\"maxLength\":1}},\"definitions\":{\"s\":{\"type\":\"string\"}}";
        assertThat(check(compile(sibling), "\"ab\"")).contains("/v");
        assertThat(check(compile(DRAFT_07 + sibling), "\"ab\"")).isNull();
        for (var schema : List.of(compile(sibling), compile(DRAFT_07 + sibling))) {
            assertThat(check(schema, "7")).contains("/v");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"$defs\":{\"s\":{\"$anchor\":\"here\",\"type\":\"string\"}},\"properties\":{\"v\":{\"$ref\":\"#here\"}}",
                "\"$defs\":{\"s\":{\"type\":\"string\"}},\"properties\":{\"v\":{\"$ref\":\"#/$defs/s\"}}",
                "\"$defs\":{\"s\":{\"type\":\"string\"}},\"properties\":{\"v\":{\"$ref\":\"#/%24defs/s\"}}",
                "\"$defs\":{\"a/b~c\":{\"type\":\"string\"}},\"properties\":{\"v\":{\"$ref\":\"#/$defs/a~1b~0c\"}}",
                "\"$defs\":{\"s\":{\"$dynamicAnchor\":\"here\",\"type\":\"string\"}},\"properties\":{\"v\":{\"$dynamicRef\":\"#here\"}}",
                "\"$id\":\"https://example.com/s\",\"$defs\":{\"s\":{\"type\":\"string\"}},\"properties\":{\"v\":{\"$ref\":\"#/$defs/s\"}}",
                DRAFT_07
                        + "\"definitions\":{\"s\":{\"$id\":\"#here\",\"type\":\"string\"}},\"properties\":{\"v\":{\"$ref\":\"#here\"}}",
                "\"properties\":{\"v\":{\"items\":{\"$ref\":\"#/properties/v\"},\"type\":[\"array\",\"string\"]}}",
                "\"properties\":{\"v\":{\"type\":\"string\"},\"w\":{\"$ref\":\"#\"}},\"minProperties\":1",
            })
    void checkWhenReferencesStayWithinThenFollowsThem(String rest) {
        assertThat(check(compile(rest), "\"text\"")).isNull();
        assertThat(check(compile(rest), "7")).contains("/v");
    }

    @Test
    void checkWhenSchemaIsRecursiveThenGoesDownWithTheValue() {
        var tree = compile(
                "\"properties\":{\"v\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#/$defs/n\"},\"x\":{\"type\":\"integer\"}}}}");
        String deep = "{\"next\":".repeat(60) + "{\"x\":%s}" + "}".repeat(60);
        assertThat(check(tree, deep.formatted("1"))).isNull();
        assertThat(check(tree, deep.formatted("\"a\""))).contains("integer");
    }

    // H-171, T-28
    @Test
    void compileWhenReferencesLeaveTheSchemaThenThrowsAndConnectsNowhere() throws Exception {
        try (var trap = ServerSocketChannel.open()) {
            trap.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            trap.configureBlocking(false);
            int port = trap.socket().getLocalPort();
            String there = "http://127.0.0.1:" + port + "/s.json";
            for (var target : List.of(
                    there,
                    there + "#/a",
                    there.replace("http", "https"),
                    "//127.0.0.1:" + port + "/s.json",
                    "/s.json",
                    "s.json#x",
                    "../s",
                    "file:///etc/passwd",
                    "classpath:draft-07/schema",
                    "resource:/draft/2020-12/schema",
                    "jar:" + there + "!/a",
                    "https://json-schema.org/draft/2020-12/schema",
                    "urn:x",
                    " #",
                    "")) {
                for (var place : List.of(
                        "\"%s\":\"%s\"",
                        "\"properties\":{\"v\":{\"%s\":\"%s\"}}",
                        "\"items\":{\"anyOf\":[{\"not\":{\"%s\":\"%s\"}}]}",
                        "\"$defs\":{\"a\":{\"%s\":\"%s\"}}",
                        "\"unknown\":{\"a\":[{\"%s\":\"%s\"}]}",
                        "\"dependentSchemas\":{\"a\":{\"%s\":\"%s\"}}")) {
                    assertRefused(place.formatted("$ref", target), "leaves the schema");
                    assertRefused(DRAFT_07 + place.formatted("$ref", target), "leaves the schema");
                    assertRefused(place.formatted("$dynamicRef", target), "leaves the schema");
                }
            }
            for (var data : List.of("default", "const", "examples", "enum")) { // no schemas, so nothing may point there
                String hidden = "{\"$ref\":\"" + there + "\"}";
                assertRefused(
                        "\"" + data + "\":" + (data.startsWith("e") ? "[" + hidden + "]" : hidden)
                                + ",\"properties\":{\"v\":{\"$ref\":\"#/" + data + (data.startsWith("e") ? "/0" : "")
                                + "\"}}",
                        "points to no schema");
            }
            for (var id : List.of("\"$id\":\"" + there + "\"", "\"id\":\"" + there + "\"")) {
                var schema = compile(id + ",\"$defs\":{\"s\":{\"type\":\"string\"}},\"minProperties\":0,"
                        + "\"properties\":{\"v\":{\"$ref\":\"#/$defs/s\"}}");
                assertThat(check(schema, "7")).contains("/v");
                assertRefused("\"$defs\":{\"s\":{\"$id\":\"" + there + "\"}}", "$id within the schema");
            }
            assertThat(trap.accept()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#/$defs/none",
                "#/properties/v/type",
                "#/properties/",
                "#none",
                "#/$defs/s~2",
                "#/%zz",
                "#//",
                "#/$defs/s/",
            })
    void compileWhenReferencePointsToNoSchemaThenThrows(String ref) {
        assertThatThrownBy(() ->
                        compile("\"$defs\":{\"s\":{}},\"properties\":{\"v\":{\"type\":\"string\",\"w\":{\"$ref\":\""
                                + ref + "\"}}}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // T-28
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"$ref\":\"#\"",
                "\"properties\":{\"v\":{\"$ref\":\"#/properties/v\"}}",
                "\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}",
                "\"$defs\":{\"a\":{\"$anchor\":\"a\",\"not\":{\"$ref\":\"#a\"}}}",
                "\"$defs\":{\"a\":{\"$dynamicAnchor\":\"a\",\"allOf\":[{\"$dynamicRef\":\"#a\"}]}}",
                "\"allOf\":[{\"anyOf\":[{\"oneOf\":[{\"$ref\":\"#\"}]}]}]",
                "\"if\":{\"$ref\":\"#/then\"},\"then\":{\"$ref\":\"#/else\"},\"else\":{\"$ref\":\"#/if\"}",
                "\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}",
                DRAFT_07 + "\"dependencies\":{\"a\":{\"$ref\":\"#\"}}",
                DRAFT_07 + "\"definitions\":{\"a\":{\"$id\":\"#a\",\"not\":{\"$ref\":\"#a\"}}}",
            })
    void compileWhenSchemasApplyEachOtherInACircleThenThrows(String rest) {
        assertRefused(rest, "in a circle");
    }

    // T-28, T-20
    @Test
    @Timeout(120)
    void compileWhenSchemaIsPastABoundThenThrows() {
        assertRefused("\"description\":\"" + "é".repeat(131_072) + "\"", "262144 bytes");
        assertRefused("\"not\":".repeat(1) + "{\"not\":".repeat(40) + "{}" + "}".repeat(40), "32 inside each other");
        assertRefused("\"x\":" + "{\"not\":".repeat(100_000) + "{}" + "}".repeat(100_000), "bytes");
        assertRefused("\"x\":" + "[".repeat(100_000) + "]".repeat(100_000), "not JSON");
        assertRefused("\"allOf\":[" + "{},".repeat(2_000) + "{}]", "2000 parts");
        assertRefused("\"enum\":[" + "1,".repeat(10_000) + "1]", "10000 enum entries");
        assertRefused(
                "\"a\":{\"enum\":[" + "1,".repeat(5_000) + "1]},\"b\":{\"enum\":[" + "1,".repeat(5_000) + "1]}",
                "enum");
        assertRefused("\"enum\":[" + "1,".repeat(1_000_000) + "1]", "bytes");
        assertRefused("\"properties\":{\"v\":{\"pattern\":\"(a{1000}){1000}\"}},\"minProperties\":0", "states");
        var patterns = new StringBuilder("\"minProperties\":0,\"patternProperties\":{");
        for (int i = 0; i < 60; i++) {
            patterns.append(i == 0 ? "" : ",").append("\"a{1000}").append(i).append("\":true");
        }
        assertRefused(patterns + "}", "states");
        assertRefused("\"minimum\":1e999999999", "64 bits");
        assertRefused("\"properties\":{\"v\":{\"multipleOf\":1e-999999999}}", "64 bits");
        var chain = new StringBuilder("\"$defs\":{");
        for (int i = 0; i < 40; i++) {
            chain.append("\"a")
                    .append(i)
                    .append("\":{\"$ref\":\"#/$defs/a")
                    .append(i + 1)
                    .append("\"},");
        }
        assertRefused(chain + "\"a40\":{}}", "32 schemas apply each other");
    }

    // T-28: the entries are within the bound
    @Test
    void checkWhenEnumIsLongThenFindsAndTellsShortly() {
        var entries = new StringBuilder();
        for (int i = 0; i < 9_000; i++) {
            entries.append(i == 0 ? "" : ",").append("\"entry-").append(i).append('"');
        }
        for (var schema : List.of(
                of("{\"type\":\"string\",\"enum\":[" + entries + "]}"),
                compile("\"properties\":{\"v\":{\"type\":\"string\",\"enum\":[" + entries + "]}}"))) {
            assertThat(check(schema, "\"entry-8999\"")).isNull();
            assertThat(check(schema, "\"entry-9000\"")).contains("v").satisfies(JsonSchemaTest::assertShort);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"objekt\"} | /properties/v/type",
                "{\"minLength\":-1} | /properties/v/minLength",
                "{\"minLength\":\"1\"} | /properties/v/minLength",
                "{\"pattern\":7} | /properties/v/pattern",
                "{\"pattern\":\"(\"} | an unclosed (",
                "{\"pattern\":\"^(?!a)\"} | look around",
                "{\"patternProperties\":{\"[\":{}}} | pattern [",
                "{\"required\":\"a\"} | /properties/v/required",
                "{\"anyOf\":{}} | /properties/v/anyOf",
                "{\"anyOf\":[]} | /properties/v/anyOf",
                "{\"items\":7} | /properties/v/items",
                "{\"properties\":[]} | /properties/v/properties",
                "{\"enum\":7} | /properties/v/enum",
                "{\"multipleOf\":0} | /properties/v/multipleOf",
                "{\"$ref\":7} | $ref must be a string",
                "7 | /properties/v",
            })
    void compileWhenKeywordIsMisusedThenThrows(String schema, String problem) {
        assertThatThrownBy(() -> of(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void compileWhenSchemaIsMutatedThenCompilesOrRefuses() {
        String original = """
                {"type":"object","$defs":{"a":{"$anchor":"x","type":"string","pattern":"^a{2}$"},"b":{"anyOf":[{"$ref":"#x"},{"const":7.5}]}},\
                "properties":{"v":{"$ref":"#/$defs/b"},"w":{"prefixItems":[{"enum":[1,null]}],"items":false,"uniqueItems":true,"minItems":2}},\
                "if":{"required":["v"]},"then":{"minProperties":1},"unevaluatedProperties":false}""";
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var tokens = original.split("(?<=[{}\\[\\],:])|(?=[{}\\[\\],:])");
        int compiled = 0;
        for (int round = 0; round < 2_000; round++) {
            var mutated = tokens.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                mutated[random.nextInt(tokens.length)] = tokens[random.nextInt(tokens.length)];
            }
            String text = String.join("", mutated);
            try {
                InputSchema.compile(text, PATIENT).check(Json.parse("{\"v\":\"aa\",\"w\":[1,{}]}"));
                compiled++;
            } catch (IllegalArgumentException e) {
                assertShort(e.getMessage());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
        assertThat(compiled).isBetween(20, 1_500); // else nothing was tried
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2,\"1\",\"2\",true,\"true\",null,\"null\",[1],[\"1\"],[[1]],{\"a\":1},{\"a\":\"1\"},{\"b\":1},{},[]] | unique",
                "[1,1.0] | not",
                "[100,1e2] | not",
                "[0,-0] | not",
                "[0.1,0.10] | not",
                "[\"a\",\"\\u0061\"] | not",
                "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}] | not",
                "[[1,2],[1,2]] | not",
                "[[1,2],[12]] | unique",
                "[[\"a\",\"b\"],[\"a\\\"1 b\"]] | unique",
                "[{\"a\":1,\"b\":2},{\"a\":{\"b\":2}}] | unique",
                "{\"a\":1} | unique",
            })
    void checkWhenItemsMustBeUniqueThenComparesThemAsJsonDoes(String value, String expected) {
        var schema = of("{\"uniqueItems\":true}");
        if (expected.equals("unique")) {
            assertThat(check(schema, value)).isNull();
        } else {
            assertThat(check(schema, value)).contains("unique");
        }
        assertThat(check(of("{\"uniqueItems\":false}"), value)).isNull();
    }

    // T-28: all items have one hash
    @Test
    @Timeout(120)
    void checkWhenItemsCollideThenEndsSoon() {
        var items = new StringBuilder("[");
        for (int i = 0; i < 1 << 16; i++) {
            items.append(i == 0 ? "\"" : ",\"");
            for (int bit = 0; bit < 16; bit++) {
                items.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            items.append('"');
        }
        assertThat(check(of("{\"uniqueItems\":true}"), items + "]")).isNull();
    }

    // T-21
    @ParameterizedTest
    @ValueSource(
            strings = {"1e999999999", "-1e999999999", "1e-999999999", "0e999999999", "1E+400000", "[{\"a\":[1e9999]}]"})
    @Timeout(60)
    void checkWhenNumberIsHugeThenRefusesWithoutWritingItOut(String number) {
        for (var schema : List.of(
                of("{\"multipleOf\":3}"),
                of("{\"type\":\"integer\"}"),
                of("{\"const\":1}"),
                of("{\"enum\":[1]}"),
                of("{\"uniqueItems\":true}"),
                of("{\"minimum\":1}"),
                of("true"))) {
            assertThat(check(schema, number)).isEqualTo("/v: holds a number that does not fit 64 bits");
        }
    }

    @Test
    void checkWhenNumberIsLongButFitsThenCountsIt() {
        assertThat(check(of("{\"multipleOf\":0.01}"), "4.35")).isNull();
        assertThat(check(of("{\"multipleOf\":0.01}"), "4.355")).contains("multiple");
        assertThat(check(of("{\"type\":\"integer\"}"), "1" + "0".repeat(300))).isNull();
        assertThat(check(of("{\"type\":\"integer\"}"), "1.0")).isNull();
        assertThat(check(of("{\"type\":\"integer\"}"), "1." + "0".repeat(900) + "1"))
                .contains("integer");
        assertThat(check(of("{\"maximum\":0}"), "-0")).isNull();
        assertThat(check(of("{\"type\":\"number\"}"), "1e308")).isNull();
    }

    /** A definition that asks ten others, each of which asks the same ten, and so on. */
    private static String fan(String keyword, int levels) {
        var rest = new StringBuilder("\"properties\":{\"v\":{\"$ref\":\"#/$defs/a0\"}},\"$defs\":{");
        for (int level = 0; level < levels; level++) {
            String next = "{\"$ref\":\"#/$defs/a" + (level + 1) + "\"}";
            rest.append("\"a%d\":{\"%s\":[%s%s]},".formatted(level, keyword, (next + ",").repeat(9), next));
        }
        return rest + "\"a" + levels + "\":{\"%s\":\"%s\"}}";
    }

    // T-28
    @ParameterizedTest
    @CsvSource({"anyOf,type,string", "oneOf,type,string", "allOf,type,integer", "anyOf,$comment,x,", "allOf,$comment,x"
    })
    @Timeout(120)
    void checkWhenSchemasMultiplyThenEndsWithTheBudget(String keyword, String last, String value) {
        String rest = fan(keyword, 9).formatted(last, value);
        boolean explodes = !(keyword.equals("anyOf") && last.equals("$comment")); // the first choice will do
        var schema = InputSchema.compile("{\"type\":\"object\"," + rest + "}");
        if (explodes) {
            assertThat(check(schema, "7")).contains("takes more than 50 ms to check");
        } else {
            assertThat(check(schema, "7")).isNull();
        }
    }

    // T-28
    @Test
    @Timeout(120)
    void compileWhenSchemasMultiplyOnAnythingThenThrows() {
        String rest = fan("allOf", 9)
                .formatted("$comment", "x")
                .replace("\"properties\":{\"v\":{\"$ref\":\"#/$defs/a0\"}}", "\"$ref\":\"#/$defs/a0\"");
        assertThatThrownBy(() -> InputSchema.compile("{\"type\":\"object\"," + rest + "}"))
                .hasMessageContaining("takes too long to check even an empty object");
    }

    // T-28
    @Test
    @Timeout(120)
    void checkWhenPatternsAreMadeToExplodeThenFindsAllTheSame() {
        String text = "\"" + "a".repeat(50_000) + "!\"";
        assertThat(check(of("{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}"), text))
                .contains("pattern");
        assertThat(check(of("{\"patternProperties\":{\"^(a|a)*$\":false}}"), "{\"" + "a".repeat(900) + "!\":1}"))
                .isNull();
        assertThat(check(of("{\"propertyNames\":{\"pattern\":\"^(a*)*$\"}}"), "{\"" + "a".repeat(900) + "!\":1}"))
                .contains("/v")
                .satisfies(JsonSchemaTest::assertShort);
        var large = InputSchema.compile(
                "{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"string\",\"pattern\":\"^(a?){10000}b$\"}}}");
        assertThat(check(large, "\"" + "a".repeat(1_000_000) + "\"")).contains("takes more than 50 ms to check");
    }

    // H-173, H-201
    @Test
    void checkWhenValuesAreLongThenDoesNotRepeatThem() {
        String longText = "é".repeat(20_000);
        String longName = "ü".repeat(300);
        for (var schema : List.of(
                of("{\"const\":1}"),
                of("{\"enum\":[1,2]}"),
                of("{\"type\":\"integer\"}"),
                of("{\"pattern\":\"^x$\"}"),
                of("{\"maxLength\":1}"),
                of("{\"not\":{}}"),
                of("false"),
                of("{\"anyOf\":[{\"const\":1},{\"type\":\"integer\"}]}"))) {
            assertThat(check(schema, "\"" + longText + "\""))
                    .isNotEmpty()
                    .doesNotContain("éé")
                    .satisfies(JsonSchemaTest::assertShort);
        }
        for (var schema : List.of(
                of("{\"additionalProperties\":false}"),
                of("{\"additionalProperties\":{\"type\":\"string\"}}"),
                of("{\"propertyNames\":{\"maxLength\":1}}"),
                of("{\"unevaluatedProperties\":false}"),
                of("{\"const\":\"" + longText + "\"}"),
                of("{\"pattern\":\"^" + longText + "$\",\"type\":\"string\"}"))) {
            var members = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                members.append(i == 0 ? "" : ",")
                        .append("\"")
                        .append(longName)
                        .append(i)
                        .append("\":1");
            }
            assertThat(check(schema, "{" + members + "}"))
                    .isNotEmpty()
                    .doesNotContain("ü".repeat(200))
                    .satisfies(JsonSchemaTest::assertShort);
        }
    }

    @Test
    void checkWhenFormatIsSaidThenTakesItAsANote() {
        for (var rest : List.of("", DRAFT_07)) {
            var schema = compile(
                    rest + "\"minProperties\":0,\"properties\":{\"v\":{\"type\":\"string\",\"format\":\"email\"}}");
            assertThat(check(schema, "\"no address\"")).isNull();
        }
    }
}
