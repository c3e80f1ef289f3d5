package dev.portcullis.mcp.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which task. What a task asks goes to the one that came last: the stream of one before may be lost without anybody knowing, and a person should not be asked
 * on two (H-114). Any thread.
 */
final class TaskWaits {
    private final int waitsMax;
    private final Map<String, List<TaskResultWait>> byTask = new ConcurrentHashMap<>();

    /** @param waitsMax for one task */
    TaskWaits(int waitsMax) {
        this.waitsMax = waitsMax;
    }

    /** @return who has to make room: the one that has waited longest; null if nobody */
    @Nullable
    TaskResultWait add(String taskId, TaskResultWait wait) {
        var waits = byTask.compute(taskId, (_, known) -> {
            List<TaskResultWait> more = known == null ? new ArrayList<>(1) : new ArrayList<>(known);
            more.add(wait);
            return List.copyOf(more);
        });
        return waits.size() > waitsMax ? waits.getFirst() : null;
    }

    void remove(String taskId, TaskResultWait wait) {
        byTask.computeIfPresent(taskId, (_, known) -> {
            List<TaskResultWait> waits = new ArrayList<>(known);
            waits.remove(wait);
            return waits.isEmpty() ? null : List.copyOf(waits);
        });
    }

    /** @return the one that came last; null if nobody waits */
    @Nullable
    TaskResultWait last(String taskId) {
        var waits = byTask.get(taskId);
        return waits == null ? null : waits.getLast();
    }

    /** @return how many wait */
    int count(String taskId) {
        return byTask.getOrDefault(taskId, List.of()).size();
    }

    /** @return whether nobody waits; for tests */
    boolean isEmpty() {
        return byTask.isEmpty();
    }
}
