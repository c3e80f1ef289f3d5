package dev.portcullis.testing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import java.nio.charset.StandardCharsets;

/** What an encoder makes of an answer. */
public final class Encoded {
    private Encoded() {}

    /** Takes over the answer. @return all its bytes, a character each */
    public static String by(ChannelHandler encoder, FullHttpResponse answer) {
        var channel = new EmbeddedChannel(encoder);
        channel.writeOutbound(answer);
        var all = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        channel.finishAndReleaseAll();
        return all.toString();
    }
}
