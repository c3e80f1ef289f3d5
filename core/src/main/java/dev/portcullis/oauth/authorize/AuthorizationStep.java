package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.PageReason;
import java.util.List;

/** What the browser is to do next. */
public sealed interface AuthorizationStep {
    /**
     * Ask the person.
     *
     * @param view what they must see (O-61)
     * @param transaction the value of the form's one hidden field; opaque, bound to a secret among {@code secrets}
     * @param secrets what the browser is to keep or forget
     */
    record AskConsent(ConsentView view, String transaction, List<BrowserSecret> secrets) implements AuthorizationStep {
        public AskConsent {
            secrets = List.copyOf(secrets);
        }
    }

    /**
     * Go there: to the identity provider, or back to the client.
     *
     * @param location an absolute URI
     * @param secrets what the browser is to keep or forget
     */
    record Leave(String location, List<BrowserSecret> secrets) implements AuthorizationStep {
        public Leave {
            secrets = List.copyOf(secrets);
        }
    }

    /** Show why it does not go on. */
    record ShowPage(PageReason reason) implements AuthorizationStep {}

    /**
     * Show what the client did wrong, and offer the way back to it: nobody is sent on unasked by a request that anybody may have written (O-33).
     *
     * @param error what
     * @param description for the client's developer
     * @param location the way back, with the error in it
     * @param redirect where that leads, to show
     */
    record OfferReturn(OAuthError error, String description, String location, RedirectTarget redirect)
            implements AuthorizationStep {}
}
