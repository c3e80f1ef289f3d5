package dev.portcullis.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken for plain must be what the parser takes (T-20, T-21, T-22, T-23); what is not may be anything. */
class PlainTextTest {
    private final PlainText plain = new PlainText();

    private boolean isPlain(String text) {
        byte[] bytes = ("\"" + text + "}").getBytes(StandardCharsets.ISO_8859_1);
        return plain.isObject(bytes, 1, bytes.length - 1); // what stands around is none of its business
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " {\r\n\t} ",
                "{\"a\":1}",
                "{\"a\":-0.5,\"b\":[],\"c\":[1,[true,false,null]],\"d\":{\"a\":{}}}",
                "{ \"a\" : [ 1 , 2 ] , \"a long name of more than eight bytes\" : \"text\" }",
                "{\"a\":{\"x\":1},\"b\":{\"x\":1}}"
            })
    void isObjectWhenTextIsPlainThenIsTrue(String text) {
        assertThat(isPlain(text)).isTrue();
        assertThat(Json.parse(text).length()).isEqualTo(text.strip().length());
    }

    // T-21
    @Test
    void shortIntegerWhenAnIntegerOfFifteenDigitsAtMostThenItsValueAndElseNone() {
        assertThat(shortInteger("7")).isEqualTo(7);
        assertThat(shortInteger("-0")).isZero();
        assertThat(shortInteger("-12")).isEqualTo(-12);
        assertThat(shortInteger("999999999999999")).isEqualTo(999_999_999_999_999L);
        assertThat(shortInteger("-999999999999999")).isEqualTo(-999_999_999_999_999L);
        for (String other : new String[] {
            "1000000000000000", "-1000000000000000", "1.0", "1.5", "-0.5", "\"7\"", "true", "[7]", "{}"
        }) {
            assertThat(shortInteger(other)).as(other).isEqualTo(PlainText.NO_SHORT_INTEGER);
        }
    }

    private long shortInteger(String value) {
        assertThat(isPlain("{\"a\":null,\"b\" : " + value + " }")).isTrue();
        return plain.shortInteger(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "{}{}",
                "{}x",
                "[]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":[}",
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":tru}",
                "{\"a\":nulls}",
                "{\"a\":fa}",
                "{\"a\":\"x}",
                "{\"a\":1,\"a\":2}",
                "{\"b\":{\"a\":1,\"c\":2,\"a\":3}}",
                "{'a':1}",
                "{\"a\":NaN}",
                "{\"a\":1}\u0000",
                "{\"a\":\"\u0001\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\u00a01}"
            })
    void isObjectWhenTextIsMalformedThenIsFalse(String text) {
        assertThat(isPlain(text)).isFalse();
    }

    /** What is for the parser to judge. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"\\u0061\":1}", "{\"a\":\"\\n\"}", "{\"a\":\"é\"}", "{\"a\":1e5}"})
    void isObjectWhenThereCouldBeDoubtThenIsFalse(String text) {
        assertThat(isPlain(text)).isFalse();
        assertThat(Json.parse(text).kind()).isEqualTo(JsonKind.OBJECT);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 64, 65, 1_000_000})
    void isObjectWhenDeepThenIsFalse(int depth) {
        assertThat(isPlain("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}"))
                .isFalse();
        assertThat(isPlain("{\"a\":".repeat(depth) + "1" + "}".repeat(depth))).isFalse();
    }

    @RepeatedTest(200)
    void isObjectWhenTextIsDamagedAnyhowThenIsTrueOnlyIfTheParserTakesIt() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        String text = "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"tools/call\",\"params\":{\"name\":\"add\","
                + "\"arguments\":{\"a\":-2.25,\"b\":[true,false,null,0,{}]},\"_meta\":{\"io.example/long-name\":{}}}}";
        for (int i = 0; i < 200; i++) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                int from = random.nextInt(bytes.length);
                bytes[from] = random.nextInt(8) == 0
                        ? (byte) random.nextInt(256)
                        : bytes[random.nextInt(bytes.length)]; // mostly what means something
            }
            if (plain.isObject(bytes, 0, bytes.length)) {
                assertThat(Json.parse(bytes).kind())
                        .as("seed %d, %s", seed, new String(bytes, StandardCharsets.ISO_8859_1))
                        .isEqualTo(JsonKind.OBJECT);
            }
        }
    }
}
