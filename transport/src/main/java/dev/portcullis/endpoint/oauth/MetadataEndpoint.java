package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;

/** One discovery document (RFC 9728 §3, RFC 8414 §3): the same bytes for everybody, for an hour (O-5). */
final class MetadataEndpoint implements Endpoint {
    private static final List<Map.Entry<CharSequence, CharSequence>> HEADERS = List.of(
            Map.entry("content-type", "application/json"),
            Map.entry("cache-control", "public, max-age=3600"),
            Map.entry("x-content-type-options", "nosniff"),
            Map.entry("referrer-policy", "no-referrer"));

    private final byte[] document;

    MetadataEndpoint(byte[] document) {
        this.document = document;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return CollectedBody.reading(
                exchange,
                exchange.route().bodyBytesMax(),
                _ -> exchange.reply(new Reply(HttpResponseStatus.OK, HEADERS, Unpooled.wrappedBuffer(document))));
    }
}
