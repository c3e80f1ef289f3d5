package dev.portcullis.sse;

import dev.portcullis.http.Exchange;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Ends streams whose token has expired, or was revoked, alone or with its grant (O-27): each is looked at with its keep-alive, so it ends at the latest one
 * keep-alive interval after its token. While the store cannot be asked streams stay open. Any thread.
 */
public final class TokenWatch {
    private static final Logger LOG = System.getLogger(TokenWatch.class.getName());

    private final AccessTokenVerifier verifier;
    private final Executor offload;

    /** @param offload asks the store about tokens that this process no longer knows; rejects what is too much, and the next look asks again */
    public TokenWatch(AccessTokenVerifier verifier, Executor offload) {
        this.verifier = verifier;
        this.offload = offload;
    }

    /** Ends the stream with the token of the exchange it answers; does nothing for callers without one. */
    public void follow(Exchange exchange, SseStream stream) {
        follow(exchange, stream, stream::end);
    }

    /** @param end ends the stream with a last word (H-79); any thread, maybe more than once */
    public void follow(Exchange exchange, SseStream stream, Runnable end) {
        VerifiedToken token = exchange.token();
        if (token != null) {
            stream.onTick(() -> look(token, end));
        }
    }

    private void look(VerifiedToken token, Runnable end) {
        switch (verifier.recheck(token)) {
            case VerifiedToken _ -> {}
            case TokenCheck.Refused() -> end.run();
            case TokenCheck.AskStore() -> askStore(token, end);
        }
    }

    private void askStore(VerifiedToken token, Runnable end) {
        try {
            offload.execute(() -> {
                if (!isLive(token)) {
                    end.run();
                }
            });
        } catch (RejectedExecutionException full) {
            LOG.log(Level.DEBUG, "a stream's token is looked at next time", full);
        }
    }

    private boolean isLive(VerifiedToken token) {
        try {
            return verifier.isLive(token);
        } catch (StoreException unreachable) {
            return true;
        }
    }
}
