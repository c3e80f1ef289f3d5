package dev.portcullis.mcp.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.FamiliarObjects;
import dev.portcullis.json.Json;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcDecoder;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes again is recognised by its bytes, and what differs in one of them is read and judged as if nothing had come before (H-42, H-43). */
class RequestMetaTest {
    private static final String META = """
            {"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
            "io.modelcontextprotocol/clientCapabilities":{"sampling":{}},\
            "io.modelcontextprotocol/clientInfo":{"name":"test","version":"1.0"}}""";

    private static JsonRpcMessage.Single decode(String text) throws JsonRpcException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var decoder = new JsonRpcDecoder(100_000, bytes.length);
        decoder.makeRoom(bytes.length);
        System.arraycopy(bytes, 0, decoder.room(), 0, bytes.length);
        decoder.filledWhole(bytes.length);
        return (JsonRpcMessage.Single) decoder.end();
    }

    private static RequestParams params(String members) throws JsonRpcException {
        var request = (JsonRpcMessage.Request)
                decode("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{" + members + "}}");
        return RequestParams.of(request.params());
    }

    private static RequestMeta meta(String meta) throws JsonRpcException {
        return params("\"name\":\"add\",\"_meta\":" + meta).meta();
    }

    @Test
    void ofWhenMetaComesAgainThenItIsTheSame() throws Exception {
        var first = meta(META);
        var again = params("\"_meta\":" + META + ",\"name\":\"sub\",\"arguments\":{\"a\":1}");

        assertThat(again.meta()).isSameAs(first);
        assertThat(again.name()).isEqualTo("sub");
        assertThat(Objects.requireNonNull(again.arguments()).text()).isEqualTo("{\"a\":1}");
        assertThat(first.version()).isEqualTo("2026-07-28");
        assertThat(first.requireComplete().sampling()).isTrue();
    }

    @Test
    void ofWhenOneByteDiffersThenItIsReadAnew() throws Exception {
        meta(META).requireComplete();
        for (int i = 1; i < META.length() - 1; i++) {
            if (META.charAt(i) >= 'a' && META.charAt(i) <= 'z') {
                String other = META.substring(0, i) + '_' + META.substring(i + 1);
                var read = meta(other);
                var expected = RequestParams.of(json("{\"_meta\":" + other.replace("}}", "},\"x\":0}") + "}"))
                        .meta(); // with a member more it is not kept

                assertThat(read.namesRevision()).as(other).isEqualTo(expected.namesRevision());
                assertThat(read.version()).as(other).isEqualTo(expected.version());
                assertThat(complete(read)).as(other).isEqualTo(complete(expected));
            }
        }
        assertThat(meta(META).requireComplete().sampling()).isTrue();
    }

    private static RawJson json(String text) {
        return Json.parse(text);
    }

    private static String complete(RequestMeta meta) {
        try {
            return meta.requireComplete().toString();
        } catch (McpException e) {
            return e.detail();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"}", "x", "]", "\"", "}}", ",}", ":1"})
    void ofWhenSomethingWrongFollowsWhatIsKnownThenItIsRefused(String wrong) throws Exception {
        meta(META);

        assertThatThrownBy(() -> meta(META + wrong)).isInstanceOf(JsonRpcException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"progressToken\":1}",
                "{\"progressToken\":1}",
                "{\"traceparent\":\"00-0\"}",
                "{}"
            })
    void ofWhenMetaMaySayMoreThanTheClientThenItIsNotKept(String meta) throws Exception {
        assertThat(meta(meta)).isNotSameAs(meta(meta));
    }

    @Test
    void ofWhenAStringIsLongerThanTheOneThatIsKnownThenItIsNotTakenForIt() throws Exception {
        for (int chars = 100;
                chars <= 200;
                chars++) { // of one in a long text only the beginning is kept where it stood
            String known = "v".repeat(chars);
            assertThat(meta(named(known)).version()).isEqualTo(known);

            var read = longParams("\"_meta\":" + named(known + "w".repeat(200))).meta();

            assertThat(read.version()).isEqualTo(known + "w".repeat(200));
        }
    }

    private static String named(String version) {
        return "{\"io.modelcontextprotocol/protocolVersion\":\"" + version + "\"}";
    }

    private static RequestParams longParams(String members) throws JsonRpcException {
        byte[] text = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"name\":\"" + "n".repeat(40_000)
                        + "\"," + members + "}}")
                .getBytes(StandardCharsets.UTF_8);
        var decoder = new JsonRpcDecoder(100_000, text.length);
        decoder.read(text, 0, text.length);
        return RequestParams.of(((JsonRpcMessage.Request) decoder.end()).params());
    }

    @Test
    void ofWhenMetaIsLongThenItIsNotKept() throws Exception {
        String info = "{\"io.modelcontextprotocol/clientInfo\":{\"name\":\""
                + "n".repeat(FamiliarObjects.BYTES_MAX - 71) + "\",\"version\":\"1\"}}";
        String longer = info.replace("\"1\"", "\"1" + " ".repeat(FamiliarObjects.BYTES_MAX + 1 - info.length()) + "\"");

        assertThat(info.length()).isLessThanOrEqualTo(FamiliarObjects.BYTES_MAX);
        assertThat(longer).hasSize(FamiliarObjects.BYTES_MAX + 1);
        assertThat(meta(info)).isSameAs(meta(info));
        assertThat(meta(longer)).isNotSameAs(meta(longer));
    }

    @Test
    void ofWhenManyOthersCameThenItHasBeenForgotten() throws Exception {
        var first = meta(META);
        for (int i = 0; i < 8; i++) {
            meta(META.replace("1.0", "1." + (i + 1)));
        }

        assertThat(meta(META)).isNotSameAs(first);
    }

    @Test
    void requireCompleteWhenWhatIsKnownIsNotWholeThenItIsRefusedEachTime() throws Exception {
        String incomplete = "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";
        var first = meta(incomplete);

        assertThat(meta(incomplete)).isSameAs(first);
        assertThatThrownBy(first::requireComplete).isInstanceOf(McpException.class);
        assertThatThrownBy(first::requireComplete).isInstanceOf(McpException.class);
    }

    @Test
    void ofWhenWhatIsKnownStandsElsewhereThenItIsJustAnObject() throws Exception {
        meta(META);
        var params = params("\"arguments\":" + META);

        assertThat(params.meta()).isSameAs(RequestMeta.NONE);
        assertThat(Objects.requireNonNull(params.arguments()).text()).isEqualTo(META);
    }

    @Test
    void ofWhenNameComesAgainThenItIsTheSameStringUnlessLong() throws Exception { // T-23: what is kept is short
        String longest = "n".repeat(126);

        assertThat(name("add")).isEqualTo("add").isSameAs(name("add"));
        assertThat(name("adf")).isEqualTo("adf");
        assertThat(name("xdd")).isEqualTo("xdd");
        assertThat(name("\\u0061dd")).isEqualTo("add");
        assertThat(name(longest)).isSameAs(name(longest));
        assertThat(name(longest + "nn")).isEqualTo(longest + "nn").isNotSameAs(name(longest + "nn"));
    }

    private static @Nullable String name(String name) throws JsonRpcException {
        return params("\"name\":\"" + name + "\"").name();
    }
}
