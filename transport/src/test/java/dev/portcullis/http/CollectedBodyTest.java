package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CollectedBodyTest {
    private final List<byte[]> bodies = new ArrayList<>();

    private RecordedExchange exchange(int bytesMax) {
        Endpoint endpoint = exchange -> CollectedBody.reading(exchange, bytesMax, bodies::add);
        var route =
                new Route("r", "/r", List.of(HttpMethod.POST), Route.Access.OPEN, Route.Cors.NONE, bytesMax, endpoint);
        return RecordedExchange.of(route, HttpMethod.POST, "/r");
    }

    @Test
    void readingWhenBodyComesInPartsThenHandsOnTheWholeAndKeepsNoBuffer() {
        RecordedExchange exchange = exchange(10_000);
        BodyReader reader = exchange.route().endpoint().open(exchange);
        byte[] sent = new byte[10_000];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) i;
        }
        for (int i = 0; i < sent.length; i += 999) {
            var part = Unpooled.copiedBuffer(sent, i, Math.min(999, sent.length - i));
            reader.read(part);
            assertThat(part.refCnt()).isEqualTo(1);
            part.release();
        }
        reader.end();

        assertThat(bodies).hasSize(1);
        assertThat(bodies.get(0)).isEqualTo(sent);
    }

    @Test
    void readingWhenThereIsNoBodyThenHandsOnNothing() {
        RecordedExchange exchange = exchange(0);
        exchange.route().endpoint().open(exchange).end();

        assertThat(bodies).hasSize(1);
        assertThat(bodies.get(0)).isEmpty();
    }

    /** T-6. */
    @Test
    void readingWhenTooLargeThenAnswers413AndNeverHandsOn() {
        RecordedExchange exchange = exchange(10);
        BodyReader reader = exchange.route().endpoint().open(exchange);
        byte[] part = new byte[6];
        Arrays.fill(part, (byte) 'x');
        reader.read(Unpooled.wrappedBuffer(part));
        reader.read(Unpooled.wrappedBuffer(part));
        reader.read(Unpooled.wrappedBuffer(part));
        reader.end();

        assertThat(exchange.status()).isEqualTo(413);
        assertThat(bodies).isEmpty();
    }
}
