package dev.portcullis.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A long text is taken apart as it arrives, its long strings kept apart: what is read of it must be what another reader reads, and what that refuses must be refused (T-20 to T-23). */
class JsonRpcLongTextTest {
    private static final int BYTES_MAX = 64 * 1024 * 1024;

    /** So much of a string stands where it came, and then so much more of those that could be a method. */
    private static final int[] EDGES = {128, 128 + 2_048, 512, 4_096};

    private static final String[] ODD = {
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0041",
        "\\u00e9",
        "\\u20AC",
        "\\ud83d\\ude00",
        "é",
        "€",
        "😀",
        "\u007f",
        "'",
        "{}[],:"
    };

    private static final String[] BAD = {
        "\\ud83d", "\\ude00", "\\ud83d\\n", "\\ud83dx", "\\x", "\\u12g4", "\t", "\u0000", "\"", "\\"
    };

    private static final JsonMapper OTHER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** Every kind of character at every place around those where something begins: words, blocks, what the parser is not shown. */
    @Test
    void endWhenSomethingOddStandsAnywhereInALongStringThenReadsIt() {
        for (String odd : ODD) {
            for (int edge : EDGES) {
                for (int before = edge - 20; before < edge + 20; before++) {
                    String text = message("\"" + "x".repeat(before) + odd + "y".repeat(700) + odd + "\"");
                    assertThat(meaning(text, Integer.MAX_VALUE))
                            .as("%s behind %d", odd, before)
                            .isEqualTo(other(text));
                }
            }
        }
    }

    /** A part may end anywhere. */
    @Test
    void endWhenAPartEndsAnywhereInALongStringThenReadsTheSame() {
        for (String odd : ODD) {
            String text =
                    message("\"" + "x".repeat(300) + odd + odd + "y".repeat(9) + odd + "\",\"z\":\"" + odd + "\"");
            Object expected = other(text);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int split = 1; split < bytes.length; split++) {
                var reader = new Reader(bytes.length);
                reader.read(bytes, 0, split);
                reader.read(bytes, split, bytes.length);
                assertThat(reader.meaning()).as("%s, split at %d", odd, split).isEqualTo(expected);
            }
        }
    }

    @Test
    void readWhenSomethingBadStandsAnywhereInALongStringThenRefuses() {
        for (String bad : BAD) {
            for (int edge : EDGES) {
                for (int before = edge - 20; before < edge + 20; before++) {
                    String text = message("\"" + "x".repeat(before) + bad + "y".repeat(700) + "\"");
                    for (int partBytes : new int[] {1_000_000, before + 50, 7}) {
                        assertThat(meaning(text, partBytes))
                                .as("%s behind %d, in parts of %d", bad, before, partBytes)
                                .isEqualTo(JsonRpcErrorCode.PARSE_ERROR);
                    }
                }
            }
        }
    }

    @RepeatedTest(300)
    void endWhenTextIsAnyThenReadsWhatAnotherReads() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        String text = message(value(random, 3));
        Object expected = other(text);
        assertThat(expected).isNotInstanceOf(JsonRpcErrorCode.class);
        for (int partBytes : new int[] {1_000_000, 1, 1 + random.nextInt(12), 1 + random.nextInt(5_000)}) {
            assertThat(meaning(text, partBytes))
                    .as("seed %d, in parts of %d", seed, partBytes)
                    .isEqualTo(expected);
        }
    }

    @RepeatedTest(300)
    void endWhenTextIsDamagedThenReadsWhatAnotherReadsOrRefuses() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        byte[] text = message(value(random, 3)).getBytes(StandardCharsets.UTF_8);
        int params = message("").indexOf("{\"list\""); // another reader knows nothing of the members before
        for (int changes = random.nextInt(3); changes >= 0; changes--) {
            text[random.nextInt(params, text.length)] =
                    random.nextInt(4) == 0 ? (byte) random.nextInt(256) : text[random.nextInt(text.length)];
        }
        Object whole = meaning(text, 1_000_000);
        for (int partBytes : new int[] {1, 1 + random.nextInt(12), 1 + random.nextInt(5_000)}) {
            assertThat(meaning(text, partBytes))
                    .as("seed %d, in parts of %d", seed, partBytes)
                    .isEqualTo(whole);
        }
        if (!(whole instanceof JsonRpcErrorCode)) {
            assertThat(whole).as("seed %d", seed).isEqualTo(other(new String(text, StandardCharsets.UTF_8)));
        }
    }

    /** What is written of it is the same value, for whoever wants the text. */
    @RepeatedTest(50)
    void textWhenStringsAreKeptApartThenIsTheSameValue() {
        long seed = new Random().nextLong();
        String text = message(value(new Random(seed), 3));
        var reader = new Reader(text.length());
        reader.read(text.getBytes(StandardCharsets.UTF_8), 0, text.getBytes(StandardCharsets.UTF_8).length);
        RawJson params = reader.params();
        Object expected = OTHER.readValue(text, Map.class).get("params");

        assertThat(OTHER.readValue(params.text(), Object.class))
                .as("seed %d", seed)
                .isEqualTo(expected);
        assertThat(params.length()).isPositive();
        try (var out = JsonWriter.take()) {
            out.beginArray().raw(params).raw(params).endArray();
            assertThat(OTHER.readValue(out.toString(), Object.class))
                    .as("seed %d", seed)
                    .isEqualTo(List.of(expected, expected));
        }
        for (var cursor = entered(params); cursor.nextMember(); ) {
            String name = cursor.name();
            RawJson member = cursor.slice();
            assertThat(OTHER.readValue(member.text(), Object.class)).isEqualTo(((Map<?, ?>) expected).get(name));
        }
    }

    private static JsonCursor entered(RawJson object) {
        var cursor = object.cursor();
        cursor.enterObject();
        return cursor;
    }

    @Test
    void lengthWhenStringsAreKeptApartThenCountsThem() {
        String text = message("\"" + "x".repeat(5_000) + "\",\"b\":[\"" + "y".repeat(3_000) + "\",1]");
        var reader = new Reader(text.length());
        reader.read(text.getBytes(StandardCharsets.UTF_8), 0, text.length());

        RawJson params = reader.params();

        assertThat(params.length()).isEqualTo(params.text().length()).isGreaterThan(8_000);
    }

    /** The string is made of several pieces, and of one. */
    @ParameterizedTest
    @ValueSource(ints = {20_000, 65_536, 200_000, 4_194_304})
    void endWhenAStringIsVeryLongThenIsRead(int chars) {
        for (String character : new String[] {"x", "é", "€", "😀", "\\n", "0123456789abcdef\\\"\\u20ac"}) {
            String text = message("\"" + character.repeat(chars / character.length()) + "\"");
            Object expected = other(text);
            for (int partBytes : new int[] {16_384, 65_535}) {
                assertThat(meaning(text, partBytes).equals(expected))
                        .as("%s, in parts of %d", character, partBytes)
                        .isTrue();
            }
        }
    }

    /** Others come in between, on the same thread, and in its rooms. */
    @Test
    void readWhenTextsArriveAtTheSameTimeThenEachIsReadByItself() {
        var readers = new ArrayList<Reader>();
        var texts = new ArrayList<String>();
        for (int i = 0; i < 30; i++) {
            texts.add(message("\"" + Integer.toString(i, 36).repeat(200_000) + "\""));
            readers.add(new Reader(texts.get(i).length()));
        }
        for (int from = 0; from < 200_000; from += 70_000) {
            for (int i = 0; i < 30; i++) {
                byte[] bytes = texts.get(i).getBytes(StandardCharsets.UTF_8);
                int to = from + 70_000 > 200_000 ? bytes.length : from + 70_000;
                readers.get(i).read(bytes, from, to);
            }
        }
        for (int i = 0; i < 30; i++) {
            assertThat(readers.get(i).meaning().equals(other(texts.get(i))))
                    .as("text %d", i)
                    .isTrue();
        }
    }

    /** A member's name is never kept apart, nor is one that is too long read. */
    @Test
    void readWhenANameIsLongThenIsReadAsLongAsItMayBe() {
        for (String character : new String[] {"x", "\\u0041", "€", "😀"}) {
            String name = character.repeat(250);
            String text = message("1,\"" + name + "\":\"" + "z".repeat(400) + "\"");
            assertThat(meaning(text, 100)).isEqualTo(other(text));
            assertThat(meaning(message("1,\"" + character.repeat(3_000) + "\":1"), 100))
                    .isEqualTo(JsonRpcErrorCode.PARSE_ERROR);
            assertThat(meaning(message("1,\"" + name + "\":1,\"" + name + "\":2"), 100))
                    .isEqualTo(JsonRpcErrorCode.PARSE_ERROR);
        }
    }

    @Test
    void readWhenTheMethodIsLongThenIsReadAsLongAsItMayBe() {
        for (String character : new String[] {"m", "\\u006d"}) {
            String text = message("1").replace("\"method\":\"m\"", "\"method\":\"" + character.repeat(256) + "\"");
            assertThat(meaning(text, 100)).isEqualTo(other(text));
            assertThat(method(text)).isEqualTo("m".repeat(256));
            assertThat(meaning(text.replace("256", ""), 100)).isEqualTo(other(text));
        }
    }

    private static String method(String text) {
        var reader = new Reader(text.length());
        reader.read(text.getBytes(StandardCharsets.UTF_8), 0, text.length());
        return reader.request().method();
    }

    // ---- made

    private static String message(String valueOfA) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"list\":[{\"a\":" + valueOfA + "}],\"a\":"
                + valueOfA + "}}";
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 3 : 5)) {
            case 0 -> Integer.toString(random.nextInt(1_000));
            case 1, 2 -> string(random);
            case 3 -> "[" + value(random, depth - 1) + " , " + value(random, depth - 1) + "]";
            default ->
                "{ \"b\" :" + value(random, depth - 1) + ",\"" + "c".repeat(random.nextInt(200)) + "\":"
                        + value(random, depth - 1) + "}";
        };
    }

    private static String string(Random random) {
        var string = new StringBuilder("\"");
        int chars = random.nextInt(random.nextBoolean() ? 6_000 : 300);
        while (string.length() < chars) {
            if (random.nextInt(4) > 0) {
                string.append("plain ".repeat(random.nextInt(20)));
            }
            string.append(ODD[random.nextInt(ODD.length)]);
        }
        return string.append('"').toString();
    }

    // ---- read

    /** @return what params are; or why they are not */
    private static Object meaning(String text, int partBytes) {
        return meaning(text.getBytes(StandardCharsets.UTF_8), partBytes);
    }

    private static Object meaning(byte[] text, int partBytes) {
        var reader = new Reader(text.length);
        for (int from = 0; from < text.length; from += Math.min(partBytes, text.length)) {
            reader.read(text, from, from + Math.min(partBytes, text.length - from));
        }
        return reader.meaning();
    }

    private static Object other(String text) {
        try {
            return plain(OTHER.readValue(text, Map.class).get("params"));
        } catch (JacksonException e) {
            return JsonRpcErrorCode.PARSE_ERROR;
        }
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var members = new LinkedHashMap<Object, Object>();
                map.forEach((name, member) -> members.put(name, plain(member)));
                yield members;
            }
            case List<?> list -> list.stream().map(JsonRpcLongTextTest::plain).toList();
            case Number number -> new BigDecimal(number.toString());
            case null -> "null";
            default -> value;
        };
    }

    /** Takes apart even what is short. */
    private static final class Reader {
        private final JsonRpcDecoder decoder;
        private JsonRpcErrorCode refusal;

        Reader(int bytesExpected) {
            decoder = new JsonRpcDecoder(BYTES_MAX, JsonRpcDecoder.BATCH_ITEMS_MAX, bytesExpected, 1);
        }

        void read(byte[] bytes, int from, int to) {
            try {
                if (refusal == null) {
                    decoder.read(bytes, from, to - from);
                }
            } catch (JsonRpcException e) {
                refusal = e.code();
            }
        }

        JsonRpcMessage.Request request() {
            try {
                return (JsonRpcMessage.Request) decoder.end();
            } catch (JsonRpcException e) {
                throw new AssertionError(e);
            }
        }

        RawJson params() {
            return request().params();
        }

        Object meaning() {
            if (refusal != null) {
                return refusal;
            }
            try {
                return tree(((JsonRpcMessage.Request) decoder.end()).params());
            } catch (JsonRpcException e) {
                return e.code();
            }
        }

        private static Object tree(RawJson raw) {
            var cursor = raw.cursor();
            return switch (cursor.kind()) {
                case OBJECT -> {
                    var members = new LinkedHashMap<Object, Object>();
                    for (cursor.enterObject(); cursor.nextMember(); ) {
                        String name = cursor.name();
                        members.put(name, tree(cursor.slice()));
                    }
                    yield members;
                }
                case ARRAY -> {
                    var elements = new ArrayList<Object>();
                    for (cursor.enterArray(); cursor.nextElement(); ) {
                        elements.add(tree(cursor.slice()));
                    }
                    yield elements;
                }
                case STRING -> {
                    String string = raw.cursor().string();
                    assertThat(raw.cursor().stringIs(string)).isTrue();
                    assertThat(raw.cursor().stringIs(string + "x")).isFalse();
                    assertThat(raw.cursor().familiarString()).isEqualTo(string);
                    yield string;
                }
                case NUMBER -> new BigDecimal(raw.text());
                case BOOLEAN -> cursor.bool();
                case NULL -> "null";
            };
        }
    }
}
