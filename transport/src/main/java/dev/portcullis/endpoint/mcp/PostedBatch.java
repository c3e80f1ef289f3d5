package dev.portcullis.endpoint.mcp;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Messages that a client has sent in one array (H-111).
 *
 * @param messages those that are messages
 * @param invalid what stood among them and is none
 */
record PostedBatch(List<Posted> messages, List<JsonRpcMessage.Invalid> invalid) {
    static PostedBatch of(JsonRpcMessage.Batch batch) {
        var messages = new ArrayList<Posted>();
        var invalid = new ArrayList<JsonRpcMessage.Invalid>();
        for (var item : batch.items()) {
            switch (item) {
                case JsonRpcMessage.Single message -> messages.add(Posted.of(message));
                case JsonRpcMessage.Invalid problem -> invalid.add(problem);
            }
        }
        return new PostedBatch(messages, invalid);
    }

    /** @return ids of its requests */
    List<JsonRpcId> ids() {
        return messages.stream().map(Posted::id).filter(Objects::nonNull).toList();
    }

    /** @return how many answers it wants */
    int answers() {
        int requests = 0;
        for (var posted : messages) {
            requests += posted.id() == null ? 0 : 1;
        }
        return requests + invalid.size();
    }
}
