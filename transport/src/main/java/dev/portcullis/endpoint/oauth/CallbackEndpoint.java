package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.authorize.AuthorizationStep;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /callback}: where the identity provider sends browsers back to (O §4.5). */
final class CallbackEndpoint implements Endpoint {
    private final AuthorizationFlow flow;
    private final Endpoint endpoint;

    CallbackEndpoint(AuthorizationFlow flow, BrowserEndpoint browsers) {
        this.flow = flow;
        this.endpoint = browsers.get(HttpResponseStatus.SEE_OTHER, this::complete);
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return endpoint.open(exchange);
    }

    private AuthorizationStep complete(Map<String, List<String>> query, BrowserSecrets browser, long nowSeconds) {
        if (List.of("state", "code", "error", "iss").stream()
                .anyMatch(name -> query.getOrDefault(name, List.of()).size() > 1)) {
            return new AuthorizationStep.ShowPage(PageReason.REPEATED_PARAMETER);
        }
        return flow.complete(
                new Callback(value(query, "state"), value(query, "code"), value(query, "error"), value(query, "iss")),
                browser,
                nowSeconds);
    }

    private static @Nullable String value(Map<String, List<String>> query, String name) {
        var values = query.getOrDefault(name, List.of());
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }
}
