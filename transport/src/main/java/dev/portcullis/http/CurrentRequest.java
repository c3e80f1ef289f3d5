package dev.portcullis.http;

import dev.portcullis.identity.Principal;
import dev.portcullis.oauth.token.VerifiedToken;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
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
public final class CurrentRequest implements ChannelFutureListener {
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
    private @Nullable HttpRequest admitted;
    private @Nullable RequestHead admittedHead;
    private @Nullable Route admittedRoute;
    private final List<ChannelFutureListener> whenTaken = new ArrayList<>(4);

    /** Tells this handler of each answer whose last byte is with the socket, or never will be; after those that were named before it. */
    public void whenTaken(ChannelFutureListener handler) {
        whenTaken.add(handler);
    }

    /** The answer's last byte is with the socket, or never will be: one listener for all who want to know, and for what went wrong. */
    @Override
    public void operationComplete(ChannelFuture written) throws Exception {
        if (!written.isSuccess()) {
            written.channel().pipeline().fireExceptionCaught(written.cause());
        }
        for (int i = 0; i < whenTaken.size(); i++) {
            whenTaken.get(i).operationComplete(written);
        }
    }

    /** What passed the gates last, for a decoder that finds the same head again; null once it has been forgotten. */
    public @Nullable HttpRequest admitted() {
        return admitted;
    }

    /** @return its head; null if this is not the request that passed the gates last */
    @Nullable
    RequestHead admittedHead(HttpRequest request) {
        return request == admitted ? admittedHead : null;
    }

    /** @return where that head leads; what was refused since had a route of its own */
    @Nullable
    Route admittedRoute() {
        return admittedRoute;
    }

    void admitted(HttpRequest request) {
        admitted = request;
        admittedHead = head;
        admittedRoute = route;
    }

    /** What a client has sent is most of what its connection weighs; while it rests, or reads a stream, the same does not come again so soon. */
    public void forget() {
        admitted = null;
        admittedHead = null;
        admittedRoute = null;
    }

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
        forget();
        if (head != null) {
            head = head.withoutHeaders();
        }
    }

    /** Whether the answer goes without its body (HEAD, RFC 9110 §9.3.2). */
    boolean isHeadOnly() {
        return headOnly;
    }
}
