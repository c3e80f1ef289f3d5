package dev.portcullis.http;

import dev.portcullis.http.GuardedPaths.Guarded;
import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.TokenOutcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Wants an access token for the resource of the path on {@link Route.Access#BEARER} routes, with every request (H-21, O-20…O-25). What was checked a moment ago
 * passes without a hop; else the store is asked, off the event loop, and the request waits.
 */
public final class BearerGate implements Gate {
    private static final String SCHEME = "Bearer ";

    private final AccessTokenVerifier verifier;
    private final GuardedPaths paths;
    private final Telemetry telemetry;
    private final @Nullable DpopCheck dpop;
    private final boolean isProofRequired;

    /** Knows bearer tokens only. */
    public BearerGate(AccessTokenVerifier verifier, GuardedPaths paths, Telemetry telemetry) {
        this.verifier = verifier;
        this.paths = paths;
        this.telemetry = telemetry;
        this.dpop = null;
        this.isProofRequired = false;
    }

    /** @param proofs of possession (RFC 9449), as far as they are on */
    public BearerGate(
            AccessTokenVerifier verifier,
            GuardedPaths paths,
            DpopProofs proofs,
            InstantSource clock,
            Telemetry telemetry) {
        this.verifier = verifier;
        this.paths = paths;
        this.telemetry = telemetry;
        this.dpop = proofs.isOff() ? null : new DpopCheck(verifier, proofs, clock);
        this.isProofRequired = proofs.isRequired();
    }

    /** In its place with {@code AUTH=off}: everybody is {@link Principal#ANONYMOUS}. */
    public static Gate off() {
        Verdict anonymous = new Verdict.Pass(Principal.ANONYMOUS, null);
        return (head, route) -> anonymous;
    }

    @Override
    public Verdict check(RequestHead head, @Nullable Route route) {
        if (route == null || route.access() != Route.Access.BEARER) {
            return Verdict.PASS;
        }
        Guarded guarded = paths.of(route);
        Verdict.Pass still = still(head.lastPass(), guarded);
        if (still != null) {
            return still;
        }
        Verdict verdict = judge(head, route, guarded);
        if (verdict instanceof Verdict.Pass pass && dpop == null) {
            head.passed(pass);
        }
        return verdict;
    }

    /** The same head brings the same token: it is not hashed again, but whether it still counts is looked up with every request. */
    private Verdict.@Nullable Pass still(Verdict.@Nullable Pass before, Guarded guarded) {
        if (before == null || before.token() == null) {
            return null;
        }
        VerifiedToken token = before.token();
        if (verifier.recheck(token) != token || !token.isFor(guarded.resource())) {
            return null; // nor if it was read anew since: then it is noted anew
        }
        telemetry.tokenChecked(TokenOutcome.HIT);
        return before;
    }

    private Verdict judge(RequestHead head, Route route, Guarded guarded) {
        Iterator<String> all = head.headers().valueStringIterator(HttpHeaderNames.AUTHORIZATION);
        String credentials = all.hasNext() ? all.next() : "";
        if (all.hasNext() || (!credentials.isEmpty() && hasTokenInQuery(head.query()))) {
            return refuse(guarded.challenges().invalidRequest(), Outcome.BAD_TOKEN);
        }
        if (dpop != null && DpopCheck.isFor(credentials)) {
            return dpop.check(head, credentials, guarded, route);
        }
        if (!hasScheme(credentials)) {
            telemetry.tokenChecked(TokenOutcome.ABSENT);
            return refuse(guarded.challenges().noToken(), Outcome.NO_TOKEN);
        }
        int from = tokenStart(credentials, SCHEME);
        TokenCheck known = verifier.peek(credentials, from, guarded.resource());
        return known == TokenCheck.ASK_STORE
                ? new Verdict.Wait(() -> askStore(credentials, from, guarded, route))
                : verdict(known, guarded);
    }

    private Verdict askStore(String credentials, int from, Guarded guarded, Route route) {
        try {
            return verdict(verifier.load(credentials, from, guarded.resource()), guarded);
        } catch (StoreException unreachable) {
            return storeUnavailable(route);
        }
    }

    static Verdict storeUnavailable(Route route) {
        var reply = Refusals.retryLater(
                HttpResponseStatus.SERVICE_UNAVAILABLE, route, "The token cannot be checked now, try again");
        return new Verdict.Refuse(reply, Outcome.STORE_UNAVAILABLE);
    }

    /** A token that is bound to a key is not for its bearer (O-160, T-90). */
    private Verdict verdict(TokenCheck check, Guarded guarded) {
        return switch (check) {
            case VerifiedToken token ->
                token.boundTo() == null && !isProofRequired
                        ? new Verdict.Pass(token.principal(), token)
                        : refuse(guarded.challenges().invalidToken(), Outcome.BAD_TOKEN);
            case TokenCheck.Refused() -> refuse(guarded.challenges().invalidToken(), Outcome.BAD_TOKEN);
            case TokenCheck.AskStore() -> throw new IllegalStateException("the store was asked and did not answer");
        };
    }

    static Verdict refuse(BearerChallenge challenge, Outcome outcome) {
        return new Verdict.Refuse(challenge.toReply(), outcome);
    }

    /** The scheme's letters may have any case (RFC 9110 §11.1). */
    private static boolean hasScheme(String credentials) {
        return credentials.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** After the scheme and its spaces (RFC 9110 §11.4: one or more). */
    static int tokenStart(String credentials, String scheme) {
        int from = scheme.length();
        while (from < credentials.length() && credentials.charAt(from) == ' ') {
            from++;
        }
        return from;
    }

    /** Whether a parameter is named {@code access_token} (RFC 6750 §2.3, which we do not offer). */
    private static boolean hasTokenInQuery(String query) {
        int at = query.indexOf("access_token");
        while (at >= 0) {
            int end = at + "access_token".length();
            boolean begins = at == 0 || query.charAt(at - 1) == '&';
            if (begins && (end == query.length() || query.charAt(end) == '=' || query.charAt(end) == '&')) {
                return true;
            }
            at = query.indexOf("access_token", end);
        }
        return false;
    }
}
