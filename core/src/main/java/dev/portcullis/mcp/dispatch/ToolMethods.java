package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.mcp.registry.ToolDefinition.Execution;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code tools/list}, {@code tools/call}. */
final class ToolMethods {
    private final ToolRegistry tools;
    private final Policy policy;
    private final CallLimits limits;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final Telemetry telemetry;
    private final InFlight inFlight;
    private final PersonCalls personCalls;

    /** Each revision's form of each tool, in the registry's order: lists are put together from them. */
    private final Map<ProtocolVersion, List<byte[]>> written = new EnumMap<>(ProtocolVersion.class);

    ToolMethods(
            ToolRegistry tools,
            Policy policy,
            CallLimits limits,
            Revisions revisions,
            CallThreads threads,
            Telemetry telemetry,
            InFlight inFlight) {
        this.tools = tools;
        this.policy = policy;
        this.limits = limits;
        this.executor = threads.executor();
        this.timer = threads.timer();
        this.telemetry = telemetry;
        this.inFlight = inFlight;
        this.personCalls = new PersonCalls(limits.callsPerPersonMax());
        revisions.newestFirst().forEach(revision -> written.put(revision.version(), write(revision)));
    }

    private List<byte[]> write(Revision revision) {
        var all = new ArrayList<byte[]>();
        for (var tool : tools.all()) {
            try (var out = JsonWriter.take()) {
                revision.tool(out, tool.definition());
                all.add(out.toBytes());
            }
        }
        return List.copyOf(all);
    }

    /** Lists what the caller may call, in one page; a tool that only lacks a scope is listed, so that the client learns what to ask for. */
    void list(JsonRpcId id, CallContext context) throws McpException {
        if (context.params().member("cursor") != null) { // we never gave one (H-184)
            throw new McpException(McpError.INVALID_PARAMS, "Unknown cursor");
        }
        var revision = context.revision();
        var forms = written.getOrDefault(revision.version(), List.of());
        Answers.result(id, context, out -> {
            out.name("tools").beginArray();
            for (int i = 0; i < forms.size(); i++) {
                var decision =
                        policy.decide(context.principal(), tools.all().get(i).action());
                if (!(decision instanceof Decision.Deny)) {
                    out.copy(forms.get(i));
                }
            }
            out.endArray();
            revision.caching(out, limits.listTtlMillis());
        });
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
        var run = new ToolRun(tool, id, context, arguments, telemetry, startedNanos);
        if (tool.definition().execution() == Execution.INLINE) {
            run.run();
            return null;
        }
        start(run, tool, id, context);
        return run;
    }

    /** @return the tool; null if a scope is missing   @throws McpException INVALID_PARAMS: not there, or not for this caller (H-172) */
    private @Nullable RegisteredTool allowed(String name, CallContext context) throws McpException {
        var tool = tools.find(name);
        if (tool != null) {
            switch (policy.decide(context.principal(), tool.action())) {
                case Decision.Allow() -> {
                    return tool;
                }
                case Decision.NeedScope(var needed) -> {
                    telemetry.refused(Outcome.INSUFFICIENT_SCOPE);
                    context.sink().needScope(needed);
                    return null;
                }
                case Decision.Deny _ -> {}
            }
        }
        telemetry.toolCalled("unknown", ToolOutcome.UNKNOWN, 0);
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

    private void start(ToolRun run, RegisteredTool tool, JsonRpcId id, CallContext context) throws McpException {
        var person = context.principal();
        if (!personCalls.begin(person)) {
            throw refusedToStart(tool, McpError.TOO_MANY, "Too many of your calls are running; try again shortly");
        }
        var session = context.session();
        if (session != null) {
            inFlight.add(session, id, run);
            run.whenEnded(() -> inFlight.remove(session, id, run));
        }
        try {
            executor.execute(() -> {
                try {
                    run.run();
                } finally {
                    personCalls.end(person);
                }
            });
        } catch (RejectedExecutionException e) {
            run.abandon();
            personCalls.end(person);
            throw refusedToStart(tool, McpError.OVERLOADED, "Too many calls are running; try again shortly");
        }
        int timeoutMillis = Math.min(tool.definition().timeoutMillis(), limits.timeoutMillisMax());
        var timeout = timer.schedule(() -> run.timeOut(timeoutMillis), timeoutMillis, TimeUnit.MILLISECONDS);
        run.whenEnded(() -> timeout.cancel(false));
    }

    private McpException refusedToStart(RegisteredTool tool, McpError error, String message) {
        telemetry.refused(Outcome.OVERLOADED);
        telemetry.toolCalled(tool.definition().name(), ToolOutcome.OVERLOADED, 0);
        return new McpException(error, message);
    }
}
