package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.KeptJson;
import dev.portcullis.testing.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer whose middle is sent from where it is kept has the bytes of one that was copied. */
class SharedMiddleTest {
    private static final int MIDDLE_BYTES = 30_000;

    private final SharedFields fields = Reply.jsonAnd("mcp-protocol-version", "2026-07-28");
    private final KeptJson kept = kept();

    private static KeptJson kept() {
        try (var out = JsonWriter.take()) {
            return new KeptJson(out.string("k".repeat(MIDDLE_BYTES - 2)));
        }
    }

    private void write(JsonWriter out, int before, int behind) {
        out.beginArray().string("b".repeat(before)).kept(kept).string("e".repeat(behind));
        out.endArray();
    }

    private FullHttpResponse inParts(int before, int behind) {
        try (var out = JsonWriter.take()) {
            write(out, before, behind);
            return Answers.whole(fields.answer(UnpooledByteBufAllocator.DEFAULT, Objects.requireNonNull(out.parts())));
        }
    }

    private FullHttpResponse copied(int before, int behind) {
        try (var out = JsonWriter.take()) {
            write(out, before, behind);
            return Answers.whole(fields.answer(UnpooledByteBufAllocator.DEFAULT, out.buffer(), out.length()));
        }
    }

    private static String encoded(FullHttpResponse answer) {
        return Encoded.by(new HttpResponseEncoder(), answer);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 60, 69_970, 2_000})
    void takeBytesWhenMiddleIsKeptThenTheyAreThoseOfTheEncoder(int around) {
        ByteBuf bytes = ((SharedAnswer) inParts(around, around / 2)).takeBytes();

        assertThat(bytes).isNotNull();
        assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).isEqualTo(encoded(copied(around, around / 2)));
        bytes.release();
    }

    /** Where a field of the request's own is added, the encoder writes the head. */
    @Test
    void headersWhenAFieldWasAddedThenBodyIsStillWhole() {
        var answer = inParts(10, 20);
        answer.headers().set("vary", "origin");
        var same = copied(10, 20);
        same.headers().set("vary", "origin");

        assertThat(((SharedAnswer) answer).takeBytes()).isNull();
        assertThat(encoded(answer)).isEqualTo(encoded(same)).contains("\r\nvary: origin\r\n");
    }

    /** What is kept is neither copied nor written over nor let go with an answer. */
    @Test
    void releaseWhenSentThenWhatIsKeptStays() {
        for (int i = 0; i < 3; i++) {
            var answer = inParts(1, 1);
            var body = (CompositeByteBuf) answer.content();
            ByteBuf middle = body.component(1);
            assertThat(middle.isReadOnly()).isTrue();
            assertThat(middle.isDirect()).isTrue();
            assertThat(body.readableBytes()).isEqualTo(MIDDLE_BYTES + 10);
            answer.release();
            assertThat(body.refCnt()).isZero();
        }
        assertThat(encoded(inParts(1, 1))).endsWith("[\"b\"," + "\"" + "k".repeat(MIDDLE_BYTES - 2) + "\"" + ",\"e\"]");
    }
}
