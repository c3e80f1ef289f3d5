package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
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
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tasks/get} and what else there is about tasks, of both generations (H §4.9, §5.5). Stores may block: all of it happens on threads of its own. */
final class TaskMethods {
    private static final PendingCall SHORT = () -> {};

    private final Tasks tasks;
    private final Policy policy;
    private final CallRunner runner;
    private final TaskStore store;

    TaskMethods(Tasks tasks, Policy policy, CallRunner runner) {
        this.tasks = tasks;
        this.policy = policy;
        this.runner = runner;
        this.store = tasks.store();
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
            var responses = context.params().member("inputResponses");
            if (responses == null || responses.kind() != JsonKind.OBJECT) {
                throw new McpException(McpError.INVALID_PARAMS, "params.inputResponses must be an object");
            }
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

    /** Lists the caller's tasks. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        throw new IllegalStateException("not yet");
    }

    /** Waits for what a task gives. */
    @Nullable
    PendingCall result(JsonRpcId id, CallContext context) throws McpException {
        throw new IllegalStateException("not yet");
    }

    private static void answer(JsonRpcId id, CallContext context, Task task) {
        Answers.result(id, context, out -> context.revision().task(out, task));
    }

    /** What is done about a task. */
    @FunctionalInterface
    private interface Step {
        void run() throws McpException;
    }

    /** @throws McpException METHOD_NOT_FOUND, MISSING_CAPABILITY, before anything is looked up (H-160, H-224), or OVERLOADED */
    private PendingCall elsewhere(JsonRpcId id, CallContext context, Step step) throws McpException {
        if (!tasks.offered()) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "There are no tasks here");
        }
        if (context.revision().tasks() == TaskRules.SERVER_DECIDES
                && !context.clientCapabilities().tasks()) {
            throw Tasks.missingCapability();
        }
        runner.execute(() -> {
            try {
                step.run();
            } catch (McpException e) {
                Answers.error(id, context, e);
            } catch (RuntimeException e) {
                Answers.bug(id, context, "a task's method", e);
            }
        });
        return SHORT;
    }

    /**
     * @return the task that is named; null if a scope is missing, and has been asked for
     * @throws McpException INVALID_PARAMS: unknown, expired, somebody else's, or of a tool that is not for this caller any more, which look alike (H-224)
     */
    private @Nullable Task find(CallContext context) throws McpException {
        var taskId = context.params().member("taskId");
        if (taskId == null || taskId.kind() != JsonKind.STRING) {
            throw new McpException(McpError.INVALID_PARAMS, "params.taskId must be a string");
        }
        var task = found(taskId.cursor().string(), context);
        return switch (policy.decide(context.principal(), new Action.CallTool(task.tool()))) {
            case Decision.Allow() -> task;
            case Decision.NeedScope(var needed) -> {
                context.sink().needScope(needed);
                yield null;
            }
            case Decision.Deny _ -> throw unknown();
        };
    }

    private Task found(String id, CallContext context) throws McpException {
        var task = store.find(id, Tasks.owner(context));
        if (task == null) {
            throw unknown();
        }
        return task;
    }

    static McpException unknown() {
        return new McpException(McpError.INVALID_PARAMS, "Unknown task");
    }
}
