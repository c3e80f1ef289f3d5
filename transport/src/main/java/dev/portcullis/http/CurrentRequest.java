package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.token.VerifiedToken;
import org.jspecify.annotations.Nullable;

/**
 * The request that a connection (HTTP/2: a stream) is busy with: what its handlers know of it together. One per pipeline, used again for each request; event
 * loop only.
 *
 * <pre>
 *   answer:  ENDED ──begin──► NONE ──head written──► BEGUN ──last part written──► ENDED
 *                                  └─────────────── whole answer written ────────► ENDED
 * </pre>
 */
public final class CurrentRequest {
    /** How far its answer is. */
    enum Answer {
        NONE,
        BEGUN,
        ENDED
    }

    private @Nullable RequestHead head;
    private @Nullable Route route;
    private Principal principal = Principal.ANONYMOUS;
    private @Nullable VerifiedToken token;
    private Answer answer = Answer.ENDED;
    private boolean headOnly;

    void begin(RequestHead head, @Nullable Route route, boolean headOnly) {
        this.head = head;
        this.route = route;
        this.headOnly = headOnly;
        principal = Principal.ANONYMOUS;
        token = null;
        answer = Answer.NONE;
    }

    /** @return null when no request is being answered */
    @Nullable
    RequestHead head() {
        return head;
    }

    /** @return null if no route has this path */
    @Nullable
    Route route() {
        return route;
    }

    /** @return a metric label */
    String routeName() {
        return route == null ? "unmatched" : route.name();
    }

    Principal principal() {
        return principal;
    }

    /** @return what the caller was verified by; null if by nothing that ends */
    @Nullable
    VerifiedToken token() {
        return token;
    }

    void admit(Principal principal, @Nullable VerifiedToken token) {
        this.principal = principal;
        this.token = token;
    }

    Answer answer() {
        return answer;
    }

    void answer(Answer answer) {
        this.answer = answer;
        if (answer == Answer.ENDED) {
            head = null; // what a client sent is most of what its connection weighs while it rests
        }
    }

    /** Its answer is a stream and has begun: nobody will ask for its headers again. */
    void forgetHeaders() {
        if (head != null) {
            head = head.withoutHeaders();
        }
    }

    /** Whether the answer goes without its body (HEAD, RFC 9110 §9.3.2). */
    boolean isHeadOnly() {
        return headOnly;
    }
}
