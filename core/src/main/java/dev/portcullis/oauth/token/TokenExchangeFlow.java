package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenRequest.TokenExchange;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.GrantedScopes;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.RegisteredClient;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * From somebody's access token to a narrower one for a client that serves them (RFC 8693; O-165). The new token hangs on the grant of the old one: it ends with that
 * grant, and no later than the old one would.
 *
 * <pre>
 *  client ──► not registered by the operator, or public ──► unauthorized_client
 *  subject ─► unknown, expired, revoked, another kind ────► invalid_request (RFC 8693 §2.2.2)
 *          ─► rules keep the person from this client ─────► invalid_request too
 *          ─► more scope or other resources asked for ────► invalid_scope, invalid_target
 *          ─► none of its scopes is for this client ──────► invalid_scope
 *          ─► bound to a key, and no proof of any ────────► invalid_dpop_proof: a bound token does not become an unbound one
 *          ─► all is right ───────────────────────────────► an access token of this client, no refresh token
 * </pre>
 */
final class TokenExchangeFlow {
    private final GrantStore store;
    private final OAuthSettings.Lives lives;
    private final Narrowing narrowing;
    private final Policy policy;

    TokenExchangeFlow(GrantStore store, OAuthSettings.Lives lives, Narrowing narrowing, Policy policy) {
        this.store = store;
        this.lives = lives;
        this.narrowing = narrowing;
        this.policy = policy;
    }

    TokenResponse exchange(TokenExchange request, RegisteredClient client, Possession possession, long nowSeconds) {
        if (client.kind() != RegisteredClient.Kind.PREREGISTERED
                || client.authMethod() == RegisteredClient.AuthMethod.NONE) {
            throw new OAuthException(
                    OAuthError.UNAUTHORIZED_CLIENT, "only clients that the operator registered may exchange tokens");
        }
        Held<AccessToken> held = find(request.subjectToken(), nowSeconds);
        AccessToken subject = held.token();
        Grant grant = held.grant();
        var grantKey = GrantCipher.unwrap(subject.wrappedKey(), request.subjectToken());
        var scopes = Narrowing.subset(request.scope(), allowed(subject, grant, grantKey, client));
        var resources = narrowing.resources(request.resources(), subject.resources());
        TokenHash holder = prove(subject, possession);

        long endsAt = Math.min(subject.expiresAt(), grant.expiresAt());
        var access = Minted.access(grant, grantKey, scopes, resources, lives, nowSeconds)
                .endingBy(endsAt, nowSeconds)
                .heldBy(holder);
        if (!grant.client().id().equals(client.id())) {
            access = access.issuedTo(client.id());
        }
        if (!store.addAccessToken(access.token(), nowSeconds)) {
            throw refused();
        }
        return access.toResponse(null).ofType(TokenRequestParser.ACCESS_TOKEN_TYPE);
    }

    private Held<AccessToken> find(String token, long nowSeconds) {
        Held<AccessToken> held = TokenFormat.isWellFormed(Kind.ACCESS, token)
                ? store.accessToken(TokenFormat.grantIdOf(token), TokenHash.of(token), nowSeconds)
                : null;
        if (held == null) {
            throw refused();
        }
        return held;
    }

    /** What the person may have through this client, which is another than they signed in with (O-42). */
    private Scopes allowed(AccessToken subject, Grant grant, SecretKey grantKey, RegisteredClient client) {
        var person = GrantProps.decode(GrantCipher.openProps(grant.sealedProps(), grantKey, grant.id()))
                .identity();
        var principal = new Principal(person, client.id(), grant.id(), subject.scopes());
        if (!(policy.decide(principal, new Action.SignIn()) instanceof Decision.Allow)) {
            throw refused(); // what policy does not accept counts as invalid (RFC 8693 §2.2.2)
        }
        var allowed = GrantedScopes.of(subject.scopes(), client.scopes(), principal, policy);
        if (allowed.isEmpty() && !subject.scopes().isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "none of the subject token's scopes is for this client");
        }
        return allowed;
    }

    private static @Nullable TokenHash prove(AccessToken subject, Possession possession) {
        TokenHash holder = possession.prove();
        if (subject.boundTo() != null && holder == null) {
            throw new OAuthException(
                    OAuthError.INVALID_DPOP_PROOF, "the subject token is bound to a key: a DPoP proof is missing");
        }
        return holder;
    }

    private static OAuthException refused() {
        return new OAuthException(OAuthError.INVALID_REQUEST, "the subject token is unknown, expired or revoked");
    }
}
