package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.RequestHead;
import dev.portcullis.http.form.FormBody;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.authorize.AuthorizationStep;
import dev.portcullis.oauth.authorize.ConsentAnswer;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.PageReason;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Map;

/** {@code POST /authorize}: what a person decided, from our own page or not at all (O-63, T-52). */
final class ConsentEndpoint implements Endpoint {
    private static final String SEC_FETCH_SITE = "sec-fetch-site";

    private final AuthorizationFlow flow;
    private final BrowserEndpoint browsers;
    private final String origin;

    /** @param origin our own */
    ConsentEndpoint(AuthorizationFlow flow, BrowserEndpoint browsers, String origin) {
        this.flow = flow;
        this.browsers = browsers;
        this.origin = origin;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        if (!isFromOurPage(exchange.head())) {
            return browsers.refuse(exchange, PageReason.FORGED_CONSENT);
        }
        if (!FormBody.isDeclaredBy(exchange.head())) {
            return browsers.refuse(exchange, PageReason.UNREADABLE);
        }
        return browsers.post(exchange, this::decide);
    }

    /**
     * What browsers say about where a form comes from must say that it is here; whoever says nothing still needs the form's secret. {@code Origin: null} is what they
     * send if something keeps referrers from them: it counts only with a browser's word that it was our page.
     */
    private boolean isFromOurPage(RequestHead head) {
        List<String> sites = head.headerAll(SEC_FETCH_SITE);
        boolean sameOrigin = sites.equals(List.of("same-origin"));
        if (!sites.isEmpty() && !sameOrigin) {
            return false;
        }
        List<String> origins = head.headerAll(HttpHeaderNames.ORIGIN);
        return origins.isEmpty() || origins.equals(List.of(origin)) || (sameOrigin && origins.equals(List.of("null")));
    }

    private AuthorizationStep decide(Map<String, List<String>> form, BrowserSecrets browser, long nowSeconds) {
        String transaction = only(form, "transaction");
        String decision = only(form, "decision");
        boolean approved = decision.equals("approve");
        if (transaction.isEmpty() || !(approved || decision.equals("deny"))) {
            return new AuthorizationStep.ShowPage(PageReason.UNREADABLE);
        }
        return flow.consented(
                new ConsentAnswer(transaction, approved, only(form, "remember").equals("yes")), browser, nowSeconds);
    }

    /** @return the value; empty if there is none, or more than one */
    private static String only(Map<String, List<String>> form, String name) {
        var values = form.getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : "";
    }
}
