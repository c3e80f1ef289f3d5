package dev.portcullis.mcp.task;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a task at one moment.
 *
 * @param id 128 random bits; not for logs
 * @param tool what was called
 * @param state how it stands
 * @param message for people, about that; null for none
 * @param createdAtMillis Unix time
 * @param lastUpdatedAtMillis Unix time
 * @param ttlMillis kept for so long from its creation
 * @param pollIntervalMillis how long a client should wait before it looks again
 */
public record Task(
        String id,
        TaskOwner owner,
        String tool,
        TaskState state,
        @Nullable String message,
        long createdAtMillis,
        long lastUpdatedAtMillis,
        int ttlMillis,
        int pollIntervalMillis) {
    Task in(TaskState state, long nowMillis) {
        return new Task(id, owner, tool, state, message, createdAtMillis, nowMillis, ttlMillis, pollIntervalMillis);
    }

    Task saying(@Nullable String message, long nowMillis) {
        return new Task(id, owner, tool, state, message, createdAtMillis, nowMillis, ttlMillis, pollIntervalMillis);
    }

    boolean isExpired(long nowMillis) {
        return createdAtMillis + ttlMillis <= nowMillis;
    }

    @Override
    public String toString() {
        return "Task[" + tool + " " + state.getClass().getSimpleName() + "]"; // an id is not for logs
    }
}
