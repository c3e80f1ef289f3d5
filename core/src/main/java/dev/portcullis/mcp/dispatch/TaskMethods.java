package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.revision.TaskRules;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskAnswer;
import dev.portcullis.mcp.task.TaskState;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.store.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tasks/get} and what else there is about tasks, of both generations (H §4.9, §5.5). Stores may block: all of it happens on threads of its own. */
final class TaskMethods {
    private static final String LIST = "tasks";
    private static final PendingCall SHORT = () -> {};

    private final Tasks tasks;
    private final Permits permits;
    private final CallLimits limits;
    private final Cursors cursors;
    private final CallRunner runner;
    private final TaskStore store;
    private final TaskResultWait.Room room;

    TaskMethods(
            Tasks tasks, Permits permits, CallLimits limits, Cursors cursors, InFlight inFlight, CallRunner runner) {
        this.tasks = tasks;
        this.permits = permits;
        this.limits = limits;
        this.cursors = cursors;
        this.runner = runner;
        this.store = tasks.store();
        var waits = new TaskWaits(limits.tasks().watchersPerTaskMax() / 2);
        this.room = new TaskResultWait.Room(tasks, waits, runner.sessionAsker().open(), inFlight, runner);
    }

    /** Says how a task stands. */
    @Nullable
    PendingCall get(JsonRpcId id, CallContext context) throws McpException {
        return elsewhere(id, context, () -> {
            var task = find(context);
            if (task != null) {
                answer(id, context, task);
            }
        });
    }

    /** Takes answers to what a task asked; all of them are looked at before one is taken (H-223). */
    @Nullable
    PendingCall update(JsonRpcId id, CallContext context) throws McpException {
        return elsewhere(id, context, () -> {
            var responses = CallParams.object(context.params().member("inputResponses"), "params.inputResponses");
            var task = find(context);
            if (task != null) {
                answersTo(task, responses).forEach((key, answer) -> store.answer(task.id(), key, answer));
                Answers.result(id, context, _ -> {});
            }
        });
    }

    private static Map<String, TaskAnswer> answersTo(Task task, RawJson responses) throws McpException {
        Map<String, TaskAnswer> answers = new LinkedHashMap<>();
        if (task.state() instanceof TaskState.Asking asking) {
            for (var question : asking.open().entrySet()) {
                var response = RequestParams.memberOf(responses, question.getKey());
                if (response != null) {
                    answers.put(question.getKey(), answerTo(question.getKey(), question.getValue(), response));
                }
            }
        }
        return answers;
    }

    private static TaskAnswer answerTo(String key, InputRequest question, RawJson response) throws McpException {
        try {
            InputResponses.read(question, response);
            return new TaskAnswer.Given(response);
        } catch (InputRefusedException e) {
            throw new McpException(
                    McpError.INVALID_PARAMS, "inputResponses." + McpException.echo(key) + ": " + e.getMessage());
        }
    }

    /** Ends a task. One that has ended stays as it is: one generation acknowledges all the same, the other does not (H-142, H-223). */
    @Nullable
    PendingCall cancel(JsonRpcId id, CallContext context) throws McpException {
        return elsewhere(id, context, () -> {
            var task = find(context);
            if (task == null) {
                return;
            }
            boolean ended = store.move(task.id(), new TaskState.Cancelled());
            if (context.revision().tasks() == TaskRules.SERVER_DECIDES) {
                Answers.result(id, context, _ -> {});
            } else if (ended) {
                answer(id, context, found(task.id(), context));
            } else {
                throw new McpException(McpError.INVALID_PARAMS, "The task has ended already");
            }
        });
    }

    /** Lists the caller's tasks, page by page (H-142, H-143): one that {@link #get} shows is in it. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        return elsewhere(id, context, () -> {
            var found = store.list(Tasks.owner(context), place(context), limits.pageSize() + 1);
            var page = found.subList(0, Math.min(found.size(), limits.pageSize()));
            Answers.result(id, context, out -> {
                out.name("tasks").beginArray();
                for (var task : page) {
                    if (permits.isVisible(context, Tasks.action(task))) {
                        out.beginObject();
                        context.revision().task(out, task);
                        out.endObject();
                    }
                }
                out.endArray();
                if (page.size() < found.size()) {
                    out.name("nextCursor").string(cursor(page.getLast(), context));
                }
            });
        });
    }

    private String cursor(Task last, CallContext context) {
        var position = new Cursors.Position(last.createdAtMillis() + ":" + last.id(), 0);
        return cursors.seal(LIST, context.principal(), position);
    }

    /** @return where the page before ended; null for the first page */
    private TaskStore.@Nullable Place place(CallContext context) throws McpException {
        var cursor = context.params().member("cursor");
        if (cursor == null) {
            return null;
        }
        var last = cursor.kind() == JsonKind.STRING
                ? cursors.open(LIST, context.principal(), cursor.cursor().string())
                : null;
        if (last == null) {
            throw new McpException(McpError.INVALID_PARAMS, "Unknown cursor");
        }
        int colon = last.key().indexOf(':');
        return new TaskStore.Place(
                Long.parseLong(last.key().substring(0, colon)), last.key().substring(colon + 1));
    }

    /** Waits for what a task gives; meanwhile, what the task asks is asked here. */
    @Nullable
    PendingCall result(JsonRpcId id, CallContext context) throws McpException {
        var session = context.session();
        if (session == null) {
            throw new IllegalStateException("only sessions wait for results");
        }
        var wait = new TaskResultWait(id, context, session, room);
        return elsewhere(
                id,
                context,
                () -> {
                    var task = find(context);
                    if (task != null) {
                        wait.begin(task);
                    }
                },
                wait);
    }

    private static void answer(JsonRpcId id, CallContext context, Task task) {
        Answers.result(id, context, out -> context.revision().task(out, task));
    }

    /** What is done about a task. */
    @FunctionalInterface
    private interface Step {
        void run() throws McpException;
    }

    /** @throws McpException MISSING_CAPABILITY, before anything is looked up (H-224), or OVERLOADED */
    private PendingCall elsewhere(JsonRpcId id, CallContext context, Step step) throws McpException {
        return elsewhere(id, context, step, SHORT);
    }

    private PendingCall elsewhere(JsonRpcId id, CallContext context, Step step, PendingCall pending)
            throws McpException {
        if (context.revision().tasks() == TaskRules.SERVER_DECIDES
                && !context.clientCapabilities().tasks()) {
            throw Tasks.missingCapability();
        }
        runner.execute(() -> {
            try {
                step.run();
            } catch (McpException e) {
                Answers.error(id, context, e);
            } catch (StoreException e) {
                Answers.error(id, context, tasks.unavailable());
            } catch (RuntimeException e) {
                Answers.bug(id, context, "a task's method", e);
            }
        });
        return pending;
    }

    /**
     * @return the task that is named; null if a scope is missing, and has been asked for
     * @throws McpException INVALID_PARAMS: unknown, expired, somebody else's, or of a tool that is not for this caller any more, which look alike (H-224)
     */
    private @Nullable Task find(CallContext context) throws McpException {
        String id = CallParams.string(context.params().whole(), "taskId", "params.taskId");
        var task = found(id, context);
        return switch (permits.ask(context, Tasks.action(task))) {
            case GRANTED -> task;
            case SCOPE_ASKED -> null;
            case HIDDEN -> throw unknown();
        };
    }

    private Task found(String id, CallContext context) throws McpException {
        var task = store.find(id, Tasks.owner(context));
        if (task == null) {
            throw unknown();
        }
        return task;
    }

    /** @return how many requests wait for a task; for tests */
    int waits(String taskId) {
        return room.waits().count(taskId);
    }

    /** @return whether nobody waits; for tests */
    boolean isIdle() {
        return room.waits().isEmpty();
    }

    static McpException unknown() {
        return new McpException(McpError.INVALID_PARAMS, "Unknown task");
    }
}
