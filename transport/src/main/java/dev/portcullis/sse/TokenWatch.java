package dev.portcullis.sse;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.Exchange;
import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends streams whose token has expired, or was revoked, alone or with its grant (O-27). A revocation that this process hears of ends them at once. Besides, each is looked at
 * with its keep-alive and at least every {@link SseStream#LOOK_MILLIS_MAX}, which finds what has expired, and what was revoked while nothing could be heard. While the
 * store cannot be asked streams stay open. When something else is known of a grant's person, its streams that look at who they are end too, and are opened anew.
 * Any thread; the chains are guarded by this.
 */
public final class TokenWatch {
    private static final Logger LOG = System.getLogger(TokenWatch.class.getName());

    private final AccessTokenVerifier verifier;
    private final Executor offload;
    private final Map<String, Follower> byGrant = new HashMap<>();
    private final Map<TokenHash, Follower> byToken = new HashMap<>();

    /**
     * Listens to revocations from now on.
     *
     * @param offload asks the store about tokens that this process no longer knows; rejects what is too much, and the next look asks again
     */
    public TokenWatch(AccessTokenVerifier verifier, Executor offload) {
        this.verifier = verifier;
        this.offload = offload;
        verifier.onRevocation(this::heard);
    }

    /**
     * Ends the stream with the token of the exchange it answers, and when something else is known of the caller (O-145), so that it is opened anew. Does nothing for callers
     * without a token.
     */
    public void follow(Exchange exchange, SseStream stream) {
        follow(exchange, stream, stream::end, _ -> stream.end());
    }

    /**
     * The same. Both run on the stream's event loop, maybe more than once.
     *
     * @param end ends the stream with a last word (H-79)
     * @param outdate something else is known of the caller than when the stream was opened: this, or null as long as nobody has read it
     */
    public void follow(Exchange exchange, SseStream stream, Runnable end, Consumer<@Nullable Principal> outdate) {
        VerifiedToken token = exchange.token();
        if (token == null) {
            return;
        }
        var follower = new Follower(token, stream, end, outdate);
        link(follower);
        stream.onClose(() -> unlink(follower));
        stream.onTick(() -> look(follower));
        // What was revoked since the request was let in has been heard already, and finds the token forgotten. Later,
        // since whoever opens a stream may hold a lock.
        if (!(verifier.recheck(token) instanceof VerifiedToken)) {
            exchange.channel().eventLoop().execute(() -> look(follower));
        }
    }

    /** On the thread of whoever tells, which is not to be kept. */
    private void heard(Revocation revocation) {
        switch (revocation) {
            case Revocation.OfGrant(String grantId) -> ofGrant(grantId).forEach(one -> one.stream.inLoop(one.end));
            case Revocation.OfAccessToken(TokenHash hash) -> ofToken(hash).forEach(one -> one.stream.inLoop(one.end));
            case Revocation.OfProps(String grantId) -> ofGrant(grantId).forEach(one -> one.stream.inLoop(one::outdate));
            case Revocation.Unheard(
                    ) -> {} // each stream's next look finds its token forgotten, and asks the store: spread over the
            // time between two looks
        }
    }

    private synchronized List<Follower> ofGrant(String grantId) {
        var found = new ArrayList<Follower>();
        for (var one = byGrant.get(grantId); one != null; one = one.olderOfGrant) {
            found.add(one);
        }
        return found;
    }

    private synchronized List<Follower> ofToken(TokenHash hash) {
        var found = new ArrayList<Follower>();
        for (var one = byToken.get(hash); one != null; one = one.olderOfToken) {
            found.add(one);
        }
        return found;
    }

    private synchronized void link(Follower follower) {
        follower.olderOfGrant = byGrant.put(follower.grantId(), follower);
        if (follower.olderOfGrant != null) {
            follower.olderOfGrant.newerOfGrant = follower;
        }
        follower.olderOfToken = byToken.put(follower.token.hash(), follower);
        if (follower.olderOfToken != null) {
            follower.olderOfToken.newerOfToken = follower;
        }
    }

    private synchronized void unlink(Follower follower) {
        if (follower.olderOfGrant != null) {
            follower.olderOfGrant.newerOfGrant = follower.newerOfGrant;
        }
        if (follower.newerOfGrant != null) {
            follower.newerOfGrant.olderOfGrant = follower.olderOfGrant;
        } else if (follower.olderOfGrant != null) {
            byGrant.put(follower.grantId(), follower.olderOfGrant);
        } else {
            byGrant.remove(follower.grantId());
        }
        if (follower.olderOfToken != null) {
            follower.olderOfToken.newerOfToken = follower.newerOfToken;
        }
        if (follower.newerOfToken != null) {
            follower.newerOfToken.olderOfToken = follower.olderOfToken;
        } else if (follower.olderOfToken != null) {
            byToken.put(follower.token.hash(), follower.olderOfToken);
        } else {
            byToken.remove(follower.token.hash());
        }
    }

    /** @return how many streams are followed: for tests of what closing leaves behind */
    synchronized int size() {
        int size = 0;
        for (var newest : byGrant.values()) {
            for (var one = newest; one != null; one = one.olderOfGrant) {
                size++;
            }
        }
        return size;
    }

    private void look(Follower follower) {
        switch (verifier.recheck(follower.token)) {
            case VerifiedToken known -> {
                if (follower.isUnknown || isChanged(follower.token, known)) {
                    follower.isUnknown = false;
                    follower.outdate.accept(known.principal());
                }
            }
            case TokenCheck.Refused() -> follower.end.run();
            case TokenCheck.AskStore() -> askStore(follower);
        }
    }

    /** Where the change itself was not heard, or came before there was anything to end. */
    private static boolean isChanged(VerifiedToken then, VerifiedToken now) {
        return !now.principal().identity().equals(then.principal().identity());
    }

    private void askStore(Follower follower) {
        try {
            offload.execute(() -> {
                if (!isLive(follower.token)) {
                    follower.stream.inLoop(follower.end);
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

    /** One stream, in the chains of its grant and of its token. */
    private static final class Follower {
        final VerifiedToken token;
        final SseStream stream;
        final Runnable end;
        final Consumer<@Nullable Principal> outdate;

        /** Who the caller is now has not been read since it was said to be new. The stream's event loop only. */
        boolean isUnknown;

        @Nullable
        Follower newerOfGrant;

        @Nullable
        Follower olderOfGrant;

        @Nullable
        Follower newerOfToken;

        @Nullable
        Follower olderOfToken;

        Follower(VerifiedToken token, SseStream stream, Runnable end, Consumer<@Nullable Principal> outdate) {
            this.token = token;
            this.stream = stream;
            this.end = end;
            this.outdate = outdate;
        }

        void outdate() {
            isUnknown = true;
            outdate.accept(null);
        }

        String grantId() {
            return token.principal().grantId();
        }
    }
}
