package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptRegistry.RegisteredPrompt;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code prompts/list}, {@code prompts/get}. */
final class PromptMethods {
    private final Catalog catalog;
    private final Permits permits;
    private final CallRunner runner;
    private final Pages<RegisteredPrompt> pages;

    PromptMethods(Catalog catalog, Permits permits, Pages.Rules lists, CallRunner runner) {
        this.catalog = catalog;
        this.permits = permits;
        this.runner = runner;
        this.pages = new Pages<>(
                "prompts",
                () -> catalog.prompts().roster(),
                (revision, out, prompt) -> revision.prompt(out, prompt.definition()),
                lists);
    }

    /** Lists what the caller may get. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        return pages.list(id, context);
    }

    /** Says one prompt. @return the call, which goes on elsewhere; null if a scope is missing, and has been asked for */
    @Nullable
    PendingCall get(JsonRpcId id, CallContext context) throws McpException {
        long startedNanos = System.nanoTime();
        String name = context.params().name();
        if (name == null) {
            throw new McpException(McpError.INVALID_PARAMS, "params.name must be a string");
        }
        var prompt = catalog.prompts().find(name);
        var permit = prompt == null ? Permits.Permit.HIDDEN : permits.ask(context, prompt.action());
        if (permit == Permits.Permit.SCOPE_ASKED) {
            return null;
        }
        if (prompt == null || permit == Permits.Permit.HIDDEN) {
            runner.telemetry().promptCalled("unknown", ToolOutcome.UNKNOWN, 0);
            throw new McpException(McpError.INVALID_PARAMS, "Unknown prompt: " + McpException.echo(name)); // H-182
        }
        var run = new PromptRun(prompt, arguments(prompt, context), id, context, runner, startedNanos);
        runner.start(run, prompt.definition().timeoutMillis());
        return run;
    }

    /** H-182. */
    private Map<String, String> arguments(RegisteredPrompt prompt, CallContext context) throws McpException {
        try {
            var given = CallParams.strings(context.params().arguments(), "params.arguments");
            for (var argument : prompt.definition().arguments()) {
                if (argument.required() && !given.containsKey(argument.name())) {
                    throw new McpException(McpError.INVALID_PARAMS, "Missing required argument: " + argument.name());
                }
            }
            CallParams.requireProgressToken(context);
            return given;
        } catch (McpException e) {
            runner.telemetry().promptCalled(prompt.key(), ToolOutcome.INVALID_ARGUMENTS, 0);
            throw e;
        }
    }
}
