package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /messages}: takes what a client of HTTP+SSE has to say. What is no message is refused here, by status; all else is 202, and answered on the stream (H-151),
 * even a request that comes before {@code initialize}: it is refused there (H-34).
 */
final class LegacyMessagesEndpoint implements Endpoint {
    private static final Slack KEEP = new Slack.None();

    private final LegacySse legacySse;

    LegacyMessagesEndpoint(LegacySse legacySse) {
        this.legacySse = legacySse;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        try {
            MediaTypes.requireJson(exchange.head(), legacySse.sinks().telemetry());
            var connection = legacySse.find(exchange.head(), exchange.principal());
            if (connection == null) {
                legacySse.sinks().telemetry().refused(Outcome.UNKNOWN_SESSION);
                throw new McpException(McpError.UNKNOWN_SESSION, "Session not found");
            }
            return new MessageReader(
                    exchange, MediaTypes.STREAM, legacySse.sinks(), new Post(legacySse, exchange, connection));
        } catch (McpException e) {
            McpReplies.refuse(exchange, null, e, legacySse.sinks());
            return BodyReader.NONE;
        }
    }

    /** One post. */
    private record Post(LegacySse legacySse, Exchange exchange, LegacyPeer connection)
            implements MessageReader.Handler {
        @Override
        public void handle(Exchange sameExchange, MediaTypes accepted, JsonRpcMessage message) {
            SessionSteps.run(exchange, legacySse.sinks(), () -> take(message));
        }

        private void take(JsonRpcMessage message) throws McpException {
            switch (message) {
                case JsonRpcMessage.Single single -> takeAlone(Posted.of(single));
                case JsonRpcMessage.Batch batch -> takeAll(PostedBatch.of(batch));
            }
            var session = connection.session();
            exchange.reply(
                    session == null
                            ? Reply.empty(HttpResponseStatus.ACCEPTED)
                            : McpReplies.accepted(legacySse.revisionOf(session)));
        }

        private void takeAlone(Posted posted) throws McpException {
            requireNoRevision(posted);
            if (posted.isHandshake()) {
                initialize(posted);
                return;
            }
            legacySse.requireVersion(exchange.head());
            take(posted, exchange);
        }

        /** H-111. */
        private void takeAll(PostedBatch batch) throws McpException {
            for (var posted : batch.messages()) {
                requireNoRevision(posted);
            }
            if (batch.messages().stream().anyMatch(Posted::isHandshake)) {
                throw new McpException(McpError.INVALID_REQUEST, "initialize cannot be part of a batch");
            }
            legacySse.requireVersion(exchange.head());
            var session = connection.session();
            if (session == null || !legacySse.revisionOf(session).takesBatches()) {
                throw Era.noBatches();
            }
            batch.messages().forEach(posted -> take(posted, null));
            batch.invalid().forEach(item -> refuse(item.id(), item.problem()));
        }

        /** H-153. */
        private void requireNoRevision(Posted posted) throws McpException {
            if (posted.namesRevision()) {
                String version = posted.params().meta().version();
                throw legacySse.revisions().unsupported(version == null ? "" : version, true);
            }
        }

        private void initialize(Posted posted) {
            if (!(posted.message() instanceof JsonRpcMessage.Request request)) {
                return;
            }
            try {
                var session = legacySse.dispatcher().openSession(posted.params(), exchange.principal());
                if (!legacySse.begin(connection, session)) {
                    throw new McpException(McpError.INVALID_REQUEST, "initialize has been sent before"); // H-102
                }
                switch (connection) {
                    case LegacySseConnection here -> answerHere(here, request, posted.params(), session);
                    case RemoteSseConnection remote -> {
                        dispatch(request, posted.params(), session, exchange);
                        remote.tellBegun(session); // behind the answer
                    }
                }
            } catch (McpException e) {
                send(request.id(), e);
            }
        }

        private void answerHere(
                LegacySseConnection here, JsonRpcMessage.Request request, RequestParams params, Session session)
                throws McpException {
            var reading = legacySse.attach(here, session, exchange.principal());
            try {
                dispatch(request, params, session, exchange);
            } finally {
                here.read(reading); // what is told comes behind the answer
            }
        }

        /** @param alone its exchange, if no other message shares it */
        private void take(Posted posted, @Nullable Exchange alone) {
            var session = connection.session();
            switch (posted.message()) {
                case JsonRpcMessage.Request request -> {
                    if (session == null) {
                        refuse(request.id(), "A session is required; send initialize first");
                    } else {
                        dispatch(request, posted.params(), session, alone);
                    }
                }
                case JsonRpcMessage.Notification _, JsonRpcMessage.Response _, JsonRpcMessage.ErrorResponse _ -> {
                    if (session != null) {
                        var route = SessionExchange.take(legacySse.dispatcher(), posted, session);
                        if (route != null) {
                            route.run(); // where there are other nodes, this is no event loop
                        }
                    }
                }
            }
        }

        private void dispatch(
                JsonRpcMessage.Request request, RequestParams params, Session session, @Nullable Exchange alone) {
            var sink = new LegacySseSink(connection, request, alone, legacySse.sinks());
            var revision = legacySse.revisionOf(session);
            var context = SessionExchange.context(exchange, revision, session, params, sink);
            var pending = legacySse.dispatcher().dispatch(request, context);
            if (pending != null
                    && connection.isClosed()) { // since it was found: whoever closed it did not see this call
                pending.cancel();
            }
        }

        private void refuse(@Nullable JsonRpcId id, String problem) {
            send(id, new McpException(McpError.INVALID_REQUEST, problem));
        }

        private void send(@Nullable JsonRpcId id, McpException refusal) {
            try (var out = JsonWriter.take()) {
                JsonRpcEncoder.error(out, id, refusal.error().code(), refusal.detail(), refusal.data());
                connection.send(out, KEEP);
            }
        }
    }
}
