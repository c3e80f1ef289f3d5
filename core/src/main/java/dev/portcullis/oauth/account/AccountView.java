package dev.portcullis.oauth.account;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.authorize.RedirectTarget;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees of their account. All of it is text to be escaped.
 *
 * @param person what they are called
 * @param items the grants of this page, those used last first
 * @param total how many grants there are in all
 * @param page which page this is, from 1
 * @param pages how many there are, at least 1
 * @param notice what has just happened; null if nothing
 * @param revokeAllToken of the form that ends all grants
 * @param signOutToken of the form that ends the session
 */
public record AccountView(
        String person,
        List<Item> items,
        int total,
        int page,
        int pages,
        @Nullable AccountNotice notice,
        String revokeAllToken,
        String signOutToken) {
    public AccountView {
        items = List.copyOf(items);
    }

    /** Names no token. */
    @Override
    public String toString() {
        return "AccountView[total=" + total + ", page=" + page + "]";
    }

    /**
     * One grant.
     *
     * @param grantId to be sent back to end it
     * @param clientName what the client calls itself; null if it does not
     * @param clientKind where that comes from
     * @param clientHost the host of a client that is described at its own address; null otherwise
     * @param redirect where its answer went
     * @param scopes what it may do
     * @param createdAt Unix seconds
     * @param lastUsedAt Unix seconds
     * @param revokeToken of the form that ends it
     */
    public record Item(
            String grantId,
            @Nullable String clientName,
            RegisteredClient.Kind clientKind,
            @Nullable String clientHost,
            @Nullable RedirectTarget redirect,
            Scopes scopes,
            long createdAt,
            long lastUsedAt,
            String revokeToken) {}
}
