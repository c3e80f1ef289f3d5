package dev.portcullis.endpoint.mcp;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.dispatch.Slack;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers a posted batch (H-111): with one array of all responses, unless something streams; then each response is an event of its own. Guarded by the lock of the whole
 * answer, so that what is no stream does not become one in the middle of a decision; it is taken inside a call's own lock, never around it.
 *
 * <pre>
 * open &gt; 0, responses kept ── the last item is answered or withdrawn ──▶ an array; 202 if all were withdrawn
 *    └── a notification of an item, or the soft deadline ──▶ open &gt; 0, responses sent ── the last item ──▶ the stream ends
 * </pre>
 */
final class BatchSink {
    private static final Slack KEEP = new Slack.None();

    private final HttpReplySink whole;
    private final boolean takesArray;

    /** Responses not yet sent. */
    private final List<byte[]> kept = new ArrayList<>();

    private int open;

    /**
     * @param whole takes what comes of all items
     * @param answers how many items there are that want an answer, at least one
     */
    BatchSink(HttpReplySink whole, MediaTypes accepted, int answers) {
        this.whole = whole;
        this.takesArray = accepted.json();
        this.open = answers;
    }

    /** @return takes what comes of one item */
    ReplySink item(JsonRpcMessage.Request request) {
        return new Item(request);
    }

    /** Answers an item that is no message (T-25). */
    void refuse(JsonRpcMessage.Invalid item) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, item.id(), McpError.INVALID_REQUEST.code(), item.problem(), null);
            ended(out.toBytes());
        }
    }

    boolean isComplete() {
        synchronized (whole) {
            return open == 0;
        }
    }

    /** @param response null if the client wants none (H-115) */
    private void ended(byte @Nullable [] response) {
        synchronized (whole) {
            if (response != null) {
                kept.add(response);
            }
            open--;
            boolean streams = whole.isStreaming() || !takesArray;
            if (open > 0 && streams) {
                sendKept(0);
            } else if (open == 0 && kept.isEmpty()) {
                whole.withdrawn();
            } else if (open == 0) {
                end(streams);
            }
        }
    }

    /** Sends what is kept as events; guarded by the lock. */
    private void sendKept(int butLast) {
        while (kept.size() > butLast) {
            try (var out = JsonWriter.take()) {
                whole.notification(out.copy(kept.removeFirst()), KEEP);
            }
        }
    }

    private void sendKeptIfStreaming() {
        if (whole.isStreaming()) {
            sendKept(0);
        }
    }

    private void end(boolean streams) {
        try (var out = JsonWriter.take()) {
            if (streams) {
                sendKept(1);
                out.copy(kept.getFirst());
            } else {
                out.beginArray();
                kept.forEach(out::copy);
                out.endArray();
            }
            whole.answer(200, out);
        }
    }

    /** One item: its end is said once, whatever its call does. */
    private final class Item implements ReplySink {
        private final JsonRpcMessage.Request request;

        Item(JsonRpcMessage.Request request) {
            this.request = request;
        }

        @Override
        public boolean takesStream() {
            return whole.takesStream();
        }

        @Override
        public void notification(JsonWriter message, Slack slack) {
            synchronized (whole) {
                whole.notification(message, slack);
                sendKeptIfStreaming();
            }
        }

        @Override
        public boolean request(JsonWriter message) {
            synchronized (whole) {
                boolean sent = whole.request(message);
                sendKeptIfStreaming();
                return sent;
            }
        }

        @Override
        public void letClientPoll(int retryMillis) {
            whole.letClientPoll(retryMillis);
        }

        @Override
        public void answer(int status, JsonWriter message) {
            ended(message.toBytes());
        }

        @Override
        public void needScope(Scopes needed) {
            try (var out = JsonWriter.take()) {
                McpReplies.scopeNeeded(out, request, needed);
                ended(out.toBytes());
            }
        }

        @Override
        public void withdrawn() {
            ended(null);
        }
    }
}
