package dev.portcullis.oauth.token;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.ResourceMatcher;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.client.ClientAuthenticator;
import dev.portcullis.oauth.client.ClientCredentials;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.token.TokenRequest.AssertionGrant;
import dev.portcullis.oauth.token.TokenRequest.CodeExchange;
import dev.portcullis.oauth.token.TokenRequest.OwnAccess;
import dev.portcullis.oauth.token.TokenRequest.Refresh;
import dev.portcullis.oauth.token.TokenRequest.TokenExchange;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of the token, revocation and introspection endpoints (O §5, §9). Any thread; blocks on the store.
 *
 * <p>Every method throws {@link dev.portcullis.store.StoreException} when the store cannot answer, which is an outage and never a refusal (O-84); asking again is
 * safe.
 */
public final class TokenService {
    private static final Logger LOG = System.getLogger(TokenService.class.getName());

    private final GrantStore store;
    private final ClientAuthenticator authenticator;
    private final FailedAttempts attempts;
    private final TokenRequestParser parser;
    private final DpopProofs dpop;
    private final String tokenEndpoint;
    private final CodeFlow codes;
    private final RefreshFlow refreshes;
    private final TokenExchangeFlow exchanges;
    private final AssertionFlow assertions;
    private final ClientCredentialsFlow ownAccess;
    private final IntrospectionFlow introspection;
    private final Telemetry telemetry;

    /** Without trusted issuers, rules for introspection and limits. */
    public TokenService(
            OAuthSettings settings,
            MasterKey key,
            GrantStore store,
            Clients clients,
            Oversight oversight,
            Telemetry telemetry) {
        this(
                settings,
                key,
                store,
                clients,
                oversight,
                TokenExtensions.none(settings, key, store, telemetry),
                telemetry);
    }

    /** @param oversight asked with each refresh (O-99) */
    public TokenService(
            OAuthSettings settings,
            MasterKey key,
            GrantStore store,
            Clients clients,
            Oversight oversight,
            TokenExtensions extensions,
            Telemetry telemetry) {
        this.store = store;
        this.telemetry = telemetry;
        this.authenticator = new ClientAuthenticator(clients, settings, store, telemetry);
        this.attempts = new FailedAttempts(extensions.attemptLimits(), telemetry);
        this.parser = new TokenRequestParser(settings.offered());
        this.dpop = extensions.dpop();
        this.tokenEndpoint = settings.issuer() + "/token";
        var lives = settings.lives();
        var narrowing = new Narrowing(new ResourceMatcher(settings));
        var clientLives = new ClientLives(store, lives.client());
        this.codes = new CodeFlow(store, lives, narrowing, clientLives, telemetry);
        this.refreshes = new RefreshFlow(
                store, lives, narrowing, clientLives, key.keyedHash("refresh-successor/1"), oversight, telemetry);
        this.exchanges = new TokenExchangeFlow(store, lives, narrowing, oversight.policy());
        var direct = new DirectGrants(store, settings, new SubjectKeys(key), oversight.policy(), telemetry);
        this.assertions =
                new AssertionFlow(store, settings, extensions.assertions(), direct, oversight.policy(), telemetry);
        this.ownAccess = new ClientCredentialsFlow(settings, narrowing, direct);
        this.introspection = new IntrospectionFlow(
                settings, store, key.keyedHash("pairwise-subject/1"), extensions.introspectors(), telemetry);
    }

    /**
     * Answers a request to the token endpoint: form, client, grant type, then the flow of that type.
     *
     * @param nowSeconds Unix time in seconds
     * @throws OAuthException as the flow, and INVALID_REQUEST, INVALID_CLIENT, TOO_MANY_ATTEMPTS, UNSUPPORTED_GRANT_TYPE, UNAUTHORIZED_CLIENT
     */
    public TokenResponse token(ClientRequest request, long nowSeconds) {
        boolean isRefresh = request.form().getOrDefault("grant_type", List.of()).contains(TokenRequest.REFRESH_TOKEN);
        boolean succeeded = false;
        try {
            TokenResponse response = answer(request, nowSeconds);
            succeeded = true;
            return response;
        } finally {
            telemetry.signIn(isRefresh ? SignInStep.REFRESH : SignInStep.TOKEN, succeeded);
        }
    }

    /** A refresh by a client that has authenticated and proves no possession. */
    TokenResponse refresh(Refresh request, RegisteredClient client, long nowSeconds) {
        return refreshes.refresh(request, client, () -> null, nowSeconds);
    }

    /** @return the nonce that DPoP proofs are to repeat from now on (RFC 9449 §8); null if none is wanted */
    public @Nullable String proofNonce(long nowSeconds) {
        return dpop.nonce(nowSeconds);
    }

    private TokenResponse answer(ClientRequest asked, long nowSeconds) {
        var form = FormParameters.of(asked.form());
        var credentials = ClientCredentials.parse(form, asked.authorization());
        Grant grant = grantOf(form.get("code"), form.get("refresh_token"), nowSeconds);
        RegisteredClient client = authenticate(asked, credentials, grant, nowSeconds);
        TokenRequest request = parser.parse(form);
        if (!client.grantTypes().contains(request.grantType())) {
            throw new OAuthException(OAuthError.UNAUTHORIZED_CLIENT, "the client did not register for this grant_type");
        }
        Possession possession = () -> prove(asked.dpop(), nowSeconds);
        return switch (request) {
            case CodeExchange code -> codes.exchange(code, client, possession, nowSeconds);
            case Refresh refresh -> refreshes.refresh(refresh, client, possession, nowSeconds);
            case TokenExchange token ->
                issued(token, exchanges.exchange(token, client, possession, nowSeconds), client);
            case AssertionGrant assertion ->
                issued(assertion, assertions.exchange(assertion, client, possession, nowSeconds), client);
            case OwnAccess own -> issued(own, ownAccess.grant(own, client, possession, nowSeconds), client);
        };
    }

    /** O-81; guesses are slowed down (O-84). */
    private RegisteredClient authenticate(
            ClientRequest request, ClientCredentials credentials, @Nullable Grant grant, long nowSeconds) {
        if (!attempts.mayBeGuess(credentials)) {
            return authenticator.authenticate(credentials, clientOf(grant), nowSeconds);
        }
        attempts.check(credentials.clientId(), request.peer(), nowSeconds);
        try {
            var client = authenticator.authenticate(credentials, clientOf(grant), nowSeconds);
            attempts.succeeded(credentials);
            return client;
        } catch (OAuthException e) {
            if (e.error() == OAuthError.INVALID_CLIENT) {
                attempts.failed(credentials.clientId(), request.peer(), nowSeconds);
            }
            throw e;
        }
    }

    private @Nullable TokenHash prove(List<String> proofs, long nowSeconds) {
        if (dpop.isOff() || (proofs.isEmpty() && !dpop.isRequired())) {
            return null;
        }
        return dpop.verify(proofs, "POST", tokenEndpoint, null, nowSeconds);
    }

    private TokenResponse issued(TokenRequest request, TokenResponse response, RegisteredClient client) {
        telemetry.audit(AuditEvent.of(AuditEvent.What.TOKEN_ISSUED)
                .client(client.id())
                .grant(TokenFormat.grantIdOf(response.accessToken()))
                .detail(request.grantType()));
        return response;
    }

    /**
     * Revokes a token (RFC 7009): a refresh token with its whole grant, an access token alone. What is unknown or another client's is left as it is, and the
     * caller is not told (O-115, O-116).
     *
     * @param nowSeconds Unix time in seconds
     * @throws OAuthException INVALID_REQUEST: no token; INVALID_CLIENT; TOO_MANY_ATTEMPTS
     */
    public void revoke(ClientRequest request, long nowSeconds) {
        boolean succeeded = false;
        try {
            revokeToken(request, nowSeconds);
            succeeded = true;
        } finally {
            telemetry.signIn(SignInStep.REVOKE, succeeded);
        }
    }

    private void revokeToken(ClientRequest request, long nowSeconds) {
        var form = FormParameters.of(request.form());
        var credentials = ClientCredentials.parse(form, request.authorization());
        String token = form.get("token");
        Owned owned = token == null ? null : ownerOf(token, nowSeconds);
        RegisteredClient client = authenticate(request, credentials, owned == null ? null : owned.grant(), nowSeconds);
        form.require("token");
        if (token == null || owned == null) {
            return;
        }
        boolean isRefresh = TokenFormat.isWellFormed(Kind.REFRESH, token);
        var event = AuditEvent.of(isRefresh ? AuditEvent.What.GRANT_REVOKED : AuditEvent.What.TOKEN_REVOKED)
                .client(client.id())
                .grant(owned.grant().id())
                .person(owned.grant().subjectKey());
        if (!owned.clientId().equals(client.id())) {
            telemetry.audit(event.failed("the token is another client's"));
            LOG.log(Level.WARNING, "a client asked to revoke a token of another: {0}", Audit.id(client.id()));
            return;
        }
        if (isRefresh) {
            store.revokeGrant(owned.grant().id());
        } else {
            store.revokeAccessToken(owned.grant().id(), TokenHash.of(token));
        }
        telemetry.audit(event.detail("by its client"));
    }

    /**
     * Tells about an access token (RFC 7662; O-117).
     *
     * @param nowSeconds Unix time in seconds
     * @return null if the token is not active, or not for this client to ask about
     * @throws OAuthException INVALID_REQUEST: no token; INVALID_CLIENT, for public clients too; TOO_MANY_ATTEMPTS
     */
    public @Nullable Introspection introspect(ClientRequest request, long nowSeconds) {
        var form = FormParameters.of(request.form());
        var credentials = ClientCredentials.parse(form, request.authorization());
        RegisteredClient client = authenticate(request, credentials, null, nowSeconds);
        return introspection.introspect(form.require("token"), client, nowSeconds);
    }

    /** A grant, and the client that one of its tokens was issued to: another than the grant's after an exchange (O-165). */
    private record Owned(Grant grant, String clientId) {}

    private @Nullable Owned ownerOf(String token, long nowSeconds) {
        if (TokenFormat.isWellFormed(Kind.ACCESS, token)) {
            Held<AccessToken> held = store.accessToken(TokenFormat.grantIdOf(token), TokenHash.of(token), nowSeconds);
            if (held == null) {
                return null;
            }
            String other = held.token().clientId();
            return new Owned(held.grant(), other == null ? held.grant().client().id() : other);
        }
        Grant grant = grantOf(null, token, nowSeconds);
        return grant == null ? null : new Owned(grant, grant.client().id());
    }

    /** The grant of the code or the refresh token that a request presents; null if there is none. */
    private @Nullable Grant grantOf(@Nullable String code, @Nullable String refreshToken, long nowSeconds) {
        if (code != null && TokenFormat.isWellFormed(Kind.CODE, code)) {
            return grantOf(store.code(TokenFormat.grantIdOf(code), TokenHash.of(code), nowSeconds));
        }
        if (refreshToken != null && TokenFormat.isWellFormed(Kind.REFRESH, refreshToken)) {
            return grantOf(
                    store.refreshToken(TokenFormat.grantIdOf(refreshToken), TokenHash.of(refreshToken), nowSeconds));
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
