package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** Takes what may block off the event loop, and makes an answer of whatever comes of it. Any thread. */
final class Offloading {
    private static final Logger LOG = System.getLogger(Offloading.class.getName());

    private final Executor offload;
    private final Telemetry telemetry;

    /** @param offload runs blocking work on virtual threads; rejects what is too much */
    Offloading(Executor offload, Telemetry telemetry) {
        this.offload = offload;
        this.telemetry = telemetry;
    }

    /** Answers the exchange with what {@code work} returns or with what its exception stands for. */
    void answer(Exchange exchange, Supplier<Reply> work) {
        try {
            offload.execute(() -> exchange.reply(resultOf(exchange, work)));
        } catch (RejectedExecutionException e) {
            telemetry.refused(Outcome.OVERLOADED);
            exchange.reply(OAuthReplies.unavailable());
        }
    }

    private Reply resultOf(Exchange exchange, Supplier<Reply> work) {
        try {
            return work.get();
        } catch (OAuthException refusal) {
            return OAuthReplies.of(refusal);
        } catch (StoreException outage) {
            telemetry.refused(Outcome.STORE_UNAVAILABLE);
            LOG.log(
                    Level.WARNING,
                    "the store did not answer for route " + exchange.route().name(),
                    outage);
            return OAuthReplies.unavailable();
        } catch (RuntimeException bug) {
            telemetry.refused(Outcome.INTERNAL_ERROR);
            LOG.log(Level.ERROR, "a bug in route " + exchange.route().name(), bug);
            return OAuthReplies.internalError();
        }
    }
}
