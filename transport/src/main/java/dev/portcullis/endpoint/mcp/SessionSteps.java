package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.RejectedExecutionException;

/** Does what may have to wait for where sessions are kept: at once if that is this process, else away from the event loop. */
final class SessionSteps {
    private static final System.Logger LOG = System.getLogger(SessionSteps.class.getName());

    private SessionSteps() {}

    /** What is done. */
    @FunctionalInterface
    interface Step {
        /**
         * Answers the exchange, or sees to it that somebody will.
         *
         * @throws McpException it is refused
         */
        void run() throws McpException;
    }

    /** Does it; what it refuses, or cannot be done now, is answered (H-20). */
    static void run(Exchange exchange, HttpReplySink.Context context, Step step) {
        if (context.sessions().block()) {
            elsewhere(exchange, context, step);
        } else {
            here(exchange, context, step);
        }
    }

    /** Does it away from the event loop. */
    static void elsewhere(Exchange exchange, HttpReplySink.Context context, Step step) {
        try {
            context.offload().execute(() -> hereOrFail(exchange, context, step));
        } catch (RejectedExecutionException full) {
            context.telemetry().refused(Outcome.OVERLOADED);
            McpReplies.refuse(
                    exchange, null, new McpException(McpError.OVERLOADED, "The server is busy, try again"), context);
        }
    }

    /** Nobody above would answer, as they do on an event loop. */
    private static void hereOrFail(Exchange exchange, HttpReplySink.Context context, Step step) {
        try {
            here(exchange, context, step);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a request of route " + exchange.route().name() + " failed",
                    e);
            context.telemetry().refused(Outcome.INTERNAL_ERROR);
            exchange.reply(Reply.empty(HttpResponseStatus.INTERNAL_SERVER_ERROR));
        }
    }

    private static void here(Exchange exchange, HttpReplySink.Context context, Step step) {
        try {
            step.run();
        } catch (McpException e) {
            McpReplies.refuse(exchange, null, e, context);
        } catch (StoreException e) {
            context.telemetry().refused(Outcome.STORE_UNAVAILABLE);
            McpReplies.refuse(exchange, null, unavailable(), context);
        }
    }

    static McpException unavailable() {
        return new McpException(McpError.OVERLOADED, "The session cannot be looked up now, try again");
    }
}
