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
 * Method, target and headers of one request; of several with the same head on one connection, which most are. Immutable by convention: nobody changes the headers. What
 * has been worked out of a head once is noted here, by the event loop alone.
 */
public final class RequestHead {
    /** Of a request that has been answered: nobody asks any more. */
    static final RequestHead ANSWERED =
            new RequestHead(HttpMethod.GET, "/", "", EmptyHttpHeaders.INSTANCE, InetAddress.getLoopbackAddress());

    private static final int UNKNOWN = -2;

    private final HttpMethod method;
    private final String path;
    private final String query;
    private final HttpHeaders headers;
    private final InetAddress peer;
    private long announcedBytes = UNKNOWN;
    private @Nullable Object note;
    private Verdict.@Nullable Pass lastPass;

    /**
     * @param method the method
     * @param path the target's path, as sent (not decoded), without a trailing slash unless it is {@code /} (H-7)
     * @param query the raw query after {@code ?}; empty if there is none
     * @param headers all header fields
     * @param peer address of the socket's other end; forwarded headers are not believed (T-13)
     */
    public RequestHead(HttpMethod method, String path, String query, HttpHeaders headers, InetAddress peer) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.peer = peer;
    }

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

    public HttpMethod method() {
        return method;
    }

    public String path() {
        return path;
    }

    public String query() {
        return query;
    }

    public HttpHeaders headers() {
        return headers;
    }

    public InetAddress peer() {
        return peer;
    }

    /** @return what Content-Length says; -1 if it is absent or no number */
    public long announcedBytes() {
        if (announcedBytes == UNKNOWN) {
            announcedBytes = parseLength(header(HttpHeaderNames.CONTENT_LENGTH));
        }
        return announcedBytes;
    }

    private static long parseLength(@Nullable String length) {
        try {
            return length == null ? -1 : Math.max(-1, Long.parseLong(length));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** @return what an endpoint has noted of this head; null if nothing. Event loop only */
    public @Nullable Object note() {
        return note;
    }

    /** Notes what follows from this head alone, so that it need not be worked out again for the next request with the same. Event loop only. */
    public void note(Object note) {
        this.note = note;
    }

    /** By what this head was let in before; whether it still holds is another question. */
    Verdict.@Nullable Pass lastPass() {
        return lastPass;
    }

    void passed(Verdict.Pass pass) {
        lastPass = pass;
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
