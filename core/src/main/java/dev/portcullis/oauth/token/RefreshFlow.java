package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenRequest.Refresh;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import javax.crypto.SecretKey;

/**
 * From refresh token to its successor and an access token (O §5.3). A token has one successor, which is a function of itself and a key of ours, so that whoever
 * asks again gets the same (O-95): a retry after a lost answer, a second process of the client, another node.
 *
 * <pre>
 *  presented ──► unknown, expired, of another client ──────────────► refused, nothing changes
 *            ──► asks for more than was granted ───────────────────► refused, nothing changes
 *            ──► successor never used, or used within the overlap ─► successor and a new access token
 *            ──► successor used before the overlap ────────────────► refused; the grant is revoked (O-96)
 * </pre>
 */
final class RefreshFlow {
    private static final Logger LOG = System.getLogger(RefreshFlow.class.getName());

    private final GrantStore store;
    private final OAuthSettings.Lives lives;
    private final Narrowing narrowing;
    private final ClientLives clientLives;
    private final SecretKey successorKey;

    RefreshFlow(
            GrantStore store,
            OAuthSettings.Lives lives,
            Narrowing narrowing,
            ClientLives clientLives,
            SecretKey successorKey) {
        this.store = store;
        this.lives = lives;
        this.narrowing = narrowing;
        this.clientLives = clientLives;
        this.successorKey = successorKey;
    }

    TokenResponse refresh(Refresh request, RegisteredClient client, Possession possession, long nowSeconds) {
        Held<RefreshToken> held = find(request.refreshToken(), nowSeconds);
        RefreshToken presented = held.token();
        Grant grant = held.grant();
        if (!grant.client().id().equals(client.id())) {
            throw refused();
        }
        var scopes = Narrowing.subset(request.scope(), grant.scopes());
        var resources = narrowing.resources(request.resources(), grant.resources());
        if (presented.wrappedKey().length == 0) {
            throw reused(grant); // kept only to be recognised: it can never be used again
        }
        TokenHash holder = possession.prove(presented.boundTo());

        var grantKey = GrantCipher.unwrap(presented.wrappedKey(), request.refreshToken());
        var access = Minted.access(grant, grantKey, scopes, resources, lives, nowSeconds)
                .heldBy(holder);
        String successorText = TokenFormat.successorOf(request.refreshToken(), successorKey);
        var successor = Minted.refresh(successorText, presented.generation() + 1, grant, grantKey, lives, nowSeconds)
                .heldBy(presented.boundTo());
        Rotation rotation = store.rotate(
                presented.hash(), successor, access.token(), lives.refreshOverlap(), successor.expiresAt(), nowSeconds);
        return switch (rotation) {
            case Rotation.Rotated() -> {
                clientLives.furtherUse(grant, nowSeconds);
                yield access.toResponse(successorText);
            }
            case Rotation.Reused() -> throw reused(grant);
            case Rotation.Unknown() -> throw refused();
        };
    }

    private Held<RefreshToken> find(String token, long nowSeconds) {
        Held<RefreshToken> held = TokenFormat.isWellFormed(Kind.REFRESH, token)
                ? store.refreshToken(TokenHash.of(token), nowSeconds)
                : null;
        if (held == null) {
            throw refused();
        }
        return held;
    }

    private OAuthException reused(Grant grant) {
        store.revokeGrant(grant.id());
        LOG.log(Level.WARNING, "refresh token reused; its grant is revoked: {0}", Audit.id(grant.id()));
        return refused();
    }

    private static OAuthException refused() {
        return new OAuthException(
                OAuthError.INVALID_GRANT, "the refresh token is unknown, expired, revoked or of another client");
    }
}
