package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Asks for the body, part by part, and not beyond the route's limit: what says beforehand that it is longer is refused before a byte of it is read, what turns
 * out to be is refused at the byte too many (413, T-6). Invites bodies that wait to be invited ({@code Expect: 100-continue}, RFC 9110 §10.1.1); other
 * expectations are 417. Passes parts on. What is more than a small body draws on the budget of all, from its arrival until its request has been answered, since
 * its readers keep it; without budget it is refused (503, T-112). Event loop only.
 */
public final class BodyHandler extends ChannelDuplexHandler {
    /** Bytes of a body that draw on no budget: so much a connection costs anyway. */
    static final int SMALL_BYTES = 4 * 1024;

    private final CurrentRequest current;
    private final BodyBudget budget;
    private Route.Access drawnFrom = Route.Access.OPEN;
    private long drawnBytes;
    private long bytes;
    private long bytesMax;
    private boolean refused;

    public BodyHandler(CurrentRequest current, BodyBudget budget) {
        this.current = current;
        this.budget = budget;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            begin(ctx, request);
        } else if (message instanceof HttpContent part) {
            read(ctx, part);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        Route route = current.route();
        giveBack();
        drawnFrom = route == null ? Route.Access.OPEN : route.access();
        bytes = 0;
        bytesMax = route == null ? 0 : route.bodyBytesMax();
        refused = false;
        String expect = request.headers().get(HttpHeaderNames.EXPECT);
        if (announcedBytes(request) > bytesMax) {
            refuse(ctx, tooLarge());
        } else if (expect != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
            refuse(
                    ctx,
                    new RefusedException(
                            HttpResponseStatus.EXPECTATION_FAILED, Outcome.BAD_FRAMING, "Unknown expectation"));
        } else {
            ctx.fireChannelRead(request);
            invite(ctx, request, expect != null);
        }
    }

    private long announcedBytes(HttpRequest request) {
        RequestHead head = current.head();
        return head == null ? HttpUtil.getContentLength(request, 0L) : head.announcedBytes();
    }

    private void invite(ChannelHandlerContext ctx, HttpRequest request, boolean expected) {
        boolean wanted = current.answer() == CurrentRequest.Answer.NONE;
        if (wanted && expected && request.protocolVersion().isKeepAliveDefault()) {
            var invitation = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
            ctx.writeAndFlush(invitation, ctx.voidPromise());
        }
        if (wanted || !expected) {
            ctx.read();
        }
    }

    private void read(ChannelHandlerContext ctx, HttpContent part) {
        bytes += part.content().readableBytes();
        if (refused || bytes > bytesMax) {
            part.release();
            refuse(ctx, tooLarge());
            return;
        }
        if (!draw()) {
            part.release();
            refuse(ctx, tooMuchAtOnce());
            return;
        }
        boolean last = part instanceof LastHttpContent;
        ctx.fireChannelRead(part);
        if (!last) {
            ctx.read();
        }
    }

    private boolean draw() {
        long more = bytes - SMALL_BYTES - drawnBytes;
        if (more > 0) {
            if (!budget.take(drawnFrom, more)) {
                return false;
            }
            drawnBytes += more;
        }
        return true;
    }

    private void giveBack() {
        if (drawnBytes > 0) {
            budget.giveBack(drawnFrom, drawnBytes);
            drawnBytes = 0;
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (Answers.ends(message)) {
            giveBack();
        }
        ctx.write(message, promise);
    }

    /** Its readers may keep a large body as long as it is answered. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof StreamBegun begun && drawnBytes > 0) {
            begun.stay();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        giveBack();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        giveBack();
    }

    private void refuse(ChannelHandlerContext ctx, RefusedException refusal) {
        if (!refused) {
            refused = true;
            ctx.fireExceptionCaught(refusal);
        }
    }

    private static RefusedException tooMuchAtOnce() {
        return new RefusedException(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                Outcome.OVERLOADED,
                "Too many large requests at once, try again");
    }

    private RefusedException tooLarge() {
        return new RefusedException(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                Outcome.BODY_TOO_LARGE,
                "The body is longer than " + bytesMax + " bytes");
    }
}
