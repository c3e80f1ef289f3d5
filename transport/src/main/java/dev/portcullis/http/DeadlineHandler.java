package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * No request lasts for ever (T-4): its body has to come in time (408), its answer has to begin in time (503), and the peer has to take the answer in time (cut).
 * Streams have no deadline here; they look after themselves (T-30). Event loop only.
 *
 * <pre>
 *   IDLE ──head──► BODY ──end of body──► ANSWER ──whole answer written──► WRITE ──taken──► IDLE
 *                    └───────────────────┴──────answer written meanwhile───┘
 *                                        └──stream begun──► IDLE
 * </pre>
 */
public final class DeadlineHandler extends ChannelDuplexHandler implements ChannelFutureListener {
    private enum Phase {
        IDLE,
        BODY,
        ANSWER,
        WRITE
    }

    private final HttpLimits limits;
    private final Telemetry telemetry;
    private @Nullable LazyTimer timer;
    private @Nullable ChannelHandlerContext context;
    private Phase phase = Phase.IDLE;
    private @Nullable PeerProgress progress;

    public DeadlineHandler(HttpLimits limits, Telemetry telemetry) {
        this.limits = limits;
        this.telemetry = telemetry;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        timer = new LazyTimer(ctx.executor(), this::expired);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (timer != null) {
            timer.reading();
        }
        if (message instanceof HttpRequest) {
            enter(Phase.BODY, limits.bodyMillis());
        } else if (message instanceof LastHttpContent && phase == Phase.BODY) {
            enter(Phase.ANSWER, limits.requestMillis());
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.readComplete();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!Answers.ends(message)) {
            if (Answers.begins(message)) {
                rest();
            }
            ctx.write(message, promise);
        } else if (phase == Phase.IDLE) {
            ctx.write(message, promise);
        } else {
            progress = null;
            enter(Phase.WRITE, lookMillis());
            ctx.write(message, promise);
        }
    }

    /** The peer has taken the whole answer, or has gone. */
    @Override
    public void operationComplete(ChannelFuture written) {
        rest();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void expired() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        switch (phase) {
            case BODY ->
                refuse(ctx, HttpResponseStatus.REQUEST_TIMEOUT, Outcome.BODY_TIMEOUT, "The body did not come in time");
            case ANSWER ->
                refuse(ctx, HttpResponseStatus.SERVICE_UNAVAILABLE, Outcome.REQUEST_TIMEOUT, "No answer in time");
            case WRITE -> checkProgress(ctx);
            case IDLE -> {}
        }
    }

    private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status, Outcome outcome, String message) {
        phase = Phase.IDLE;
        ctx.fireExceptionCaught(new RefusedException(status, outcome, message));
    }

    private void checkProgress(ChannelHandlerContext ctx) {
        if (progress == null) {
            progress = new PeerProgress(ctx.channel());
        } else if (progress.hasStalled(limits.writeProgressBytesMin())) {
            telemetry.refused(Outcome.WRITE_STALLED);
            rest();
            ctx.close();
            return;
        }
        enter(Phase.WRITE, lookMillis());
    }

    private int lookMillis() {
        return limits.writeStallMillis() / PeerProgress.LOOKS;
    }

    private void enter(Phase next, long millis) {
        phase = next;
        if (timer != null) {
            timer.start(millis);
        }
    }

    private void rest() {
        phase = Phase.IDLE;
        if (timer != null) {
            timer.stop();
        }
    }

    private void end() {
        phase = Phase.IDLE;
        if (timer != null) {
            timer.end();
        }
    }
}
