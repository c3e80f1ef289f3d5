package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.testing.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer whose head was made beforehand has the bytes it would have had otherwise. */
class SharedFieldsTest {
    private final SharedFields fields = Reply.jsonAnd("mcp-protocol-version", "2026-07-28");

    private FullHttpResponse answer(int bodyBytes) {
        byte[] body = "x".repeat(bodyBytes + 7).getBytes(StandardCharsets.US_ASCII);
        return Answers.whole(fields.answer(UnpooledByteBufAllocator.DEFAULT, body, bodyBytes));
    }

    private static String taken(FullHttpResponse answer) {
        ByteBuf bytes = ((SharedAnswer) answer).takeBytes();
        if (bytes == null) {
            answer.release();
            return "";
        }
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        return text;
    }

    private static String encoded(FullHttpResponse answer) {
        return Encoded.by(new HttpResponseEncoder(), answer);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 99, 100, 101, 700})
    void takeBytesWhenNobodyHasAskedForFieldsThenTheyAreThoseOfTheEncoder(int bodyBytes) {
        assertThat(taken(answer(bodyBytes)))
                .isEqualTo(encoded(answer(bodyBytes)))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\ncontent-length: " + bodyBytes + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {999, 1_000, 5_000})
    void takeBytesWhenBodyIsLongThenItIsLeftToTheEncoder(int bodyBytes) {
        assertThat(taken(answer(bodyBytes))).isEmpty();
        assertThat(encoded(answer(bodyBytes))).endsWith("\r\n\r\n" + "x".repeat(bodyBytes));
    }

    @Test
    void takeBytesWhenAFieldWasAddedThenItIsLeftToTheEncoder() {
        var answer = answer(3);
        answer.headers().set("vary", "origin");

        assertThat(((SharedAnswer) answer).takeBytes()).isNull();
        assertThat(encoded(answer))
                .contains("\r\nvary: origin\r\n")
                .endsWith("content-length: 3\r\nvary: origin\r\n\r\nxxx");
    }

    @Test
    void takeBytesWhenStatusWasChangedThenItIsLeftToTheEncoder() {
        var answer = answer(3);
        answer.setStatus(HttpResponseStatus.CREATED);

        assertThat(((SharedAnswer) answer).takeBytes()).isNull();
        assertThat(encoded(answer)).startsWith("HTTP/1.1 201 Created\r\n");
    }

    @Test
    void takeBytesWhenBodyIsAnotherThenWhatIsBeforeItIsNotSent() {
        ByteBuf other = Unpooled.copiedBuffer("s".repeat(200) + "body", StandardCharsets.US_ASCII);
        var answer = Answers.whole(new Reply(HttpResponseStatus.OK, fields, other.readerIndex(200)));

        assertThat(((SharedAnswer) answer).takeBytes()).isNull();
        assertThat(encoded(answer)).endsWith("content-length: 4\r\n\r\nbody");
    }

    @Test
    void headOfWhenAnswerIsSharedThenItHasTheLength() {
        var answer = Answers.headOf(answer(12));

        assertThat(answer.headers().get("content-length")).isEqualTo("12");
        assertThat(answer.content().isReadable()).isFalse();
    }

    @Test
    void newWhenAValueHasALineBreakThenThrows() { // T-58
        assertThatThrownBy(() -> new SharedFields(List.of(Map.entry("a", "b\r\nc: d"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
