package dev.portcullis.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/** Replies as messages of the pipeline, and how its handlers recognise the beginning and the end of an answer. Any thread. */
public final class Answers {
    private Answers() {}

    /** A whole answer; takes over the body. Values are checked for line breaks on the way in (T-58). */
    public static FullHttpResponse whole(Reply reply) {
        if (reply.headers() instanceof SharedFields shared && reply.status().equals(HttpResponseStatus.OK)) {
            return new SharedAnswer(shared, reply.body());
        }
        HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        reply.addHeadersTo(headers);
        if (mayHaveBody(reply.status())) {
            headers.set(
                    HttpHeaderNames.CONTENT_LENGTH,
                    Integer.toString(reply.body().readableBytes()));
        }
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, reply.status(), reply.body(), headers, EmptyHttpHeaders.INSTANCE);
    }

    /** The head of an answer without a length. */
    static HttpResponse streamed(Reply reply) {
        HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        reply.addHeadersTo(headers);
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, reply.status(), headers);
    }

    /** What HEAD gets: the head alone, with the length the body would have (RFC 9110 §9.3.2). Releases the body. */
    static FullHttpResponse headOf(HttpResponse answer) {
        HttpHeaders headers = answer.headers(); // while the length of its body is known
        if (answer instanceof FullHttpResponse whole) {
            whole.release();
        }
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        return new DefaultFullHttpResponse(
                answer.protocolVersion(), answer.status(), Unpooled.EMPTY_BUFFER, headers, EmptyHttpHeaders.INSTANCE);
    }

    /** Whether this message begins the answer: a head, but not an interim one such as 100 (Continue). */
    public static boolean begins(Object message) {
        return message instanceof HttpResponse head && head.status().codeClass() != HttpStatusClass.INFORMATIONAL;
    }

    /** Whether the answer is complete with this message. */
    public static boolean ends(Object message) {
        return message instanceof LastHttpContent && (!(message instanceof HttpResponse) || begins(message));
    }

    private static boolean mayHaveBody(HttpResponseStatus status) {
        return status.code() != 204 && status.code() != 304;
    }
}
