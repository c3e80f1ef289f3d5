package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.dispatch.Slack;
import org.jspecify.annotations.Nullable;

/** Answers a request of HTTP+SSE: all that comes of it goes on the client's one stream (H-151). */
final class LegacySseSink implements ReplySink {
    private static final Slack KEEP = new Slack.None();

    private final LegacyPeer connection;
    private final JsonRpcMessage.Request request;
    private final @Nullable Exchange alone;
    private final HttpReplySink.Context context;

    /** @param alone the exchange in which the request was posted, still without an answer; null if it shares it with others */
    LegacySseSink(
            LegacyPeer connection,
            JsonRpcMessage.Request request,
            @Nullable Exchange alone,
            HttpReplySink.Context context) {
        this.connection = connection;
        this.request = request;
        this.alone = alone;
        this.context = context;
    }

    @Override
    public void notification(JsonWriter message, Slack slack) {
        connection.send(message, slack);
    }

    @Override
    public boolean request(JsonWriter message) {
        return connection.send(message, KEEP);
    }

    /** Without event ids, a client could not come back for the rest (H-152). */
    @Override
    public void letClientPoll(int retryMillis) {}

    @Override
    public void answer(int status, JsonWriter message) {
        connection.send(message, KEEP);
    }

    @Override
    public void needScope(Scopes needed) {
        if (alone != null && !alone.isAnswered()) {
            alone.reply(context.guarded().insufficientScope(alone.route(), needed));
            return;
        }
        try (var out = JsonWriter.take()) {
            McpReplies.scopeNeeded(out, request, needed);
            connection.send(out, KEEP);
        }
    }

    @Override
    public void withdrawn() {}
}
