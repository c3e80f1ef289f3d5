package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
 * expectations are 417. Passes parts on. Event loop only.
 */
public final class BodyHandler extends ChannelInboundHandlerAdapter {
    private final CurrentRequest current;
    private long bytes;
    private long bytesMax;
    private boolean refused;

    public BodyHandler(CurrentRequest current) {
        this.current = current;
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
        bytes = 0;
        bytesMax = route == null ? 0 : route.bodyBytesMax();
        refused = false;
        String expect = request.headers().get(HttpHeaderNames.EXPECT);
        if (HttpUtil.getContentLength(request, 0L) > bytesMax) {
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
        boolean last = part instanceof LastHttpContent;
        ctx.fireChannelRead(part);
        if (!last) {
            ctx.read();
        }
    }

    private void refuse(ChannelHandlerContext ctx, RefusedException refusal) {
        if (!refused) {
            refused = true;
            ctx.fireExceptionCaught(refusal);
        }
    }

    private RefusedException tooLarge() {
        return new RefusedException(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                Outcome.BODY_TOO_LARGE,
                "The body is longer than " + bytesMax + " bytes");
    }
}
