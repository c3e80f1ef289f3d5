package dev.portcullis.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import dev.portcullis.jsonrpc.JsonRpcMessage.Notification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs {@code json/corpus.txt} through all that reads JSON from outside, whole and byte by byte. Its first lines say how it is written. */
class JsonCorpusTest {
    private static final int BYTES_MAX = 4 * 1024 * 1024;

    /** A line of the corpus, and the bytes it stands for. */
    record Case(String line, char verdict, byte[] text) {
        @Override
        public String toString() {
            return line.length() <= 60 ? line : line.substring(0, 60) + "…";
        }
    }

    static List<Case> cases() throws IOException {
        try (InputStream in = JsonCorpusTest.class.getResourceAsStream("/json/corpus.txt")) {
            var cases = new ArrayList<Case>();
            boolean begun = false;
            for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                begun |= line.startsWith("#");
                if (begun && !line.startsWith("#") && !line.isEmpty()) {
                    assertThat(line).matches("(?s)[-+?] .*");
                    cases.add(new Case(line, line.charAt(0), bytes(line.substring(2))));
                }
            }
            return cases;
        }
    }

    private static byte[] bytes(String written) {
        var bytes = new ByteArrayOutputStream();
        int plainFrom = 0;
        for (int at = written.indexOf('⟨'); at >= 0; at = written.indexOf('⟨', plainFrom)) {
            bytes.writeBytes(written.substring(plainFrom, at).getBytes(StandardCharsets.UTF_8));
            int end = closing(written, at);
            bytes.writeBytes(special(written.substring(at + 1, end)));
            plainFrom = end + 1;
        }
        bytes.writeBytes(written.substring(plainFrom).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private static int closing(String written, int opening) {
        int open = 0;
        for (int i = opening; ; i++) {
            open += written.charAt(i) == '⟨' ? 1 : written.charAt(i) == '⟩' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
    }

    private static byte[] special(String inside) {
        int times = inside.indexOf('×');
        if (times < 0) {
            return HexFormat.of().parseHex(inside.replace(" ", ""));
        }
        byte[] once = bytes(inside.substring(times + 1));
        int count = Integer.parseInt(inside.substring(0, times));
        byte[] all = new byte[once.length * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(once, 0, all, i * once.length, once.length);
        }
        return all;
    }

    @Test
    void casesWhenCountedThenAreAll() throws IOException {
        assertThat(cases()).hasSizeGreaterThan(350);
        assertThat(cases().stream().map(Case::line)).doesNotHaveDuplicates();
        assertThat(bytes("a⟨42 C3 A9⟩⟨2×d⟨65⟩⟩⟨⟩")).isEqualTo("aBédede".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readWhenTextIsOfTheCorpusThenEveryReaderJudgesTheSame(Case it) {
        boolean parsed = isParsed(it.text);
        assertThat(isRead(it.text, it.text.length + 1)).as("read whole").isEqualTo(parsed);
        assertThat(isRead(it.text, 1)).as("read byte by byte").isEqualTo(parsed);
        assertThat(isRead(it.text, 7)).as("read seven by seven").isEqualTo(parsed);
        switch (it.verdict) {
            case '+' -> assertThat(parsed).isTrue();
            case '-' -> assertThat(parsed).isFalse();
            default -> {}
        }
    }

    /** What may stand alone may stand in a message, and is handed on as it is. */
    @ParameterizedTest
    @MethodSource("cases")
    void readWhenTextStandsInAMessageThenGivesItAsItCame(Case it) throws Exception {
        String text = new String(it.text, StandardCharsets.UTF_8);
        if (it.verdict != '+' || it.line.contains("⟨64×") || it.line.contains("⟨32×")) {
            return;
        }
        byte[] message = ("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"v\":" + text + "}}")
                .getBytes(StandardCharsets.UTF_8);
        var params = ((Notification) decode(message, 3)).params();
        assertThat(params.text()).isEqualTo("{\"v\":" + text + "}");
        assertThat(Json.parse(params.text()).text()).isEqualTo(params.text());
    }

    /** The end of a text may come anywhere: nothing that is cut off is read, unless what is left is a text itself. */
    @ParameterizedTest
    @MethodSource("cases")
    void readWhenTextIsCutThenEveryReaderJudgesTheSame(Case it) {
        for (int length = 0; length < Math.min(it.text.length, 40); length++) {
            byte[] cut = Arrays.copyOf(it.text, length);
            assertThat(isRead(cut, 1)).as("%d bytes", length).isEqualTo(isParsed(cut));
        }
    }

    private static boolean isParsed(byte[] text) {
        try {
            Json.parse(text);
            return true;
        } catch (JsonException e) {
            return false;
        }
    }

    /** @return whether it is JSON, be it a message or not */
    private static boolean isRead(byte[] text, int partBytes) {
        try {
            decode(text, partBytes);
            return true;
        } catch (JsonRpcException e) {
            return e.code() != JsonRpcErrorCode.PARSE_ERROR;
        }
    }

    private static JsonRpcMessage decode(byte[] text, int partBytes) throws JsonRpcException {
        var decoder = new JsonRpcDecoder(BYTES_MAX, Integer.MAX_VALUE, 0);
        for (int at = 0; at < text.length; at += partBytes) {
            decoder.read(text, at, Math.min(partBytes, text.length - at));
        }
        return decoder.end();
    }

    @Test
    void parseWhenNoTextAtAllThenThrows() {
        assertThatThrownBy(() -> Json.parse(new byte[0])).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> Json.parse("")).isInstanceOf(JsonException.class);
    }
}
