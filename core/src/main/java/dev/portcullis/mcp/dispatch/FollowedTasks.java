package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskOwner;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.store.StoreException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tasks whose changes one client wants to hear of (H-225): its own, of tools it may call, looked at anew each time (T-41). What asks the store blocks, and any thread may. */
final class FollowedTasks {
    private static final System.Logger LOG = System.getLogger(FollowedTasks.class.getName());

    private final TaskStore store;
    private final Permits permits;
    private final TaskOwner owner;
    private final Principal principal;

    /** Written before anybody else knows of this. */
    private final Map<String, Runnable> unwatchById = new LinkedHashMap<>();

    /** Held while one is looked at and told, so that nobody hears of how it stood after how it stands. */
    private final ReentrantLock telling = new ReentrantLock();

    FollowedTasks(TaskStore store, Permits permits, CallContext context) {
        this.store = store;
        this.permits = permits;
        this.owner = Tasks.owner(context);
        this.principal = context.principal();
    }

    /**
     * @param changed is told a task's id, on whatever thread
     * @throws StoreException nothing is followed
     */
    void follow(Set<String> ids, Consumer<String> changed) {
        try {
            for (String id : ids) {
                var unwatch = find(id) == null ? null : store.watch(id, () -> changed.accept(id));
                if (unwatch != null) {
                    unwatchById.put(id, unwatch);
                }
            }
        } catch (StoreException e) {
            stop();
            throw e;
        }
    }

    /** @return what is followed: not the same as what was asked for */
    Set<String> ids() {
        return Collections.unmodifiableSet(unwatchById.keySet());
    }

    /** Tells of a task as it stands, unless this client may not see it, or it is gone. If the store is away, a later change tells. */
    void tell(String id, Consumer<Task> listener) {
        telling.lock();
        try {
            var task = find(id);
            if (task != null) {
                listener.accept(task);
            }
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "a task cannot be looked at now", e);
        } finally {
            telling.unlock();
        }
    }

    private @Nullable Task find(String id) {
        var task = store.find(id, owner);
        return task != null && permits.isGranted(principal, Tasks.action(task)) ? task : null;
    }

    void stop() {
        unwatchById.values().forEach(Runnable::run);
    }
}
