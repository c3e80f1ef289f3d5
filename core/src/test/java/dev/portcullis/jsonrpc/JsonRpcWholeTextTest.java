package dev.portcullis.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonCorpusTest.Case;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A text that is known to be whole is read by another parser than one in parts: both must say the same of it (T-20, T-22). */
class JsonRpcWholeTextTest {
    private static final int BYTES_MAX = 4 * 1024 * 1024;

    @ParameterizedTest
    @MethodSource("dev.portcullis.jsonrpc.JsonCorpusTest#cases")
    void filledWholeWhenCorpusThenSaysWhatPartsSay(Case corpus) {
        assertThat(outcome(corpus.text(), true)).isEqualTo(outcome(corpus.text(), false));
    }

    @ParameterizedTest
    @MethodSource("dev.portcullis.jsonrpc.JsonCorpusTest#cases")
    void filledWholeWhenCorpusIsInParamsThenSaysWhatPartsSay(Case corpus) {
        byte[] head = bytes("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":");
        byte[] text = Arrays.copyOf(head, head.length + corpus.text().length + 2);
        System.arraycopy(corpus.text(), 0, text, head.length, corpus.text().length);
        text[text.length - 2] = '}';
        text[text.length - 1] = '}';

        assertThat(outcome(text, true)).isEqualTo(outcome(text, false));
    }

    @Test
    void filledWholeWhenTextEndsAnywhereThenIsRefused() {
        byte[] text =
                bytes("{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"tools/call\",\"params\":{\"a\":[1,true,\"x\"]}}");
        for (int length = 0; length < text.length; length++) {
            byte[] cut = Arrays.copyOf(text, length);
            assertThat(outcome(cut, true)).startsWith("PARSE_ERROR").isEqualTo(outcome(cut, false));
        }
        assertThat(outcome(text, true)).contains("tools/call");
    }

    /** What one text leaves in the parser does not reach the next one of the same thread. */
    @Test
    void filledWholeWhenTextsFollowEachOtherThenEachIsReadAlone() {
        for (String space : new String[] {"", " ", "\r\n\t  "}) {
            for (int i = 0; i < 100; i++) {
                byte[] text = bytes("{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"method\":\"m\",\"params\":{\"n\":\"" + i
                        + "\"}}" + space);
                assertThat(outcome(text, true)).isEqualTo("request " + i + " m {\"n\":\"" + i + "\"}");
                outcome(bytes("{\"jsonrpc\":\"2.0\"}" + space + "{"), true); // refused: its feed is not taken again
            }
        }
    }

    @Test
    void filledWholeWhenMoreFollowsThenOnlySpaceIsTaken() throws JsonRpcException {
        var decoder = new JsonRpcDecoder(BYTES_MAX, 0);
        fill(decoder, bytes("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}"), true);
        fill(decoder, bytes(" \n"), false);
        assertThat(decoder.end()).isEqualTo(new JsonRpcMessage.Notification("m", null));
    }

    private static void fill(JsonRpcDecoder decoder, byte[] bytes, boolean whole) throws JsonRpcException {
        decoder.makeRoom(bytes.length + 1);
        System.arraycopy(bytes, 0, decoder.room(), decoder.roomFrom(), bytes.length);
        decoder.room()[decoder.roomFrom() + bytes.length] = '"'; // what stands behind is none of its business
        if (whole) {
            decoder.filledWhole(bytes.length);
        } else {
            decoder.filled(bytes.length);
        }
    }

    private static String outcome(byte[] text, boolean whole) {
        var decoder = new JsonRpcDecoder(BYTES_MAX, text.length);
        try {
            fill(decoder, text, whole);
            return switch (decoder.end()) {
                case JsonRpcMessage.Request(JsonRpcId.Int(long id), String method, RawJson params) ->
                    "request " + id + " " + method + " " + (params == null ? "" : params.text());
                case JsonRpcMessage message -> message.toString();
            };
        } catch (JsonRpcException e) {
            return e.code() + " " + e.id();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
