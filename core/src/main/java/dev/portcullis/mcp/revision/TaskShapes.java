package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@code Task}, as its two generations write it: they share little but the names of what is in it (H §11.7). */
final class TaskShapes {
    private TaskShapes() {}

    /** Members of a {@code Task} of 2025-11-25. A result that says what went wrong is a failure there (H-142). */
    static void session(JsonWriter out, Task task) {
        boolean isError = task.state() instanceof TaskState.Completed completed && completed.isError();
        begin(out, task, isError ? "failed" : status(task.state()), isError ? "The tool reports an error" : null);
        out.name("ttl").number(task.ttlMillis());
        out.name("pollInterval").number(task.pollIntervalMillis());
    }

    /** Members of a {@code Task} of the extension; nothing of what comes of it. A result that says what went wrong is a result (H-222). */
    static void extension(JsonWriter out, Task task) {
        begin(out, task, status(task.state()), null);
        out.name("ttlMs").number(task.ttlMillis());
        out.name("pollIntervalMs").number(task.pollIntervalMillis());
    }

    private static void begin(JsonWriter out, Task task, String status, @Nullable String ownMessage) {
        out.name("taskId").string(task.id()).name("status").string(status);
        String message = ownMessage == null ? message(task) : ownMessage;
        if (message != null) {
            out.name("statusMessage").string(message);
        }
        out.name("createdAt")
                .string(Instant.ofEpochMilli(task.createdAtMillis()).toString());
        out.name("lastUpdatedAt")
                .string(Instant.ofEpochMilli(task.lastUpdatedAtMillis()).toString());
    }

    private static @Nullable String message(Task task) {
        return switch (task.state()) {
            case TaskState.Working _, TaskState.Asking _ -> task.message();
            case TaskState.Completed _ -> null;
            case TaskState.Failed(var error) -> {
                var message = RequestParams.memberOf(error, "message");
                yield message == null ? null : message.cursor().string();
            }
            case TaskState.Cancelled _ -> "Cancelled by request";
        };
    }

    private static String status(TaskState state) {
        return switch (state) {
            case TaskState.Working _ -> "working";
            case TaskState.Asking asking -> asking.open().isEmpty() ? "working" : "input_required";
            case TaskState.Completed _ -> "completed";
            case TaskState.Failed _ -> "failed";
            case TaskState.Cancelled _ -> "cancelled";
        };
    }
}
