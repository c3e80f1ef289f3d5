package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings.Lives;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;

/**
 * Makes the grant that ends a sign-in, and its code (O-90, O-107). Until the code is exchanged the grant lives no longer than the code: the token endpoint moves its
 * end on. Blocks on the store.
 */
final class GrantIssuer {
    private final GrantStore store;
    private final Lives lives;
    private final int grantsMax;

    /** @param grantsMax how many grants a person may have for one client (O-44) */
    GrantIssuer(GrantStore store, Lives lives, int grantsMax) {
        this.store = store;
        this.lives = lives;
        this.grantsMax = grantsMax;
    }

    /** @return the code; it is nowhere but here */
    String issue(Transaction transaction, RegisteredClient client, SignIn signIn, String subjectKey, long nowSeconds) {
        String grantId = TokenFormat.newGrantId();
        String code = TokenFormat.newToken(TokenFormat.Kind.CODE, grantId);
        var key = GrantCipher.newKey();
        var props = new GrantProps(signIn.identity(), signIn.refreshToken());
        long codeExpiresAt = nowSeconds + lives.code();
        var grant = new Grant(
                grantId,
                client,
                transaction.redirectUri(),
                subjectKey,
                transaction.scopes(),
                transaction.resources(),
                GrantCipher.sealProps(props.encode(), key, grantId),
                nowSeconds,
                nowSeconds,
                codeExpiresAt,
                nowSeconds + Math.min(lives.grant(), lives.uncheckedGrant()));
        var record = new AuthorizationCode(
                TokenHash.of(code),
                grantId,
                transaction.codeChallenge(),
                GrantCipher.wrap(key, code),
                codeExpiresAt,
                false,
                DpopProofs.thumbprint(transaction.dpopKey()));
        store.createGrant(grant, record, grantsMax, nowSeconds);
        return code;
    }
}
