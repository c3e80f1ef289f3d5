package dev.portcullis.oauth.client;

import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import org.jspecify.annotations.Nullable;

/** Keys of clients that the operator writes into the settings (O-120): by the same rules as those that clients bring themselves. */
public final class KeySets {
    private KeySets() {}

    /** @return what is wrong with this JWK set; null if nothing is */
    public static @Nullable String flawOf(String jwks) {
        try {
            PublicKeySets.clean(jwks);
            return null;
        } catch (OAuthException e) {
            return e.description();
        }
    }

    /**
     * @param jwks JSON
     * @throws OAuthException it has a {@link #flawOf}
     */
    public static ClientKeys inline(String jwks) {
        return new ClientKeys.Inline(PublicKeySets.clean(jwks));
    }

    /** Whether a JWK set may be at this address, as far as its text tells. */
    public static boolean isAddress(String url) {
        return ClientAddresses.isAddress(url);
    }
}
