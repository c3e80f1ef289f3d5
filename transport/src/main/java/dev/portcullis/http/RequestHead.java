package dev.portcullis.http;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Method, target and headers of one request. Immutable by convention: nobody changes the headers.
 *
 * @param method the method
 * @param path the target's path, as sent (not decoded), without a trailing slash unless it is {@code /} (H-7)
 * @param query the raw query after {@code ?}; empty if there is none
 * @param headers all header fields
 * @param peer address of the socket's other end; forwarded headers are not believed (T-13)
 */
public record RequestHead(HttpMethod method, String path, String query, HttpHeaders headers, InetAddress peer) {
    /** Of a request that has been answered: nobody asks any more. */
    static final RequestHead ANSWERED =
            new RequestHead(HttpMethod.GET, "/", "", EmptyHttpHeaders.INSTANCE, InetAddress.getLoopbackAddress());

    /** Splits a request's target (RFC 9112 §3.2: origin-form; anything else becomes a path no route has). */
    public static RequestHead of(HttpRequest request, InetAddress peer) {
        String target = request.uri();
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        if (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new RequestHead(
                request.method(), path, question < 0 ? "" : target.substring(question + 1), request.headers(), peer);
    }

    /** This head as a stream keeps it that may stay open for hours: what its client sent is most of what it weighs. */
    RequestHead withoutHeaders() {
        return new RequestHead(method, path, query, EmptyHttpHeaders.INSTANCE, peer);
    }

    /** @return the first value of a header; null if absent */
    public @Nullable String header(CharSequence name) {
        return headers.get(name);
    }

    /** Whether Content-Type is there once and names this media type; its parameters and its letters' case do not matter. */
    public boolean hasMediaType(String type) {
        List<String> fields = headerAll(HttpHeaderNames.CONTENT_TYPE);
        if (fields.size() != 1) {
            return false;
        }
        String field = fields.getFirst();
        int semicolon = field.indexOf(';');
        return (semicolon < 0 ? field : field.substring(0, semicolon)).strip().equalsIgnoreCase(type);
    }

    /** @return all values of a header */
    public List<String> headerAll(CharSequence name) {
        return headers.getAll(name);
    }
}
