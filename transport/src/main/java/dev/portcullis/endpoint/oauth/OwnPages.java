package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;

/** Tells forms of our own pages from those of others, as far as headers can (O-63, T-52). Stateless. */
final class OwnPages {
    private static final String SEC_FETCH_SITE = "sec-fetch-site";

    private final String origin;

    /** @param origin our own */
    OwnPages(String origin) {
        this.origin = origin;
    }

    /**
     * What browsers say about where a form comes from must say that it is here; whoever says nothing still needs the form's secret. {@code Origin: null} is what they
     * send if something keeps referrers from them: it counts only with a browser's word that it was our page.
     */
    boolean sent(RequestHead head) {
        List<String> sites = head.headerAll(SEC_FETCH_SITE);
        boolean sameOrigin = sites.equals(List.of("same-origin"));
        if (!sites.isEmpty() && !sameOrigin) {
            return false;
        }
        List<String> origins = head.headerAll(HttpHeaderNames.ORIGIN);
        return origins.isEmpty() || origins.equals(List.of(origin)) || (sameOrigin && origins.equals(List.of("null")));
    }
}
