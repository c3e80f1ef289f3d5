package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskOwner;
import dev.portcullis.mcp.task.TaskStore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tasks whose changes one client wants to hear of (H-225): its own, of tools it may call, looked at anew each time (T-41). Belongs to the lock of whoever tells it. */
final class FollowedTasks {
    private final TaskStore store;
    private final Permits permits;
    private final TaskOwner owner;
    private final Principal principal;
    private final Map<String, Runnable> unwatchById = new LinkedHashMap<>();

    FollowedTasks(TaskStore store, Permits permits, CallContext context) {
        this.store = store;
        this.permits = permits;
        this.owner = Tasks.owner(context);
        this.principal = context.principal();
    }

    /** @param changed is told a task's id, on whatever thread */
    void follow(Set<String> ids, Consumer<String> changed) {
        for (String id : ids) {
            var unwatch = find(id) == null ? null : store.watch(id, () -> changed.accept(id));
            if (unwatch != null) {
                unwatchById.put(id, unwatch);
            }
        }
    }

    /** @return what is followed: not the same as what was asked for */
    Set<String> ids() {
        return Collections.unmodifiableSet(unwatchById.keySet());
    }

    /** @return the task as it stands; null if this client may not see it, or it is gone */
    @Nullable
    Task find(String id) {
        var task = store.find(id, owner);
        return task != null && permits.isGranted(principal, Tasks.action(task)) ? task : null;
    }

    void stop() {
        unwatchById.values().forEach(Runnable::run);
    }
}
