package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.mcp.registry.ToolDefinition.Execution;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import org.jspecify.annotations.Nullable;

/** {@code tools/list}, {@code tools/call}. */
final class ToolMethods {
    private final Catalog catalog;
    private final Policy policy;
    private final CallRunner runner;
    private final Tasks tasks;
    private final Pages<RegisteredTool> pages;

    ToolMethods(Catalog catalog, Policy policy, Pages.Rules lists, CallRunner runner, Tasks tasks) {
        this.catalog = catalog;
        this.policy = policy;
        this.runner = runner;
        this.tasks = tasks;
        this.pages = new Pages<>(
                "tools",
                () -> catalog.tools().roster(),
                (revision, out, tool) -> revision.tool(out, tool.definition()),
                lists);
    }

    /** Lists what the caller may call. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        return pages.list(id, context);
    }

    /** @return the call, if it goes on elsewhere; null if it has been answered */
    @Nullable
    PendingCall call(JsonRpcId id, CallContext context) throws McpException {
        long startedNanos = System.nanoTime();
        String name = context.params().name();
        if (name == null) {
            throw new McpException(McpError.INVALID_PARAMS, "params.name must be a string");
        }
        var tool = allowed(name, context);
        if (tool == null) {
            return null; // a scope is missing, and has been asked for
        }
        RawJson arguments = arguments(context);
        CallParams.requireProgressToken(context);
        context.argumentHeaders().check(tool.input().mirrored(), arguments);
        var taskable = tasks.of(tool.definition(), context);
        var run = new ToolRun(
                tool, id, taskable == null ? context : context.with(taskable.sink()), arguments, runner, startedNanos);
        if (tasks.isOutOfReach(tool.definition(), context)) {
            run.refuse(tool.definition().name() + " can only be called by clients that know tasks.");
            return null;
        }
        if (tool.definition().execution() == Execution.INLINE) {
            run.runHere();
            return null;
        }
        runner.start(run, tool.definition().timeoutMillis());
        return run;
    }

    /** @return the tool; null if a scope is missing   @throws McpException INVALID_PARAMS: not there, or not for this caller (H-172) */
    private @Nullable RegisteredTool allowed(String name, CallContext context) throws McpException {
        var tool = catalog.tools().find(name);
        if (tool != null) {
            switch (policy.decide(context.principal(), tool.action())) {
                case Decision.Allow() -> {
                    return tool;
                }
                case Decision.NeedScope(var needed) -> {
                    runner.telemetry().refused(Outcome.INSUFFICIENT_SCOPE);
                    context.sink().needScope(needed);
                    return null;
                }
                case Decision.Deny _ -> {}
            }
        }
        runner.telemetry().toolCalled("unknown", ToolOutcome.UNKNOWN, 0);
        throw new McpException(McpError.INVALID_PARAMS, "Unknown tool: " + McpException.echo(name));
    }

    private static RawJson arguments(CallContext context) throws McpException {
        var arguments = context.params().arguments();
        if (arguments == null) {
            return RawJson.EMPTY_OBJECT;
        }
        if (arguments.kind() != JsonKind.OBJECT) {
            throw new McpException(McpError.INVALID_PARAMS, "params.arguments must be an object");
        }
        return arguments;
    }
}
