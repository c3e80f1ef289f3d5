package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.oauth.account.AccountDeed;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpMethod;

/** {@code /account}: a person's own page with GET, the buttons of that page with POST (O-63, O-183). */
final class AccountEndpoint implements Endpoint {
    private static final int PAGE_DIGITS_MAX = 6;

    private final AccountFlow flow;
    private final AccountReplies replies;
    private final Endpoint show;
    private final Endpoint act;

    AccountEndpoint(AccountFlow flow, AccountReplies replies, BrowserEndpoint browsers) {
        this.flow = flow;
        this.replies = replies;
        this.show = browsers.get(this::show);
        this.act = browsers.post(PageReason.FORGED_FORM, this::act);
    }

    @Override
    public BodyReader open(Exchange exchange) {
        return (exchange.head().method().equals(HttpMethod.POST) ? act : show).open(exchange);
    }

    private Reply show(BrowserRequest request) {
        int page = pageOf(request.only("page"));
        return replies.of(flow.show(page, request.browser(), request.nowSeconds()), request.head());
    }

    private static int pageOf(String text) {
        boolean isNumber = !text.isEmpty()
                && text.length() <= PAGE_DIGITS_MAX
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Integer.parseInt(text) : 1;
    }

    private Reply act(BrowserRequest form) {
        return switch (form.only("action")) {
            case "sign-in" -> replies.of(flow.signIn(form.browser(), form.nowSeconds()), form.head());
            case "revoke" -> act(new AccountDeed.Revoke(form.only("grant")), form);
            case "revoke-all" -> act(new AccountDeed.RevokeAll(), form);
            case "sign-out" -> act(new AccountDeed.SignOut(), form);
            default -> replies.page(PageReason.UNREADABLE, form.head());
        };
    }

    private Reply act(AccountDeed deed, BrowserRequest form) {
        return replies.of(flow.act(deed, form.only("token"), form.browser(), form.nowSeconds()), form.head());
    }
}
