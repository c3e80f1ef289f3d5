package dev.portcullis.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes as Netty's own encoder writes, in fewer buffers. */
class AnswerEncoderTest {
    @ParameterizedTest
    @ValueSource(ints = {100, 200, 202, 204, 205, 304, 401, 413, 500, 599})
    void writeWhenAnyWholeAnswerThenSameBytesAsNetty(int status) {
        var random = new Random(status);
        for (int i = 0; i < 200; i++) {
            var answer = answer(status, random, random.nextInt(3) * random.nextInt(6_000));

            assertThat(Encoded.by(new AnswerEncoder(), answer.copy()))
                    .as(answer.toString())
                    .isEqualTo(Encoded.by(new HttpResponseEncoder(), answer.copy()));
            answer.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200, AnswerEncoder.COPIED_BYTES_MAX})
    void writeWhenBodyIsModerateThenOneBuffer(int bodyBytes) {
        assertThat(buffers(answer(200, new Random(1), bodyBytes))).hasSize(1);
    }

    @Test
    void writeWhenBodyIsLargeThenItIsNotCopied() {
        assertThat(buffers(answer(200, new Random(1), AnswerEncoder.COPIED_BYTES_MAX + 1)))
                .hasSize(2);
    }

    private static FullHttpResponse answer(int status, Random random, int bodyBytes) {
        byte[] body = new byte[bodyBytes];
        random.nextBytes(body);
        var answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        for (int i = random.nextInt(12); i > 0; i--) {
            answer.headers().add("x-" + random.nextInt(5), "v".repeat(random.nextInt(200)) + 'é');
        }
        answer.headers().set("content-length", bodyBytes);
        return answer;
    }

    private static List<Integer> buffers(FullHttpResponse answer) {
        var channel = new EmbeddedChannel(new AnswerEncoder());
        channel.writeOutbound(answer);
        var sizes = new ArrayList<Integer>();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            sizes.add(part.readableBytes());
            part.release();
        }
        channel.finishAndReleaseAll();
        return sizes;
    }
}
