package dev.portcullis.oauth.token;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.ResourceMatcher;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.client.ClientAuthenticator;
import dev.portcullis.oauth.client.ClientCredentials;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.token.TokenRequest.CodeExchange;
import dev.portcullis.oauth.token.TokenRequest.Refresh;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The token and revocation endpoints' decisions (O §5). Any thread; blocks on the store.
 *
 * <p>Every method throws {@link dev.portcullis.store.StoreException} when the store cannot answer, which is an outage and never a refusal (O-84); asking again is
 * safe.
 */
public final class TokenService {
    private static final Logger LOG = System.getLogger(TokenService.class.getName());

    private final GrantStore store;
    private final ClientAuthenticator authenticator;
    private final CodeFlow codes;
    private final RefreshFlow refreshes;
    private final Telemetry telemetry;

    /** @param oversight asked with each refresh (O-99) */
    public TokenService(
            OAuthSettings settings,
            MasterKey key,
            GrantStore store,
            Clients clients,
            Oversight oversight,
            Telemetry telemetry) {
        this.store = store;
        this.telemetry = telemetry;
        this.authenticator = new ClientAuthenticator(clients);
        var lives = settings.lives();
        var narrowing = new Narrowing(new ResourceMatcher(settings));
        var clientLives = new ClientLives(store, lives.client());
        this.codes = new CodeFlow(store, lives, narrowing, clientLives, telemetry);
        this.refreshes = new RefreshFlow(
                store, lives, narrowing, clientLives, key.hmac("refresh-successor/1"), oversight, telemetry);
    }

    /**
     * Answers a request to the token endpoint: form, client, grant type, then the flow of that type.
     *
     * @param nowSeconds Unix time in seconds
     * @throws OAuthException as the flow, and INVALID_REQUEST, INVALID_CLIENT, UNSUPPORTED_GRANT_TYPE, UNAUTHORIZED_CLIENT
     */
    public TokenResponse token(ClientRequest request, long nowSeconds) {
        boolean isRefresh = request.form().getOrDefault("grant_type", List.of()).contains(TokenRequest.REFRESH_TOKEN);
        boolean succeeded = false;
        try {
            TokenResponse response = answer(FormParameters.of(request.form()), request.authorization(), nowSeconds);
            succeeded = true;
            return response;
        } finally {
            telemetry.signIn(isRefresh ? SignInStep.REFRESH : SignInStep.TOKEN, succeeded);
        }
    }

    private TokenResponse answer(FormParameters form, List<String> authorization, long nowSeconds) {
        var credentials = ClientCredentials.parse(form, authorization);
        Grant grant = grantOf(form.get("code"), form.get("refresh_token"), nowSeconds);
        RegisteredClient client = authenticator.authenticate(credentials, clientOf(grant), nowSeconds);
        TokenRequest request = TokenRequestParser.parse(form);
        if (!client.grantTypes().contains(request.grantType())) {
            throw new OAuthException(OAuthError.UNAUTHORIZED_CLIENT, "the client did not register for this grant_type");
        }
        return switch (request) {
            case CodeExchange exchange -> exchange(exchange, client, nowSeconds);
            case Refresh refresh -> refresh(refresh, client, nowSeconds);
        };
    }

    /**
     * Exchanges an authorization code for tokens (RFC 6749 §4.1.3; PKCE, RFC 7636 §4.6; order of checks O §5.2). The code is spent in one atomic call after all
     * checks of the request have passed: a request that fails them leaves it to its owner, and of two right ones exactly one wins; the other revokes the grant.
     *
     * @param client authenticated
     * @param nowSeconds Unix time in seconds
     * @return access token, and a refresh token if the client registered for it
     * @throws OAuthException INVALID_GRANT: unknown, spent or expired code, other client, other redirect URI, wrong verifier; INVALID_TARGET; INVALID_SCOPE
     */
    public TokenResponse exchange(CodeExchange request, RegisteredClient client, long nowSeconds) {
        return codes.exchange(request, client, nowSeconds);
    }

    /**
     * Exchanges a refresh token for its one successor and a new access token (RFC 6749 §6; O-95…O-100), after asking the identity provider whether the person still may.
     *
     * @param client authenticated
     * @param nowSeconds Unix time in seconds
     * @throws OAuthException INVALID_GRANT: unknown, expired or reused token, other client, or the person may not any more; INVALID_TARGET; INVALID_SCOPE;
     *     TEMPORARILY_UNAVAILABLE: the identity provider has been out of reach for too long
     */
    public TokenResponse refresh(Refresh request, RegisteredClient client, long nowSeconds) {
        return refreshes.refresh(request, client, nowSeconds);
    }

    /**
     * Revokes a token (RFC 7009): a refresh token with its whole grant, an access token alone. What is unknown or another client's is left as it is, and the
     * caller is not told (O-115, O-116).
     *
     * @param nowSeconds Unix time in seconds
     * @throws OAuthException INVALID_REQUEST: no token; INVALID_CLIENT
     */
    public void revoke(ClientRequest request, long nowSeconds) {
        boolean succeeded = false;
        try {
            revoke(FormParameters.of(request.form()), request.authorization(), nowSeconds);
            succeeded = true;
        } finally {
            telemetry.signIn(SignInStep.REVOKE, succeeded);
        }
    }

    private void revoke(FormParameters form, List<String> authorization, long nowSeconds) {
        var credentials = ClientCredentials.parse(form, authorization);
        String token = form.get("token");
        Grant grant = token == null ? null : grantOfToken(token, nowSeconds);
        RegisteredClient client = authenticator.authenticate(credentials, clientOf(grant), nowSeconds);
        form.require("token");
        if (token == null || grant == null) {
            return;
        }
        if (!grant.client().id().equals(client.id())) {
            LOG.log(Level.WARNING, "a client asked to revoke a token of another: {0}", Audit.id(client.id()));
            return;
        }
        if (TokenFormat.isWellFormed(Kind.REFRESH, token)) {
            store.revokeGrant(grant.id());
        } else {
            store.revokeAccessToken(TokenHash.of(token));
        }
    }

    private @Nullable Grant grantOfToken(String token, long nowSeconds) {
        if (TokenFormat.isWellFormed(Kind.ACCESS, token)) {
            return grantOf(store.accessToken(TokenHash.of(token), nowSeconds));
        }
        return grantOf(null, token, nowSeconds);
    }

    /** The grant of the code or the refresh token that a request presents; null if there is none. */
    private @Nullable Grant grantOf(@Nullable String code, @Nullable String refreshToken, long nowSeconds) {
        if (code != null && TokenFormat.isWellFormed(Kind.CODE, code)) {
            return grantOf(store.code(TokenHash.of(code), nowSeconds));
        }
        if (refreshToken != null && TokenFormat.isWellFormed(Kind.REFRESH, refreshToken)) {
            return grantOf(store.refreshToken(TokenHash.of(refreshToken), nowSeconds));
        }
        return null;
    }

    private static @Nullable Grant grantOf(@Nullable Held<?> held) {
        return held == null ? null : held.grant();
    }

    private static @Nullable RegisteredClient clientOf(@Nullable Grant grant) {
        return grant == null ? null : grant.client();
    }
}
