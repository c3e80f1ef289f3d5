package dev.portcullis.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * A 200 whose header fields are those of many others: it has fields of its own only once somebody asks for them, who may change them; until then its head is known as bytes. Event loop only.
 */
public final class SharedAnswer extends DefaultFullHttpResponse {
    private final SharedFields shared;
    private @Nullable HttpHeaders own;

    SharedAnswer(SharedFields shared, ByteBuf body) {
        super(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body, EmptyHttpHeaders.INSTANCE, EmptyHttpHeaders.INSTANCE);
        this.shared = shared;
    }

    @Override
    public HttpHeaders headers() {
        HttpHeaders known = own;
        if (known == null) {
            known = DefaultHttpHeadersFactory.headersFactory().newHeaders();
            for (var field : shared) {
                known.add(field.getKey(), field.getValue());
            }
            known.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(content().readableBytes()));
            own = known;
        }
        return known;
    }

    /**
     * All of it as bytes, if nobody has asked for its fields: in the buffer of its body, which is handed over.
     *
     * @return null if it is to be encoded like any other
     */
    public @Nullable ByteBuf takeBytes() {
        boolean isAsMade = own == null
                && status().equals(HttpResponseStatus.OK)
                && protocolVersion().equals(HttpVersion.HTTP_1_1);
        return isAsMade && shared.isBehindHead(content()) ? content().readerIndex(0) : null;
    }
}
