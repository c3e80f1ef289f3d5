package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.task.Task;
import org.jspecify.annotations.Nullable;

/** How one call becomes a task, at most once, as long as its thread is with it. Guarded by its own lock, under which the store is asked. */
final class Taskable {
    /** When a call becomes a task. */
    enum When {
        /** Before anything else: its client wants it so. */
        AT_ONCE,
        /** Once it is clear that the tool will run. */
        ARGUMENTS_FIT,
        /** Once the tool says so, or never. */
        THE_TOOL_SAYS_SO
    }

    private final Tasks tasks;
    private final CallRunner runner;
    private final TaskableSink sink;
    private final When when;
    private final @Nullable Long ttlMillis;
    private @Nullable RunningTask task;
    private boolean counted;
    private boolean closed;

    /**
     * @param ofRequest takes the call's answer, should it not become a task
     * @param ttlMillis how long the client wants it kept; null if it does not say
     */
    Taskable(Tasks tasks, CallRunner runner, ReplySink ofRequest, When when, @Nullable Long ttlMillis) {
        this.tasks = tasks;
        this.runner = runner;
        this.sink = new TaskableSink(this, ofRequest);
        this.when = when;
        this.ttlMillis = ttlMillis;
    }

    /** @return what the call must answer to */
    ReplySink sink() {
        return sink;
    }

    When when() {
        return when;
    }

    /** @return the task; null until there is one */
    synchronized @Nullable RunningTask task() {
        return task;
    }

    /**
     * Makes the call a task, and tells its client, which can ask for it from that moment on (H-221).
     *
     * @return false if the call has ended meanwhile
     * @throws McpException TOO_MANY, OVERLOADED: the call goes on as it was
     */
    synchronized boolean become(CallRun run, String tool) throws McpException {
        if (task != null || closed) {
            return task != null;
        }
        var created = tasks.create(run.context, tool, ttlMillis);
        var running = new RunningTask(tasks.store(), created, run, runner.questionsPerCallMax());
        try {
            count(run);
        } catch (McpException e) {
            tasks.forget(created);
            throw e;
        }
        task = running;
        if (!run.leaveRequest(() -> answer(run, created))) {
            task = null;
            tasks.forget(created);
            return false;
        }
        running.follow();
        runner.timeAsTask(run);
        runner.later(tasks.store()::sweep, created.ttlMillis() + 1);
        return true;
    }

    private void count(CallRun run) throws McpException {
        if (!counted) {
            runner.countAsTask(run);
            counted = true;
        }
    }

    /** The call's thread has left it: it becomes a task no more. @return whether it counts among its person's tasks */
    synchronized boolean close() {
        closed = true;
        return counted;
    }

    private void answer(CallRun run, Task created) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginResult(out, run.id);
            run.context.revision().createdTask(out, created);
            run.context.revision().endResult(out);
            JsonRpcEncoder.end(out);
            sink.become(new TaskSink(tasks.store(), created.id()), out);
        }
    }
}
