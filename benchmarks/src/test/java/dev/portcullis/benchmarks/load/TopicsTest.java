package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A scenario that counts deliveries is worth what its counting is. */
final class TopicsTest {
    private static final String CHUNK = "30\r\nevent: message\ndata: {\"uri\":\"load://topic/%d\"}\n\n\r\n";

    private final Topics topics = new Topics();

    @Test
    void awaitWhenEachStreamHeardOnceHoweverSplitThenSaysWhenTheLastDid() throws InterruptedException {
        var whole = topics.ear();
        var split = topics.ear();
        long before = System.nanoTime();
        topics.expect(1, 2, 2);

        hear(whole, CHUNK.formatted(1) + CHUNK.formatted(2));
        (CHUNK.formatted(1) + CHUNK.formatted(2)).chars().forEach(one -> hear(split, Character.toString(one)));

        assertThat(topics.await()).isBetween(before, System.nanoTime());
        assertThat(topics.bytesHeard()).isEqualTo(4L * CHUNK.formatted(1).length());
        assertThat(topics.event()).isEqualTo("event: message\ndata: {\"uri\":\"load://topic/1\"}\n\n");
    }

    @Test
    void awaitWhenOneStreamHeardTwiceInPlaceOfAnotherThenFails() {
        var twice = topics.ear();
        topics.ear();
        topics.expect(0, 1, 2);

        hear(twice, CHUNK.formatted(0).repeat(2));

        assertThatThrownBy(topics::await)
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("load://topic/0 heard 2 times");
    }

    @Test
    void requireNoneWhenOneMoreCameAfterAllHadComeThenFails() throws InterruptedException {
        var stream = topics.ear();
        topics.expect(3, 1, 1);
        hear(stream, CHUNK.formatted(3));
        topics.await();
        assertThatCode(topics::requireNone).doesNotThrowAnyException();

        hear(stream, CHUNK.formatted(3));

        assertThatThrownBy(topics::requireNone).isInstanceOf(LoadException.class);
    }

    private static void hear(HeldStreams.Ear ear, String text) {
        ear.hear(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }
}
