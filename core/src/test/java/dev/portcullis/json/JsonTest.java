package dev.portcullis.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    // T-21
    @Test
    void treeWhenExponentIsPastAllUseThenThrows() {
        assertThatThrownBy(() -> Json.tree("[1e99999999999]")).isInstanceOf(JsonException.class);
        assertThat(Json.tree("1e999999999")).isEqualTo(new java.math.BigDecimal("1e999999999"));
    }

    @Test
    void treeWhenTextIsMixedThenReadsEverything() {
        assertThat(Json.tree(
                        " {\"a\":[1,-2.5e3,true,false,null,\"x\\n\\u00e9\\\\\"],\"b\":{\"c\":{}},\"\\u0064\":[]} "))
                .isEqualTo(Map.of(
                        "a",
                        Arrays.asList(new BigDecimal(1), new BigDecimal("-2.5e3"), true, false, null, "x\né\\"),
                        "b",
                        Map.of("c", Map.of()),
                        "d",
                        List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "1 2", "{", "{}{}", "tru", "[1", "{\"a\":1}]"})
    void parseWhenNotOneTextThenThrows(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "7",
                "0.1",
                "123456789012345",
                "1234567890123456",
                "-1.5",
                "1e3",
                "0.000000000000001",
                "5e-324",
                "12345678901234.5",
                "3.14159265358979"
            })
    void numberWhenReadThenIsTheNearestDouble(String number) {
        assertThat(Json.parse(number).cursor().number()).isEqualTo(Double.parseDouble(number));
    }

    @Test
    void integerWhenWrittenOddlyThenStillIsOne() {
        assertThat(Json.parse("4.0").cursor().integer()).isEqualTo(4);
        assertThat(Json.parse("4e2").cursor().integer()).isEqualTo(400);
        assertThat(Json.parse("-9223372036854775808").cursor().integer()).isEqualTo(Long.MIN_VALUE);
        assertThat(Json.parse("4.5").cursor().isInteger()).isFalse();
        assertThat(Json.parse("9223372036854775808").cursor().isInteger()).isFalse();
        assertThat(Json.parse("1e999999999").cursor().isInteger()).isFalse();
    }

    @Test
    void nextMemberWhenValuesAreNotReadThenStepsOverThem() {
        var cursor = Json.parse("{\"a\":{\"x\":[1,\"]}\\\"\"]},\"b\" : 2 , \"\\u0063\":[[]], \"d\":\"e\"}")
                .cursor();
        cursor.enterObject();
        assertThat(cursor.nextMember()).isTrue();
        assertThat(cursor.nextMember()).isTrue();
        assertThat(cursor.nameIs(new byte[] {'b'})).isTrue();
        assertThat(cursor.number()).isEqualTo(2);
        assertThat(cursor.nextMember()).isTrue();
        assertThat(cursor.nameIs(new byte[] {'c'})).isTrue();
        assertThat(cursor.slice().text()).isEqualTo("[[]]");
        assertThat(cursor.nextMember()).isTrue();
        assertThat(cursor.string()).isEqualTo("e");
        assertThat(cursor.nextMember()).isFalse();
    }

    @Test
    void writeWhenAnythingThenReadsBackTheSame() {
        try (var out = JsonWriter.take()) {
            out.beginObject().name("s").string("a\"\\\n\u0001\u007Fé❄😀");
            out.name("n")
                    .beginArray()
                    .number(0)
                    .number(-5)
                    .number(Long.MAX_VALUE)
                    .number(2.5)
                    .number(3.0)
                    .number(1e300)
                    .endArray();
            out.name("o")
                    .beginObject()
                    .endObject()
                    .name("t")
                    .bool(true)
                    .name("z")
                    .nul();
            out.name("b").base64("hi".getBytes(StandardCharsets.UTF_8)).endObject();
            assertThat(Json.tree(out.toString()))
                    .isEqualTo(Json.tree(
                            "{\"s\":\"a\\\"\\\\\\n\\u0001\\u007fé❄😀\",\"n\":[0,-5,9223372036854775807,2.5,3,1.0E300],"
                                    + "\"o\":{},\"t\":true,\"z\":null,\"b\":\"aGk=\"}"));
        }
    }

    @Test
    void stringWhenHalfASurrogatePairThenWritesTheReplacementCharacter() {
        try (var out = JsonWriter.take()) {
            assertThat(out.string("a\uD800b").toString()).isEqualTo("\"a\uFFFDb\"");
        }
    }

    @Test
    void numberWhenNotFiniteThenThrows() {
        try (var out = JsonWriter.take()) {
            assertThatThrownBy(() -> out.number(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void stringIsWhenTextIsWrittenOddlyThenComparesWhatItMeans() {
        assertThat(Json.parse("\"2.0\"").cursor().stringIs("2.0")).isTrue();
        assertThat(Json.parse("\"\\u0032.0\"").cursor().stringIs("2.0")).isTrue();
        assertThat(Json.parse("\"é\"").cursor().stringIs("é")).isTrue();
        assertThat(Json.parse("\"2.1\"").cursor().stringIs("2.0")).isFalse();
        assertThat(Json.parse("\"2.\"").cursor().stringIs("2.0")).isFalse();
        assertThat(Json.parse("\"a\\n\"").cursor().stringIs("a\\n")).isFalse();
        assertThat(Json.parse("2.0").cursor().stringIs("2.0")).isFalse();
    }

    @Test
    void familiarStringWhenReadAgainThenIsTheSameAndNeverAnother() {
        var texts =
                new ArrayList<>(List.of("", "tools/call", "tools/calm", "é\\u00e9", "x".repeat(64), "x".repeat(65)));
        for (int i = 0; i < 100; i++) { // more than there are places
            texts.add("method/" + i);
        }
        texts.addAll(List.copyOf(texts));
        byte[] json = ("[\"" + String.join("\",\"", texts) + "\"]").getBytes(StandardCharsets.UTF_8);
        var feed = JsonFeed.take();
        feed.feed(json, 0, json.length);
        feed.next();
        for (String text : texts) {
            feed.next();
            assertThat(feed.familiarString()).isEqualTo(text.replace("\\u00e9", "é"));
            assertThat(feed.familiarString()).isEqualTo(feed.string());
        }
    }

    @Test
    void familiarStringWhenReadTwiceInARowThenNoNewString() {
        byte[] json = "[\"tools/call\",\"tools/call\"]".getBytes(StandardCharsets.UTF_8);
        var feed = JsonFeed.take();
        feed.feed(json, 0, json.length);
        feed.next();
        feed.next();
        String first = feed.familiarString();
        feed.next();
        assertThat(feed.familiarString()).isSameAs(first);
    }
}
