package dev.portcullis.identity;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.fetch.DocumentFetcher;
import java.net.URI;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Signs people in at an OpenID provider: Cloudflare Access or any other, by the authorization code flow with PKCE (O-140…O-147). Knows nothing between two calls
 * but its copies of the provider's metadata and keys, so any node can finish what another began. Any thread but an event loop: calls block.
 */
public final class OidcProvider implements IdentityProvider {
    private final OidcSettings settings;
    private final Discovery discovery;
    private final TokenEndpointClient tokenEndpoint;
    private final IdTokenVerifier idTokens;

    /** @param fetcher for all requests to the provider; closing it ends them */
    public OidcProvider(OidcSettings settings, DocumentFetcher fetcher, InstantSource clock) {
        this.settings = settings;
        this.discovery = new Discovery(settings, fetcher, clock);
        this.tokenEndpoint = new TokenEndpointClient(settings, fetcher);
        this.idTokens = new IdTokenVerifier(settings, new KeySource(discovery, fetcher, clock), clock);
    }

    @Override
    public URI authorizationUri(AuthorizationStart start) throws IdentityException {
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", settings.clientId());
        query.put("redirect_uri", settings.redirectUri().toString());
        query.put("scope", settings.scopes().toString());
        query.put("state", start.state());
        query.put("nonce", start.nonce());
        query.put("code_challenge", challengeOf(start.codeVerifier()));
        query.put("code_challenge_method", "S256");
        if (start.forceLogin()) {
            query.put("prompt", "login");
        }
        String endpoint = discovery.metadata().endpoints().authorization().toString();
        // The endpoint may have a query of its own, which stays (RFC 6749 §3.1).
        return URI.create(endpoint + (endpoint.indexOf('?') < 0 ? "?" : "&") + TokenEndpointClient.encoded(query));
    }

    @Override
    public SignIn signIn(String code, String codeVerifier, String nonce) throws IdentityException {
        TokenEndpointClient.Tokens tokens = tokenEndpoint.redeem(code, codeVerifier, discovery.metadata());
        Identity identity = idTokens.verify(tokens.idToken(), nonce, tokens.accessToken());
        return new SignIn(identity, tokens.refreshToken());
    }

    @Override
    public SignIn refresh(String refreshToken, Identity known) throws IdentityException {
        TokenEndpointClient.Refreshed answer = tokenEndpoint.refresh(refreshToken, discovery.metadata());
        String next = answer.refreshToken() == null ? refreshToken : answer.refreshToken();
        if (answer.idToken() == null) {
            return new SignIn(known, next);
        }
        try {
            return new SignIn(idTokens.verifyRefreshed(answer.idToken(), known, answer.accessToken()), next);
        } catch (IdentityException e) {
            throw e.keeping(next);
        }
    }

    @Override
    public boolean isIssuerOfCallback(@Nullable String iss) {
        if (iss != null) {
            return iss.equals(settings.issuer());
        }
        try {
            return !discovery.metadata().promisesIssuer();
        } catch (IdentityException e) {
            // Without metadata there is no token endpoint to redeem the code at: nobody is signed in, whatever the
            // answer here.
            return true;
        }
    }

    /** RFC 7636 §4.2. */
    private static String challengeOf(String codeVerifier) {
        return Base64Url.encode(TokenHash.of(codeVerifier).toBytes());
    }
}
