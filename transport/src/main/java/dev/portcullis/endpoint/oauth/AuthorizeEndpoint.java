package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;

/** {@code /authorize}: a request begins with GET; a form of our own page comes with POST, to {@link ConsentEndpoint} (RFC 6749 §3.1; O §1). */
final class AuthorizeEndpoint implements Endpoint {
    private final Endpoint begin;
    private final ConsentEndpoint consent;

    AuthorizeEndpoint(AuthorizationFlow flow, ConsentEndpoint consent, BrowserEndpoint browsers) {
        this.begin = browsers.get(HttpResponseStatus.FOUND, flow::begin);
        this.consent = consent;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return exchange.head().method().equals(HttpMethod.POST) ? consent.open(exchange) : begin.open(exchange);
    }
}
