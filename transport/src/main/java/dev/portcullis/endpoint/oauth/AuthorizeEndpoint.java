package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.authorize.ConsentAnswer;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;

/** {@code /authorize}: a request begins with GET (RFC 6749 §3.1); what a person decided on our own page comes with POST (O §1, O-63). */
final class AuthorizeEndpoint implements Endpoint {
    private final AuthorizationFlow flow;
    private final StepReplies replies;
    private final Endpoint begin;
    private final Endpoint consent;

    AuthorizeEndpoint(AuthorizationFlow flow, StepReplies replies, BrowserEndpoint browsers) {
        this.flow = flow;
        this.replies = replies;
        this.begin = browsers.get(this::begin);
        this.consent = browsers.post(PageReason.FORGED_CONSENT, this::decide);
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return (exchange.head().method().equals(HttpMethod.POST) ? consent : begin).open(exchange);
    }

    private Reply begin(BrowserRequest request) {
        var step = flow.begin(request.parameters(), request.browser(), request.nowSeconds());
        return replies.of(step, request.head(), HttpResponseStatus.FOUND);
    }

    private Reply decide(BrowserRequest form) {
        String transaction = form.only("transaction");
        String decision = form.only("decision");
        boolean approved = decision.equals("approve");
        if (transaction.isEmpty() || !(approved || decision.equals("deny"))) {
            return replies.page(PageReason.UNREADABLE, form.head());
        }
        var answer =
                new ConsentAnswer(transaction, approved, form.only("remember").equals("yes"));
        var step = flow.consented(answer, form.browser(), form.nowSeconds());
        return replies.of(step, form.head(), HttpResponseStatus.SEE_OTHER);
    }
}
