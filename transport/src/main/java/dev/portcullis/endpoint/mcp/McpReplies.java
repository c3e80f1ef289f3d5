package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** Whole answers with a JSON-RPC message as body. */
final class McpReplies {
    private McpReplies() {}

    static Reply json(Exchange exchange, int status, JsonWriter message, McpHttpLimits limits) {
        var body = exchange.channel().alloc().buffer(message.length());
        body.writeBytes(message.buffer(), 0, message.length());
        var reply = Reply.json(HttpResponseStatus.valueOf(status), body);
        return status == 503 || status == 429 // H-20
                ? reply.with(HttpHeaderNames.RETRY_AFTER, Integer.toString(limits.retryAfterSeconds()))
                : reply;
    }

    /** @param id the request's, if it is known (H-200) */
    static Reply error(
            Exchange exchange, @Nullable JsonRpcId id, McpException refusal, boolean inSession, McpHttpLimits limits) {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, id, refusal.error().code(), refusal.detail(), refusal.data());
            return json(exchange, refusal.error().status(inSession), out, limits);
        }
    }
}
