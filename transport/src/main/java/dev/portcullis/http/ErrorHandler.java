package dev.portcullis.http;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * The last handler. What a handler refuses after the gates ({@link RefusedException}) is answered here, and what nobody expected is answered with 500 without
 * detail and logged once under the id the peer was given (T-115). If the answer had begun the connection is cut: a half answer must not look whole. Event loop
 * only.
 */
public final class ErrorHandler extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(ErrorHandler.class.getName());
    private static final int REQUEST_ID_BYTES = 9;

    private final CurrentRequest current;
    private final Telemetry telemetry;

    public ErrorHandler(CurrentRequest current, Telemetry telemetry) {
        this.current = current;
        this.telemetry = telemetry;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (cause) {
            case RefusedException refusal -> {
                telemetry.refused(refusal.outcome());
                answer(ctx, reply(refusal));
            }
            case IOException lost -> {
                LOG.log(System.Logger.Level.DEBUG, "connection lost", lost);
                ctx.close();
            }
            default -> fail(ctx, cause);
        }
    }

    private Reply reply(RefusedException refusal) {
        return refusal.status().code() == HttpResponseStatus.SERVICE_UNAVAILABLE.code()
                ? Refusals.retryLater(refusal.status(), current.route(), refusal.text())
                : Refusals.reply(refusal.status(), current.route(), refusal.text());
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        String requestId = Randoms.base64Url(REQUEST_ID_BYTES);
        LOG.log(
                System.Logger.Level.ERROR,
                () -> "request " + requestId + " of route " + current.routeName() + " failed",
                cause);
        telemetry.refused(Outcome.INTERNAL_ERROR);
        answer(
                ctx,
                Refusals.reply(
                        HttpResponseStatus.INTERNAL_SERVER_ERROR,
                        current.route(),
                        "Internal error, request " + requestId));
    }

    private void answer(ChannelHandlerContext ctx, Reply reply) {
        if (current.answer() == CurrentRequest.Answer.NONE) {
            ctx.writeAndFlush(Answers.whole(reply));
        } else {
            reply.body().release();
            ctx.close();
        }
    }

    /** Nothing comes this far; should it, it is not lost silently. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
        throw new IllegalStateException(
                "no handler took a " + message.getClass().getName());
    }
}
