package dev.portcullis.pipeline;

import dev.portcullis.http.SharedAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/**
 * Netty's encoder, but a whole answer of moderate size becomes one buffer: the socket is given it by one plain write, which is cheaper than gathering a head and a body
 * of some hundred bytes. What has a head like many others is one already. Event loop only.
 */
final class AnswerEncoder extends HttpResponseEncoder {
    /** A body up to here is copied behind its head; copying more would cost what it saves. */
    static final int COPIED_BYTES_MAX = 8 * 1024;

    private static final int HEAD_BYTES = 320;
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        ByteBuf ready = message instanceof SharedAnswer shared ? shared.takeBytes() : null;
        if (ready != null) {
            ctx.write(ready, promise);
        } else if (message instanceof FullHttpResponse answer && isPlain(answer)) {
            ctx.write(together(ctx, answer), promise);
        } else {
            super.write(ctx, message, promise);
        }
    }

    /** Whether its head says that its body follows as it is. */
    private static boolean isPlain(FullHttpResponse answer) {
        HttpResponseStatus status = answer.status();
        return status.code() >= 200
                && status.code() != 204
                && status.code() != 205
                && status.code() != 304
                && answer.content().readableBytes() <= COPIED_BYTES_MAX
                && !answer.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    private ByteBuf together(ChannelHandlerContext ctx, FullHttpResponse answer) {
        ByteBuf body = answer.content();
        ByteBuf bytes = ctx.alloc().buffer(HEAD_BYTES + body.readableBytes());
        try {
            encodeInitialLine(bytes, answer);
            encodeHeaders(answer.headers(), bytes);
            bytes.writeBytes(LINE_END).writeBytes(body);
            return bytes.retain();
        } catch (Exception e) {
            throw new IllegalStateException("an answer cannot be written", e);
        } finally {
            bytes.release();
            answer.release();
        }
    }
}
