package dev.portcullis.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The watch is awake: else no leak in any other test would be seen. */
class LeakCheckTest {
    @Test
    void foundWhenBufferIsForgottenThenNamesIt() {
        forget();

        String found = "";
        for (int i = 0; i < 100 && found.isEmpty(); i++) {
            found = LeakCheck.found();
        }

        assertThat(found).contains("ByteBuf");
    }

    private static void forget() {
        ByteBuf forgotten = ByteBufAllocator.DEFAULT.buffer(16);
        forgotten.writeInt(1);
    }
}
