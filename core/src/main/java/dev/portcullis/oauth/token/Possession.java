package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import org.jspecify.annotations.Nullable;

/** What a request proves to hold (RFC 9449 §5), looked at when a flow has come to that check and not before: a proof can be used once (O §5.2). */
@FunctionalInterface
interface Possession {
    /**
     * @return thumbprint of the key whose holder made the request; null if nothing is proven and nothing need be
     * @throws OAuthException INVALID_DPOP_PROOF, USE_DPOP_NONCE
     */
    @Nullable
    TokenHash prove();

    /**
     * The same for what may be used by the holder of one key only.
     *
     * @param boundTo thumbprint of that key; null if there is none
     * @throws OAuthException also INVALID_GRANT: another key
     */
    default @Nullable TokenHash prove(@Nullable TokenHash boundTo) {
        TokenHash holder = prove();
        if (boundTo == null || boundTo.equals(holder)) {
            return holder;
        }
        if (holder == null) {
            throw new OAuthException(OAuthError.INVALID_DPOP_PROOF, "a DPoP proof is missing");
        }
        throw new OAuthException(OAuthError.INVALID_GRANT, "the DPoP proof is of another key than the grant");
    }

    /** To what a first refresh token is bound: a client that authenticates is proof enough (RFC 9449 §5). */
    static @Nullable TokenHash ofRefreshToken(RegisteredClient client, @Nullable TokenHash holder) {
        return client.authMethod() == AuthMethod.NONE ? holder : null;
    }
}
