package dev.portcullis.pipeline;

import dev.portcullis.http.BodyBudget;
import dev.portcullis.http.BodyHandler;
import dev.portcullis.http.ConnectionEvent;
import dev.portcullis.http.CurrentRequest;
import dev.portcullis.http.DeadlineHandler;
import dev.portcullis.http.EndpointHandler;
import dev.portcullis.http.ErrorHandler;
import dev.portcullis.http.GateHandler;
import dev.portcullis.http.HttpLimits;
import dev.portcullis.http.StreamHandler;
import dev.portcullis.http.TelemetryHandler;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import org.jspecify.annotations.Nullable;

/** Every handler of a listener's connections, in order. Shared by the connections; called on their event loops. */
public final class ServerPipeline extends ChannelInitializer<Channel> implements StreamHandler.Connection {
    private final HttpLimits limits;
    private final GateHandler.Gates gates;
    private final Telemetry telemetry;
    private final ConnectionLimitHandler connectionLimit;
    private final BodyBudget bodyBudget;

    /** @param gates what requests have to pass; by these alone listeners differ */
    public ServerPipeline(
            GateHandler.Gates gates, HttpLimits limits, ConnectionLimits connectionLimits, Telemetry telemetry) {
        this.gates = gates;
        this.limits = limits;
        this.telemetry = telemetry;
        this.bodyBudget = new BodyBudget(limits.bodiesBytesMax());
        this.connectionLimit = new ConnectionLimitHandler(connectionLimits, telemetry);
    }

    /** What a new connection starts with. On a TLS port, TLS and ALPN come between and choose; on a plain port all is HTTP/1.1. */
    @Override
    protected void initChannel(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(HandlerNames.CONNECTION_LIMIT, connectionLimit);
        http1(pipeline);
    }

    private void http1(ChannelPipeline pipeline) {
        var current = new CurrentRequest();
        var keepAlive = new KeepAliveHandler(limits, this);
        var idle = new IdleHandler(current, limits, telemetry);
        pipeline.addLast(HandlerNames.HTTP1_CODEC, new Http1Codec(current, limits));
        pipeline.addLast(HandlerNames.FRAMING_GUARD, new FramingGuard(limits, telemetry));
        pipeline.addLast(HandlerNames.KEEP_ALIVE, keepAlive);
        pipeline.addLast(HandlerNames.IDLE, idle);
        addRequestHandlers(pipeline, current);
        current.whenTaken(idle);
        current.whenTaken(keepAlive); // last: it asks for the next request
    }

    /**
     * The same for a stream of HTTP/2, which is a channel of its own: after the conversion to HTTP/1.1's messages come the same request handlers. What they
     * expect of what is before them: auto-read is off, each {@code read()} yields at most one message, and a channel that is closed in the middle of an answer
     * resets its stream.
     */
    void http2(ChannelPipeline stream) {
        addRequestHandlers(stream, new CurrentRequest());
    }

    private void addRequestHandlers(ChannelPipeline pipeline, CurrentRequest current) {
        var telling = new TelemetryHandler(current, telemetry);
        var deadline = new DeadlineHandler(limits, telemetry);
        pipeline.addLast(HandlerNames.TELEMETRY, telling);
        pipeline.addLast(HandlerNames.DEADLINE, deadline);
        pipeline.addLast(HandlerNames.GATE, new GateHandler(current, gates, telemetry));
        pipeline.addLast(HandlerNames.BODY, new BodyHandler(current, bodyBudget));
        pipeline.addLast(HandlerNames.ENDPOINT, new EndpointHandler(current));
        pipeline.addLast(HandlerNames.ERROR, new ErrorHandler(current, telemetry));
        current.whenTaken(deadline);
        current.whenTaken(telling);
    }

    /** What has begun to be a stream needs none of the handlers of requests until it ends: one does for all. */
    void leaveTo(ChannelPipeline pipeline, StreamHandler stream) {
        pipeline.addLast(HandlerNames.STREAM, stream);
        for (String name : HandlerNames.OF_REQUESTS.reversed()) { // the codec last: it gives on what it holds
            pipeline.remove(name);
        }
    }

    @Override
    public void serveOn(ChannelHandlerContext stream, @Nullable ByteBuf early) {
        ChannelPipeline pipeline = stream.pipeline();
        pipeline.remove(stream.handler());
        http1(pipeline);
        if (early != null) {
            pipeline.fireChannelRead(early);
            pipeline.fireChannelReadComplete();
        }
    }

    @Override
    public void end(ChannelHandlerContext stream) {
        LingeringClose.begin(stream, limits);
    }

    @Override
    public HttpLimits limits() {
        return limits;
    }

    @Override
    public Telemetry telemetry() {
        return telemetry;
    }

    /** Ends a connection after the answer in progress, at once if there is none (T-113). Any thread. */
    public static void drain(Channel connection) {
        connection.eventLoop().execute(() -> connection.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN));
    }
}
