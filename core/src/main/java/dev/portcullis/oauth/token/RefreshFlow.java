package dev.portcullis.oauth.token;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenRequest.Refresh;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.GrantedScopes;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import javax.crypto.SecretKey;

/**
 * From refresh token to its successor and an access token (O §5.3). A token has one successor, which is a function of itself and a key of ours, so that whoever
 * asks again gets the same (O-95): a retry after a lost answer, a second process of the client, another node.
 *
 * <pre>
 *  presented ──► unknown, expired, of another client ──────────────► refused, nothing changes
 *            ──► successor used before the overlap ────────────────► refused; the grant is revoked (O-96)
 *            ──► asks for more than was granted ───────────────────► refused, nothing changes
 *            ──► provider or rules say no (O-99) ──────────────────► refused; the grant is revoked
 *            ──► provider out of reach for too long (O-99) ────────► 503, nothing changes
 *            ──► successor never used, or used within the overlap ─► successor and a new access token, a short one if the provider is out of reach
 * </pre>
 *
 * The provider is asked only for a request that is right in itself, and what it said is durable before anything is rotated here.
 */
final class RefreshFlow {
    private static final Logger LOG = System.getLogger(RefreshFlow.class.getName());

    private final GrantStore store;
    private final OAuthSettings.Lives lives;
    private final Narrowing narrowing;
    private final ClientLives clientLives;
    private final KeyedHash successors;
    private final ProviderCheck providerCheck;
    private final Policy policy;
    private final Telemetry telemetry;

    RefreshFlow(
            GrantStore store,
            OAuthSettings.Lives lives,
            Narrowing narrowing,
            ClientLives clientLives,
            KeyedHash successors,
            Oversight oversight,
            Telemetry telemetry) {
        this.store = store;
        this.lives = lives;
        this.narrowing = narrowing;
        this.clientLives = clientLives;
        this.successors = successors;
        this.providerCheck = new ProviderCheck(store, oversight, telemetry);
        this.policy = oversight.policy();
        this.telemetry = telemetry;
    }

    TokenResponse refresh(Refresh request, RegisteredClient client, Possession possession, long nowSeconds) {
        Held<RefreshToken> held = find(request.refreshToken(), nowSeconds);
        RefreshToken presented = held.token();
        Grant grant = held.grant();
        if (!grant.client().id().equals(client.id())) {
            throw refused();
        }
        if (presented.wrappedKey().length == 0) {
            throw reused(
                    grant); // kept only to be recognised: it can never be used again, whatever it is to be used for
        }
        var asked = Narrowing.subset(request.scope(), grant.scopes());
        var resources = narrowing.resources(request.resources(), grant.resources());
        TokenHash holder = possession.prove(presented.boundTo());

        var grantKey = GrantCipher.unwrap(presented.wrappedKey(), request.refreshToken());
        Review review = review(grant, grantKey, nowSeconds);
        var scopes = narrowed(asked, review.scopes);
        var access = Minted.access(grant, grantKey, scopes, resources, review.accessSeconds, nowSeconds)
                .heldBy(holder);
        for (String text : TokenFormat.successorsOf(request.refreshToken(), successors)) {
            var successor = Minted.refresh(text, presented.generation() + 1, grant, grantKey, lives, nowSeconds)
                    .heldBy(presented.boundTo());
            switch (rotate(presented, successor, access, nowSeconds)) {
                case Rotation.Rotated() -> {
                    clientLives.furtherUse(grant, nowSeconds);
                    telemetry.audit(about(grant, AuditEvent.What.TOKEN_REFRESHED));
                    return access.toResponse(text);
                }
                case Rotation.Reused() -> throw reused(grant);
                case Rotation.Unknown() -> {} // it may have gone on with another, made under an earlier key (O-180)
            }
        }
        throw refused();
    }

    private Rotation rotate(RefreshToken presented, RefreshToken successor, Minted.Access access, long nowSeconds) {
        return store.rotate(
                presented.hash(), successor, access.token(), lives.refreshOverlap(), successor.expiresAt(), nowSeconds);
    }

    private Held<RefreshToken> find(String token, long nowSeconds) {
        Held<RefreshToken> held = TokenFormat.isWellFormed(Kind.REFRESH, token)
                ? store.refreshToken(TokenFormat.grantIdOf(token), TokenHash.of(token), nowSeconds)
                : null;
        if (held == null) {
            throw refused();
        }
        return held;
    }

    /** Whether the person may still, by the identity provider and by our rules (O-99), and how far. */
    private Review review(Grant grant, SecretKey grantKey, long nowSeconds) {
        return switch (providerCheck.standing(grant, grantKey, nowSeconds)) {
            case Standing.Confirmed(Identity identity) -> new Review(allowed(grant, identity), lives.access());
            case Standing.Unconfirmed(Identity identity, long checkedAt) -> {
                var allowed = allowed(grant, identity);
                if (nowSeconds - checkedAt > lives.staleness()) {
                    throw new OAuthException(
                            OAuthError.TEMPORARILY_UNAVAILABLE, "the identity provider cannot be asked now, ask again");
                }
                yield new Review(allowed, Math.min(lives.access(), lives.unconfirmedAccess()));
            }
            case Standing.Refused() -> throw refused();
            case Standing.Over() -> throw refused();
        };
    }

    /** @param accessSeconds longest life of an access token */
    private record Review(Scopes scopes, int accessSeconds) {}

    /** What our rules leave of a grant for its person as they are now (O-145). */
    private Scopes allowed(Grant grant, Identity identity) {
        var principal = new Principal(identity, grant.client().id(), grant.id(), grant.scopes());
        if (!isAllowed(principal, new Action.SignIn())) {
            throw denied(grant, "our rules do not let the person sign in any more");
        }
        var left = GrantedScopes.of(grant.scopes(), grant.client().scopes(), principal, policy);
        if (left.isEmpty() && !grant.scopes().isEmpty()) {
            throw denied(grant, "our rules leave the person none of the scopes");
        }
        return left;
    }

    private boolean isAllowed(Principal principal, Action action) {
        return policy.decide(principal, action) instanceof Decision.Allow;
    }

    private static Scopes narrowed(Scopes asked, Scopes allowed) {
        var left = asked.intersect(allowed);
        if (left.isEmpty() && !asked.isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "none of these scopes is allowed any more");
        }
        return left;
    }

    private OAuthException denied(Grant grant, String why) {
        store.revokeGrant(grant.id());
        telemetry.audit(about(grant, AuditEvent.What.GRANT_REVOKED).detail(why));
        LOG.log(Level.INFO, "{0}; the grant is revoked: {1}", why, Audit.id(grant.id()));
        return refused();
    }

    private OAuthException reused(Grant grant) {
        store.revokeGrant(grant.id());
        telemetry.audit(about(grant, AuditEvent.What.REFRESH_TOKEN_REUSED).failed("the grant is revoked"));
        LOG.log(Level.WARNING, "refresh token reused; its grant is revoked: {0}", Audit.id(grant.id()));
        return refused();
    }

    private static AuditEvent about(Grant grant, AuditEvent.What what) {
        return AuditEvent.of(what).client(grant.client().id()).grant(grant.id()).person(grant.subjectKey());
    }

    private static OAuthException refused() {
        return new OAuthException(
                OAuthError.INVALID_GRANT, "the refresh token is unknown, expired, revoked or of another client");
    }
}
