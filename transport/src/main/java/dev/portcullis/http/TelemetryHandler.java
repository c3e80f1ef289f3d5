package dev.portcullis.http;

import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;

/** Tells telemetry of each request, from its head's arrival until its answer's last byte is with the socket or the peer has gone. Event loop only. */
public final class TelemetryHandler extends ChannelDuplexHandler implements ChannelFutureListener {
    private final CurrentRequest current;
    private final Telemetry telemetry;
    private boolean running;
    private long startNanos;
    private int status;

    public TelemetryHandler(CurrentRequest current, Telemetry telemetry) {
        this.current = current;
        this.telemetry = telemetry;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            running = true;
            startNanos = System.nanoTime();
            status = 0;
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (Answers.begins(message)) {
            status = ((HttpResponse) message).status().code();
        }
        ctx.write(message, promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof StreamBegun begun) {
            begun.startedAt(startNanos);
        }
        ctx.fireUserEventTriggered(event);
    }

    /** The last byte is with the socket, or never will be. */
    @Override
    public void operationComplete(ChannelFuture written) {
        finish();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        finish();
    }

    private void finish() {
        if (running) {
            running = false;
            telemetry.requestFinished(current.routeName(), status, System.nanoTime() - startNanos);
        }
    }
}
