package dev.portcullis.mcp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.model.TraceContext;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H-198. */
class TraceSyntaxTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static TraceContext read(
            @Nullable String traceparent, @Nullable String tracestate, @Nullable String baggage) {
        try (var out = JsonWriter.take()) {
            out.beginObject().name("_meta").beginObject();
            member(out, "traceparent", traceparent);
            member(out, "tracestate", tracestate);
            member(out, "baggage", baggage);
            out.endObject().endObject();
            return TraceSyntax.read(RequestParams.of(Json.parse(out.toBytes())));
        }
    }

    private static void member(JsonWriter out, String name, @Nullable String value) {
        if (value != null) {
            out.name(name).string(value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PARENT,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes",
            })
    void readWhenTraceparentIsGoodThenTellsIt(String text) {
        assertThat(read(text, null, null).traceparent()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
                "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n",
                "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            })
    void readWhenTraceparentIsBadThenIsAbsentAndItsStateToo(String text) {
        assertThat(read(text, "a=b", "k=v")).isEqualTo(new TraceContext(null, null, "k=v"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=b",
                "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
                "a=b , c=d,\t,e=f",
                "fw529a3039@dt=FfOiJ;x y:z",
                "a_-*/9=!\"#$%&'()*+-./:;<>?@[]^_`{|}~",
            })
    void readWhenTracestateIsGoodThenTellsIt(String text) {
        assertThat(read(PARENT, text, null).tracestate()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "a",
                "a=",
                "=b",
                "A=b",
                "a=b=c",
                "a=b,a=c",
                "a=ü",
                "a=b\u0001",
                "a=b\n",
                "a=b\r\n,c=d",
                "a= ",
                "1=b",
                "@dt=b",
                "a@1=b"
            })
    void readWhenTracestateIsBadThenIsAbsent(String text) {
        assertThat(read(PARENT, text, null)).isEqualTo(new TraceContext(PARENT, null, null));
    }

    @Test
    void readWhenTracestateHasManyMembersThenThirtyTwoMay() {
        assertThat(read(PARENT, members(32), null).tracestate()).isNotNull();
        assertThat(read(PARENT, members(33), null).tracestate()).isNull();
        assertThat(read(PARENT, "a=" + "b".repeat(256), null).tracestate()).isNotNull();
        assertThat(read(PARENT, "a=" + "b".repeat(257), null).tracestate()).isNull();
        assertThat(read(PARENT, "a".repeat(257) + "=b", null).tracestate()).isNull();
    }

    private static String members(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k=v",
                "k=",
                "k = v , k2=v2;p;q = 1",
                "userId=alice,serverNode=DF%2028,isProduction=false",
                "a!#$=b!",
            })
    void readWhenBaggageIsGoodThenTellsIt(String text) {
        assertThat(read(null, null, text)).isEqualTo(new TraceContext(null, null, text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                "=v",
                "k=v,",
                "k=a b",
                "k=\"v\"",
                "k=v\\",
                "k@=v",
                "k=ü",
                "k=v;;",
                "k=v\r\nX: y",
                "k=v\n",
                "k=v\n,l=w"
            })
    void readWhenBaggageIsBadThenIsAbsent(String text) {
        assertThat(read(null, null, text)).isEqualTo(TraceContext.NONE);
    }

    @Test
    void readWhenAllIsTooLongThenNothingIsThere() {
        assertThat(read(PARENT, null, "k=" + "v".repeat(8 * 1024 - PARENT.length() - 2))
                        .baggage())
                .isNotNull();
        assertThat(read(PARENT, null, "k=" + "v".repeat(8 * 1024 - PARENT.length() - 1)))
                .isEqualTo(TraceContext.NONE);
        assertThat(read(null, null, "k=v;".repeat(2_000) + "\u0000")).isEqualTo(TraceContext.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"_meta\":{\"traceparent\":7,\"baggage\":[\"k=v\"]}}",
                "{\"_meta\":[]}",
                "{}",
                "{\"_meta\":null}"
            })
    void readWhenOfAnotherTypeThenIsAbsent(String params) {
        assertThat(TraceSyntax.read(RequestParams.of(Json.parse(params)))).isEqualTo(TraceContext.NONE);
    }
}
