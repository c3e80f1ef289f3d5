package dev.portcullis.endpoint.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.BearerGate;
import dev.portcullis.http.Gate;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.RequestHead;
import dev.portcullis.http.Route;
import dev.portcullis.http.Verdict;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityAssertions;
import dev.portcullis.identity.OidcProvider;
import dev.portcullis.identity.OidcSettings;
import dev.portcullis.identity.Scopes;
import dev.portcullis.identity.TrustedIssuer;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.OAuthSettings.Offered;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.Oversight;
import dev.portcullis.oauth.token.TokenExtensions;
import dev.portcullis.oauth.token.TokenService;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.testing.EchoEndpoint;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One node of an authorization server with its resource: all routes that OAuth clients call, and the gate at {@code /mcp}, over a real store. For tests. */
final class GrantServer implements AutoCloseable {
    static final String ISSUER = "https://mcp.example.com";
    static final String MCP = ISSUER + "/mcp";
    static final String SSE = ISSUER + "/sse";
    static final String REDIRECT = "http://localhost:6274/oauth/callback";
    static final String FORM = "application/x-www-form-urlencoded";
    static final String SECRET = "a secret that nobody guesses";
    static final Identity ALICE =
            new Identity("https://idp.example.com", "alice", "alice@example.com", "Alice", List.of("staff"));

    final GrantStore store;
    final MasterKey key;
    final ConcurrentLinkedQueue<AuditEvent> audited = new ConcurrentLinkedQueue<>();
    final Map<String, Route> routes;
    final MetadataDocuments documents;
    final OAuthSettings settings;

    /** Unix time in seconds; moved on only while no other thread works. */
    long now = 1_800_000_000L;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final DocumentFetcher fetcher = new DocumentFetcher(
            new FetchLimits(500, 1_000, 8_192, 100, 4), new AddressGuard(Set.of(), AddressGuard.Resolver.SYSTEM));
    private final Gate gate;

    /** How a server is set. */
    static final class Options {
        boolean introspection;
        boolean tokenExchange;
        boolean assertions;
        boolean clientCredentials;
        Dpop dpop = Dpop.OFF;
        boolean nonce;
        int failuresMax;
        Set<String> introspectors = Set.of();
        List<TrustedIssuer> issuers = List.of();
        Policy policy = (_, _) -> Decision.ALLOW;
    }

    GrantServer(Options options) {
        this(
                options,
                EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT),
                new MasterKey(Randoms.base64Url(32)));
    }

    /** A further node of the same server. */
    GrantServer(Options options, GrantStore store, MasterKey key) {
        this.store = store;
        this.key = key;
        var telemetry = new Telemetry() {
            @Override
            public void audit(AuditEvent event) {
                audited.add(event);
            }
        };
        InstantSource clock = () -> Instant.ofEpochSecond(now);
        settings = new OAuthSettings(
                URI.create(ISSUER),
                List.of(MCP, SSE),
                Scopes.of("tools", "images", "admin"),
                Scopes.of("tools"),
                true,
                List.of(),
                new Offered(
                        false,
                        false,
                        options.introspection,
                        options.tokenExchange,
                        options.assertions,
                        options.clientCredentials,
                        options.dpop),
                OAuthSettings.Lives.DEFAULT);
        documents = new MetadataDocuments(settings, null, null);
        var proofs = new DpopProofs(options.dpop, key, store, options.nonce, 1_000, telemetry);
        var extensions = new TokenExtensions(
                proofs,
                IdentityAssertions.of(ISSUER, options.issuers, Set.of(), fetcher, clock),
                options.introspectors,
                options.failuresMax);
        var clients = new Clients(store, key, settings.lives().client());
        var oversight = new Oversight(nobodyToAsk(clock), options.policy, Oversight.DEFAULT_RECHECK);
        var tokens = new TokenService(settings, key, store, clients, oversight, extensions, telemetry);
        routes = OAuthRoutes.of(settings, documents, tokens, null, threads, clock, telemetry).stream()
                .collect(Collectors.toMap(Route::path, Function.identity()));
        var verifier = new AccessTokenVerifier(store, List.of(), AccessTokenVerifier.Limits.DEFAULT, clock, telemetry);
        gate = new BearerGate(
                verifier,
                new GuardedPaths(Map.of("/mcp", MCP), Scopes.of("tools"), options.dpop),
                proofs,
                clock,
                telemetry);
    }

    /** No grant here has a refresh token of a provider's. */
    private OidcProvider nobodyToAsk(InstantSource clock) {
        var settings =
                OidcSettings.of("https://idp.example", null, "client", "secret", URI.create(ISSUER + "/callback"));
        return new OidcProvider(settings, fetcher, clock);
    }

    @Override
    public void close() {
        threads.close();
        fetcher.close();
        store.close();
    }

    String metadata() {
        return new String(documents.byPath().get("/.well-known/oauth-authorization-server"), StandardCharsets.UTF_8);
    }

    // Clients, as the settings or a registration bring them.

    RegisteredClient client(String id, AuthMethod method, RegisteredClient.Kind kind, String... grantTypes) {
        return client(id, method, kind, Scopes.NONE, grantTypes);
    }

    RegisteredClient client(
            String id, AuthMethod method, RegisteredClient.Kind kind, Scopes bound, String... grantTypes) {
        var client = new RegisteredClient(
                        id,
                        id,
                        List.of(REDIRECT),
                        method,
                        method == AuthMethod.NONE ? null : TokenHash.of(SECRET),
                        List.of(grantTypes),
                        kind,
                        now)
                .with(null, bound);
        store.putClient(client, now + 1_000_000_000L, now);
        return client;
    }

    RegisteredClient publicClient() {
        return client("public", AuthMethod.NONE, RegisteredClient.Kind.DYNAMIC, "authorization_code", "refresh_token");
    }

    static String basic(String id, String secret) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((encode(id) + ":" + encode(secret)).getBytes(StandardCharsets.US_ASCII));
    }

    // Grants, as a finished sign-in leaves them.

    /** @param verifier of the code; may be sent as it is */
    record SignedIn(String grantId, RegisteredClient client, String code, String verifier) {
        Map<String, String> form() {
            var form = new LinkedHashMap<String, String>();
            form.put("grant_type", "authorization_code");
            form.put("client_id", client.id());
            form.put("code", code);
            form.put("redirect_uri", REDIRECT);
            form.put("code_verifier", verifier);
            return form;
        }
    }

    SignedIn signIn(RegisteredClient client) {
        return signIn(client, null);
    }

    SignedIn signIn(RegisteredClient client, @Nullable ECKey dpopKey) {
        String grantId = TokenFormat.newGrantId();
        String code = TokenFormat.newToken(Kind.CODE, grantId);
        String verifier = Randoms.base64Url(32);
        var grantKey = GrantCipher.newKey();
        store.createGrant(
                new Grant(
                        grantId,
                        client,
                        REDIRECT,
                        "subject key of alice",
                        Scopes.of("tools", "images"),
                        List.of(MCP),
                        GrantCipher.sealProps(new GrantProps(ALICE, null).encode(), grantKey, grantId),
                        now,
                        now,
                        now + 60,
                        now + 90 * 86_400),
                new AuthorizationCode(
                        TokenHash.of(code),
                        grantId,
                        Base64Url.encode(TokenHash.of(verifier).toBytes()),
                        GrantCipher.wrap(grantKey, code),
                        now + 60,
                        false,
                        dpopKey == null ? null : thumbprint(dpopKey)),
                50,
                now);
        return new SignedIn(grantId, client, code, verifier);
    }

    boolean isGrantLive(String grantId) {
        return store.grant(grantId, now) != null;
    }

    boolean isTokenLive(String accessToken) {
        return store.accessToken(TokenFormat.grantIdOf(accessToken), TokenHash.of(accessToken), now) != null;
    }

    // Requests.

    RecordedExchange post(String path, Map<String, String> form, String... headers) {
        return postRaw(
                path,
                form.entrySet().stream()
                        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                        .collect(Collectors.joining("&")),
                headers);
    }

    RecordedExchange postRaw(String target, String body, String... headers) {
        var all = new ArrayList<>(List.of("Content-Type", FORM));
        all.addAll(List.of(headers));
        return send(target, body, all.toArray(String[]::new));
    }

    RecordedExchange send(String target, String body, String... headers) {
        Route route = routes.get(target.replaceAll("\\?.*", ""));
        assertThat(route).as(target).isNotNull();
        return RecordedExchange.of(route, HttpMethod.POST, target, headers).send(body);
    }

    static Map<String, String> form(String... namesAndValues) {
        var form = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return form;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String member(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        assertThat(matcher.find()).as(name + " in " + json).isTrue();
        return matcher.group(1);
    }

    /** Status and error, as one text to compare. */
    static String outcome(RecordedExchange exchange) {
        return exchange.status() == 200 ? "200" : exchange.status() + " " + member(exchange.body(), "error");
    }

    /** @return what the gate of {@code /mcp} says to a POST with these headers */
    Verdict atResource(String query, String... headers) {
        var fields = new DefaultHttpHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        var head = new RequestHead(HttpMethod.POST, "/mcp", query, fields, InetAddress.getLoopbackAddress());
        Verdict verdict = gate.check(head, new EchoEndpoint().mcp(10));
        try {
            return verdict instanceof Verdict.Wait wait ? wait.blocking().call() : verdict;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    boolean passes(String... headers) {
        return atResource("", headers) instanceof Verdict.Pass;
    }

    // Proofs.

    static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    static TokenHash thumbprint(ECKey key) {
        try {
            return TokenHash.ofDigest(key.computeThumbprint().decode());
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    String proof(ECKey key, String target, @Nullable String accessToken, String... moreClaims) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("jti", Randoms.base64Url(16));
        claims.put("htm", "POST");
        claims.put("htu", target);
        claims.put("iat", now);
        if (accessToken != null) {
            claims.put("ath", Base64Url.encode(TokenHash.of(accessToken).toBytes()));
        }
        for (int i = 0; i < moreClaims.length; i += 2) {
            claims.put(moreClaims[i], moreClaims[i + 1]);
        }
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK())
                .build();
        return sign(header, claims, key);
    }

    static String sign(JWSHeader header, Map<String, Object> claims, ECKey key) {
        var jws = new JWSObject(header, new Payload(claims));
        try {
            jws.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
        return jws.serialize();
    }
}
