package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the gates about each request, and lets it in or answers it; and is the one door that answers leave by, so that a request gets one answer at most and each
 * has its CORS headers (H-18). Event loop only; one per connection or HTTP/2 stream.
 *
 * <pre>
 *   CLOSED ──request──► WAITING ──all pass──► OPEN      body parts go on
 *                          │  ▲
 *                          │  └─ a gate waits for its look-up: nothing is read; what comes nevertheless (the end of a body that is none) is held
 *                          └──refused or answered──► CLOSED    body parts are released
 * </pre>
 *
 * Holds at most one buffer, in {@code held}, while waiting. A decoder that finds the head of the request before again gives that request again: what was worked out of it
 * is used again, and gates that judge by the head alone are not asked twice.
 */
public final class GateHandler extends ChannelDuplexHandler {
    private static final System.Logger LOG = System.getLogger(GateHandler.class.getName());

    private enum State {
        CLOSED,
        WAITING,
        OPEN
    }

    private final CurrentRequest current;
    private final Gates gates;
    private final Telemetry telemetry;
    private State state = State.CLOSED;
    private int turn;
    private @Nullable HttpContent held;
    private @Nullable InetAddress peer;
    private boolean again;

    public GateHandler(CurrentRequest current, Gates gates, Telemetry telemetry) {
        this.current = current;
        this.gates = gates;
        this.telemetry = telemetry;
    }

    /**
     * What a listener's requests have to pass. Shared by its connections.
     *
     * @param router finds the route before the gates are asked
     * @param inOrder the gates
     * @param origins whose scripts may read answers of {@link Route.Cors#ALLOWED} routes
     * @param offload where gates that wait do their look-up; rejects when it is full
     */
    public record Gates(Router router, List<Gate> inOrder, OriginRules origins, Executor offload) {
        public Gates {
            inOrder = List.copyOf(inOrder);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            begin(ctx, request);
        } else if (message instanceof HttpContent part) {
            switch (state) {
                case OPEN -> ctx.fireChannelRead(part);
                case WAITING -> hold(part);
                case CLOSED -> part.release();
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        dropHeld();
        turn++;
        state = State.WAITING;
        boolean headOnly = request.method().equals(HttpMethod.HEAD);
        if (headOnly) {
            request.setMethod(HttpMethod.GET);
        }
        RequestHead head = current.admittedHead(request);
        again = head != null;
        if (head == null) {
            head = RequestHead.of(request, peerOf(ctx));
            current.begin(head, gates.router().find(head.path()), headOnly);
        } else {
            current.begin(head, current.admittedRoute(), headOnly);
        }
        ask(ctx, request, head, 0);
    }

    private void ask(ChannelHandlerContext ctx, HttpRequest request, RequestHead head, int from) {
        List<Gate> inOrder = gates.inOrder();
        for (int i = from; i < inOrder.size(); i++) {
            if (again && inOrder.get(i).judgesHeadAlone()) {
                continue;
            }
            Verdict verdict = inOrder.get(i).check(head, current.route(), current.principal());
            if (!proceed(ctx, request, head, i, verdict)) {
                return;
            }
        }
        admit(ctx, request);
    }

    /** @return whether the next gate is to be asked */
    private boolean proceed(ChannelHandlerContext ctx, HttpRequest request, RequestHead head, int i, Verdict verdict) {
        switch (verdict) {
            case Verdict.Pass pass -> {
                if (pass.principal() != null) {
                    current.admit(pass.principal(), pass.token());
                }
                return true;
            }
            case Verdict.Refuse refusal -> {
                refuse(ctx, refusal);
                return false;
            }
            case Verdict.Wait wait -> {
                await(ctx, request, head, i, wait.blocking());
                return false;
            }
        }
    }

    private void admit(ChannelHandlerContext ctx, HttpRequest request) {
        state = State.OPEN;
        current.admitted(request);
        AssertionGate.strip(request.headers());
        ctx.fireChannelRead(request);
        if (held != null) {
            HttpContent end = held;
            held = null;
            channelRead(ctx, end);
        }
    }

    private void refuse(ChannelHandlerContext ctx, Verdict.Refuse refusal) {
        if (refusal.outcome() != null) {
            telemetry.refused(refusal.outcome());
        }
        write(ctx, Answers.whole(refusal.reply()), ctx.newPromise());
        ctx.flush();
    }

    private void await(
            ChannelHandlerContext ctx, HttpRequest request, RequestHead head, int i, Callable<Verdict> blocking) {
        int asked = turn;
        try {
            gates.offload().execute(() -> {
                Verdict verdict = run(blocking);
                ctx.executor().execute(() -> {
                    if (asked == turn && state == State.WAITING && proceed(ctx, request, head, i, verdict)) {
                        ask(ctx, request, head, i + 1);
                    }
                });
            });
        } catch (RejectedExecutionException full) {
            refuse(ctx, overloaded());
        }
    }

    private Verdict run(Callable<Verdict> blocking) {
        try {
            return blocking.call();
        } catch (Exception e) { // a gate's bug must not leave the request without an answer
            LOG.log(System.Logger.Level.ERROR, "a gate failed", e);
            return new Verdict.Refuse(
                    Refusals.reply(HttpResponseStatus.INTERNAL_SERVER_ERROR, null, "Internal error"),
                    Outcome.INTERNAL_ERROR);
        }
    }

    private Verdict.Refuse overloaded() {
        var reply = Refusals.retryLater(
                HttpResponseStatus.SERVICE_UNAVAILABLE, current.route(), "The server is busy, try again");
        return new Verdict.Refuse(reply, Outcome.OVERLOADED);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        Object answer = message;
        if (Answers.begins(answer)) {
            if (current.answer() != CurrentRequest.Answer.NONE) {
                ReferenceCountUtil.release(answer);
                promise.tryFailure(new ClosedChannelException());
                return;
            }
            answer = beginAnswer((HttpResponse) answer);
            if (!Answers.ends(answer)) {
                current.forgetHeaders();
            }
        }
        if (Answers.ends(answer)) {
            current.answer(CurrentRequest.Answer.ENDED);
            ChannelPromise taken = promise.isVoid() ? ctx.newPromise() : promise;
            ctx.write(answer, taken.addListener(current));
        } else {
            ctx.write(answer, promise);
        }
    }

    private HttpResponse beginAnswer(HttpResponse answer) {
        current.answer(CurrentRequest.Answer.BEGUN);
        if (state == State.WAITING) {
            state = State.CLOSED;
            dropHeld();
        }
        gates.origins().addCorsTo(answer, current);
        return current.isHeadOnly() ? Answers.headOf(answer) : answer;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        dropHeld();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        dropHeld();
    }

    private void hold(HttpContent part) {
        if (held != null) {
            part.release();
            throw new IllegalStateException("more than one part of a body came though none was asked for");
        }
        held = part;
    }

    private void dropHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private InetAddress peerOf(ChannelHandlerContext ctx) {
        if (peer == null) {
            peer = ctx.channel().remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
                    ? address.getAddress()
                    : InetAddress.getLoopbackAddress();
        }
        return peer;
    }
}
