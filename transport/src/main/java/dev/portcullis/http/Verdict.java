package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a gate says. */
public sealed interface Verdict {
    /** Pass, and nothing is known about the caller. */
    Verdict PASS = new Pass(null, null);

    /**
     * To the next gate.
     *
     * @param principal the caller this gate has verified; null if it verifies none
     * @param token what the caller was verified by; null if by nothing that ends
     */
    record Pass(@Nullable Principal principal, @Nullable VerifiedToken token) implements Verdict {}

    /**
     * Answered here; no further gate is asked, no endpoint opened.
     *
     * @param reply the answer
     * @param outcome what to count; null if the answer refuses nothing (a CORS preflight)
     */
    record Refuse(Reply reply, @Nullable Outcome outcome) implements Verdict {
        /**
         * 503: it may work later (H-20).
         *
         * @param message ASCII without {@code "} and {@code \\}
         */
        public static Refuse later(@Nullable Route route, String message, Outcome outcome) {
            return new Refuse(Refusals.retryLater(HttpResponseStatus.SERVICE_UNAVAILABLE, route, message), outcome);
        }
    }

    /**
     * It takes a look-up that may block. Nothing is read meanwhile.
     *
     * @param blocking runs once, off the event loop; must not answer {@code Wait}
     */
    record Wait(Callable<Verdict> blocking) implements Verdict {}
}
