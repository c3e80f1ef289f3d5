package dev.portcullis.identity;

import dev.portcullis.fetch.AddressGuard;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What we are told about the OpenID provider (O-140).
 *
 * @param issuer its {@code iss}, compared as a string
 * @param clientId ours at the provider
 * @param clientSecret ours at the provider; null for an application with PKCE alone
 * @param endpoints where it is; null to learn that from its metadata (O-141)
 * @param redirectUri our callback, as registered with the provider
 * @param scopes asked for
 * @param algorithms signatures of ID tokens that are accepted
 * @param clientAuthentication how we authenticate at its token endpoint
 * @param clockSkewSeconds how far its clock and ours may differ
 * @param claims claims that are kept beside those that every identity has, since rules name them
 */
public record OidcSettings(
        String issuer,
        String clientId,
        @Nullable String clientSecret,
        @Nullable Endpoints endpoints,
        URI redirectUri,
        Scopes scopes,
        Set<String> algorithms,
        ClientAuthentication clientAuthentication,
        int clockSkewSeconds,
        Set<String> claims) {
    /** Asked for when the settings name none (O-150). */
    public static final Scopes DEFAULT_SCOPES = Scopes.of("openid", "email", "profile", "groups");

    /** Accepted when the settings name none (O-144). */
    public static final Set<String> DEFAULT_ALGORITHMS = Set.of("RS256");

    /** Seconds. */
    public static final int DEFAULT_CLOCK_SKEW = 60;

    /** All that may be accepted; HMAC and {@code none} never. */
    private static final Set<String> KNOWN_ALGORITHMS = Set.of("RS256", "PS256", "ES256");

    private static final String ACCESS_PATH = "/cdn-cgi/access/sso/oidc/";
    private static final int CLOCK_SKEW_MAX = 300;

    /** @throws IllegalArgumentException a value with which no safe sign-in is possible; the message says which and what was expected */
    public OidcSettings {
        algorithms = Set.copyOf(algorithms);
        claims = Set.copyOf(claims);
        requireEndpoint("issuer", URI.create(issuer));
        if (URI.create(issuer).getRawQuery() != null) {
            throw new IllegalArgumentException("issuer has a query: " + issuer);
        }
        if (clientId.isBlank()) {
            throw new IllegalArgumentException("the client id is empty");
        }
        if (clientSecret != null && clientSecret.isBlank()) {
            throw new IllegalArgumentException("the client secret is empty");
        }
        if (clientSecret == null
                && (clientAuthentication == ClientAuthentication.BASIC
                        || clientAuthentication == ClientAuthentication.POST)) {
            throw new IllegalArgumentException("client authentication " + clientAuthentication + " needs a secret");
        }
        if (!scopes.contains("openid")) {
            throw new IllegalArgumentException("scopes must contain openid: " + scopes);
        }
        if (algorithms.isEmpty() || !KNOWN_ALGORITHMS.containsAll(algorithms)) {
            throw new IllegalArgumentException("algorithms must be among " + KNOWN_ALGORITHMS + ": " + algorithms);
        }
        if (clockSkewSeconds < 0 || clockSkewSeconds > CLOCK_SKEW_MAX) {
            throw new IllegalArgumentException("clock skew must be 0 to 300 seconds: " + clockSkewSeconds);
        }
    }

    /** Settings by which no further claims are kept. */
    public OidcSettings(
            String issuer,
            String clientId,
            @Nullable String clientSecret,
            @Nullable Endpoints endpoints,
            URI redirectUri,
            Scopes scopes,
            Set<String> algorithms,
            ClientAuthentication clientAuthentication,
            int clockSkewSeconds) {
        this(
                issuer,
                clientId,
                clientSecret,
                endpoints,
                redirectUri,
                scopes,
                algorithms,
                clientAuthentication,
                clockSkewSeconds,
                Set.of());
    }

    /** These settings, by which these claims are kept as well. */
    public OidcSettings keeping(Set<String> wanted) {
        return new OidcSettings(
                issuer,
                clientId,
                clientSecret,
                endpoints,
                redirectUri,
                scopes,
                algorithms,
                clientAuthentication,
                clockSkewSeconds,
                wanted);
    }

    /** Settings with the defaults of O-140. */
    public static OidcSettings of(
            String issuer,
            @Nullable Endpoints endpoints,
            String clientId,
            @Nullable String clientSecret,
            URI redirectUri) {
        return new OidcSettings(
                issuer,
                clientId,
                clientSecret,
                endpoints,
                redirectUri,
                DEFAULT_SCOPES,
                DEFAULT_ALGORITHMS,
                ClientAuthentication.AUTOMATIC,
                DEFAULT_CLOCK_SKEW);
    }

    /**
     * The issuer of an Access for SaaS application, which is its authorization URL without the last segment (O-150).
     *
     * @param authorizationUrl {@code https://<team>.cloudflareaccess.com/cdn-cgi/access/sso/oidc/<client-id>/authorization}
     * @throws IllegalArgumentException a URL of another shape, from which the issuer cannot be told
     */
    public static String accessIssuerOf(URI authorizationUrl) {
        String path = authorizationUrl.getRawPath();
        List<String> segments = path != null && path.startsWith(ACCESS_PATH)
                ? List.of(path.substring(ACCESS_PATH.length()).split("/", -1))
                : List.of();
        if (authorizationUrl.getScheme() == null
                || authorizationUrl.getRawAuthority() == null
                || segments.size() != 2
                || segments.get(0).isEmpty()
                || !segments.get(1).equals("authorization")) {
            throw new IllegalArgumentException(
                    "not an authorization URL of an Access for SaaS application, expected https://<team>"
                            + ".cloudflareaccess.com" + ACCESS_PATH + "<client-id>/authorization: " + authorizationUrl);
        }
        return authorizationUrl.getScheme() + "://" + authorizationUrl.getRawAuthority() + ACCESS_PATH
                + segments.get(0);
    }

    /**
     * Where the provider is.
     *
     * @param authorization where browsers are sent
     * @param token where codes are redeemed
     * @param jwks its signing keys
     */
    public record Endpoints(URI authorization, URI token, URI jwks) {
        /** @throws IllegalArgumentException one of them is neither https nor http on loopback */
        public Endpoints {
            requireEndpoint("authorization endpoint", authorization);
            requireEndpoint("token endpoint", token);
            requireEndpoint("JWKS URL", jwks);
        }
    }

    private static void requireEndpoint(String what, URI uri) {
        String host = uri.getHost();
        boolean speaksSafely = "https".equalsIgnoreCase(uri.getScheme())
                || ("http".equalsIgnoreCase(uri.getScheme()) && host != null && AddressGuard.isLoopbackHost(host));
        if (host == null || !speaksSafely || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    what + " must be an https URL (http only on loopback) without user info and fragment: " + uri);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "OidcSettings[issuer=" + issuer + ", clientId=" + clientId + "]";
    }
}
