package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.task.TaskLimits;

/**
 * Limits of calls.
 *
 * @param timeoutMillisMax no tool gets longer, whatever it asks for; waiting for its client's answers does not count
 * @param callsPerPersonMax running at a time for one person, inline ones and tasks aside (T-112)
 * @param listTtlMillis how long a client of a stateless revision may keep lists and the discovery (H-95)
 * @param asking of what calls ask their clients
 * @param tasks of calls that outlive their requests
 */
public record CallLimits(
        int timeoutMillisMax, int callsPerPersonMax, int listTtlMillis, AskLimits asking, TaskLimits tasks) {
    public static final CallLimits DEFAULT = new CallLimits(60_000, 32, 60_000);

    /** With the default limits of asking and of tasks. */
    public CallLimits(int timeoutMillisMax, int callsPerPersonMax, int listTtlMillis) {
        this(timeoutMillisMax, callsPerPersonMax, listTtlMillis, AskLimits.DEFAULT, TaskLimits.DEFAULT);
    }
}
