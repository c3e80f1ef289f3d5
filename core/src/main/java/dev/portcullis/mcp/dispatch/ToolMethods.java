package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.mcp.registry.ToolDefinition.Execution;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tools/list}, {@code tools/call}. */
final class ToolMethods {
    private final Catalog catalog;
    private final Policy policy;
    private final CallLimits limits;
    private final Revisions revisions;
    private final CallRunner runner;
    private final Tasks tasks;
    private volatile Forms forms;

    /** Each revision's form of each tool, in the registry's order: lists are put together from them. */
    private record Forms(ToolRegistry tools, Map<ProtocolVersion, List<byte[]>> written) {}

    ToolMethods(Catalog catalog, Policy policy, CallLimits limits, Revisions revisions, CallRunner runner, Tasks tasks) {
        this.catalog = catalog;
        this.policy = policy;
        this.limits = limits;
        this.revisions = revisions;
        this.runner = runner;
        this.tasks = tasks;
        this.forms = write(catalog.tools());
    }

    private Forms write(ToolRegistry tools) {
        var written = new EnumMap<ProtocolVersion, List<byte[]>>(ProtocolVersion.class);
        for (var revision : revisions.newestFirst()) {
            var all = new ArrayList<byte[]>();
            for (var tool : tools.all()) {
                try (var out = JsonWriter.take()) {
                    revision.tool(out, tool.definition());
                    all.add(out.toBytes());
                }
            }
            written.put(revision.version(), List.copyOf(all));
        }
        return new Forms(tools, written);
    }

    private Forms forms() {
        var current = forms;
        if (current.tools() != catalog.tools()) {
            current = write(catalog.tools());
            forms = current;
        }
        return current;
    }

    /** Lists what the caller may call, in one page; a tool that only lacks a scope is listed, so that the client learns what to ask for. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        if (context.params().member("cursor") != null) {
            throw new McpException(McpError.INVALID_PARAMS, "Unknown cursor"); // H-184
        }
        var current = forms();
        var written = current.written().getOrDefault(context.revision().version(), List.of());
        Answers.result(id, context, out -> {
            out.name("tools").beginArray();
            for (int i = 0; i < written.size(); i++) {
                var action = current.tools().all().get(i).action();
                if (!(policy.decide(context.principal(), action) instanceof Decision.Deny)) {
                    out.copy(written.get(i));
                }
            }
            out.endArray();
            context.revision().caching(out, limits.listTtlMillis());
        });
        return null;
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
        requireProgressToken(context);
        context.argumentHeaders().check(tool.input().mirrored(), arguments);
        var taskable = tasks.of(tool.definition(), context);
        var run = new ToolRun(tool, id, context, arguments, runner, startedNanos, taskable);
        if (tasks.isOutOfReach(tool.definition(), context)) {
            run.refuse(tool.definition().name() + " can only be called by clients that know tasks.");
            return null;
        }
        if (tool.definition().execution() == Execution.INLINE) {
            run.run();
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

    /** A token is repeated in every notification: it is what an id may be. */
    private static void requireProgressToken(CallContext context) throws McpException {
        var token = context.params().meta().progressToken();
        if (token != null && JsonRpcId.of(token) == null) {
            throw new McpException(McpError.INVALID_PARAMS, "progressToken must be a short string or an integer");
        }
    }
}
