package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RunningTest {
    private final List<String> closed = new ArrayList<>();
    private final Running running = new Running();

    @Test
    void closeWhenAPartFailsThenClosesTheOthersInReverseOrder() throws Exception {
        running.add("first", () -> closed.add("first"));
        running.add("second", () -> {
            throw new IllegalStateException("on purpose");
        });
        running.add("third", () -> closed.add("third"));

        running.close();
        running.close();

        assertThat(closed).containsExactly("third", "first");
        running.awaitTermination();
    }

    @Test
    void addWhenStoppingThenRefuses() {
        running.close();

        assertThatIllegalStateException().isThrownBy(() -> running.add("late", () -> {}));
    }

    @Test
    void closeWhenAnotherIsClosingThenWaitsForIt() throws InterruptedException {
        var closing = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        running.add("slow", () -> {
            closing.countDown();
            mayEnd.await();
            closed.add("slow");
        });
        var first = Thread.startVirtualThread(running::close);
        closing.await();
        var second = Thread.startVirtualThread(() -> {
            running.close();
            assertThat(closed).containsExactly("slow");
            closed.add("second saw it closed");
        });
        mayEnd.countDown();
        first.join();
        second.join();

        assertThat(closed).containsExactly("slow", "second saw it closed");
    }
}
