package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.dispatch.OpenQuestions.Question;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskAnswer;
import dev.portcullis.mcp.task.TaskState;
import dev.portcullis.store.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One {@code tasks/result} that waits for the end of its task (H-142). What the task asks meanwhile goes out on its stream; its end is not the task's. Guarded by its own
 * lock, under which the sink is spoken to, and nothing that blocks.
 *
 * <pre>
 * waiting ── the task ends ──▶ answered with what its call would have been answered with
 *    ├────── its time is over ──▶ answered: unknown task
 *    └────── the client withdraws the request ──▶ withdrawn; a question that is open goes to whoever waits beside it, or comes next
 * </pre>
 */
final class TaskResultWait implements PendingCall, Withdrawable {
    private static final System.Logger LOG = System.getLogger(TaskResultWait.class.getName());

    /** What a person has answered waits so long for a store that is away. */
    private static final int STORE_MILLIS_MAX = 60_000;

    private final JsonRpcId id;
    private final CallContext context;
    private final Session session;
    private final Room room;

    /** What this one has asked its client, by the task's key. */
    private final Map<String, Question> asked = new HashMap<>();

    /** Held by whoever looks, never by whoever ends this. */
    private final ReentrantLock looking = new ReentrantLock();

    private @Nullable Task task;
    private @Nullable Runnable unwatch;
    private boolean ended;

    /** What all of them share. */
    record Room(Tasks tasks, TaskWaits waits, OpenQuestions questions, InFlight inFlight, CallRunner runner) {}

    TaskResultWait(JsonRpcId id, CallContext context, Session session, Room room) {
        this.id = id;
        this.context = context;
        this.session = session;
        this.room = room;
    }

    /** Begins to wait; until here nobody else speaks to the sink. */
    void begin(Task found) {
        try {
            follow(found);
            look();
        } catch (StoreException e) {
            endWith(() -> Answers.error(id, context, room.tasks().unavailable()));
        } catch (RuntimeException e) {
            endWith(() -> Answers.bug(id, context, "tasks/result", e));
        }
    }

    private void follow(Task found) {
        if (!know(found)) {
            return;
        }
        var watching = room.tasks().store().watch(found.id(), this::look);
        TaskResultWait superseded = null;
        boolean left;
        synchronized (this) {
            left = ended;
            if (!left) {
                unwatch = watching;
                superseded = room.waits().add(found.id(), this);
            }
        }
        if (left && watching != null) {
            watching.run();
        }
        if (watching == null && room.tasks().store().find(found.id(), found.owner()) != null) {
            refuse("Too many follow this task");
        }
        if (superseded != null) {
            superseded.refuse("Too many requests wait for this task");
        }
    }

    /** @return false if it has ended */
    private synchronized boolean know(Task found) {
        if (!ended) {
            task = found;
            room.inFlight().add(session, id, this);
        }
        return !ended;
    }

    /** Does what the task's state asks for. Blocks; one after the other, so that nothing is done about how it stood after how it stands. */
    private void look() {
        looking.lock();
        try {
            var followed = followed();
            if (followed != null && endsBy(room.tasks().store().find(followed.id(), followed.owner()))) {
                leave();
            }
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.DEBUG, "a task cannot be looked at now; it will be", e);
        } finally {
            looking.unlock();
        }
    }

    private synchronized @Nullable Task followed() {
        return ended ? null : task;
    }

    /** @return whether this was its end */
    private synchronized boolean endsBy(@Nullable Task now) {
        if (ended) {
            return false;
        }
        switch (now == null ? null : now.state()) {
            case TaskState.Working() -> {}
            case TaskState.Asking asking -> askOpen(asking.open());
            case TaskState.Completed completed -> end(() -> answer(completed.result()));
            case TaskState.Failed(var error) -> end(() -> fail(error));
            case TaskState.Cancelled() -> end(() -> Answers.error(id, context, cancelled()));
            case null -> end(() -> Answers.error(id, context, TaskMethods.unknown()));
        }
        return ended;
    }

    private static McpException cancelled() {
        return new McpException(McpError.INVALID_PARAMS, "The task was cancelled, and has no result");
    }

    private void answer(RawJson result) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginResult(out, id);
            RelatedTask.members(out, result, taskId());
            JsonRpcEncoder.end(out);
            context.sink().answer(200, out);
        }
    }

    private void fail(RawJson error) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, id, error);
            context.sink().answer(200, out);
        }
    }

    /** Asks what the task asks and this one has not asked yet, if it is the one to do so. */
    private void askOpen(Map<String, InputRequest> open) {
        if (room.waits().last(taskId()) != this) {
            return;
        }
        open.forEach((key, request) -> {
            if (!asked.containsKey(key)
                    && InputRequests.canAnswer(context.clientCapabilities(), request)
                    && context.revision().canAsk(request)) {
                ask(key, request);
            }
        });
    }

    private void ask(String key, InputRequest request) {
        var question = new Question(session, room.questions().ids().next(session.key()), key, request, this::arrived);
        if (!room.questions().add(session, List.of(question))) {
            return; // too many are open at this client: the next tasks/result asks again
        }
        asked.put(key, question);
        try (var out = JsonWriter.take();
                var params = JsonWriter.take()) {
            context.revision().inputParams(params, request);
            JsonRpcEncoder.beginRequest(out, question.id(), request.method());
            out.beginObject();
            RelatedTask.members(out, RawJson.ofChecked(params.toBytes(), 0, params.length()), taskId());
            out.endObject();
            JsonRpcEncoder.endRequest(out);
            if (!context.sink().request(out)) {
                room.questions().take(session.key(), question.id()); // no stream to be asked on
            }
        }
    }

    /** The client has answered a question. Its answer is the task's, whatever has become of this request. */
    private void arrived(Arrival arrival) {
        switch (arrival) {
            case Arrival.Answer(var question, var result) -> deliver(question, read(question, result));
            case Arrival.Refusal(var question, var error) ->
                deliver(question, refused(SessionAsker.refusal(question, error)));
            case Arrival.Ended() -> {}
        }
    }

    private static TaskAnswer read(Question question, RawJson result) {
        try {
            InputResponses.read(question.request(), result);
            return new TaskAnswer.Given(result);
        } catch (InputRefusedException e) {
            return refused(e);
        }
    }

    private static TaskAnswer refused(InputRefusedException refusal) {
        return new TaskAnswer.Refused(refusal.code(), String.valueOf(refusal.getMessage()));
    }

    private void deliver(Question question, TaskAnswer answer) {
        String taskId = taskId();
        try {
            room.runner().execute(() -> keep(taskId, question.name(), answer));
        } catch (McpException e) {
            // the question stays open, and is asked again
        }
    }

    private void keep(String taskId, String key, TaskAnswer answer) {
        try {
            Patience.with(
                    () -> {
                        room.tasks().store().answer(taskId, key, answer);
                        return true;
                    },
                    STORE_MILLIS_MAX);
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "an answer to a task is lost: its store was away for too long", e);
        }
    }

    /** @return whether this was its end */
    private synchronized boolean end(Runnable answer) {
        if (ended) {
            return false;
        }
        ended = true;
        answer.run();
        return true;
    }

    /** Follows the task no more; what it asks goes to whoever waits beside this one. Without the lock, since that one is spoken to. */
    private void leave() {
        room.inFlight().remove(session, id, this);
        Task followed;
        synchronized (this) {
            room.questions().takeAll(asked.values());
            if (unwatch != null) {
                unwatch.run();
            }
            followed = task;
        }
        if (followed != null) {
            room.waits().remove(followed.id(), this);
            var next = room.waits().last(followed.id());
            if (next != null) {
                Thread.startVirtualThread(next::look); // this may be an event loop
            }
        }
    }

    private String taskId() {
        return Objects.requireNonNull(task).id();
    }

    private void refuse(String text) {
        endWith(() -> Answers.error(id, context, new McpException(McpError.TOO_MANY, text)));
    }

    /** A lost connection is no cancellation in sessions (H-115); where it is one, the request alone ends. */
    @Override
    public void cancel() {
        endWith(() -> {});
    }

    @Override
    public void withdraw() {
        endWith(() -> context.sink().withdrawn());
    }

    private void endWith(Runnable answer) {
        if (end(answer)) {
            leave();
        }
    }
}
