package dev.portcullis.mcp.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.McpException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryTaskStoreTest extends TaskStoreContract {
    private final MemoryTaskStore store = new MemoryTaskStore(LIMITS, clock);

    @Override
    List<MemoryTaskStore> nodes() {
        return List.of(store);
    }

    @Test
    void sweepWhenTimesAreOverThenTellsAndNothingIsLeft() throws McpException {
        create(NOBODY);
        var task = create(ADA);
        var told = new AtomicInteger();
        store.watch(task.id(), told::incrementAndGet);
        store.move(task.id(), new TaskState.Cancelled());
        assertThat(told).hasValue(1);
        now.addAndGet(60_000);
        store.sweep();
        assertThat(told).hasValue(2);
        assertThat(store.isEmpty()).isTrue();
    }

    // T-39: whatever becomes of them, tasks leave nothing
    @Test
    void sweepWhenAMillionTasksCameAndWentThenNothingIsLeft() throws McpException {
        var many = new MemoryTaskStore(
                new TaskLimits(1_000, 1_000, 5_000, 1_000, 500, 10_000, 10_000, 1 << 20, 1 << 20, 3), clock);
        var random = new Random(39);
        for (int i = 0; i < 1_000_000; i++) {
            var owner = new TaskOwner("https://issuer.example", "person" + random.nextInt(50), "client", "realm");
            var task = many.create(owner, "tool", (long) random.nextInt(6_000));
            switch (random.nextInt(4)) {
                case 0 -> many.move(task.id(), completed(20));
                case 1 -> many.move(task.id(), new TaskState.Cancelled());
                case 2 -> many.forget(task.id());
                default -> many.watch(task.id(), () -> {});
            }
            if (i % 2_000 == 0) {
                now.addAndGet(2_000);
            }
        }
        assertThat(many.isEmpty()).isFalse();
        now.addAndGet(5_000);
        many.sweep();
        assertThat(many.isEmpty()).isTrue();
    }
}
