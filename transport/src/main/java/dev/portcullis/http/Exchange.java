package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.token.VerifiedToken;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * One request and its one answer. Methods may be called from any thread: those that touch the channel hop to its event loop. Exactly one of {@link #reply} and
 * {@link #startStream} takes effect, once; what comes later is dropped.
 */
public interface Exchange {
    /** @return the request's head; without headers once a stream has begun, and nobody's once the answer is complete */
    RequestHead head();

    Route route();

    /** @return the verified caller; {@link Principal#ANONYMOUS} where the route needs no token */
    Principal principal();

    /** @return what the caller was verified by, for answers that outlive the moment of the check (O-27); null if by nothing that ends */
    default @Nullable VerifiedToken token() {
        return null;
    }

    /** Answers. Dropped if there was an answer, or the peer has gone. */
    void reply(Reply reply);

    /**
     * Begins an answer without an end: sends status and headers now, the body chunk by chunk by whoever took the stream (see {@code sse.SseStream}). The deadlines
     * for whole requests stop; the connection's idle rule is suspended.
     *
     * @param head status and headers; its body is ignored
     * @return the way to write it; closed at once if there was an answer, or the peer has gone
     */
    StreamWriter startStream(Reply head);

    /** @return whether an answer was begun, or the peer has gone */
    boolean isAnswered();

    /**
     * Runs on the event loop once the peer has gone before the answer was complete; at once if it has already.
     * At most one listener is kept per exchange beside the stream's own.
     */
    void onDisconnect(Runnable listener);

    /** @return the channel, for its event loop and allocator */
    Channel channel();
}
