package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenRequest.CodeExchange;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * From authorization code to tokens (O §5.2).
 *
 * <pre>
 *  unspent ──► request is wrong in any way ──► refused; the code stays its owner's
 *          ──► all is right ──────────────────► spent, in one atomic call ──► tokens
 *  spent   ──► wrong client or verifier ──────► refused; the grant stays (else whoever saw a code could end a grant)
 *          ──► right client and verifier ─────► refused; the grant is revoked (O-92)
 * </pre>
 */
final class CodeFlow {
    private static final Logger LOG = System.getLogger(CodeFlow.class.getName());

    private final GrantStore store;
    private final OAuthSettings.Lives lives;
    private final Narrowing narrowing;
    private final ClientLives clientLives;
    private final Telemetry telemetry;

    CodeFlow(
            GrantStore store,
            OAuthSettings.Lives lives,
            Narrowing narrowing,
            ClientLives clientLives,
            Telemetry telemetry) {
        this.store = store;
        this.lives = lives;
        this.narrowing = narrowing;
        this.clientLives = clientLives;
        this.telemetry = telemetry;
    }

    TokenResponse exchange(CodeExchange request, RegisteredClient client, Possession possession, long nowSeconds) {
        Held<AuthorizationCode> held = find(request.code(), nowSeconds);
        AuthorizationCode code = held.token();
        Grant grant = held.grant();
        if (!grant.client().id().equals(client.id())) {
            throw refused("the code is unknown, spent or expired");
        }
        if (request.redirectUri() != null && !request.redirectUri().equals(grant.redirectUri())) {
            throw refused("redirect_uri differs from the one in the authorization request");
        }
        if (!CodeVerifiers.fits(request.codeVerifier(), code.codeChallenge())) {
            throw refused("code_verifier does not fit the code_challenge");
        }
        if (code.spent()) {
            throw replayed(grant);
        }
        var resources = narrowing.resources(request.resources(), grant.resources());
        var scopes = Narrowing.common(request.scope(), grant.scopes());
        TokenHash holder = possession.prove(code.boundTo());

        var grantKey = GrantCipher.unwrap(code.wrappedKey(), request.code());
        var access = Minted.access(grant, grantKey, scopes, resources, lives, nowSeconds)
                .heldBy(holder);
        String refreshText = null;
        RefreshToken refresh = null;
        if (client.grantTypes().contains(TokenRequest.REFRESH_TOKEN)) {
            refreshText = TokenFormat.newToken(Kind.REFRESH, grant.id());
            refresh = Minted.refresh(refreshText, 0, grant, grantKey, lives, nowSeconds)
                    .heldBy(Possession.ofRefreshToken(client, holder));
        }
        clientLives.firstUse(client, nowSeconds);
        consume(code, access, refresh, nowSeconds);
        telemetry.audit(about(grant, AuditEvent.What.TOKEN_ISSUED));
        return access.toResponse(refreshText);
    }

    private Held<AuthorizationCode> find(String code, long nowSeconds) {
        Held<AuthorizationCode> held = TokenFormat.isWellFormed(Kind.CODE, code)
                ? store.code(TokenFormat.grantIdOf(code), TokenHash.of(code), nowSeconds)
                : null;
        if (held == null) {
            throw refused("the code is unknown, spent or expired");
        }
        return held;
    }

    private void consume(
            AuthorizationCode code, Minted.Access access, @Nullable RefreshToken refresh, long nowSeconds) {
        long rememberUntil = Math.max(code.expiresAt(), access.token().expiresAt());
        long grantExpiresAt = refresh == null ? access.token().expiresAt() : refresh.expiresAt();
        var spent = code.spentUntil(rememberUntil);
        if (store.consumeCode(spent, access.token(), refresh, grantExpiresAt, nowSeconds)) {
            return;
        }
        Held<AuthorizationCode> now = store.code(code.grantId(), code.hash(), nowSeconds);
        if (now != null && now.token().spent()) {
            throw replayed(now.grant());
        }
        throw refused("the code is unknown, spent or expired");
    }

    private OAuthException replayed(Grant grant) {
        store.revokeGrant(grant.id());
        telemetry.audit(about(grant, AuditEvent.What.CODE_REPLAYED).failed("the grant is revoked"));
        LOG.log(Level.WARNING, "authorization code replayed; its grant is revoked: {0}", Audit.id(grant.id()));
        return refused("the code is unknown, spent or expired");
    }

    private static AuditEvent about(Grant grant, AuditEvent.What what) {
        return AuditEvent.of(what).client(grant.client().id()).grant(grant.id()).person(grant.subjectKey());
    }

    private static OAuthException refused(String description) {
        return new OAuthException(OAuthError.INVALID_GRANT, description);
    }
}
