package dev.portcullis.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of long strings in a text that comes in parts the parser is not shown all; what is accepted must be the same as where it is (T-20, T-22, T-23). */
class JsonRpcLongStringTest {
    private static final int BYTES_MAX = 4 * 1024 * 1024;
    private static final String[] PIECES = {
        "plain text of some length, over and over again, ",
        "\\n",
        "\\\"",
        "\\\\",
        "\\u00e9",
        "\\ud83d\\ude00",
        "é",
        "€",
        "😀",
        "'",
        "{}[],:",
        "\\/"
    };

    /** Nothing of these may stand in a string, or not there. */
    private static final String[] BAD = {
        "\\ud83d", "\\ude00", "\\x", "\\u12g4", "\t", "\u0000", "\"", "\",\"a\":\"", "\\", "\u007f", "\",\"b\":\""
    };

    @RepeatedTest(400)
    void filledWhenStringsAreLongThenSaysWhatIsSaidOfTheWholeText() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        byte[] text = text(random).getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(4) == 0) {
            text[random.nextInt(text.length)] = (byte) random.nextInt(256);
        }
        if (random.nextInt(8) == 0) {
            text = Arrays.copyOf(text, random.nextInt(text.length));
        }

        String whole = outcome(text, text.length, true);

        assertThat(outcome(text, text.length, false)).as("seed %d", seed).isEqualTo(whole);
        for (int partBytes : new int[] {1, 1 + random.nextInt(10), 1 + random.nextInt(5_000)}) {
            assertThat(outcome(text, partBytes, false))
                    .as("seed %d, parts of %d", seed, partBytes)
                    .isEqualTo(whole);
        }
    }

    /** At most 8,000 bytes: what is longer is not read whole. */
    private static String text(Random random) {
        var text = new StringBuilder("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":");
        text.append(string(random, 2_000 + random.nextInt(800)))
                .append(",\"list\":[")
                .append(string(random, random.nextInt(2_500)))
                .append("],\"c\":{\"d\":")
                .append(string(random, 20))
                .append("}}}");
        return text.toString();
    }

    private static String string(Random random, int chars) {
        var string = new StringBuilder();
        while (string.length() < chars) {
            string.append(PIECES[random.nextInt(3) == 0 ? random.nextInt(PIECES.length) : 0]);
        }
        if (random.nextInt(4) == 0) {
            string.insert(random.nextInt(string.length() + 1), BAD[random.nextInt(BAD.length)]);
        }
        return '"' + string.toString() + '"';
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "method", "jsonrpc"})
    void filledWhenAMemberOfTheEnvelopeIsLongThenIsRefused(String member) {
        String text = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}";
        String value = member.equals("id") ? "1" : member.equals("method") ? "\"m\"" : "\"2.0\"";
        for (String character : new String[] {"x", "\\u0041", "€"}) {
            byte[] bytes = text.replace(
                            "\"" + member + "\":" + value, "\"" + member + "\":\"" + character.repeat(5_000) + "\"")
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(outcome(bytes, 512, false)).startsWith("INVALID_REQUEST");
        }
    }

    /** Names are compared whole, and long ones refused. */
    @Test
    void filledWhenANameIsLongThenIsRefused() {
        for (String character : new String[] {"x", "\\u0041", "€"}) {
            String text = "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"" + character.repeat(9_000) + "\":1}}";
            assertThat(outcome(text.getBytes(StandardCharsets.UTF_8), 700, false))
                    .startsWith("PARSE_ERROR");
        }
    }

    /** What is malformed deep inside a string is refused when it comes, not at the end (T-20). */
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\\x", "\\ud800x"})
    void filledWhenMalformedDeepInsideAStringThenRefusesAtOnce(String bad) throws Exception {
        var decoder = new JsonRpcDecoder(BYTES_MAX, 0);
        read(decoder, "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"" + "x".repeat(100_000));
        assertThatThrownBy(() -> read(decoder, bad + "y")).isInstanceOf(JsonRpcException.class);
    }

    private static void read(JsonRpcDecoder decoder, String text) throws JsonRpcException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        decoder.read(bytes, 0, bytes.length);
    }

    /** What is announced takes nothing before it has come, nor does what has come twice: it is given on out of a room of the same size. */
    @Test
    void makeRoomWhenMuchIsAnnouncedThenTakesOneRoom() throws Exception {
        byte[] text = ("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"" + "x".repeat(1_000_001) + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
        var decoder = new JsonRpcDecoder(BYTES_MAX, text.length);
        for (int from = 0; from < text.length; from += 60_000) {
            int count = Math.min(60_000, text.length - from);
            decoder.read(text, from, count);
            assertThat(decoder.room().length).isLessThanOrEqualTo(96 * 1024);
        }
        assertThat(decoder.end()).isInstanceOf(JsonRpcMessage.Notification.class);
        assertThat(decoder.room()).isEmpty();
    }

    private static String outcome(byte[] text, int partBytes, boolean whole) {
        var decoder = new JsonRpcDecoder(BYTES_MAX, text.length);
        try {
            for (int from = 0; from < text.length; from += partBytes) {
                int count = Math.min(partBytes, text.length - from);
                decoder.makeRoom(count);
                System.arraycopy(text, from, decoder.room(), decoder.roomFrom(), count);
                if (whole) {
                    decoder.filledWhole(count);
                } else {
                    decoder.filled(count);
                }
            }
            return switch (decoder.end()) {
                case JsonRpcMessage.Request(var id, String method, RawJson params) ->
                    "request " + id + " " + method + " " + (params == null ? "without" : params.text());
                case JsonRpcMessage message -> message.toString();
            };
        } catch (JsonRpcException e) {
            return e.code() + " " + e.id();
        }
    }
}
