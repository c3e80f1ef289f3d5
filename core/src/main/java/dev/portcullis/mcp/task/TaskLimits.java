package dev.portcullis.mcp.task;

/**
 * Limits of tasks (T-39).
 *
 * @param ttlMillis how long a task is kept, from its creation, if its client does not say
 * @param ttlMillisMin kept at least as long, whatever its client asks for
 * @param ttlMillisMax kept at most as long
 * @param runMillisMax when the work is given up; it ends with the task's ttl in any case
 * @param pollIntervalMillis how long clients are asked to wait between two looks
 * @param tasksMax kept at a time, finished ones among them
 * @param tasksPerPersonMax of them, one person's through all clients; also how many of them may be at work
 * @param resultBytesMax all kept results together
 * @param resultBytesPerPersonMax of them, one person's; so the most that one result may have
 * @param watchersPerTaskMax who wait for the end of one task, or follow it
 */
public record TaskLimits(
        int ttlMillis,
        int ttlMillisMin,
        int ttlMillisMax,
        int runMillisMax,
        int pollIntervalMillis,
        int tasksMax,
        int tasksPerPersonMax,
        long resultBytesMax,
        long resultBytesPerPersonMax,
        int watchersPerTaskMax) {
    private static final int HOUR_MILLIS = 60 * 60 * 1_000;

    public static final TaskLimits DEFAULT = new TaskLimits(
            HOUR_MILLIS,
            1_000,
            24 * HOUR_MILLIS,
            HOUR_MILLIS,
            1_000,
            10_000,
            100,
            256 * 1024 * 1024,
            16 * 1024 * 1024,
            16);

    /** @return how long a task is kept whose client wants this long */
    int clampTtlMillis(long wanted) {
        return Math.clamp(wanted, ttlMillisMin, ttlMillisMax);
    }
}
