package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.task.TaskState;
import dev.portcullis.mcp.task.TaskStore;

/**
 * The sink of a call that is a task: what would have been its answer is kept for whoever comes and asks, word for word (H-142, H-222). Nothing else of it goes anywhere
 * (H-225).
 */
final class TaskSink implements ReplySink {
    private final TaskStore store;
    private final String id;

    TaskSink(TaskStore store, String id) {
        this.store = store;
        this.id = id;
    }

    @Override
    public void answer(int status, JsonWriter message) {
        var answer = RawJson.ofChecked(message.toBytes(), 0, message.length());
        var result = RequestParams.memberOf(answer, "result");
        if (result != null) {
            var isError = RequestParams.memberOf(result, "isError");
            store.move(
                    id,
                    new TaskState.Completed(
                            result, isError != null && isError.cursor().bool()));
        } else {
            var error = RequestParams.memberOf(answer, "error");
            store.move(id, new TaskState.Failed(error == null ? RawJson.EMPTY_OBJECT : error));
        }
    }

    @Override
    public void withdrawn() {
        store.move(id, new TaskState.Cancelled());
    }

    @Override
    public void notification(JsonWriter message, Slack slack) {}

    @Override
    public boolean request(JsonWriter message) {
        return false;
    }

    @Override
    public void letClientPoll(int retryMillis) {}

    @Override
    public void needScope(Scopes needed) {
        throw new IllegalStateException("scopes are asked for before a call begins");
    }
}
