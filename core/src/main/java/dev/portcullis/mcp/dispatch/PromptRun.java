package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptRegistry.RegisteredPrompt;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of one prompt. */
final class PromptRun extends CallRun implements PromptCall {
    private final RegisteredPrompt prompt;
    private final Map<String, String> arguments;

    PromptRun(
            RegisteredPrompt prompt,
            Map<String, String> arguments,
            JsonRpcId id,
            CallContext context,
            CallRunner runner,
            long startedNanos) {
        super(id, context, runner, startedNanos);
        this.prompt = prompt;
        this.arguments = arguments;
    }

    @Override
    McpMethod method() {
        return McpMethod.GET_PROMPT;
    }

    @Override
    void work() throws Exception {
        var result = prompt.handler().get(this);
        String description = description(result);
        answer(out -> {
            if (description != null) {
                out.name("description").string(description);
            }
            out.name("messages").beginArray();
            result.messages().forEach(message -> context.revision().promptMessage(out, message));
            out.endArray();
        });
    }

    /** What the call said, else what the prompt is described as. */
    private @Nullable String description(PromptResult result) {
        return result.description() != null
                ? result.description()
                : prompt.definition().description();
    }

    @Override
    void count(ToolOutcome outcome, long nanos) {
        runner.telemetry().promptCalled(prompt.key(), outcome, nanos);
    }

    @Override
    String called() {
        return "prompt " + prompt.key();
    }

    @Override
    public @Nullable String argument(String name) {
        return arguments.get(name);
    }
}
