package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.BearerChallenge;
import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.jsonrpc.JsonRpcDecoder;
import dev.portcullis.jsonrpc.JsonRpcErrorCode;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** {@code /mcp}: all revisions on one path (H-1), told apart message by message (H-2). Stateless; one instance serves all. */
public final class McpEndpoint implements Endpoint {
    private final Revisions revisions;
    private final HttpReplySink.Context sinks;
    private final StatelessExchange stateless;
    private final SessionExchange inSession;

    /**
     * @param challenges of this resource, for the scopes a tool needs
     * @param tokens ends streams with their tokens
     */
    public McpEndpoint(
            McpDispatcher dispatcher,
            Revisions revisions,
            Sessions sessions,
            BearerChallenge.Resource challenges,
            TokenWatch tokens,
            McpHttpLimits limits,
            Telemetry telemetry) {
        this.revisions = revisions;
        this.sinks = new HttpReplySink.Context(challenges, tokens, limits, telemetry);
        this.stateless = new StatelessExchange(dispatcher, revisions, sinks);
        this.inSession = new SessionExchange(dispatcher, revisions, sessions, sinks);
    }

    @Override
    public BodyReader open(Exchange exchange) {
        var accepted = MediaTypes.acceptedBy(exchange.head());
        boolean posted = exchange.head().method().equals(HttpMethod.POST);
        try {
            if (!posted) {
                requireSessionRevision(exchange);
            } else if (!MediaTypes.isJson(exchange.head())) {
                sinks.telemetry().refused(Outcome.BAD_MEDIA_TYPE);
                throw new McpException(
                        McpError.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json in UTF-8, not encoded");
            }
            boolean streams = exchange.head().method().equals(HttpMethod.GET);
            if (accepted.isEmpty() || (streams && !accepted.stream())) {
                sinks.telemetry().refused(Outcome.NOT_ACCEPTABLE);
                throw new McpException(McpError.NOT_ACCEPTABLE, "Accept application/json and text/event-stream");
            }
        } catch (McpException e) {
            refuse(exchange, null, e, false);
        }
        return posted ? new Post(exchange, accepted) : new WithoutBody(exchange);
    }

    /** H-3. */
    private static void requireSessionRevision(Exchange exchange) throws McpException {
        var version = ProtocolVersion.of(Era.single(exchange.head(), McpHeaders.PROTOCOL_VERSION));
        if (version != null && !version.hasSessions()) {
            exchange.reply(Reply.empty(HttpResponseStatus.METHOD_NOT_ALLOWED)
                    .with(HttpHeaderNames.ALLOW, "POST, OPTIONS")
                    .with(McpHeaders.PROTOCOL_VERSION, version.text()));
        }
    }

    private void refuse(Exchange exchange, @Nullable JsonRpcId id, McpException refusal, boolean sessionRules) {
        if (refusal.error() == McpError.HEADER_MISMATCH) {
            sinks.telemetry().refused(Outcome.HEADER_MISMATCH);
        }
        exchange.reply(McpReplies.error(exchange, id, refusal, sessionRules, sinks.limits()));
    }

    /** Reads one posted message, and refuses what is malformed before its end. */
    private final class Post implements BodyReader {
        private final Exchange exchange;
        private final MediaTypes accepted;
        private final JsonRpcDecoder decoder;

        Post(Exchange exchange, MediaTypes accepted) {
            this.exchange = exchange;
            this.accepted = accepted;
            this.decoder = new JsonRpcDecoder(exchange.route().bodyBytesMax(), announcedBytes(exchange));
        }

        private static int announcedBytes(Exchange exchange) {
            String length = exchange.head().header(HttpHeaderNames.CONTENT_LENGTH);
            try {
                return length == null ? 512 : Integer.parseInt(length);
            } catch (NumberFormatException e) {
                return 512;
            }
        }

        @Override
        public void read(ByteBuf part) {
            if (exchange.isAnswered()) {
                return;
            }
            try {
                int bytes = part.readableBytes();
                decoder.makeRoom(bytes);
                part.getBytes(part.readerIndex(), decoder.room(), decoder.roomFrom(), bytes);
                decoder.filled(bytes);
            } catch (JsonRpcException e) {
                refuse(e);
            }
        }

        @Override
        public void end() {
            if (exchange.isAnswered()) {
                return;
            }
            try {
                handle(decoder.end());
            } catch (JsonRpcException e) {
                refuse(e);
            }
        }

        private void refuse(JsonRpcException e) {
            boolean parse = e.code() == JsonRpcErrorCode.PARSE_ERROR;
            sinks.telemetry().refused(parse ? Outcome.MALFORMED_JSON : Outcome.MALFORMED_MESSAGE);
            var refusal = new McpException(parse ? McpError.PARSE_ERROR : McpError.INVALID_REQUEST, e.detail());
            McpEndpoint.this.refuse(exchange, e.id(), refusal, false);
        }

        private void handle(JsonRpcMessage message) {
            switch (message) {
                case JsonRpcMessage.Single single -> handle(single);
                case JsonRpcMessage.Batch _ -> {
                    sinks.telemetry().refused(Outcome.MALFORMED_MESSAGE);
                    var refusal = new McpException(
                            McpError.INVALID_REQUEST, "batches are not part of this protocol revision");
                    McpEndpoint.this.refuse(exchange, null, refusal, false);
                }
            }
        }

        private void handle(JsonRpcMessage.Single message) {
            var params = paramsOf(message);
            boolean sessionRules = false;
            try {
                switch (Era.of(message, params, exchange.head(), revisions)) {
                    case Era.Stateless() -> handleStateless(message, params);
                    case Era.Handshake() -> {
                        sessionRules = true;
                        inSession.open(exchange, accepted, (JsonRpcMessage.Request) message, params);
                    }
                    case Era.InSession(String sessionId) -> {
                        sessionRules = true;
                        inSession.message(exchange, accepted, message, params, sessionId);
                    }
                }
            } catch (McpException e) {
                McpEndpoint.this.refuse(exchange, idOf(message), e, sessionRules);
            }
        }

        private void handleStateless(JsonRpcMessage.Single message, RequestParams params) throws McpException {
            switch (message) {
                case JsonRpcMessage.Request request -> stateless.request(exchange, accepted, request, params);
                case JsonRpcMessage.Notification notification -> stateless.notification(exchange, notification, params);
                case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ ->
                    throw new McpException(McpError.INVALID_REQUEST, "This revision has no responses to the server");
            }
        }

        private static RequestParams paramsOf(JsonRpcMessage.Single message) {
            return switch (message) {
                case JsonRpcMessage.Request request -> RequestParams.of(request.params());
                case JsonRpcMessage.Notification notification -> RequestParams.of(notification.params());
                case JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ -> RequestParams.NONE;
            };
        }

        private static @Nullable JsonRpcId idOf(JsonRpcMessage.Single message) {
            return message instanceof JsonRpcMessage.Request request ? request.id() : null;
        }
    }

    /** GET and DELETE; a body has no meaning and is not looked at. */
    private final class WithoutBody implements BodyReader {
        private final Exchange exchange;

        WithoutBody(Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void read(ByteBuf part) {}

        @Override
        public void end() {
            if (exchange.isAnswered()) {
                return;
            }
            try {
                if (exchange.head().method().equals(HttpMethod.GET)) {
                    inSession.stream(exchange);
                } else {
                    inSession.end(exchange);
                }
            } catch (McpException e) {
                refuse(exchange, null, e, true);
            }
        }
    }
}
