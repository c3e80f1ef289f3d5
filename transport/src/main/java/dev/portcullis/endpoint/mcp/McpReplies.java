package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.SharedFields;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whole answers with a JSON-RPC message as body, or without a body. */
final class McpReplies {
    private McpReplies() {}

    /** The fields of an answer with a body, of each revision (H-19). */
    private static final Map<ProtocolVersion, SharedFields> ANSWER_FIELDS = new EnumMap<>(ProtocolVersion.ALL.stream()
            .collect(Collectors.toMap(
                    Function.identity(), version -> Reply.jsonAnd(McpHeaders.PROTOCOL_VERSION, version.text()))));

    /** What a request got: 200. */
    static Reply answer(Exchange exchange, JsonWriter message, Revision revision) {
        var fields = Objects.requireNonNull(ANSWER_FIELDS.get(revision.version()));
        var parts = message.parts();
        return parts == null
                ? fields.answer(exchange.channel().alloc(), message.buffer(), message.length())
                : fields.answer(exchange.channel().alloc(), parts);
    }

    static Reply json(Exchange exchange, int status, JsonWriter message, McpHttpLimits limits) {
        var body = exchange.channel().alloc().buffer(message.length());
        body.writeBytes(message.buffer(), 0, message.length());
        var reply = Reply.json(HttpResponseStatus.valueOf(status), body);
        return status == 503 || status == 429 // H-20
                ? reply.with(HttpHeaderNames.RETRY_AFTER, Integer.toString(limits.retryAfterSeconds()))
                : reply;
    }

    /** Taken, and there is nothing to say about it (H-60, H-110). */
    static Reply accepted(Revision revision) {
        return of(HttpResponseStatus.ACCEPTED, revision);
    }

    /** An answer without a body, in a revision (H-19). */
    static Reply of(HttpResponseStatus status, Revision revision) {
        return Reply.empty(status)
                .with(McpHeaders.PROTOCOL_VERSION, revision.version().text());
    }

    /**
     * Refuses a message of which it is not known which revision it speaks.
     *
     * @param id the request's, if it is known (H-200)
     */
    static void refuse(Exchange exchange, @Nullable JsonRpcId id, McpException refusal, HttpReplySink.Context context) {
        exchange.reply(error(exchange, id, refusal, refusal.error().status(true), context));
    }

    /** Refuses a message of a revision (H-19). */
    static void refuse(
            Exchange exchange,
            @Nullable JsonRpcId id,
            McpException refusal,
            Revision revision,
            HttpReplySink.Context context) {
        int status = revision.status(refusal.error());
        exchange.reply(error(exchange, id, refusal, status, context)
                .with(McpHeaders.PROTOCOL_VERSION, revision.version().text()));
    }

    /** Answers a request that shares its HTTP status with others, so that none can stand for a missing scope: the answer says which it is (O-24). */
    static void scopeNeeded(JsonWriter out, JsonRpcMessage.Request request, Scopes needed) {
        String problem = "The access token lacks a scope; needed: " + needed;
        if (!request.method().equals(McpMethod.CALL_TOOL.text())) {
            JsonRpcEncoder.error(out, request.id(), McpError.INVALID_REQUEST.code(), problem, null);
            return;
        }
        JsonRpcEncoder.beginResult(out, request.id());
        out.name("content").beginArray();
        out.beginObject()
                .name("type")
                .string("text")
                .name("text")
                .string(problem)
                .endObject();
        out.endArray().name("isError").bool(true);
        JsonRpcEncoder.end(out);
    }

    private static Reply error(
            Exchange exchange,
            @Nullable JsonRpcId id,
            McpException refusal,
            int status,
            HttpReplySink.Context context) {
        if (refusal.error() == McpError.HEADER_MISMATCH) {
            context.telemetry().refused(Outcome.HEADER_MISMATCH);
        }
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, id, refusal.error().code(), refusal.detail(), refusal.data());
            return json(exchange, status, out, context.limits());
        }
    }
}
