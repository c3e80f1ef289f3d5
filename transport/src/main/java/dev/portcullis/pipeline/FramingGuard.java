package dev.portcullis.pipeline;

import dev.portcullis.http.Answers;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.RefusedException;
import dev.portcullis.http.Reply;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A message whose beginning or end two implementations could see in different places is refused, and so is everything behind it on the connection: request
 * smuggling (T-1, T-2; RFC 9112 §3, §5, §6, §11.2). The decoder finds most of it; this handler finds the rest, answers 400, 414 or 431, and ends the connection.
 * Event loop only.
 */
final class FramingGuard extends ChannelInboundHandlerAdapter {
    private final HttpLimits limits;
    private final Telemetry telemetry;
    private boolean broken;

    FramingGuard(HttpLimits limits, Telemetry telemetry) {
        this.limits = limits;
        this.telemetry = telemetry;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (broken) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (!(message instanceof HttpObject part)) {
            ctx.fireChannelRead(message);
            return;
        }
        RefusedException fault = faultOf(part);
        if (fault == null) {
            ctx.fireChannelRead(message);
            return;
        }
        broken = true;
        ReferenceCountUtil.release(message);
        if (message instanceof HttpContent && !(message instanceof HttpRequest)) {
            ctx.fireExceptionCaught(fault);
        } else if (!(part.decoderResult().cause() instanceof PrematureChannelClosureException)) {
            answer(ctx, fault);
        }
    }

    /** No handler behind knows of this request: it is answered here, and nothing of it goes on. */
    private void answer(ChannelHandlerContext ctx, RefusedException fault) {
        telemetry.refused(fault.outcome());
        FullHttpResponse answer = Answers.whole(Reply.empty(fault.status()));
        answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(answer).addListener((ChannelFutureListener) written -> LingeringClose.begin(ctx, limits));
    }

    private @Nullable RefusedException faultOf(HttpObject part) {
        if (part instanceof PlainRequest again && again.isSound()) {
            return null;
        }
        if (part.decoderResult().isSuccess()) {
            return part instanceof HttpRequest request ? check(request) : null;
        }
        Throwable cause = part.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException && part instanceof HttpRequest) {
            return fault(HttpResponseStatus.REQUEST_URI_TOO_LONG, Outcome.URI_TOO_LONG, "The request line is too long");
        }
        return cause instanceof TooLongHttpHeaderException ? tooLarge() : bad();
    }

    private @Nullable RefusedException check(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (headers.size() > limits.headerFieldsMax()) {
            return tooLarge();
        }
        HttpVersion version = request.protocolVersion();
        boolean known = version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
        if (!known || !isOriginForm(request.uri()) || !hasOneHost(request) || !isFramingPlain(headers)) {
            return bad();
        }
        if (request instanceof PlainRequest plain) {
            plain.foundSound();
        }
        return null;
    }

    /** RFC 9112 §3.2.1, visible ASCII without a fragment. Other forms are for proxies, which we are not. */
    private static boolean isOriginForm(String target) {
        if (target.isEmpty() || target.charAt(0) != '/') {
            return false;
        }
        for (int i = 1; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '#') {
                return false;
            }
        }
        return true;
    }

    /** RFC 9112 §3.2: one Host, in HTTP/1.0 at most one. */
    private static boolean hasOneHost(HttpRequest request) {
        Iterator<?> hosts = request.headers().valueCharSequenceIterator(HttpHeaderNames.HOST);
        if (!hosts.hasNext()) {
            return request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        }
        hosts.next();
        return !hosts.hasNext();
    }

    /**
     * The only transfer coding is {@code chunked}, said once (RFC 9112 §6.1). And none of the old WebSocket draft's headers, for which the decoder would take
     * eight bytes as a body that no length announces.
     */
    private static boolean isFramingPlain(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
            return false;
        }
        Iterator<? extends CharSequence> codings = headers.valueCharSequenceIterator(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.hasNext()) {
            return true;
        }
        return HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.next()) && !codings.hasNext();
    }

    private static RefusedException tooLarge() {
        return fault(
                HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                Outcome.HEADERS_TOO_LARGE,
                "The header is too large");
    }

    private static RefusedException bad() {
        return fault(HttpResponseStatus.BAD_REQUEST, Outcome.BAD_FRAMING, "Malformed request");
    }

    private static RefusedException fault(HttpResponseStatus status, Outcome outcome, String message) {
        return new RefusedException(status, outcome, message);
    }
}
