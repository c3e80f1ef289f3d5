package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings.Lives;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the grant that ends a sign-in, and its code (O-90, O-107). Until the code is exchanged the grant lives no longer than the code: the token endpoint moves its
 * end on. How long it may be moved on depends on whether the identity provider can be asked again (O-145): without a refresh token of its, only a new sign-in tells
 * whether the person may still. Blocks on the store.
 */
final class GrantIssuer {
    private static final Logger LOG = System.getLogger(GrantIssuer.class.getName());

    private final GrantStore store;
    private final Lives lives;
    private final int grantsMax;
    private final AtomicBoolean recommended = new AtomicBoolean();

    /** @param grantsMax how many grants a person may have for one client (O-44) */
    GrantIssuer(GrantStore store, Lives lives, int grantsMax) {
        this.store = store;
        this.lives = lives;
        this.grantsMax = grantsMax;
    }

    /**
     * A grant made.
     *
     * @param code it is nowhere but here
     * @param crowdedOut ids of grants that ended for it (O-44)
     */
    record Issued(String code, String grantId, List<String> crowdedOut) {
        Issued {
            crowdedOut = List.copyOf(crowdedOut);
        }

        @Override
        public String toString() {
            return "Issued[grantId=" + grantId + "]";
        }
    }

    /** @param scopes no more than the transaction's */
    Issued issue(
            Transaction transaction,
            Scopes scopes,
            RegisteredClient client,
            SignIn signIn,
            String subjectKey,
            long nowSeconds) {
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
                scopes,
                transaction.resources(),
                GrantCipher.sealProps(props.encode(), key, grantId),
                nowSeconds,
                nowSeconds,
                codeExpiresAt,
                nowSeconds + life(signIn));
        var record = new AuthorizationCode(
                TokenHash.of(code),
                grantId,
                transaction.codeChallenge(),
                GrantCipher.wrap(key, code),
                codeExpiresAt,
                false);
        return new Issued(code, grantId, store.createGrant(grant, record, grantsMax, nowSeconds));
    }

    private int life(SignIn signIn) {
        if (signIn.refreshToken() != null) {
            return lives.grant();
        }
        if (recommended.compareAndSet(false, true)) {
            LOG.log(
                    Level.WARNING,
                    "the identity provider gives no refresh tokens, so people must sign in again every {0} hours: switch"
                            + " refresh tokens on in the Access application",
                    lives.uncheckedGrant() / 3600);
        }
        return Math.min(lives.grant(), lives.uncheckedGrant());
    }
}
