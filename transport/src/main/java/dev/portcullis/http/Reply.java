package dev.portcullis.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A whole answer. Content-Length, CORS and connection headers are added when it is sent.
 *
 * @param status HTTP status
 * @param headers name and value pairs, in order; a name may repeat
 * @param body the body; whoever sends the reply takes it over
 */
public record Reply(HttpResponseStatus status, List<Map.Entry<CharSequence, CharSequence>> headers, ByteBuf body) {
    /** Made once, as bytes: the encoder only copies them. */
    private static final List<Map.Entry<CharSequence, CharSequence>> JSON_FIELDS = List.of(
            Map.entry(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON),
            Map.entry(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE),
            Map.entry(AsciiString.cached("x-content-type-options"), AsciiString.cached("nosniff")));

    /** @return the fields of {@link #json} and one more, for answers of which there are many */
    public static SharedFields jsonAnd(CharSequence name, CharSequence value) {
        var fields = new ArrayList<>(JSON_FIELDS);
        fields.add(Map.entry(name, value));
        return new SharedFields(fields);
    }

    /** An answer without a body. */
    public static Reply empty(HttpResponseStatus status) {
        return new Reply(status, List.of(), Unpooled.EMPTY_BUFFER);
    }

    /** {@code application/json}, {@code no-store}, {@code nosniff} (H-16, O-5). */
    public static Reply json(HttpResponseStatus status, ByteBuf body) {
        return new Reply(status, JSON_FIELDS, body);
    }

    /** The same of a text. */
    public static Reply json(HttpResponseStatus status, String body) {
        return json(status, Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    }

    /** This reply and one more header. */
    public Reply with(CharSequence name, CharSequence value) {
        var more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Reply(status, List.copyOf(more), body);
    }

    /** Puts the headers into a message. */
    void addHeadersTo(HttpHeaders target) {
        for (var header : headers) {
            target.add(header.getKey(), header.getValue());
        }
    }
}
