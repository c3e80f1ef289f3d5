package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.http.RequestHead;
import dev.portcullis.oauth.account.AccountStep;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Writes each step on the account page as an answer to a browser: the one switch. After a POST only 303 (O-32, T-59). Stateless. */
final class AccountReplies {
    private final String location;
    private final AccountPage page;
    private final ErrorPage errorPage;
    private final BrowserCookies cookies;

    /** @param location the page's own, absolute: from the settings and never from a request (O-2) */
    AccountReplies(String location, AccountPage page, ErrorPage errorPage, BrowserCookies cookies) {
        this.location = location;
        this.page = page;
        this.errorPage = errorPage;
        this.cookies = cookies;
    }

    Reply of(AccountStep step, RequestHead head) {
        var reply = switch (step) {
            case AccountStep.ShowAccount show -> page.render(show.view());
            case AccountStep.OfferSignIn offer -> page.renderSignIn(offer.notice());
            case AccountStep.Leave leave -> Page.redirect(HttpResponseStatus.SEE_OTHER, leave.location());
            case AccountStep.Return _ -> Page.redirect(HttpResponseStatus.SEE_OTHER, location);
            case AccountStep.ShowPage show -> page(show.reason(), head);
        };
        return cookies.with(step.secrets(), reply);
    }

    Reply page(PageReason reason, RequestHead head) {
        return errorPage.render(reason, head);
    }
}
