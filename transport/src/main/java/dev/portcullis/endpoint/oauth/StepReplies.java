package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.http.RequestHead;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.authorize.AuthorizationStep;
import dev.portcullis.oauth.authorize.AuthorizationStep.AskConsent;
import dev.portcullis.oauth.authorize.AuthorizationStep.Leave;
import dev.portcullis.oauth.authorize.AuthorizationStep.OfferReturn;
import dev.portcullis.oauth.authorize.AuthorizationStep.ShowPage;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Writes each step of a sign-in as an answer to a browser: the one switch. Stateless. */
final class StepReplies {
    private final ConsentPage consentPage;
    private final ErrorPage errorPage;
    private final BrowserCookies cookies;

    StepReplies(ConsentPage consentPage, ErrorPage errorPage, BrowserCookies cookies) {
        this.consentPage = consentPage;
        this.errorPage = errorPage;
        this.cookies = cookies;
    }

    /** @param redirect 302 or 303; after a POST only 303, so that nobody sends the form on (O-32, T-59) */
    Reply of(AuthorizationStep step, RequestHead head, HttpResponseStatus redirect) {
        return switch (step) {
            case AskConsent ask -> cookies.with(ask.secrets(), consentPage.render(ask.view(), ask.transaction()));
            case Leave leave -> cookies.with(leave.secrets(), Page.redirect(redirect, leave.location()));
            case ShowPage page -> errorPage.render(page.reason(), head);
            case OfferReturn offer -> errorPage.render(offer, head);
        };
    }

    Reply page(PageReason reason, RequestHead head) {
        return errorPage.render(reason, head);
    }

    Offloading.Failures failures(RequestHead head) {
        return new Offloading.Failures() {
            /** The flow makes pages and redirects of all that OAuth refuses; none comes this far. */
            @Override
            public Reply of(OAuthException refusal) {
                return page(PageReason.INTERNAL_ERROR, head);
            }

            @Override
            public Reply overloaded() {
                return page(PageReason.OVERLOADED, head);
            }

            @Override
            public Reply storeUnavailable() {
                return page(PageReason.STORE_UNAVAILABLE, head);
            }

            @Override
            public Reply internalError() {
                return page(PageReason.INTERNAL_ERROR, head);
            }
        };
    }
}
