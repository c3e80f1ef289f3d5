package dev.portcullis.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
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
    /** An answer without a body. */
    public static Reply empty(HttpResponseStatus status) {
        return new Reply(status, List.of(), Unpooled.EMPTY_BUFFER);
    }

    /** {@code application/json}, {@code no-store}, {@code nosniff} (H-16, O-5). */
    public static Reply json(HttpResponseStatus status, ByteBuf body) {
        return new Reply(
                status,
                List.of(
                        Map.entry("content-type", "application/json"),
                        Map.entry("cache-control", "no-store"),
                        Map.entry("x-content-type-options", "nosniff")),
                body);
    }

    /** The same of a text. */
    public static Reply json(HttpResponseStatus status, String body) {
        return json(status, Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    }

    /** This reply and one more header. */
    public Reply with(CharSequence name, CharSequence value) {
        var more = new java.util.ArrayList<>(headers);
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
