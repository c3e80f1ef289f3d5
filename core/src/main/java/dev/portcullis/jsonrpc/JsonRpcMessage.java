package dev.portcullis.jsonrpc;

import dev.portcullis.json.RawJson;
import org.jspecify.annotations.Nullable;

/** One JSON-RPC message. Params and results are slices of the bytes that came in, and are objects. */
public sealed interface JsonRpcMessage {
    /** Wants an answer. */
    record Request(JsonRpcId id, String method, @Nullable RawJson params) implements JsonRpcMessage {}

    /** Wants none. */
    record Notification(String method, @Nullable RawJson params) implements JsonRpcMessage {}

    /** Answers a request of ours. */
    record Response(JsonRpcId id, RawJson result) implements JsonRpcMessage {}

    /** Refuses a request of ours; without an id if the peer could not read it. */
    record ErrorResponse(@Nullable JsonRpcId id, RawJson error) implements JsonRpcMessage {}
}
