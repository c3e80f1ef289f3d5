package dev.portcullis.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Opens the route's endpoint for each request and feeds its reader, until the exchange has an answer; releases every part. Lets go of the reader as soon as it
 * has read, since it may keep a whole body and its connection may rest for long (T-112). Tells the exchange when the peer has
 * gone or the request was given up. Event loop only.
 */
public final class EndpointHandler extends ChannelInboundHandlerAdapter {
    private final CurrentRequest current;
    private @Nullable HttpExchange exchange;
    private @Nullable BodyReader reader;

    public EndpointHandler(CurrentRequest current) {
        this.current = current;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            open(ctx);
        } else if (message instanceof HttpContent part) {
            try {
                feed(part);
            } finally {
                part.release();
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void open(ChannelHandlerContext ctx) {
        RequestHead head = current.head();
        Route route = current.route();
        if (head == null || route == null) {
            throw new IllegalStateException("a request without a route has passed the gates");
        }
        reader = null;
        var opened = new HttpExchange(
                ctx.channel(), head, route, current.principal(), current.token(), current.isHeadOnly());
        exchange = opened;
        reader = route.endpoint().open(opened);
    }

    private void feed(HttpContent part) {
        BodyReader feeding = reader;
        if (exchange == null || feeding == null || exchange.isAnswered()) {
            reader = null;
            return;
        }
        if (part.content().isReadable()) {
            feeding.read(part.content());
        }
        if (part instanceof LastHttpContent) {
            reader = null;
            if (!exchange.isAnswered()) {
                feeding.end();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        reader = null;
        if (exchange != null) {
            exchange.giveUp();
        }
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.writabilityChanged();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.giveUp();
            exchange = null;
            reader = null;
        }
        ctx.fireChannelInactive();
    }
}
