package dev.portcullis.mcp.dispatch;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.LocalBus;
import dev.portcullis.mcp.task.TaskStore;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a cluster have in common, so that any of them can serve any request.
 *
 * @param tasks keeps calls that outlive their requests
 * @param bus brings answers, cancellations and changes to the nodes that they are for
 * @param onceOnly remembers which answers have been used up (H-88); null: each node remembers its own
 */
public record Shared(TaskStore tasks, Bus bus, @Nullable OnceOnly onceOnly) {
    /** Of a server that is alone. */
    public static Shared alone(TaskStore tasks) {
        return new Shared(tasks, new LocalBus(), null);
    }
}
