package dev.portcullis.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcMessage.Batch;
import dev.portcullis.jsonrpc.JsonRpcMessage.ErrorResponse;
import dev.portcullis.jsonrpc.JsonRpcMessage.Invalid;
import dev.portcullis.jsonrpc.JsonRpcMessage.Item;
import dev.portcullis.jsonrpc.JsonRpcMessage.Notification;
import dev.portcullis.jsonrpc.JsonRpcMessage.Request;
import dev.portcullis.jsonrpc.JsonRpcMessage.Response;
import dev.portcullis.jsonrpc.JsonRpcMessage.Single;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRpcDecoderTest {
    private static final int BYTES_MAX = 4 * 1024 * 1024;
    private static final String CALL = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":1.5,"b":[{"x":null}]},\
            "_meta":{"k":"sn\\u00f6w ❄ \\ud83d\\ude00 😀"}},"extra":{"params":{}}}
            """;

    @Test
    void readWhenWholeRequestThenGivesIdMethodAndParams() throws Exception {
        var request = (Request) decode(CALL);
        assertThat(request.id()).isEqualTo(new JsonRpcId.Int(7));
        assertThat(request.method()).isEqualTo("tools/call");
        assertThat(request.params().text()).startsWith("{\"name\":\"add\"").endsWith("😀\"}}");
    }

    @Test
    void readWhenSplitAnywhereThenGivesTheSame() throws Exception {
        byte[] bytes = CALL.getBytes(StandardCharsets.UTF_8);
        String expected = describe(decode(CALL));
        for (int split = 0; split <= bytes.length; split++) {
            var decoder = new JsonRpcDecoder(BYTES_MAX, 0);
            decoder.read(bytes, 0, split);
            decoder.read(bytes, split, bytes.length - split);
            assertThat(describe(decoder.end())).as("split at %d", split).isEqualTo(expected);
        }
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++) {
            var decoder = new JsonRpcDecoder(BYTES_MAX, random.nextInt(500));
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, 1 + random.nextInt(1 + random.nextInt(60)));
                decoder.read(bytes, at, count);
                at += count;
            }
            assertThat(describe(decoder.end())).isEqualTo(expected);
        }
    }

    @Test
    void readWhenMutatedThenGivesAMessageOrARefusalAndTheSameForEverySplit() throws Exception {
        byte[] original = CALL.getBytes(StandardCharsets.UTF_8);
        var random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 30_000; round++) {
            byte[] bytes = mutate(original, random);
            String whole = outcome(bytes, bytes.length + 1);
            assertThat(outcome(bytes, 1 + random.nextInt(20))).isEqualTo(whole);
            refused += whole.startsWith("refused") ? 1 : 0;
        }
        assertThat(refused).isBetween(10_000, 29_999); // else the mutations test nothing
        assertThat(describe(decode(CALL))).isEqualTo(describe(decode(CALL))); // feeds given back are clean
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        String interesting = "{}[]\",:\\u0dDtrfn -.eE\u0000\u007F\n";
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) interesting.charAt(random.nextInt(interesting.length()));
                case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    int to = random.nextInt(bytes.length);
                    bytes[to] = bytes[at];
                }
            }
        }
        return bytes;
    }

    private static String outcome(byte[] bytes, int partBytes) {
        var decoder = new JsonRpcDecoder(BYTES_MAX, 0);
        try {
            for (int at = 0; at < bytes.length; at += partBytes) {
                decoder.read(bytes, at, Math.min(partBytes, bytes.length - at));
            }
            return describe(decoder.end());
        } catch (JsonRpcException e) {
            return "refused " + e.code() + " " + e.id();
        }
    }

    // T-20, T-22: refused before the end
    @Test
    void readWhenMalformedThenRefusesAtOnceAndEverAfter() {
        var decoder = new JsonRpcDecoder(BYTES_MAX, 0);
        byte[] bad = "{\"id\":1,]".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> decoder.read(bad, 0, bad.length)).isInstanceOf(JsonRpcException.class);
        assertThatThrownBy(() -> decoder.read(bad, 0, 1)).isInstanceOf(JsonRpcException.class);
        assertThatThrownBy(decoder::end).isInstanceOf(JsonRpcException.class);
    }

    @Test
    void readWhenLongerThanTheLimitThenRefuses() {
        var decoder = new JsonRpcDecoder(10, 0);
        assertThatThrownBy(() -> decoder.read(new byte[11], 0, 11)).hasMessageContaining("10 bytes");
    }

    // T-20
    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "{\"params\":["})
    void readWhenTooDeepThenRefuses(String opening) {
        assertRefused(opening + "[".repeat(100_000), JsonRpcErrorCode.PARSE_ERROR);
        assertRefused(opening.repeat(65), JsonRpcErrorCode.PARSE_ERROR);
    }

    @Test
    void readWhenAtTheDepthLimitThenAccepts() throws Exception {
        String nested = "[".repeat(62) + "]".repeat(62);
        decode("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":" + nested + "}}");
        assertRefused(
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":[" + nested + "]}}",
                JsonRpcErrorCode.PARSE_ERROR);
    }

    // T-21
    @Test
    void readWhenNumbersAreHugeThenRefusesLongOnesAndKeepsTheRestUnexpanded() throws Exception {
        String params = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"n\":%s}}";
        assertThat(decode(params.formatted("1e999999999"))).isInstanceOf(Request.class);
        assertThat(decode(params.formatted("1".repeat(1_000)))).isInstanceOf(Request.class);
        assertRefused(params.formatted("1".repeat(1_001)), JsonRpcErrorCode.PARSE_ERROR);
        assertRefused(params.formatted("1".repeat(1_000_000)), JsonRpcErrorCode.PARSE_ERROR);
        assertRefused(params.formatted("0." + "1".repeat(1_000_000)), JsonRpcErrorCode.PARSE_ERROR);
    }

    // T-21, T-23, H-45
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "9007199254740991 | ok",
                "-9007199254740991 | ok",
                "0 | ok",
                "\"\" | ok",
                "9007199254740992 | bad",
                "-9223372036854775808 | bad",
                "99999999999999999999999999 | bad",
                "1.0 | bad",
                "1.5 | bad",
                "1E400 | bad",
                "null | bad",
                "true | bad",
                "{} | bad",
                "{\"a\":1} | bad",
                "[] | bad",
                "[1] | bad",
            })
    void readWhenIdHasATypeThenAcceptsStringsAndSafeIntegersOnly(String id, String expected) throws Exception {
        String text = "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"m\"}";
        if (expected.equals("ok")) {
            assertThat(decode(text)).isInstanceOf(Request.class);
        } else {
            assertThatThrownBy(() -> decode(text)).isInstanceOfSatisfying(JsonRpcException.class, e -> {
                assertThat(e.code()).isEqualTo(JsonRpcErrorCode.INVALID_REQUEST);
                assertThat(e.id()).isNull();
            });
        }
    }

    @Test
    void readWhenTextsAreLongThenBoundsIdAndMethod() throws Exception {
        assertThat(decode("{\"jsonrpc\":\"2.0\",\"id\":\"" + "i".repeat(256) + "\",\"method\":\"" + "m".repeat(256)
                        + "\"}"))
                .isInstanceOf(Request.class);
        assertRefused(
                "{\"jsonrpc\":\"2.0\",\"id\":\"" + "i".repeat(257) + "\",\"method\":\"m\"}",
                JsonRpcErrorCode.INVALID_REQUEST);
        assertRefused(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + "m".repeat(3_000_000) + "\"}",
                JsonRpcErrorCode.INVALID_REQUEST);
        assertRefused(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"" + "k".repeat(1_100) + "\":1}",
                JsonRpcErrorCode.PARSE_ERROR);
    }

    // T-23
    @Test
    void readWhenAnObjectIsWideThenBoundsItsMembers() throws Exception {
        assertThat(decode(wide(10_000))).isInstanceOf(Notification.class);
        assertRefused(wide(10_001), JsonRpcErrorCode.PARSE_ERROR);
    }

    private static String wide(int members) {
        var text = new StringBuilder("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{");
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":").append(i);
        }
        return text.append("}}").toString();
    }

    // T-22
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"method\":\"tools/list\",\"method\":\"tools/call\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"_meta\":{},\"_meta\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":1,\"\\u0061\":2}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":[{\"x\":{\"y\":1},\"x\":2}]}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"\\ud800\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"\\udc00\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"\\ud800\\ud800\\udc00\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"\\ud800x\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"\\ud800\":1}}",
                "\uFEFF{\"jsonrpc\":\"2.0\",\"method\":\"m\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\u0000\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}{}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\"} x",
                "{\"jsonrpc\":\"2.0\",\"method\":\"m\"",
                "{'jsonrpc':'2.0'}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":1,}",
                "// {}",
                "tru",
                "",
                " ",
            })
    void readWhenTextIsOddThenRefusesAsMalformed(String text) {
        assertRefused(text, JsonRpcErrorCode.PARSE_ERROR);
    }

    @Test
    void readWhenManyNamesThenStillSeesTheRepeatedOne() {
        assertRefused(wide(5_000).replace("\"k4999\"", "\"k17\""), JsonRpcErrorCode.PARSE_ERROR);
    }

    // T-22
    @Test
    void readWhenNotUtf8ThenRefuses() {
        for (var bad : List.of(
                new int[] {0xC0, 0xAF},
                new int[] {0xE0, 0x80, 0xAF},
                new int[] {0xED, 0xA0, 0x80},
                new int[] {0xF0, 0x80, 0x80, 0xAF},
                new int[] {0xF4, 0x90, 0x80, 0x80},
                new int[] {0xFF},
                new int[] {0x80},
                new int[] {0xC3, 0x22})) {
            byte[] bytes = "{\"jsonrpc\":\"2.0\",\"method\":\"____\"}".getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < bad.length; i++) {
                bytes[27 + i] = (byte) bad[i];
            }
            assertThat(outcome(bytes, 1_000)).startsWith("refused PARSE_ERROR");
            assertThat(outcome(bytes, 1)).startsWith("refused PARSE_ERROR");
        }
        assertThat(outcome("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}".getBytes(StandardCharsets.UTF_16LE), 1_000))
                .startsWith("refused PARSE_ERROR");
    }

    // T-24, H-41, H-45
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "\"text\"",
                "123",
                "null",
                "{}",
                "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"m\"}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"m\"}",
                "{\"id\":1,\"method\":\"m\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":[\"m\"]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[{\"a\":1}]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":null}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}",
                "{\"jsonrpc\":\"2.0\",\"result\":{}}",
            })
    void readWhenShapeIsWrongThenRefusesAsInvalidRequest(String text) {
        assertRefused(text, JsonRpcErrorCode.INVALID_REQUEST);
    }

    @Test
    void readWhenShapeIsWrongButIdIsReadableThenRefusalBearsIt() {
        assertThatThrownBy(() -> decode("{\"jsonrpc\":\"2.0\",\"params\":[],\"method\":\"m\",\"id\":\"x\"}"))
                .isInstanceOfSatisfying(
                        JsonRpcException.class, e -> assertThat(e.id()).isEqualTo(new JsonRpcId.Text("x")));
    }

    @Test
    void readWhenResponseThenGivesIt() throws Exception {
        assertThat(((Response) decode("{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"result\":{\"a\":{}}}"))
                        .result()
                        .text())
                .isEqualTo("{\"a\":{}}");
        assertThat(((ErrorResponse) decode("{\"error\":{\"code\":-1,\"message\":\"no\"},\"jsonrpc\":\"2.0\"}")).id())
                .isNull();
    }

    // H-111
    @Test
    void readWhenBatchThenGivesEachItemAsItIs() throws Exception {
        assertThat(describe(decode("""
                        [ {"jsonrpc":"2.0","id":1,"method":"a","params":{"x":[{"id":9}]}},
                          {"method":"b","jsonrpc":"2.0"},
                          {"jsonrpc":"2.0","id":"r","result":{"id":5}},
                          {"jsonrpc":"2.0","error":{"code":1,"message":"no"}} ]
                        """)))
                .isEqualTo("[request Int[value=1] a {\"x\":[{\"id\":9}]}, notification b none,"
                        + " response Text[value=r] {\"id\":5}, error null {\"code\":1,\"message\":\"no\"}]");
    }

    // T-25: what is wrong with one item is said of that item alone
    @Test
    void readWhenItemsAreNoMessagesThenTheOthersStand() throws Exception {
        assertThat(describe(decode("""
                        [1,[{"jsonrpc":"2.0","id":1,"method":"m"},[]],"x",{},
                         {"jsonrpc":"2.0","id":2,"method":7},{"jsonrpc":"2.0","id":[],"method":"m"},
                         {"jsonrpc":"2.0","id":3,"method":"m"},null,[],true,{"jsonrpc":"2.0","id":4,"method":"m","params":[]}]
                        """)))
                .isEqualTo("[invalid null a message is an object, invalid null a message is an object,"
                        + " invalid null a message is an object, invalid null jsonrpc is missing,"
                        + " invalid Int[value=2] method must be a string of 1 to 256 characters,"
                        + " invalid null a member of the envelope must not be an array,"
                        + " request Int[value=3] m none, invalid null a message is an object,"
                        + " invalid null a message is an object, invalid null a message is an object,"
                        + " invalid Int[value=4] a member of the envelope must not be an array]");
    }

    // T-25
    @Test
    void readWhenBatchIsTooLongThenRefusesAtTheItemTooMany() throws Exception {
        String item = "{\"jsonrpc\":\"2.0\",\"method\":\"m\"},";
        assertThat(((Batch) decode("[" + item.repeat(49) + "7]")).items()).hasSize(50);
        assertRefused("[" + item.repeat(50) + "7]", JsonRpcErrorCode.INVALID_REQUEST);
        for (var items : List.of(item, "{},", "[],", "7,", "\"x\",")) {
            byte[] open = ("[" + items.repeat(51)).getBytes(StandardCharsets.UTF_8); // refused before it ends
            var decoder = new JsonRpcDecoder(BYTES_MAX, 0);
            assertThatThrownBy(() -> decoder.read(open, 0, open.length))
                    .isInstanceOfSatisfying(JsonRpcException.class, e -> {
                        assertThat(e.code()).isEqualTo(JsonRpcErrorCode.INVALID_REQUEST);
                        assertThat(e).hasMessageContaining("50");
                        assertThat(e.id()).isNull();
                    });
        }
        var two = new JsonRpcDecoder(BYTES_MAX, 2, 0);
        assertThatThrownBy(() -> two.read("[1,2,3]".getBytes(StandardCharsets.UTF_8), 0, 7))
                .hasMessageContaining("more than 2");
    }

    // T-20 to T-23: a batch changes nothing
    @Test
    void readWhenItemIsABombThenRefusesAsAlone() throws Exception {
        for (var opening : List.of("[", "{\"a\":", "{\"params\":[")) {
            assertRefused("[" + opening.repeat(100_000), JsonRpcErrorCode.PARSE_ERROR);
        }
        String envelope = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":%s}},{}]";
        assertThat(((Batch) decode(envelope.formatted("[".repeat(61) + "]".repeat(61)))).items())
                .hasSize(2);
        assertRefused(envelope.formatted("[".repeat(62) + "]".repeat(62)), JsonRpcErrorCode.PARSE_ERROR);
        assertRefused(envelope.formatted("1".repeat(1_001)), JsonRpcErrorCode.PARSE_ERROR);
        assertRefused(envelope.formatted("{\"x\":{\"y\":1,\"y\":2}}"), JsonRpcErrorCode.PARSE_ERROR);
        assertRefused("[{\"id\":1},{\"id\":1,\"id\":2}]", JsonRpcErrorCode.PARSE_ERROR);
        assertRefused("[" + wide(10_001) + "]", JsonRpcErrorCode.PARSE_ERROR);
        String longText = "x".repeat(1_000_000);
        assertThat(describe(decode("[{\"jsonrpc\":\"2.0\",\"id\":\"" + longText + "\",\"method\":\"m\"},"
                        + "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + longText + "\"}]")))
                .isEqualTo("[invalid null id must be a string of at most 256 characters or an integer within ±(2^53-1),"
                        + " invalid Int[value=1] method must be a string of 1 to 256 characters]");
    }

    // T-23: names made to share one hash are found as fast as others
    @Test
    void readWhenNamesCollideThenReadsThemAll() throws Exception {
        var params = new StringBuilder("{");
        for (int i = 0; i < 8_192; i++) {
            params.append(i == 0 ? "\"" : ",\"");
            for (int bit = 0; bit < 13; bit++) {
                params.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            params.append("\":1");
        }
        String text = "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":" + params + "}}";
        assertThat(decode(text)).isInstanceOf(Notification.class);
    }

    private static JsonRpcMessage decode(String text) throws JsonRpcException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var decoder = new JsonRpcDecoder(BYTES_MAX, bytes.length);
        decoder.read(bytes, 0, bytes.length);
        return decoder.end();
    }

    private static void assertRefused(String text, JsonRpcErrorCode code) {
        assertThatThrownBy(() -> decode(text))
                .isInstanceOfSatisfying(
                        JsonRpcException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static String describe(JsonRpcMessage message) {
        return switch (message) {
            case Single it -> describe((Item) it);
            case Batch(var items) ->
                items.stream().map(JsonRpcDecoderTest::describe).toList().toString();
        };
    }

    private static String describe(Item item) {
        return switch (item) {
            case Request it -> "request " + it.id() + " " + it.method() + " " + text(it.params());
            case Notification it -> "notification " + it.method() + " " + text(it.params());
            case Response it -> "response " + it.id() + " " + text(it.result());
            case ErrorResponse it -> "error " + it.id() + " " + text(it.error());
            case Invalid it -> "invalid " + it.id() + " " + it.problem();
        };
    }

    private static String text(RawJson params) {
        return params == null ? "none" : params.text();
    }
}
