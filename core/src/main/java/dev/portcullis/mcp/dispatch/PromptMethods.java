package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.Policy;
import org.jspecify.annotations.Nullable;

/** {@code prompts/list}, {@code prompts/get}. */
final class PromptMethods {
    private final Catalog catalog;

    PromptMethods(Catalog catalog, Policy policy, CallLimits limits, CallRunner runner) {
        this.catalog = catalog;
    }

    /** Lists what the caller may get. */
    @Nullable
    PendingCall list(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Says one prompt. */
    @Nullable
    PendingCall get(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }
}
