package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.Policy;
import org.jspecify.annotations.Nullable;

/** {@code tasks/get} and what else there is about tasks, of both generations (H §4.9, §5.5). */
final class TaskMethods {
    private final Catalog catalog;

    TaskMethods(Catalog catalog, Policy policy, CallLimits limits, CallRunner runner) {
        this.catalog = catalog;
    }

    /** Says how a task stands. */
    @Nullable
    PendingCall get(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Answers what a task asked. */
    @Nullable
    PendingCall update(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Ends a task. */
    @Nullable
    PendingCall cancel(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Lists the caller's tasks. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Waits for what a task gives. */
    @Nullable
    PendingCall result(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }
}
