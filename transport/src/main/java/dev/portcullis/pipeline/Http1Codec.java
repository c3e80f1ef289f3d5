package dev.portcullis.pipeline;

import dev.portcullis.http.HttpLimits;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * HTTP/1.1 by demand: each {@code read()} from behind yields one message, or the head and the end of a request without a body; bytes beyond stay bytes. Event
 * loop only. Holds undecoded bytes: at most what one read of the socket brought more than was asked for.
 */
final class Http1Codec extends CombinedChannelDuplexHandler<Http1Decoder, AnswerEncoder> {
    private final Http1Decoder decoder;

    Http1Codec(HttpLimits limits) {
        decoder = new Http1Decoder(limits);
        init(decoder, new AnswerEncoder());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpResponse && !(message instanceof LastHttpContent)) {
            decoder.forgetRequest();
        }
        super.write(ctx, message, promise);
    }

    @Override
    public void read(ChannelHandlerContext ctx) throws Exception {
        decoder.demand();
        if (decoder.isDecoding()) {
            return; // the loop on the stack goes on
        }
        if (decoder.holdsBytes()) {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
        }
        if (decoder.wantsBytes()) {
            ctx.read();
        }
    }
}
