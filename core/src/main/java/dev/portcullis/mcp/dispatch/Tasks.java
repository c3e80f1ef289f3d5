package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.revision.TaskRules;
import dev.portcullis.mcp.task.Task;
import dev.portcullis.mcp.task.TaskOwner;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.policy.Action;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import org.jspecify.annotations.Nullable;

/** Which calls can become tasks, and whose tasks they are. Any thread. */
final class Tasks {
    private final Offers offers;
    private final TaskStore store;
    private final CallRunner runner;

    Tasks(Offers offers, TaskStore store, CallRunner runner) {
        this.offers = offers;
        this.store = store;
        this.runner = runner;
    }

    TaskStore store() {
        return store;
    }

    /**
     * @return how this call becomes a task; null if it never does
     * @throws McpException METHOD_NOT_FOUND, MISSING_CAPABILITY: tool and client do not fit (H-141, H-224)
     */
    @Nullable
    Taskable of(ToolDefinition tool, CallContext context) throws McpException {
        return switch (context.revision().tasks()) {
            case NONE -> null;
            case CLIENT_DECIDES ->
                offers.now().tasks() ? asked(tool, context) : null; // what nobody promised is not heard
            case SERVER_DECIDES -> tool.tasks() == TaskSupport.FORBIDDEN ? null : decided(tool, context);
        };
    }

    /** @return whether this tool needs what this revision does not have (H-211) */
    boolean isOutOfReach(ToolDefinition tool, CallContext context) {
        return tool.tasks() == TaskSupport.REQUIRED && context.revision().tasks() == TaskRules.NONE;
    }

    /** 2025-11-25: the client has asked for a task, or not. */
    private @Nullable Taskable asked(ToolDefinition tool, CallContext context) throws McpException {
        var wanted = context.params().member("task");
        if (wanted == null) {
            if (tool.tasks() == TaskSupport.REQUIRED) {
                throw new McpException(
                        McpError.METHOD_NOT_FOUND, tool.name() + " can only be called as a task: set params.task");
            }
            return null;
        }
        if (tool.tasks() == TaskSupport.FORBIDDEN) {
            throw new McpException(McpError.METHOD_NOT_FOUND, tool.name() + " cannot be called as a task");
        }
        return new Taskable(this, runner, context.sink(), Taskable.When.AT_ONCE, ttlMillis(wanted));
    }

    private static @Nullable Long ttlMillis(RawJson wanted) throws McpException {
        if (wanted.kind() != JsonKind.OBJECT) {
            throw new McpException(McpError.INVALID_PARAMS, "params.task must be an object");
        }
        var ttl = RequestParams.memberOf(wanted, "ttl");
        if (ttl == null) {
            return null;
        }
        if (ttl.kind() != JsonKind.NUMBER
                || !ttl.cursor().isInteger()
                || ttl.cursor().integer() < 0) {
            throw new McpException(McpError.INVALID_PARAMS, "params.task.ttl must be a whole number of milliseconds");
        }
        return ttl.cursor().integer();
    }

    /** 2026-07-28: the tool decides, if the client knows tasks. */
    private @Nullable Taskable decided(ToolDefinition tool, CallContext context) throws McpException {
        boolean required = tool.tasks() == TaskSupport.REQUIRED;
        if (context.clientCapabilities().tasks()) {
            var when = required ? Taskable.When.ARGUMENTS_FIT : Taskable.When.THE_TOOL_SAYS_SO;
            return new Taskable(this, runner, context.sink(), when, null);
        }
        if (required) {
            throw missingCapability();
        }
        return null;
    }

    /** H-224. */
    static McpException missingCapability() {
        try (var out = JsonWriter.take()) {
            out.beginObject()
                    .name("requiredCapabilities")
                    .beginObject()
                    .name("extensions")
                    .beginObject();
            out.name("io.modelcontextprotocol/tasks").beginObject().endObject();
            out.endObject().endObject().endObject();
            return new McpException(
                    McpError.MISSING_CAPABILITY,
                    "This needs a client that supports the extension io.modelcontextprotocol/tasks",
                    out.toBytes());
        }
    }

    /** @throws McpException TOO_MANY; OVERLOADED: there is no room for it, or where it would be kept cannot be reached */
    Task create(CallContext context, String tool, @Nullable Long ttlMillis) throws McpException {
        try {
            return store.create(owner(context), tool, ttlMillis);
        } catch (McpException e) {
            runner.telemetry().refused(Outcome.TOO_MANY_TASKS);
            throw e;
        } catch (StoreException e) {
            throw unavailable();
        }
    }

    /** @return what whoever wants something of the store is told while it is away */
    McpException unavailable() {
        runner.telemetry().refused(Outcome.STORE_UNAVAILABLE);
        return new McpException(McpError.OVERLOADED, "Tasks cannot be reached now; try again shortly");
    }

    /** A task of which nobody was told. */
    void forget(Task task) {
        try {
            store.forget(task.id());
        } catch (StoreException e) {
            // its time will be over
        }
    }

    /** @return what the policy is asked about a task: whoever may not call a tool may not see what came of it either */
    static Action action(Task task) {
        return new Action.CallTool(task.tool());
    }

    /** @return whose tasks this caller may see. Without sign-in a session is all that tells callers apart; without a session, a task's id alone does */
    static TaskOwner owner(CallContext context) {
        String generation = context.revision().tasks().name();
        var session = context.session();
        boolean isNobody = context.principal().equals(Principal.ANONYMOUS);
        return TaskOwner.of(
                context.principal(), isNobody && session != null ? generation + "/" + session.key() : generation);
    }
}
