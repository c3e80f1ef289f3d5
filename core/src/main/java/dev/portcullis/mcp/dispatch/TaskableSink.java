package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;

/** The sink of a call that may become a task: its request's own until then, its task's from then on. */
final class TaskableSink implements ReplySink {
    private final Taskable taskable;
    private volatile ReplySink now;

    TaskableSink(Taskable taskable, ReplySink ofRequest) {
        this.taskable = taskable;
        this.now = ofRequest;
    }

    Taskable taskable() {
        return taskable;
    }

    /** Answers the request, and lets what follows go to the task. The caller sees to it that nothing else is answered meanwhile. */
    void become(TaskSink ofTask, JsonWriter created) {
        var ofRequest = now;
        now = ofTask;
        ofRequest.answer(200, created);
    }

    @Override
    public void notification(JsonWriter message, Slack slack) {
        now.notification(message, slack);
    }

    @Override
    public boolean request(JsonWriter message) {
        return now.request(message);
    }

    @Override
    public void letClientPoll(int retryMillis) {
        now.letClientPoll(retryMillis);
    }

    @Override
    public void answer(int status, JsonWriter message) {
        now.answer(status, message);
    }

    @Override
    public void needScope(Scopes needed) {
        now.needScope(needed);
    }

    @Override
    public void withdrawn() {
        now.withdrawn();
    }
}
