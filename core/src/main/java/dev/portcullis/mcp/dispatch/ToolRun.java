package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.model.Arguments;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.registry.JsonArguments;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition.Execution;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import org.jspecify.annotations.Nullable;

/** One call of one tool. */
final class ToolRun extends CallRun implements ToolCall {
    private static final System.Logger LOG = System.getLogger(ToolRun.class.getName());

    private final RegisteredTool tool;
    private final RawJson rawArguments;
    private @Nullable Arguments arguments;

    ToolRun(
            RegisteredTool tool,
            JsonRpcId id,
            CallContext context,
            RawJson rawArguments,
            CallRunner runner,
            long startedNanos) {
        super(id, context, runner, startedNanos);
        this.tool = tool;
        this.rawArguments = rawArguments;
    }

    @Override
    McpMethod method() {
        return McpMethod.CALL_TOOL;
    }

    @Override
    boolean runsInline() {
        return tool.definition().execution() == Execution.INLINE;
    }

    @Override
    void work() throws Exception {
        if (!isReady(Taskable.When.AT_ONCE)) {
            return;
        }
        String problem = tool.input().check(rawArguments);
        if (problem != null) {
            refuseArguments(problem);
        } else if (isReady(Taskable.When.ARGUMENTS_FIT)) {
            finish(tool.handler().call(this));
        }
    }

    /** @return how this call becomes a task; null if it never does. Known to the sink alone, so that calls that are none do not pay for it */
    private @Nullable Taskable taskable() {
        return context.sink() instanceof TaskableSink sink ? sink.taskable() : null;
    }

    private @Nullable RunningTask task() {
        var taskable = taskable();
        return taskable == null ? null : taskable.task();
    }

    /** Makes the call a task, if now is when it must be one. @return false if it cannot be, and has ended */
    private boolean isReady(Taskable.When now) {
        var taskable = taskable();
        if (taskable == null || taskable.when() != now) {
            return true;
        }
        try {
            return taskable.become(this, name());
        } catch (McpException e) {
            if (end(ToolOutcome.OVERLOADED, false)) {
                Answers.error(id, context, e);
            }
            return false;
        }
    }

    /** Answers without running. */
    void refuse(String text) {
        if (end(ToolOutcome.TOOL_ERROR, false)) {
            answerTrouble(text);
        }
    }

    private void refuseArguments(String problem) {
        String text = "Invalid arguments for tool " + name() + ": " + problem;
        if (context.revision().argumentErrorsAreResults()) {
            answer(ToolOutcome.INVALID_ARGUMENTS, ToolResult.error(text), null);
        } else if (end(ToolOutcome.INVALID_ARGUMENTS, false)) {
            Answers.error(id, context, new McpException(McpError.INVALID_PARAMS, text));
        }
    }

    private void finish(ToolResult result) {
        RawJson structured = null;
        String broken = null;
        try {
            structured = result.structuredContent() == null ? null : Json.parse(result.structuredContent());
            broken = result.isError() ? null : tool.checkOutput(structured); // H-175
        } catch (JsonException e) {
            broken = "structuredContent is no JSON: " + e.getMessage();
        }
        if (broken != null) {
            LOG.log(System.Logger.Level.ERROR, "tool {0} broke its output schema: {1}", name(), broken);
            answer(ToolOutcome.FAILED, ToolResult.error("The tool gave a result that does not fit its schema."), null);
        } else {
            answer(result.isError() ? ToolOutcome.TOOL_ERROR : ToolOutcome.OK, result, structured);
        }
    }

    private void answer(ToolOutcome outcome, ToolResult result, @Nullable RawJson structured) {
        if (end(outcome, false)) {
            try {
                writeResult(result, structured);
            } catch (RuntimeException e) { // a null or a NaN in the tool's result
                answerBug(e);
            }
        }
    }

    private void writeResult(ToolResult result, @Nullable RawJson structured) {
        Answers.result(id, context, out -> {
            out.name("content").beginArray();
            for (var block : result.content()) {
                context.revision().content(out, block);
            }
            if (structured != null && result.content().isEmpty()) { // for clients that read text alone (H-175)
                context.revision().content(out, new Content.Text(structured.text()));
            }
            out.endArray();
            if (structured != null) {
                context.revision().structuredContent(out, structured);
            }
            if (result.isError()) {
                out.name("isError").bool(true);
            }
        });
    }

    @Override
    void answerTrouble(String text) {
        writeResult(ToolResult.error(text), null);
    }

    @Override
    void count(ToolOutcome outcome, long nanos) {
        runner.telemetry().toolCalled(name(), outcome, nanos);
    }

    @Override
    String called() {
        return "tool " + name();
    }

    private String name() {
        return tool.definition().name();
    }

    @Override
    public Arguments arguments() {
        var known = arguments;
        if (known == null) {
            known = new JsonArguments(rawArguments);
            arguments = known;
        }
        return known;
    }

    @Override
    public boolean becomeTask() {
        if (tool.definition().tasks() == TaskSupport.FORBIDDEN) {
            throw new IllegalStateException(called() + " forbids tasks");
        }
        try {
            var taskable = taskable();
            return taskable != null && taskable.become(this, name());
        } catch (McpException e) {
            return false; // it goes on as any other call
        }
    }

    @Override
    Asker asker() {
        var task = task();
        return task == null ? super.asker() : task;
    }

    @Override
    boolean leftAsTask() {
        var taskable = taskable();
        return taskable != null && taskable.close();
    }

    @Override
    void progressWithoutRequest(@Nullable String message) {
        var task = task();
        if (task != null && message != null) {
            task.say(message);
        }
    }

    @Override
    public void letClientPoll(int retryMillis) {
        context.sink().letClientPoll(retryMillis);
    }
}
