package dev.portcullis.jsonrpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Characters of several bytes and escapes are read many at a time: what is accepted, and what it means, is what strict decoders say, wherever a part ends (T-20, T-22). */
class LongTextEncodingTest {
    private static final String REFUSED = "refused";
    private static final JsonMapper OTHER = JsonMapper.builder().build();

    /** Well-formed and not, a byte each. */
    private static final List<String> UNITS = List.of(
            // the first and the last of each length
            "\u00c2\u0080",
            "\u00df\u00bf",
            "\u00e0\u00a0\u0080",
            "\u00ed\u009f\u00bf",
            "\u00ee\u0080\u0080",
            "\u00ef\u00bf\u00bf",
            "\u00f0\u0090\u0080\u0080",
            "\u00f4\u008f\u00bf\u00bf",
            // overlong, surrogates, too high, continuations alone, not whole
            "\u00c0\u0080",
            "\u00c1\u00bf",
            "\u00e0\u0080\u0080",
            "\u00e0\u009f\u00bf",
            "\u00ed\u00a0\u0080",
            "\u00ed\u00bf\u00bf",
            "\u00f0\u0080\u0080\u0080",
            "\u00f0\u008f\u00bf\u00bf",
            "\u00f4\u0090\u0080\u0080",
            "\u00f5\u0080\u0080\u0080",
            "\u00ff",
            "\u0080",
            "\u00bf",
            "\u00c3",
            "\u00e2\u0082",
            "\u00f0\u009f\u0098",
            "\u00c3(",
            "\u00e2(\u00a1",
            "\u00e2\u0082(",
            "\u00f0\u009f\u0098(",
            // escapes
            "\\b\\f\\n\\r\\t\\/\\\\\\\"",
            "\\u0000",
            "\\u001f",
            "\\u007f",
            "\\u0080",
            "\\u07FF",
            "\\u0800",
            "\\uD7ff",
            "\\uE000",
            "\\uffff",
            "\\ud800\\udc00",
            "\\uDBFF\\uDFFF",
            "\\ud83d",
            "\\ude00",
            "\\ud83d\\u0041",
            "\\ude00\\ud83d",
            "\\ud83d\u00f0\u009f\u0098\u0080",
            "\\u00g0",
            "\\u-001",
            "\\u00",
            "\\U0041",
            "\\a",
            "\\",
            "\\\u00c3\u00a9",
            "\u0000",
            "\u001f",
            "\u007f");

    static Stream<String> units() {
        return UNITS.stream();
    }

    @ParameterizedTest
    @MethodSource("units")
    void endWhenTextEndsAPartAnywhereThenIsReadAsStrictDecodersDo(String unit) {
        for (int before : new int[] {0, 1, 120, 127, 128, 129, 200}) {
            for (String behind : new String[] {"", "x", unit, "y".repeat(30)}) {
                assertReadAsByOthers(text("x".repeat(before) + unit + behind));
            }
        }
    }

    @RepeatedTest(200)
    void endWhenTextIsAnyThenIsReadAsStrictDecodersDo() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var inside = new StringBuilder();
        int good = random.nextInt(3);
        for (int i = random.nextInt(12); i >= 0; i--) {
            inside.append("0123456789abcdef", 0, random.nextInt(17)).append("z".repeat(random.nextInt(3) * 60));
            inside.append(good > 0 ? UNITS.get(random.nextInt(8)) : UNITS.get(random.nextInt(UNITS.size())));
        }
        assertReadAsByOthers(text(inside.toString()));
    }

    private static byte[] text(String inside) {
        var text = new ByteArrayOutputStream();
        text.writeBytes("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":\"".getBytes(UTF_8));
        text.writeBytes(inside.getBytes(ISO_8859_1));
        text.writeBytes("\"}}".getBytes(UTF_8));
        return text.toByteArray();
    }

    private static void assertReadAsByOthers(byte[] text) {
        String expected = other(text);
        for (int longBytes : new int[] {1, text.length}) {
            for (int split = 0; split < text.length; split++) {
                assertThat(read(text, split, longBytes))
                        .as("%s, split at %d", new String(text, ISO_8859_1), split)
                        .isEqualTo(expected);
            }
        }
    }

    private static String read(byte[] text, int split, int longBytes) {
        var decoder = new JsonRpcDecoder(1_000_000, JsonRpcDecoder.BATCH_ITEMS_MAX, text.length, longBytes);
        try {
            decoder.read(text, 0, split);
            decoder.read(text, split, text.length - split);
            var cursor = ((JsonRpcMessage.Request) decoder.end()).params().cursor();
            cursor.enterObject();
            cursor.nextMember();
            return "=" + cursor.string();
        } catch (JsonRpcException e) {
            return REFUSED;
        }
    }

    private static String other(byte[] text) {
        try {
            String decoded = UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
            var params = (Map<?, ?>) OTHER.readValue(decoded, Map.class).get("params");
            String value = (String) params.get("a");
            boolean isText = UTF_8.newEncoder().canEncode(value); // half a surrogate pair is none
            return isText ? "=" + value : REFUSED;
        } catch (CharacterCodingException | JacksonException e) {
            return REFUSED;
        }
    }
}
