package dev.portcullis.jsonrpc;

import dev.portcullis.json.RawJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one JSON text says: a message, or a batch of them. Params and results are slices of the bytes that came in, and are objects. */
public sealed interface JsonRpcMessage {
    /** A message that is no batch. */
    sealed interface Single extends JsonRpcMessage, Item {}

    /** Wants an answer. */
    record Request(JsonRpcId id, String method, @Nullable RawJson params) implements Single {
        /** This request as a stream keeps it that may stay open for hours. */
        public Request withoutParams() {
            return params == null ? this : new Request(id, method, null);
        }
    }

    /** Wants none. */
    record Notification(String method, @Nullable RawJson params) implements Single {}

    /** Answers a request of ours. */
    record Response(JsonRpcId id, RawJson result) implements Single {}

    /** Refuses a request of ours; without an id if the peer could not read it. */
    record ErrorResponse(@Nullable JsonRpcId id, RawJson error) implements Single {}

    /** Messages in one array (JSON-RPC 2.0 §6); at least one. Not in every MCP revision: whoever knows the revision refuses it (H-111). */
    record Batch(List<Item> items) implements JsonRpcMessage {
        public Batch {
            items = List.copyOf(items);
        }
    }

    /** What stands at one place of a batch. */
    sealed interface Item {}

    /**
     * No message; answered by {@link JsonRpcErrorCode#INVALID_REQUEST} of its own, while the batch's others are served (T-25).
     *
     * @param id the item's, for the answer; null if it could not be read
     * @param problem may be shown to the sender
     */
    record Invalid(@Nullable JsonRpcId id, String problem) implements Item {}
}
