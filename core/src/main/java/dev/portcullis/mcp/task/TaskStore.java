package dev.portcullis.mcp.task;

import dev.portcullis.mcp.McpException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Remembers tasks until their time is over, and tells who follows one that it has changed. A task that has ended stays as it is (H-222): of a result, a cancellation and
 * the end of its time that come at once, one wins. May block; any thread.
 */
public interface TaskStore {
    /**
     * Creates a task that is {@link TaskState.Working}; it can be found at once.
     *
     * @param ttlMillis how long its client wants it kept; null if it does not say
     * @throws McpException TOO_MANY, OVERLOADED: there are too many of this person's, or of all
     */
    Task create(TaskOwner owner, String tool, @Nullable Long ttlMillis) throws McpException;

    /** @return the task; null if it is unknown, its time is over, or it is somebody else's, which look alike (H-224) */
    @Nullable
    Task find(String id, TaskOwner owner);

    /**
     * Lists somebody's tasks, in an order that stays. Their results may be left out: then an empty object stands for each.
     *
     * @param after where the last page ended; null for the first
     * @return at most so many
     */
    List<Task> list(TaskOwner owner, @Nullable Place after, int max);

    /** Where a task stands in lists. */
    record Place(long createdAtMillis, String id) {
        public static Place of(Task task) {
            return new Place(task.createdAtMillis(), task.id());
        }
    }

    /**
     * Brings a task into another state. A result that is too much to be kept makes it {@link TaskState.Failed}.
     *
     * @return false if the task has ended, or is gone
     */
    boolean move(String id, TaskState to);

    /** Takes an answer, if the task asks this: a key that is unknown or answered changes nothing (H-223). */
    void answer(String id, String key, TaskAnswer answer);

    /** Sets what people read about the task; does nothing if it has ended, or is gone. */
    void say(String id, String message);

    /** Forgets a task of which nobody was told. */
    void forget(String id);

    /**
     * Follows a task.
     *
     * @param changed runs after each change, and when the task is gone, on whatever thread; short. It looks for itself how the task stands: two changes may be told
     *     at once, or in another order
     * @return runs to follow it no more; null if the task is gone, or too many follow it
     */
    @Nullable
    Runnable watch(String id, Runnable changed);

    /** Forgets tasks whose time is over, and tells who followed them. */
    void sweep();
}
