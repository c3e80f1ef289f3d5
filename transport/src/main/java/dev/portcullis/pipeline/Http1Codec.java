package dev.portcullis.pipeline;

import dev.portcullis.http.CurrentRequest;
import dev.portcullis.http.HttpLimits;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;

/**
 * HTTP/1.1 by demand: each {@code read()} from behind yields one message, or the head and the end of a request without a body; bytes beyond stay bytes. Event
 * loop only. Holds undecoded bytes: at most what one read of the socket brought more than was asked for.
 */
final class Http1Codec extends CombinedChannelDuplexHandler<Http1Decoder, AnswerEncoder> {
    private final Http1Decoder decoder;
    private boolean reading;

    Http1Codec(CurrentRequest current, HttpLimits limits) {
        decoder = new Http1Decoder(current, limits);
        init(decoder, new AnswerEncoder());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) throws Exception {
        reading = true;
        super.channelRead(ctx, bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        reading = false;
        super.channelReadComplete(ctx);
    }

    @Override
    public void read(ChannelHandlerContext ctx) throws Exception {
        decoder.demand();
        if (decoder.isDecoding()) {
            return; // the loop on the stack goes on
        }
        if (decoder.holdsBytes()) {
            super.channelRead(ctx, Unpooled.EMPTY_BUFFER);
            if (!reading) {
                ctx.fireChannelReadComplete();
            }
        }
        if (decoder.wantsBytes()) {
            ctx.read();
        }
    }
}
