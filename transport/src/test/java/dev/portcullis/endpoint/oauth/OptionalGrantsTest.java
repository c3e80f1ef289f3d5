package dev.portcullis.endpoint.oauth;

import static dev.portcullis.endpoint.oauth.GrantServer.SECRET;
import static dev.portcullis.endpoint.oauth.GrantServer.basic;
import static dev.portcullis.endpoint.oauth.GrantServer.form;
import static dev.portcullis.endpoint.oauth.GrantServer.member;
import static dev.portcullis.endpoint.oauth.GrantServer.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.endpoint.oauth.GrantServer.SignedIn;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Verdict;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.identity.TrustedIssuer;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.telemetry.AuditEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** O-165, O-170, O-175, O-117, over the endpoints; on, and off, which is as if they were not there (O-16, O-82). T-88, T-89. */
class OptionalGrantsTest {
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String IDP = "https://idp.example.com";
    private static final ECKey KEY = GrantServer.newKey();

    private final GrantServer.Options options = new GrantServer.Options();
    private final GrantServer server;
    private final RegisteredClient client;

    OptionalGrantsTest() {
        options.introspection = true;
        options.introspectors = Set.of("gateway");
        options.tokenExchange = true;
        options.assertions = true;
        options.clientCredentials = true;
        options.issuers = List.of(new TrustedIssuer(
                IDP,
                new TrustedIssuer.Keys.Inline(new JWKSet(KEY.toPublicJWK()).toString()),
                Map.of(),
                TrustedIssuer.ClaimNames.DEFAULT));
        options.policy = OptionalGrantsTest::decide;
        server = new GrantServer(options);
        client = server.publicClient();
        server.client(
                "service",
                AuthMethod.CLIENT_SECRET_BASIC,
                RegisteredClient.Kind.PREREGISTERED,
                EXCHANGE,
                JWT_BEARER,
                "client_credentials");
        server.client(
                "gateway", AuthMethod.CLIENT_SECRET_BASIC, RegisteredClient.Kind.PREREGISTERED, "authorization_code");
        server.client(
                "editor",
                AuthMethod.CLIENT_SECRET_POST,
                RegisteredClient.Kind.PREREGISTERED,
                "authorization_code",
                JWT_BEARER);
    }

    /** Mallory may not sign in, and nobody may be an administrator. */
    private static Decision decide(Principal who, Action action) {
        return switch (action) {
            case Action.SignIn _ when who.identity().subject().equals("mallory") -> new Decision.Deny("no mallory");
            case Action.HoldScope(String scope) when scope.equals("admin") -> new Decision.Deny("no administrators");
            default -> Decision.ALLOW;
        };
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RecordedExchange asService(String... form) {
        return server.post("/token", form(form), "Authorization", basic("service", SECRET));
    }

    private RecordedExchange exchange(String subject, String... more) {
        var form = form("grant_type", EXCHANGE, "subject_token_type", ACCESS_TOKEN, "subject_token", subject);
        form.putAll(form(more));
        return server.post("/token", form, "Authorization", basic("service", SECRET));
    }

    private String accessToken(SignedIn signedIn) {
        return member(server.post("/token", signedIn.form()).body(), "access_token");
    }

    private Principal principal(String accessToken) {
        return ((Verdict.Pass) server.atResource("", "authorization", "Bearer " + accessToken)).principal();
    }

    /** O-16, O-82: what is off is unknown, even to a client that may, and stands nowhere. */
    @Test
    void anyWhenOffThenUnsupportedAndNotInTheMetadata() {
        for (String on : List.of(EXCHANGE, JWT_BEARER, "client_credentials", "id-jag", "introspection_endpoint")) {
            assertThat(server.metadata()).contains(on);
        }
        try (var off = new GrantServer(new GrantServer.Options())) {
            off.client(
                    "service",
                    AuthMethod.CLIENT_SECRET_BASIC,
                    RegisteredClient.Kind.PREREGISTERED,
                    EXCHANGE,
                    JWT_BEARER,
                    "client_credentials");
            for (String grantType : List.of(EXCHANGE, JWT_BEARER, "client_credentials")) {
                assertThat(outcome(off.post(
                                "/token", form("grant_type", grantType), "Authorization", basic("service", SECRET))))
                        .isEqualTo("400 unsupported_grant_type");
                assertThat(off.metadata()).doesNotContain(grantType);
            }
            assertThat(off.metadata())
                    .doesNotContain("id-jag")
                    .doesNotContain("introspection")
                    .doesNotContain("dpop");
            assertThat(off.routes).doesNotContainKey("/introspect");
        }
    }

    // O-165

    @Test
    void exchangeWhenAllIsRightThenANarrowerTokenOfTheServiceOnTheSameGrant() {
        SignedIn signedIn = server.signIn(client);
        String subject = accessToken(signedIn);
        server.now += 600;

        RecordedExchange exchange =
                exchange(subject, "scope", "images", "resource", GrantServer.MCP, "requested_token_type", ACCESS_TOKEN);

        assertThat(outcome(exchange)).isEqualTo("200");
        assertThat(member(exchange.body(), "issued_token_type")).isEqualTo(ACCESS_TOKEN);
        assertThat(member(exchange.body(), "token_type")).isEqualTo("Bearer");
        assertThat(member(exchange.body(), "scope")).isEqualTo("images");
        assertThat(member(exchange.body(), "expires_in")).isEqualTo("3000"); // what the subject has left
        assertThat(exchange.body()).doesNotContain("refresh_token");
        String issued = member(exchange.body(), "access_token");
        Principal caller = principal(issued);
        assertThat(caller.identity()).isEqualTo(GrantServer.ALICE);
        assertThat(caller.clientId()).isEqualTo("service");
        assertThat(caller.grantId()).isEqualTo(signedIn.grantId());
        assertThat(caller.scopes()).isEqualTo(Scopes.of("images"));
        assertThat(server.audited)
                .anyMatch(event -> event.what() == AuditEvent.What.TOKEN_ISSUED && EXCHANGE.equals(event.detail()));

        // Whoever it was issued to may end it, the subject's client may not (O-116); the grant's end is its end.
        server.post("/revoke", form("client_id", client.id(), "token", issued));
        assertThat(server.isTokenLive(issued)).isTrue();
        String second = member(exchange(subject).body(), "access_token");
        server.post("/revoke", form("token", second), "Authorization", basic("service", SECRET));
        assertThat(server.isTokenLive(second)).isFalse();
        server.store.revokeGrant(signedIn.grantId());
        assertThat(server.passes("authorization", "Bearer " + issued)).isFalse();
    }

    @Test
    void exchangeWhenExchangedAgainThenNeverMoreThanBefore() { // T-88
        String once = member(
                exchange(accessToken(server.signIn(client)), "scope", "images").body(), "access_token");

        assertThat(outcome(exchange(once, "scope", "tools"))).isEqualTo("400 invalid_scope");
        assertThat(member(exchange(once).body(), "scope")).isEqualTo("images");
    }

    static Stream<Arguments> exchangeRows() {
        return Stream.of(
                row("no subject_token", "400 invalid_request", f -> f.remove("subject_token")),
                row("no subject_token_type", "400 invalid_request", f -> f.remove("subject_token_type")),
                row(
                        "subject_token_type of a JWT",
                        "400 invalid_request",
                        f -> f.put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")),
                row(
                        "requested_token_type of an id-jag",
                        "400 invalid_request",
                        f -> f.put("requested_token_type", "urn:ietf:params:oauth:token-type:id-jag")),
                row("actor_token", "400 invalid_request", f -> f.put("actor_token", "x")),
                row("actor_token_type", "400 invalid_request", f -> f.put("actor_token_type", ACCESS_TOKEN)),
                row(
                        "unknown subject",
                        "400 invalid_request",
                        f -> f.put("subject_token", TokenFormat.newToken(Kind.ACCESS, TokenFormat.newGrantId()))),
                row("malformed subject", "400 invalid_request", f -> f.put("subject_token", "x")),
                row(
                        "subject of another kind",
                        "400 invalid_request",
                        f -> f.merge("subject_token", "", (t, _) -> t.replace("mcpat", "mcprt"))),
                row("more scope", "400 invalid_scope", f -> f.put("scope", "tools admin")),
                row("other resource", "400 invalid_target", f -> f.put("resource", GrantServer.SSE)),
                row("other audience", "400 invalid_target", f -> f.put("audience", "somebody")));
    }

    private static Arguments row(String name, String outcome, Consumer<Map<String, String>> mutation) {
        return Arguments.of(name, outcome, mutation);
    }

    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("exchangeRows")
    void exchangeWhenOneThingIsWrongThenRefused(String name, String outcome, Consumer<Map<String, String>> mutation) {
        var form = form(
                "grant_type", EXCHANGE,
                "subject_token_type", ACCESS_TOKEN,
                "subject_token", accessToken(server.signIn(client)));
        mutation.accept(form);

        assertThat(outcome(server.post("/token", form, "Authorization", basic("service", SECRET))))
                .as(name)
                .isEqualTo(outcome);
    }

    @Test
    void exchangeWhenSubjectHasEndedThenInvalidRequest() {
        String revoked = accessToken(server.signIn(client));
        server.post("/revoke", form("client_id", client.id(), "token", revoked));
        assertThat(outcome(exchange(revoked))).isEqualTo("400 invalid_request");

        String expired = accessToken(server.signIn(client));
        server.now += 3600;
        assertThat(outcome(exchange(expired))).isEqualTo("400 invalid_request");
    }

    /** Only whom the operator let: with the grant, by registration of theirs, and with a proof of who it is. */
    @Test
    void exchangeWhenClientMayNotThenUnauthorized() {
        var form = form(
                "grant_type",
                EXCHANGE,
                "subject_token_type",
                ACCESS_TOKEN,
                "subject_token",
                accessToken(server.signIn(client)));
        assertThat(outcome(server.post("/token", form, "Authorization", basic("gateway", SECRET))))
                .isEqualTo("400 unauthorized_client");

        server.client("dynamic", AuthMethod.CLIENT_SECRET_BASIC, RegisteredClient.Kind.DYNAMIC, EXCHANGE);
        assertThat(outcome(server.post("/token", form, "Authorization", basic("dynamic", SECRET))))
                .isEqualTo("400 unauthorized_client");

        server.client("open", AuthMethod.NONE, RegisteredClient.Kind.PREREGISTERED, EXCHANGE);
        form.put("client_id", "open");
        assertThat(outcome(server.post("/token", form))).isEqualTo("400 unauthorized_client");
    }

    // O-175

    @Test
    void clientCredentialsWhenRightThenTheClientItselfIsTheCaller() {
        RecordedExchange exchange = asService("grant_type", "client_credentials");

        assertThat(outcome(exchange)).isEqualTo("200");
        assertThat(exchange.body()).doesNotContain("refresh_token");
        assertThat(member(exchange.body(), "scope")).isEqualTo("tools");
        assertThat(member(exchange.body(), "resource")).isEqualTo(GrantServer.MCP);
        String issued = member(exchange.body(), "access_token");
        Principal caller = principal(issued);
        assertThat(caller.identity().issuer()).isEqualTo("urn:portcullis:client");
        assertThat(caller.identity().subject()).isEqualTo("service");
        assertThat(caller.email()).isNull();
        assertThat(caller.clientId()).isEqualTo("service");
        server.now += 3600;
        assertThat(server.passes("authorization", "Bearer " + issued)).isFalse();
        assertThat(server.isGrantLive(caller.grantId())).isFalse(); // ends with its token
    }

    @Test
    void clientCredentialsWhenScopesAreAskedForThenWithinTheBoundsOnly() {
        server.client(
                "bound",
                AuthMethod.CLIENT_SECRET_BASIC,
                RegisteredClient.Kind.PREREGISTERED,
                Scopes.of("images"),
                "client_credentials");

        assertThat(member(
                        asService("grant_type", "client_credentials", "scope", "images admin unknown")
                                .body(),
                        "scope"))
                .isEqualTo("images"); // admin: the rules say no; unknown: does not exist
        assertThat(outcome(asService("grant_type", "client_credentials", "scope", "admin")))
                .isEqualTo("400 invalid_scope");
        assertThat(outcome(server.post(
                        "/token",
                        form("grant_type", "client_credentials", "scope", "tools"),
                        "Authorization",
                        basic("bound", SECRET))))
                .isEqualTo("400 invalid_scope");
        assertThat(outcome(asService("grant_type", "client_credentials", "resource", "https://evil.example")))
                .isEqualTo("400 invalid_target");
        assertThat(member(
                        asService("grant_type", "client_credentials", "resource", GrantServer.SSE)
                                .body(),
                        "resource"))
                .isEqualTo(GrantServer.SSE);
    }

    @Test
    void clientCredentialsWhenClientMayNotThenUnauthorized() {
        server.client("open", AuthMethod.NONE, RegisteredClient.Kind.PREREGISTERED, "client_credentials");
        server.client("dynamic", AuthMethod.CLIENT_SECRET_BASIC, RegisteredClient.Kind.DYNAMIC, "client_credentials");

        assertThat(outcome(server.post("/token", form("grant_type", "client_credentials", "client_id", "open"))))
                .isEqualTo("400 unauthorized_client");
        for (String id : List.of("dynamic", "gateway")) {
            assertThat(outcome(server.post(
                            "/token", form("grant_type", "client_credentials"), "Authorization", basic(id, SECRET))))
                    .isEqualTo("400 unauthorized_client");
        }
    }

    // O-170; what makes an assertion hold is tested in core, IdentityAssertionsTest.

    private Map<String, Object> claims() {
        return new LinkedHashMap<>(Map.of(
                "iss",
                IDP,
                "sub",
                "bob",
                "aud",
                GrantServer.ISSUER,
                "client_id",
                "editor",
                "resource",
                GrantServer.MCP,
                "jti",
                Randoms.base64Url(16),
                "iat",
                server.now,
                "exp",
                server.now + 300,
                "email",
                "bob@example.com"));
    }

    private static String assertion(Map<String, Object> claims) {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("oauth-id-jag+jwt"))
                .build();
        return GrantServer.sign(header, claims, KEY);
    }

    private RecordedExchange bring(GrantServer to, String assertion, String... more) {
        var form =
                form("grant_type", JWT_BEARER, "assertion", assertion, "client_id", "editor", "client_secret", SECRET);
        form.putAll(form(more));
        return to.post("/token", form);
    }

    @Test
    void assertionWhenItHoldsThenATokenForThePersonAndNoRefreshToken() {
        var claims = claims();
        claims.put("scope", "tools images admin");

        RecordedExchange exchange = bring(server, assertion(claims), "scope", "images admin");

        assertThat(outcome(exchange)).isEqualTo("200");
        assertThat(member(exchange.body(), "scope")).isEqualTo("images"); // asked ∩ asserted ∩ allowed
        assertThat(exchange.body()).doesNotContain("refresh_token");
        assertThat(Integer.parseInt(member(exchange.body(), "expires_in"))).isLessThanOrEqualTo(3600);
        Principal caller = principal(member(exchange.body(), "access_token"));
        assertThat(caller.identity().issuer()).isEqualTo(IDP);
        assertThat(caller.identity().subject()).isEqualTo("bob");
        assertThat(caller.email()).isEqualTo("bob@example.com");
        assertThat(caller.clientId()).isEqualTo("editor");
    }

    /** All in the same words: whoever probes learns nothing. */
    @Test
    void assertionWhenRefusedThenOneTextForAllCauses() {
        var cases = new LinkedHashMap<String, String>();
        cases.put("no JWT", "x");
        for (String changed : List.of("iss", "aud", "client_id", "resource")) {
            var claims = claims();
            claims.put(changed, "https://evil.example");
            cases.put(changed, assertion(claims));
        }
        var mallory = claims();
        mallory.put("sub", "mallory");
        cases.put("the rules say no", assertion(mallory));
        var confirmed = claims();
        confirmed.put("cnf", Map.of("x5t#S256", "x"));
        cases.put("unknown cnf", assertion(confirmed));
        String used = assertion(claims());
        assertThat(outcome(bring(server, used))).isEqualTo("200");
        cases.put("used before", used);

        cases.forEach((name, assertion) -> {
            RecordedExchange refused = bring(server, assertion);
            assertThat(outcome(refused)).as(name).isEqualTo("400 invalid_grant");
            assertThat(refused.body()).as(name).contains("\"the assertion is not accepted\"");
        });
        assertThat(server.audited).anyMatch(event -> event.what() == AuditEvent.What.ASSERTION_REPLAYED);
    }

    /** T-89: on another node too, and to the last second of the skew. */
    @Test
    void assertionWhenReplayedOnAnotherNodeThenRefused() {
        String assertion = assertion(claims());
        var other = new GrantServer(options, server.store, server.key);
        assertThat(outcome(bring(server, assertion))).isEqualTo("200");

        other.now = server.now + 300 + 59;
        assertThat(outcome(bring(other, assertion))).isEqualTo("400 invalid_grant");
        other.close();
    }

    @Test
    void assertionWhenRequestIsWrongThenSaysWhat() {
        assertThat(outcome(bring(server, ""))).isEqualTo("400 invalid_request");
        assertThat(outcome(bring(server, assertion(claims()), "resource", GrantServer.SSE)))
                .isEqualTo("400 invalid_target");
        assertThat(outcome(bring(server, assertion(claims()), "scope", "admin")))
                .isEqualTo("400 invalid_scope");
        assertThat(outcome(bring(server, assertion(claims()), "client_secret", "wrong")))
                .isEqualTo("401 invalid_client");
        server.client("open", AuthMethod.NONE, RegisteredClient.Kind.PREREGISTERED, JWT_BEARER);
        assertThat(outcome(server.post(
                        "/token",
                        form("grant_type", JWT_BEARER, "assertion", assertion(claims()), "client_id", "open"))))
                .isEqualTo("400 unauthorized_client");
    }

    /** T-89, O-84: fails closed, and as an outage. */
    @Test
    void assertionWhenStoreIsGoneThen503() {
        String assertion = assertion(claims());
        server.store.close();
        assertThat(outcome(bring(server, assertion))).isEqualTo("503 temporarily_unavailable");
    }

    // O-117

    private RecordedExchange introspect(String asking, String token) {
        return server.post("/introspect", form("token", token), "Authorization", basic(asking, SECRET));
    }

    @Test
    void introspectWhenTokenIsLiveThenSaysWhatItIsAndNotWhoseItIs() {
        String token = accessToken(server.signIn(client));
        long issuedAt = server.now;
        server.now += 60;

        RecordedExchange answer = introspect("gateway", token);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("cache-control")).containsExactly("no-store");
        assertThat(answer.body())
                .matches(
                        "\\{\"active\":true,\"client_id\":\"public\",\"scope\":\"tools images\",\"sub\":\"[A-Za-z0-9_-]{43}\","
                                + "\"aud\":\"https://mcp.example.com/mcp\",\"iss\":\"https://mcp.example.com\",\"exp\":"
                                + (issuedAt + 3600) + ",\"iat\":" + issuedAt + ",\"token_type\":\"Bearer\"}");
        assertThat(answer.body()).doesNotContain("alice").doesNotContain("subject key");
        assertThat(server.audited).anyMatch(event -> event.what() == AuditEvent.What.INTROSPECTION);
    }

    /** RFC 7662 §5: the same person, each time they are asked about, and another for each who asks. */
    @Test
    void introspectWhenAskedTwiceThenSubjectIsPairwise() {
        String first = accessToken(server.signIn(client));
        String second = accessToken(server.signIn(client));
        String own = member(exchange(first).body(), "access_token");

        String sub = member(introspect("gateway", first).body(), "sub");
        assertThat(member(introspect("gateway", second).body(), "sub")).isEqualTo(sub);
        assertThat(member(introspect("gateway", own).body(), "sub")).isEqualTo(sub);
        assertThat(member(introspect("service", own).body(), "sub")).isNotEqualTo(sub);
    }

    @Test
    void introspectWhenNotActiveOrNotTheirsThenThatAlone() {
        SignedIn signedIn = server.signIn(client);
        RecordedExchange tokens = server.post("/token", signedIn.form());
        String live = member(tokens.body(), "access_token");
        String revoked = accessToken(server.signIn(client));
        server.post("/revoke", form("client_id", client.id(), "token", revoked));

        assertInactive(introspect("service", live)); // another client's, and not on the list
        for (String token :
                List.of("x", revoked, signedIn.code(), member(tokens.body(), "refresh_token"), live + "x")) {
            assertInactive(introspect("gateway", token));
        }
        server.now += 3600;
        assertInactive(introspect("gateway", live));
    }

    private static void assertInactive(RecordedExchange answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"active\":false}");
    }

    @Test
    void introspectWhenClientDoesNotAuthenticateThen401() {
        String token = accessToken(server.signIn(client));

        assertThat(outcome(server.post("/introspect", form("token", token)))).isEqualTo("401 invalid_client");
        assertThat(outcome(server.post("/introspect", form("token", token, "client_id", client.id()))))
                .isEqualTo("401 invalid_client"); // public, though the token is its own
        assertThat(outcome(
                        server.post("/introspect", form("token", token), "Authorization", basic("gateway", "wrong"))))
                .isEqualTo("401 invalid_client");
        assertThat(outcome(server.post("/introspect", form(), "Authorization", basic("gateway", SECRET))))
                .isEqualTo("400 invalid_request");
    }
}
