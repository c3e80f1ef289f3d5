package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.Arguments;

/** One call of a tool. */
public interface ToolCall extends Call {
    /** What with; checked against the input schema. */
    Arguments arguments();

    /**
     * From here on the call is a task, if the client knows tasks (H-220): it is told so at once, and comes back for the result. Does nothing in a revision whose clients
     * decide that themselves (2025-11-25), for a client that knows no tasks, if too many tasks are kept already, or if it is one already: a tool that is
     * {@link ToolDefinition.TaskSupport#REQUIRED} always is.
     *
     * <p>A task outlives its request: neither a lost connection nor the tool's {@code timeoutMillis} ends it, but its client can, and then {@link #cancelled} is true and
     * the thread interrupted. Log messages go nowhere; the message of {@link #progress} is what people read about the task. What is asked before makes the call begin again
     * from its start where there are no sessions; what is asked after waits for its answer, for as long as the task lives.
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
