package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.Policy;
import org.jspecify.annotations.Nullable;

/** {@code subscriptions/listen}, {@code resources/subscribe}, {@code resources/unsubscribe}, and what follows from them. */
final class SubscriptionMethods {
    private final Catalog catalog;

    SubscriptionMethods(Catalog catalog, Policy policy, CallLimits limits, CallRunner runner) {
        this.catalog = catalog;
    }

    /** Opens a stream of changes (H §4.6). */
    @Nullable
    PendingCall listen(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Follows a resource (H-132). */
    @Nullable
    PendingCall subscribe(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }

    /** Follows a resource no more. */
    @Nullable
    PendingCall unsubscribe(JsonRpcId id, CallContext context) throws McpException {
        if (catalog.changes() != null) {
            throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found");
        }
        return null;
    }
}
