package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** {@code GET /callback}: where the identity provider sends browsers back to, whatever they signed in for (O §4.5). The state says which; neither kind fits the other. */
final class CallbackEndpoint implements Endpoint {
    private final AuthorizationFlow flow;
    private final StepReplies replies;
    private final AccountFlow account;
    private final AccountReplies accountReplies;
    private final Endpoint endpoint;

    CallbackEndpoint(
            AuthorizationFlow flow,
            StepReplies replies,
            AccountFlow account,
            AccountReplies accountReplies,
            BrowserEndpoint browsers) {
        this.flow = flow;
        this.replies = replies;
        this.account = account;
        this.accountReplies = accountReplies;
        this.endpoint = browsers.get(this::complete);
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return endpoint.open(exchange);
    }

    private Reply complete(BrowserRequest request) {
        if (List.of("state", "code", "error", "iss").stream().anyMatch(request::isRepeated)) {
            return replies.page(PageReason.REPEATED_PARAMETER, request.head());
        }
        var callback = new Callback(
                request.first("state"), request.first("code"), request.first("error"), request.first("iss"));
        if (account.owns(callback.state())) {
            var step = account.complete(callback, request.browser(), request.nowSeconds());
            return accountReplies.of(step, request.head());
        }
        var step = flow.complete(callback, request.browser(), request.nowSeconds());
        return replies.of(step, request.head(), HttpResponseStatus.SEE_OTHER);
    }
}
