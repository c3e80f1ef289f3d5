package dev.portcullis.endpoint.mcp;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.codec.RequestParams;
import org.jspecify.annotations.Nullable;

/**
 * A message that a client has sent.
 *
 * @param params of a request or notification; else none
 */
record Posted(JsonRpcMessage.Single message, RequestParams params) {
    static Posted of(JsonRpcMessage.Single message) {
        return new Posted(
                message,
                switch (message) {
                    case JsonRpcMessage.Request request -> RequestParams.of(request.params());
                    case JsonRpcMessage.Notification notification -> RequestParams.of(notification.params());
                    case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ -> RequestParams.NONE;
                });
    }

    /** @return whether it says itself which revision it speaks, and so stands alone (H-30) */
    boolean namesRevision() {
        return params.meta().namesRevision();
    }

    /** @return whether it opens a session (H-31) */
    boolean isHandshake() {
        return !namesRevision()
                && message instanceof JsonRpcMessage.Request request
                && request.method().equals(McpMethod.INITIALIZE.text());
    }

    /** @return null if it wants no answer */
    @Nullable
    JsonRpcId id() {
        return message instanceof JsonRpcMessage.Request request ? request.id() : null;
    }
}
