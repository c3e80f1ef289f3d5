package dev.portcullis.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WHATWG HTML §9.2. */
class SseEncoderTest {
    private static String encode(@Nullable String event, @Nullable String id, String data) {
        byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
        ByteBuf encoded = SseEncoder.encode(ByteBufAllocator.DEFAULT, event, id, bytes, 0, bytes.length);
        try {
            return encoded.toString(StandardCharsets.UTF_8);
        } finally {
            encoded.release();
        }
    }

    @Test
    void encodeWhenFieldsAreGivenThenInOrder() {
        assertThat(encode("message", "7", "{\"a\":\"ü\"}")).isEqualTo("event: message\nid: 7\ndata: {\"a\":\"ü\"}\n\n");
        assertThat(encode(null, null, "{}")).isEqualTo("data: {}\n\n");
        assertThat(encode(null, "", "")).isEqualTo("id: \ndata: \n\n");
    }

    @Test
    void encodeWhenSliceIsGivenThenOnlyThat() {
        byte[] bytes = "xx{}yy".getBytes(StandardCharsets.UTF_8);
        ByteBuf encoded = SseEncoder.encode(ByteBufAllocator.DEFAULT, null, null, bytes, 2, 2);
        assertThat(encoded.toString(StandardCharsets.UTF_8)).isEqualTo("data: {}\n\n");
        encoded.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\r\nb"})
    void encodeWhenDataHasALineBreakThenOneFieldPerLine(String data) {
        assertThat(encode(null, null, data)).isEqualTo("data: a\ndata: b\n\n");
    }

    @Test
    void encodeWhenALineBreakIsAnywhereThenFound() {
        for (String filling : new String[] {"a", "ü", "\u000b", "\u000e", "\u0080"}) {
            for (int before = 0; before < 20; before++) {
                for (int after = 0; after < 20; after++) {
                    String first = filling.repeat(before);
                    String second = filling.repeat(after);
                    for (String lineBreak : new String[] {"\n", "\r", "\r\n"}) {
                        assertThat(encode(null, null, first + lineBreak + second))
                                .isEqualTo("data: " + first + "\ndata: " + second + "\n\n");
                    }
                }
            }
        }
    }

    @Test
    void encodeWhenDataTriesToEndTheEventThenStaysInside() {
        assertThat(encode(null, null, "a\n\nevent: evil\r\rid: 1\n"))
                .isEqualTo("data: a\ndata: \ndata: event: evil\ndata: \ndata: id: 1\ndata: \n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\r", "\0"})
    void encodeWhenEventOrIdHasALineBreakThenRefused(String field) {
        assertThatThrownBy(() -> encode(field, null, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encode(null, field, "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
