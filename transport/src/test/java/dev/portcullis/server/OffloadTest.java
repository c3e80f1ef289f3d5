package dev.portcullis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.testing.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** T-112. */
class OffloadTest {
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger done = new AtomicInteger();

    private void hold() {
        try {
            release.await();
            done.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void executeWhenFullThenRejectedUntilOneEnds() {
        var offload = new Offload("test", 2);
        offload.execute(this::hold);
        offload.execute(this::hold);
        assertThatThrownBy(() -> offload.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(offload.running()).isEqualTo(2);

        release.countDown();
        Await.until("the permits are back", () -> offload.running() == 0);

        offload.execute(done::incrementAndGet);
        Await.until("the task ran", () -> done.get() == 3);
        offload.close();
    }

    @Test
    void executeWhenTaskFailsThenItsPermitIsBack() {
        var offload = new Offload("test", 1);
        offload.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        Await.until("the permit is back", () -> offload.running() == 0);
        offload.close();
    }

    @Test
    void closeWhenTasksRunThenWaitsForThemAndTakesNoMore() {
        var offload = new Offload("test", 2);
        offload.execute(this::hold);
        Thread closing = Thread.ofVirtual().start(offload::close);
        Await.until("no more are taken", () -> isClosed(offload));
        assertThat(done).hasValue(0);

        release.countDown();
        Await.until("closed", () -> !closing.isAlive());

        assertThat(done).hasValue(1);
    }

    private static boolean isClosed(Offload offload) {
        try {
            offload.execute(() -> {});
            return false;
        } catch (RejectedExecutionException closed) {
            return true;
        }
    }
}
