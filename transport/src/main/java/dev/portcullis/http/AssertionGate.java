package dev.portcullis.http;

import dev.portcullis.identity.IdentityException;
import dev.portcullis.oauth.token.AccessAssertions;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.oauth.token.VerifiedToken;
import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Stands in the place of {@link BearerGate} where Cloudflare Access is in front of us as well (O-153, O-154): whoever brings an Authorization header is judged by it alone,
 * everybody else on {@link Route.Access#BEARER} routes by what Access says in {@link #ASSERTION}. Nothing else of Access's is believed: anybody can send headers and
 * cookies, and only the assertion is signed (T-86).
 */
public final class AssertionGate implements Gate {
    /** The one header that is looked at. */
    static final AsciiString ASSERTION = AsciiString.cached("cf-access-jwt-assertion");

    private static final AsciiString EMAIL = AsciiString.cached("cf-access-authenticated-user-email");

    private final AccessAssertions assertions;
    private final Gate bearer;

    /** @param bearer judges those with an Authorization header */
    public AssertionGate(AccessAssertions assertions, Gate bearer) {
        this.assertions = assertions;
        this.bearer = bearer;
    }

    /** Takes away what Access says in headers: behind the gates nobody is to see it, let alone believe it, whether or not it was checked. */
    static void strip(HttpHeaders headers) {
        headers.remove(ASSERTION);
        headers.remove(EMAIL);
    }

    @Override
    public Verdict check(RequestHead head, @Nullable Route route) {
        if (route == null
                || route.access() != Route.Access.BEARER
                || head.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
            return bearer.check(head, route);
        }
        Iterator<String> all = head.headers().valueStringIterator(ASSERTION);
        String assertion = all.hasNext() ? all.next() : "";
        if (all.hasNext()) {
            return refused(route);
        }
        TokenCheck known = assertions.peek(assertion);
        return known == TokenCheck.ASK_STORE ? new Verdict.Wait(() -> load(assertion, route)) : verdict(known, route);
    }

    private Verdict load(String assertion, Route route) {
        try {
            return verdict(assertions.load(assertion), route);
        } catch (IdentityException unreachable) {
            var reply = Refusals.retryLater(
                    HttpResponseStatus.SERVICE_UNAVAILABLE, route, "The request cannot be checked now, try again");
            return new Verdict.Refuse(reply, Outcome.IDENTITY_PROVIDER_UNAVAILABLE);
        }
    }

    private static Verdict verdict(TokenCheck check, Route route) {
        return switch (check) {
            case VerifiedToken token -> new Verdict.Pass(token.principal(), token);
            case TokenCheck.Refused() -> refused(route);
            case TokenCheck.AskStore() ->
                throw new IllegalStateException("the assertion was checked without an answer");
        };
    }

    /** Without a challenge: whoever reached us past Access learns nothing (O-154). */
    private static Verdict refused(Route route) {
        return new Verdict.Refuse(
                Refusals.reply(HttpResponseStatus.FORBIDDEN, route, "Forbidden"), Outcome.BAD_ASSERTION);
    }
}
