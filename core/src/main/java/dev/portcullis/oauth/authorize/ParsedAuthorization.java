package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.store.RegisteredClient;
import org.jspecify.annotations.Nullable;

/** What an authorization request turned out to be. */
sealed interface ParsedAuthorization {
    /** All checks have passed. */
    record Valid(AuthorizationRequest request) implements ParsedAuthorization {}

    /** Nobody is known to whom the browser could be sent back: a page of ours says why (O §4.1, before step 4). */
    record Unreturnable(PageReason reason) implements ParsedAuthorization {}

    /**
     * A mistake that is the client's to hear of.
     *
     * @param redirectUri one of the client's
     * @param state the client's; null if none was sent, or more than one
     * @param silent whether the client asked that nothing be shown ({@code prompt=none})
     */
    record Faulty(
            RegisteredClient client,
            String redirectUri,
            @Nullable String state,
            OAuthError error,
            String description,
            boolean silent)
            implements ParsedAuthorization {}
}
