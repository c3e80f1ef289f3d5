package dev.portcullis.http;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.GuardedPaths.Guarded;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import java.net.URI;
import java.time.InstantSource;

/**
 * What {@link BearerGate} does with credentials of the scheme DPoP (RFC 9449 §7.1; O-160): the token first, then the proof that its holder sent this very request.
 * A proof is spent in the store, so that each of these requests waits; what is known to be no token is refused before.
 */
final class DpopCheck {
    private static final String SCHEME = "DPoP ";

    private final AccessTokenVerifier verifier;
    private final DpopProofs proofs;
    private final InstantSource clock;

    DpopCheck(AccessTokenVerifier verifier, DpopProofs proofs, InstantSource clock) {
        this.verifier = verifier;
        this.proofs = proofs;
        this.clock = clock;
    }

    static boolean isFor(String credentials) {
        return credentials.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    Verdict check(RequestHead head, String credentials, Guarded guarded, Route route) {
        int from = BearerGate.tokenStart(credentials, SCHEME);
        return switch (verifier.peek(credentials, from, guarded.resource())) {
            case TokenCheck.Refused() -> invalidToken(guarded);
            case VerifiedToken token -> new Verdict.Wait(() -> prove(head, token, guarded, route));
            case TokenCheck.AskStore() -> new Verdict.Wait(() -> askStore(head, credentials, from, guarded, route));
        };
    }

    private Verdict askStore(RequestHead head, String credentials, int from, Guarded guarded, Route route) {
        try {
            return verifier.load(credentials, from, guarded.resource()) instanceof VerifiedToken token
                    ? prove(head, token, guarded, route)
                    : invalidToken(guarded);
        } catch (StoreException unreachable) {
            return BearerGate.storeUnavailable(route);
        }
    }

    private Verdict prove(RequestHead head, VerifiedToken token, Guarded guarded, Route route) {
        if (token.boundTo() == null) {
            return invalidToken(guarded);
        }
        try {
            TokenHash holder = proofs.verify(
                    head.headerAll("dpop"), head.method().name(), target(guarded, route), token.hash(), nowSeconds());
            return token.boundTo().equals(holder) ? new Verdict.Pass(token.principal(), token) : invalidToken(guarded);
        } catch (OAuthException refusal) {
            return invalidProof(refusal, guarded);
        } catch (StoreException unreachable) {
            return BearerGate.storeUnavailable(route);
        }
    }

    /** The route at the configured origin, whatever the request says it was sent to (O-2). */
    private static String target(Guarded guarded, Route route) {
        return URI.create(guarded.resource()).resolve(route.path()).toString();
    }

    private Verdict invalidProof(OAuthException refusal, Guarded guarded) {
        Reply reply = guarded.challenges()
                .invalidProof(refusal.error().code(), refusal.description())
                .toReply();
        String nonce = proofs.nonce(nowSeconds());
        return new Verdict.Refuse(nonce == null ? reply : reply.with("dpop-nonce", nonce), Outcome.BAD_TOKEN);
    }

    private static Verdict invalidToken(Guarded guarded) {
        return BearerGate.refuse(guarded.challenges().invalidBoundToken(), Outcome.BAD_TOKEN);
    }

    private long nowSeconds() {
        return clock.millis() / 1000;
    }
}
