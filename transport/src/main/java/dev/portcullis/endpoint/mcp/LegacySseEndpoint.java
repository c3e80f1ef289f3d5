package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.mcp.McpException;

/** {@code GET /sse}: opens a stream of HTTP+SSE (H-150). */
final class LegacySseEndpoint implements Endpoint {
    private final LegacySse legacySse;

    LegacySseEndpoint(LegacySse legacySse) {
        this.legacySse = legacySse;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        try {
            legacySse.requireVersion(exchange.head());
            boolean takesStream = MediaTypes.acceptedBy(exchange.head()).stream();
            MediaTypes.requireAcceptable(takesStream, legacySse.sinks().telemetry());
            return new Bodiless(exchange, legacySse.sinks(), legacySse::open);
        } catch (McpException e) {
            McpReplies.refuse(exchange, null, e, legacySse.sinks());
            return BodyReader.NONE;
        }
    }
}
