package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.task.TaskLimits;

/**
 * Limits of calls.
 *
 * @param timeoutMillisMax no tool gets longer, whatever it asks for; waiting for its client's answers does not count
 * @param callsPerPersonMax running at a time for one person, inline ones and tasks aside (T-112)
 * @param listTtlMillis how long a client of a stateless revision may keep lists and the discovery (H-95)
 * @param pageSize how many of a list an answer holds at most (H-184)
 * @param completionMillis when suggestions are given up: somebody is typing
 * @param logsPerSecondMax log messages of one call in a second; more are dropped (T-43)
 * @param logCharsMax characters of one log message; longer text is cut, longer JSON dropped (T-43)
 * @param asking of what calls ask their clients
 * @param tasks of calls that outlive their requests
 */
public record CallLimits(
        int timeoutMillisMax,
        int callsPerPersonMax,
        int listTtlMillis,
        int pageSize,
        int completionMillis,
        int logsPerSecondMax,
        int logCharsMax,
        AskLimits asking,
        TaskLimits tasks) {
    public static final CallLimits DEFAULT =
            new CallLimits(60_000, 32, 60_000, 100, 5_000, 100, 16 * 1024, AskLimits.DEFAULT, TaskLimits.DEFAULT);

    /** These limits, but for those of running calls. */
    public CallLimits running(int timeoutMillis, int callsPerPerson) {
        return new CallLimits(
                timeoutMillis,
                callsPerPerson,
                listTtlMillis,
                pageSize,
                completionMillis,
                logsPerSecondMax,
                logCharsMax,
                asking,
                tasks);
    }

    /** These limits, but for those of what is told: of lists, suggestions and log messages. */
    public CallLimits telling(int listed, int suggestingMillis, int logsPerSecond) {
        return new CallLimits(
                timeoutMillisMax,
                callsPerPersonMax,
                listTtlMillis,
                listed,
                suggestingMillis,
                logsPerSecond,
                logCharsMax,
                asking,
                tasks);
    }

    /** These limits, but for those of asking. */
    public CallLimits asking(AskLimits limits) {
        return new CallLimits(
                timeoutMillisMax,
                callsPerPersonMax,
                listTtlMillis,
                pageSize,
                completionMillis,
                logsPerSecondMax,
                logCharsMax,
                limits,
                tasks);
    }

    /** These limits, but for those of tasks. */
    public CallLimits tasks(TaskLimits limits) {
        return new CallLimits(
                timeoutMillisMax,
                callsPerPersonMax,
                listTtlMillis,
                pageSize,
                completionMillis,
                logsPerSecondMax,
                logCharsMax,
                asking,
                limits);
    }
}
