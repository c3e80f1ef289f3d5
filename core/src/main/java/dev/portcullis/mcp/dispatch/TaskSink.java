package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.task.TaskState;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.store.StoreException;

/**
 * The sink of a call that is a task: what would have been its answer is kept for whoever comes and asks, word for word (H-142, H-222). Nothing else of it goes anywhere
 * (H-225). Answering blocks.
 */
final class TaskSink implements ReplySink {
    private static final System.Logger LOG = System.getLogger(TaskSink.class.getName());

    /** The result of long work waits so long for a store that is away; the task's own time may end before. */
    private static final int STORE_MILLIS_MAX = 10 * 60_000;

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
            end(new TaskState.Completed(
                    result, isError != null && isError.cursor().bool()));
        } else {
            var error = RequestParams.memberOf(answer, "error");
            end(new TaskState.Failed(error == null ? RawJson.EMPTY_OBJECT : error));
        }
    }

    private void end(TaskState state) {
        boolean interrupted = Thread.interrupted(); // whoever ended the call has no say in what is kept of it
        try {
            Patience.with(() -> store.move(id, state), STORE_MILLIS_MAX);
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.ERROR, "what came of a task is lost: its store was away for too long", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void withdrawn() {
        end(new TaskState.Cancelled());
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
