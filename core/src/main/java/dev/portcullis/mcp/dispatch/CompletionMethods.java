package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.Policy;
import org.jspecify.annotations.Nullable;

/** {@code completion/complete}. */
final class CompletionMethods {
    private final Catalog catalog;

    CompletionMethods(Catalog catalog, Policy policy, CallLimits limits, CallRunner runner) {
        this.catalog = catalog;
    }

    /** Suggests values (H-183). */
    @Nullable
    PendingCall complete(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }
}
