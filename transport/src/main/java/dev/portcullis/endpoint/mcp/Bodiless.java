package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Exchange;
import dev.portcullis.mcp.McpException;
import io.netty.buffer.ByteBuf;

/** Serves a GET or DELETE once it is whole; a body has no meaning and is not looked at. Event loop only; what it serves may go on elsewhere. */
final class Bodiless implements BodyReader {
    private final Exchange exchange;
    private final HttpReplySink.Context context;
    private final Action action;

    /** Answers an exchange. */
    interface Action {
        /** @throws McpException it is refused */
        void serve(Exchange exchange) throws McpException;
    }

    Bodiless(Exchange exchange, HttpReplySink.Context context, Action action) {
        this.exchange = exchange;
        this.context = context;
        this.action = action;
    }

    @Override
    public void read(ByteBuf part) {}

    @Override
    public void end() {
        if (!exchange.isAnswered()) {
            SessionSteps.run(exchange, context, () -> action.serve(exchange));
        }
    }
}
