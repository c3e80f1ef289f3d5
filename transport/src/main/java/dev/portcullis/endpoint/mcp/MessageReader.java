package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Exchange;
import dev.portcullis.jsonrpc.JsonRpcDecoder;
import dev.portcullis.jsonrpc.JsonRpcErrorCode;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.telemetry.Outcome;
import io.netty.buffer.ByteBuf;

/** Reads one posted message, or a batch of them, and refuses what is malformed before its end (H-39). Event loop only. */
final class MessageReader implements BodyReader {
    private static final int BYTES_UNANNOUNCED = 512;

    /** So much is copied and read while it is near the processor. */
    private static final int BYTES_AT_ONCE = 64 * 1024;

    private final Exchange exchange;
    private final MediaTypes accepted;
    private final HttpReplySink.Context context;
    private final Handler handler;
    private final JsonRpcDecoder decoder;
    private final int announcedBytes;

    /** What is done with a message. */
    interface Handler {
        /**
         * Answers the exchange, or sees to it that somebody will.
         *
         * @param accepted what the client takes as an answer
         */
        void handle(Exchange exchange, MediaTypes accepted, JsonRpcMessage message);
    }

    MessageReader(Exchange exchange, MediaTypes accepted, HttpReplySink.Context context, Handler handler) {
        this.exchange = exchange;
        this.accepted = accepted;
        this.context = context;
        this.handler = handler;
        this.announcedBytes = announcedBytes(exchange);
        this.decoder = new JsonRpcDecoder(
                exchange.route().bodyBytesMax(), announcedBytes < 0 ? BYTES_UNANNOUNCED : announcedBytes);
    }

    /** @return -1 if nothing is announced */
    private static int announcedBytes(Exchange exchange) {
        return (int) Math.min(exchange.head().announcedBytes(), Integer.MAX_VALUE);
    }

    @Override
    public void read(ByteBuf part) {
        if (exchange.isAnswered()) {
            return;
        }
        try {
            while (part.isReadable()) {
                read(part, Math.min(part.readableBytes(), BYTES_AT_ONCE));
            }
        } catch (JsonRpcException e) {
            refuse(e);
        }
    }

    private void read(ByteBuf part, int bytes) throws JsonRpcException {
        decoder.makeRoom(bytes);
        part.readBytes(decoder.room(), decoder.roomFrom(), bytes);
        if (bytes == announcedBytes) { // the codec lets no more pass
            decoder.filledWhole(bytes);
        } else {
            decoder.filled(bytes);
        }
    }

    @Override
    public void end() {
        if (exchange.isAnswered()) {
            return;
        }
        try {
            handler.handle(exchange, accepted, decoder.end());
        } catch (JsonRpcException e) {
            refuse(e);
        }
    }

    private void refuse(JsonRpcException e) {
        boolean parse = e.code() == JsonRpcErrorCode.PARSE_ERROR;
        context.telemetry().refused(parse ? Outcome.MALFORMED_JSON : Outcome.MALFORMED_MESSAGE);
        var refusal = new McpException(parse ? McpError.PARSE_ERROR : McpError.INVALID_REQUEST, e.detail());
        McpReplies.refuse(exchange, e.id(), refusal, context);
    }
}
