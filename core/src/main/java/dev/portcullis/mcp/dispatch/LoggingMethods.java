package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.Policy;
import org.jspecify.annotations.Nullable;

/** {@code logging/setLevel}. */
final class LoggingMethods {
    private final Catalog catalog;

    LoggingMethods(Catalog catalog, Policy policy, CallLimits limits, CallRunner runner) {
        this.catalog = catalog;
    }

    /** Sets which log messages a session wants (H-131). */
    @Nullable
    PendingCall setLevel(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }
}
