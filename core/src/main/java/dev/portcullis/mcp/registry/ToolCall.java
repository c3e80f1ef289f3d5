package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.Arguments;

/** One call of a tool. */
public interface ToolCall extends Call {
    /** What with; checked against the input schema. */
    Arguments arguments();

    /**
     * From here on the call is a task, if the client knows tasks (H-220): it is told so at once, and comes back for the result. Progress and log messages go nowhere then.
     * Does nothing in a revision whose clients decide that themselves (2025-11-25), for a client that knows no tasks, or if it is one already. Questions asked before make
     * the call begin again from its start; questions asked after wait.
     *
     * @return whether the call is a task now
     * @throws IllegalStateException the definition forbids tasks
     */
    boolean becomeTask();

    /**
     * Lets go of the connection while the work goes on: the client comes back after this time for what was sent meanwhile (H-124, H-125). Does nothing where clients
     * cannot.
     */
    void letClientPoll(int retryMillis);
}
