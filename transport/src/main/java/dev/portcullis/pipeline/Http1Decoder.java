package dev.portcullis.pipeline;

import dev.portcullis.http.CurrentRequest;
import dev.portcullis.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpConstants;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import java.util.List;

/**
 * Netty's decoder, by demand and stricter (T-1, RFC 9112): exactly one space between the words of a request line (§3), no line folding (§5.2), one
 * Content-Length whatever the version (§6.3). After a malformed message nothing is decoded any more. Heads without anything unusual do not come so far: they are read by
 * {@link PlainHeads}, and their bodies here. Event loop only.
 */
final class Http1Decoder extends HttpRequestDecoder {
    /** Fired when a head has begun to arrive and is not complete. */
    static final Object HEAD_BEGUN = new Object() {
        @Override
        public String toString() {
            return "HEAD_BEGUN";
        }
    };

    private final CurrentRequest current;
    private final HttpLimits limits;
    private boolean demanded;
    private boolean decoding;
    private boolean broken;
    private boolean inHead = true;
    private boolean lineRead;
    private boolean headBegunTold;
    private int contentLengths;
    private int wordEnd;
    private int plainBodyLeft;

    Http1Decoder(CurrentRequest current, HttpLimits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytesMax())
                .setMaxHeaderSize(limits.headerBytesMax())
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false)
                .setValidateHeaders(true));
        this.current = current;
        this.limits = limits;
    }

    /** Wants one more message. */
    void demand() {
        demanded = true;
    }

    boolean isDecoding() {
        return decoding;
    }

    boolean holdsBytes() {
        return actualReadableBytes() > 0;
    }

    /** Whether the socket is to be read: for a message that was asked for, or to notice when the peer leaves. */
    boolean wantsBytes() {
        return demanded || !holdsBytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
        decoding = true;
        try {
            super.channelRead(ctx, input);
        } finally {
            decoding = false;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
        if (wantsBytes()) {
            ctx.read();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
        } else if (demanded) {
            if (plainBodyLeft > 0) {
                out.add(plainBody(in));
            } else if (!inHead || lineRead || !isPlain(in, out)) {
                decodeByNetty(ctx, in, out);
            }
            note(ctx, out);
        }
    }

    private void decodeByNetty(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (inHead && isFolded(in)) {
            out.add(folded(in));
        } else {
            super.decode(ctx, in, out);
        }
    }

    /** Whether here begins a request without anything unusual; then it has been taken. */
    private boolean isPlain(ByteBuf in, List<Object> out) {
        PlainRequest before = current.admitted() instanceof PlainRequest plain ? plain : null;
        PlainRequest request = PlainHeads.read(in, before, limits);
        if (request == null) {
            return false;
        }
        in.skipBytes(request.headBytes());
        plainBodyLeft = request.bodyBytes();
        out.add(request);
        if (plainBodyLeft == 0) {
            out.add(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        return true;
    }

    private HttpContent plainBody(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), plainBodyLeft);
        plainBodyLeft -= bytes;
        ByteBuf part = in.readRetainedSlice(bytes);
        return plainBodyLeft == 0
                ? new DefaultLastHttpContent(part, EmptyHttpHeaders.INSTANCE)
                : new DefaultHttpContent(part);
    }

    private void note(ChannelHandlerContext ctx, List<Object> out) {
        if (out.isEmpty()) {
            if (inHead && !headBegunTold && (lineRead || holdsBytes())) {
                headBegunTold = true;
                ctx.fireUserEventTriggered(HEAD_BEGUN);
            }
            return;
        }
        demanded = false;
        for (int i = 0; i < out.size(); i++) {
            Object message = out.get(i);
            if (message instanceof HttpRequest request) {
                inHead = false;
                broken = request.decoderResult().isFailure();
            }
            if (message instanceof LastHttpContent end) {
                inHead = true;
                lineRead = false;
                headBegunTold = false;
                broken |= end.decoderResult().isFailure();
            }
        }
    }

    /** Whether a header line begins with white space (RFC 9112 §5.2). The bytes begin with a line: whole lines before it have been taken. */
    private boolean isFolded(ByteBuf in) {
        int end = in.writerIndex();
        int line = in.readerIndex();
        if (!lineRead) {
            line = in.forEachByte(ByteProcessor.FIND_NON_CRLF);
        } else if (isSpace(in.getByte(line))) {
            return true;
        }
        while (line >= 0) {
            int next = in.indexOf(line, end, HttpConstants.LF) + 1;
            if (next == 0
                    || next == end
                    || in.getByte(next) == HttpConstants.CR
                    || in.getByte(next) == HttpConstants.LF) {
                return false;
            }
            if (isSpace(in.getByte(next))) {
                return true;
            }
            line = next;
        }
        return false;
    }

    private static boolean isSpace(byte b) {
        return b == HttpConstants.SP || b == HttpConstants.HT;
    }

    private HttpMessage folded(ByteBuf in) {
        in.skipBytes(in.readableBytes());
        HttpMessage invalid = createInvalidMessage();
        invalid.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("a header line is folded")));
        return invalid;
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        requireAt(start, 0);
        lineRead = true;
        contentLengths = 0;
        wordEnd = start + length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        requireOneSpace(line, start);
        wordEnd = start + length;
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        requireOneSpace(line, start);
        String version = super.splitThirdWordInitialLine(line, start, length);
        if (!version.startsWith("HTTP/")) { // its letters have one case (RFC 9112 §2.3)
            throw new IllegalArgumentException("not a version of HTTP");
        }
        return version;
    }

    private void requireOneSpace(byte[] line, int start) {
        requireAt(start, wordEnd + 1);
        if (line[wordEnd] != HttpConstants.SP) {
            throw new IllegalArgumentException(
                    "the words of a request line are separated by something else than a space");
        }
    }

    private static void requireAt(int start, int expected) {
        if (start != expected) {
            throw new IllegalArgumentException("the words of a request line are not separated by one space");
        }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = super.splitHeaderName(line, start, length);
        if (name.length() == HttpHeaderNames.CONTENT_LENGTH.length()
                && name.contentEqualsIgnoreCase(HttpHeaderNames.CONTENT_LENGTH)
                && inHead
                && ++contentLengths > 1) {
            throw new IllegalArgumentException("more than one Content-Length");
        }
        return name;
    }
}
