package dev.portcullis.pipeline;

import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes connections beyond a number, in all and per address (IPv6: per /64), before a byte of theirs is read (T-4). Shared by all connections of a listener;
 * any thread.
 */
@Sharable
final class ConnectionLimitHandler extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private final ConnectionLimits limits;
    private final Telemetry telemetry;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<Object, Integer> openByAddress = new ConcurrentHashMap<>();

    ConnectionLimitHandler(ConnectionLimits limits, Telemetry telemetry) {
        this.limits = limits;
        this.telemetry = telemetry;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        telemetry.connectionOpened();
        Object address = addressOf(ctx.channel());
        boolean fits = open.incrementAndGet() <= limits.connectionsMax();
        boolean addressFits = openByAddress.merge(address, 1, Integer::sum) <= limits.connectionsPerAddressMax();
        ctx.channel().closeFuture().addListener(this);
        if (fits && addressFits) {
            ctx.fireChannelActive();
            ctx.pipeline().remove(this); // there are many connections, and this one's turn is over
        } else {
            telemetry.refused(fits ? Outcome.TOO_MANY_CONNECTIONS_PER_ADDRESS : Outcome.TOO_MANY_CONNECTIONS);
            ctx.close();
        }
    }

    /** The connection has been closed. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        open.decrementAndGet();
        openByAddress.computeIfPresent(addressOf(closed.channel()), (key, count) -> count == 1 ? null : count - 1);
        telemetry.connectionClosed();
    }

    /** The same as long as there is the channel, which keeps the address when it is closed. */
    private static Object addressOf(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress socket) || socket.getAddress() == null) {
            return "";
        }
        InetAddress address = socket.getAddress();
        return address instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(address.getAddress()).getLong()
                : address;
    }
}
