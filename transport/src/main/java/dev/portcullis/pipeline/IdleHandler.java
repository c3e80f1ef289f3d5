package dev.portcullis.pipeline;

import dev.portcullis.http.Answers;
import dev.portcullis.http.CurrentRequest;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.LazyTimer;
import dev.portcullis.http.Reply;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a request ends after a while; a request's head, once begun, must be complete soon (408; slowloris, T-4). While a request is answered,
 * streams included, this handler rests. Event loop only.
 *
 * <pre>
 *   RESTING ──first byte──► HEAD ──request──► BUSY ──answer taken──► WAITING ──REST_MILLIS──► RESTING
 *      └── keepAliveMillis: closed └── headerMillis: 408                └──first byte──► HEAD
 * </pre>
 *
 * Who waits only a moment for the next request is served by what is remembered of the one before; while a connection rests nothing is remembered for it.
 */
final class IdleHandler extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private static final int REST_MILLIS = 5_000;

    private enum State {
        WAITING,
        RESTING,
        HEAD,
        BUSY
    }

    private final CurrentRequest current;
    private final HttpLimits limits;
    private final Telemetry telemetry;
    private @Nullable ChannelHandlerContext context;
    private @Nullable LazyTimer timer;
    private State state = State.RESTING;

    IdleHandler(CurrentRequest current, HttpLimits limits, Telemetry telemetry) {
        this.current = current;
        this.limits = limits;
        this.telemetry = telemetry;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        timer = new LazyTimer(ctx.executor(), this::expired);
        enter(State.RESTING, limits.keepAliveMillis());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Http1Decoder.HEAD_BEGUN) {
            enter(State.HEAD, limits.headerMillis());
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (timer != null) {
            timer.reading();
            if (message instanceof HttpRequest) {
                state = State.BUSY;
                timer.stop();
            }
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

    /** The answer is with the socket, or never will be. */
    @Override
    public void operationComplete(ChannelFuture written) {
        if (written.channel().isActive()) {
            enter(State.WAITING, restMillis());
        }
    }

    private int restMillis() {
        return Math.min(REST_MILLIS, limits.keepAliveMillis() / 2);
    }

    private void expired() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        switch (state) {
            case WAITING -> {
                current.forget();
                enter(State.RESTING, limits.keepAliveMillis() - restMillis());
            }
            case RESTING -> {
                telemetry.refused(Outcome.IDLE_TIMEOUT);
                ctx.close();
            }
            case HEAD -> {
                telemetry.refused(Outcome.HEADER_TIMEOUT);
                ctx.writeAndFlush(Answers.whole(Reply.empty(HttpResponseStatus.REQUEST_TIMEOUT)))
                        .addListener(current);
            }
            case BUSY -> {}
        }
    }

    private void enter(State next, long millis) {
        state = next;
        if (timer != null) {
            timer.start(millis);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        handlerRemoved(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.end();
        }
    }
}
