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

    /** What an exchange is answered with when its work fails. */
    interface Failures {
        Reply of(OAuthException refusal);

        /** Too much is going on; nothing was begun. */
        Reply overloaded();

        Reply storeUnavailable();

        /** A bug. */
        Reply internalError();
    }

    /** Answers the exchange with what {@code work} returns or with what its exception stands for, in JSON. */
    void answer(Exchange exchange, Supplier<Reply> work) {
        answer(exchange, work, InJson.FAILURES);
    }

    /** The same with other words for failures. */
    void answer(Exchange exchange, Supplier<Reply> work, Failures failures) {
        try {
            offload.execute(() -> exchange.reply(resultOf(exchange, work, failures)));
        } catch (RejectedExecutionException e) {
            telemetry.refused(Outcome.OVERLOADED);
            exchange.reply(failures.overloaded());
        }
    }

    private Reply resultOf(Exchange exchange, Supplier<Reply> work, Failures failures) {
        try {
            return work.get();
        } catch (OAuthException refusal) {
            return failures.of(refusal);
        } catch (StoreException outage) {
            telemetry.refused(Outcome.STORE_UNAVAILABLE);
            LOG.log(
                    Level.WARNING,
                    "the store did not answer for route " + exchange.route().name(),
                    outage);
            return failures.storeUnavailable();
        } catch (RuntimeException bug) {
            telemetry.refused(Outcome.INTERNAL_ERROR);
            LOG.log(Level.ERROR, "a bug in route " + exchange.route().name(), bug);
            return failures.internalError();
        }
    }

    /** For programs. */
    private static final class InJson implements Failures {
        static final Failures FAILURES = new InJson();

        @Override
        public Reply of(OAuthException refusal) {
            return OAuthReplies.of(refusal);
        }

        @Override
        public Reply overloaded() {
            return OAuthReplies.unavailable();
        }

        @Override
        public Reply storeUnavailable() {
            return OAuthReplies.unavailable();
        }

        @Override
        public Reply internalError() {
            return OAuthReplies.internalError();
        }
    }
}
