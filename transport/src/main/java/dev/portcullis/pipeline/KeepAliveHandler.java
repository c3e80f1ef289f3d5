package dev.portcullis.pipeline;

import dev.portcullis.http.Answers;
import dev.portcullis.http.ConnectionEvent;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.StreamBegun;
import dev.portcullis.http.StreamHandler;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * One request at a time (T-14): asks for the next one when the answer to this one is with the socket and its body has been read. Decides whether the connection
 * lives on: not if either side wants to end it, nor if so much of a body is still to come, or so slowly, that closing is cheaper than reading it (T-4, T-6). Event loop only.
 *
 * <pre>
 *   WAITING ──request──► BUSY ──answer taken, body read──► WAITING
 *                          ├──answer taken, little body left──► DISCARDING ──read──► WAITING
 *                          ├──answer taken, closing──► ended, see LingeringClose
 *                          └──a stream begun──► all of these handlers leave until it ends, see StreamHandler
 * </pre>
 */
final class KeepAliveHandler extends ChannelDuplexHandler implements ChannelFutureListener {
    private enum State {
        WAITING,
        BUSY,
        DISCARDING
    }

    private static final long UNKNOWN = Long.MAX_VALUE;

    private final HttpLimits limits;
    private final ServerPipeline pipeline;
    private @Nullable ChannelHandlerContext context;
    private State state = State.WAITING;
    private boolean draining;
    private boolean closing;
    private boolean version10;
    private boolean bodyHeldBack;
    private boolean bodyEnded = true;
    private long bodyLeft;

    /** @param pipeline whose handlers leave while a stream is the answer */
    KeepAliveHandler(HttpLimits limits, ServerPipeline pipeline) {
        this.limits = limits;
        this.pipeline = pipeline;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (ctx.channel().isActive()) {
            ctx.read();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            begin(request);
            ctx.fireChannelRead(request);
        } else if (message instanceof HttpContent part) {
            body(ctx, part);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void begin(HttpRequest request) {
        state = State.BUSY;
        if (request instanceof PlainRequest plain) {
            version10 = false;
            closing = draining || !plain.keepsAlive();
            bodyHeldBack = false;
            bodyLeft = plain.bodyBytes();
        } else {
            beginUnusual(request);
        }
        bodyEnded = bodyLeft == 0;
    }

    private void beginUnusual(HttpRequest request) {
        HttpHeaders headers = request.headers();
        version10 = !request.protocolVersion().isKeepAliveDefault();
        closing = draining || !HttpUtil.isKeepAlive(request);
        bodyHeldBack = headers.contains(HttpHeaderNames.EXPECT);
        bodyLeft =
                headers.contains(HttpHeaderNames.TRANSFER_ENCODING) ? UNKNOWN : HttpUtil.getContentLength(request, 0L);
    }

    private void body(ChannelHandlerContext ctx, HttpContent part) {
        bodyHeldBack = false;
        bodyEnded |= part instanceof LastHttpContent;
        if (bodyLeft != UNKNOWN) {
            bodyLeft -= part.content().readableBytes();
        }
        switch (state) {
            case BUSY -> ctx.fireChannelRead(part);
            case DISCARDING -> {
                part.release();
                proceed(ctx);
            }
            case WAITING -> part.release(); // the empty end of a request that was answered at its head
        }
    }

    /** Handlers behind ask for the body of this request only; the next request is asked for here. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!bodyEnded && state == State.BUSY) {
            ctx.read();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (Answers.begins(message)) {
            decide((HttpResponse) message);
        }
        ctx.write(message, promise);
    }

    private void decide(HttpResponse answer) {
        if (version10) {
            closing |= answer.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
            answer.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
        }
        closing |= draining || !isRestWorthReading(answer) || state == State.WAITING;
        if (closing) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (version10) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** Who did not send a body in its time is not waited for again (RFC 9110 §15.5.9). */
    private boolean isRestWorthReading(HttpResponse answer) {
        return bodyEnded
                || (!bodyHeldBack
                        && bodyLeft <= limits.discardedBytesMax()
                        && answer.status().code() != HttpResponseStatus.REQUEST_TIMEOUT.code());
    }

    /** The answer's last byte is with the socket. */
    @Override
    public void operationComplete(ChannelFuture written) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        if (!written.isSuccess()) {
            ctx.close();
        } else if (closing || draining) {
            LingeringClose.begin(ctx, limits);
        } else {
            state = State.DISCARDING;
            proceed(ctx);
        }
    }

    private void proceed(ChannelHandlerContext ctx) {
        if (bodyEnded) {
            state = State.WAITING;
        }
        if (bodyEnded && draining) {
            ctx.close();
        } else {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ConnectionEvent.DRAIN) {
            draining = true;
            if (state == State.WAITING) {
                ctx.close();
            }
        }
        ctx.fireUserEventTriggered(event);
        if (event instanceof StreamBegun begun && state == State.BUSY && bodyEnded && begun.mayLeave()) {
            pipeline.leaveTo(ctx.pipeline(), new StreamHandler(pipeline, begun, !version10, closing || draining));
        }
    }
}
