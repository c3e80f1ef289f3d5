package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.identity.AccessAssertionVerifier;
import dev.portcullis.identity.AccessAssertionVerifier.Team;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.oauth.token.AccessAssertions;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.TestServer;
import dev.portcullis.testing.TestTokens;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** O-153, O-154, T-86: a team of our own making, with real keys and a real store of tokens. */
@Timeout(60)
class AssertionGateTest {
    private static final String MCP = "https://mcp.example.com/mcp";
    private static final String TAG = "aud-tag-of-our-application";
    private static final long NOW = 1_800_000_000L;
    private static RSAKey key;

    private final AtomicLong now = new AtomicLong(NOW);
    private final InstantSource clock = () -> Instant.ofEpochSecond(now.get());
    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final AccessTokenVerifier tokens =
            new AccessTokenVerifier(store, List.of(), AccessTokenVerifier.Limits.DEFAULT, clock, Telemetry.NONE);
    private final DocumentFetcher fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
    private final AtomicInteger fetches = new AtomicInteger();
    private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    private final AtomicInteger decisions = new AtomicInteger();
    private final Route guarded = new EchoEndpoint().mcp(1_000);
    private HttpServer team;
    private String origin;
    private Gate gate;
    private int status = 200;

    /** Mallory may not come in, and nobody may have the scope {@code admin}. */
    private final Policy policy = (who, action) -> {
        decisions.incrementAndGet();
        return switch (action) {
            case Action.SignIn() -> "mallory@example.com".equals(who.email()) ? new Decision.Deny("m") : Decision.ALLOW;
            case Action.HoldScope(String scope) -> scope.equals("admin") ? new Decision.Deny("a") : Decision.ALLOW;
            case Action.CallTool _, Action.GetPrompt _, Action.ReadResource _ -> Decision.ALLOW;
        };
    };

    @BeforeAll
    static void makeKey() throws Exception {
        key = new RSAKeyGenerator(2048).keyID("k1").generate();
    }

    @BeforeEach
    void start() throws Exception {
        team = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        team.createContext("/cdn-cgi/access/certs", exchange -> {
            fetches.incrementAndGet();
            byte[] body = ("{\"keys\":[" + key.toPublicJWK().toJSONString() + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        team.start();
        origin = "http://127.0.0.1:" + team.getAddress().getPort();
        gate = gate(false);
    }

    private Gate gate(boolean serviceTokens) {
        var verifier = new AccessAssertionVerifier(
                new Team(URI.create(origin), Set.of(TAG), serviceTokens, Set.of(), 60), fetcher, clock);
        var admission = new AccessAssertions.Admission(
                policy, Scopes.of("mcp", "admin"), new SubjectKeys(new MasterKey("0123456789abcdef0123456789abcdef")));
        var telemetry = new Telemetry() {
            @Override
            public void audit(AuditEvent event) {
                audited.add(event);
            }
        };
        var assertions =
                new AccessAssertions(verifier, admission, AccessTokenVerifier.Limits.DEFAULT, clock, telemetry);
        var bearer = new BearerGate(tokens, GuardedPaths.of(List.of(MCP), Scopes.of("mcp")), Telemetry.NONE);
        return new AssertionGate(assertions, bearer);
    }

    @AfterEach
    void stop() {
        team.stop(0);
        fetcher.close();
        store.close();
    }

    private String assertion(String email) {
        return sign(Map.of("email", email, "sub", "sub of " + email));
    }

    private String sign(Map<String, Object> more) {
        try {
            var claims = new HashMap<String, Object>(
                    Map.of("iss", origin, "aud", List.of(TAG), "type", "app", "iat", NOW - 9, "exp", NOW + 600));
            claims.putAll(more);
            var jws = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), new Payload(claims));
            jws.sign(new RSASSASigner(key));
            return jws.serialize();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Verdict ask(String... headers) {
        var fields = new DefaultHttpHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        var head = new RequestHead(HttpMethod.POST, "/mcp", "", fields, InetAddress.getLoopbackAddress());
        return gate.check(head, guarded);
    }

    private Verdict check(String... headers) {
        try {
            var verdict = ask(headers);
            return verdict instanceof Verdict.Wait wait ? wait.blocking().call() : verdict;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Principal principal(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Pass.class);
        return ((Verdict.Pass) verdict).principal();
    }

    private static void assertForbidden(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Refuse.class);
        var refusal = (Verdict.Refuse) verdict;
        assertThat(refusal.reply().status().code()).isEqualTo(403);
        assertThat(refusal.outcome()).isEqualTo(Outcome.BAD_ASSERTION);
        assertThat(refusal.reply().headers()) // no challenge that tells of our insides (O-154)
                .noneMatch(header -> header.getKey().toString().equals("www-authenticate"));
    }

    @Test
    void checkWhenAccessVouchesThenIsThatPersonWithAllScopesTheyMayHave() {
        var principal = principal(check("Cf-Access-Jwt-Assertion", assertion("ada@example.com")));

        assertThat(principal.identity())
                .isEqualTo(new Identity(origin, "sub of ada@example.com", "ada@example.com", null, List.of()));
        assertThat(principal.scopes()).isEqualTo(Scopes.of("mcp"));
        assertThat(principal.clientId()).isEqualTo(AccessAssertions.CLIENT_ID);
    }

    /** Event loops do no arithmetic on keys: only the first request waits, and no further one asks anybody. */
    @Test
    void checkWhenKnownThenPassesAtOnceUntilItEnds() {
        String assertion = assertion("ada@example.com");
        assertThat(ask("cf-access-jwt-assertion", assertion)).isInstanceOf(Verdict.Wait.class);
        var first = (Verdict.Pass) check("cf-access-jwt-assertion", assertion);
        int asked = decisions.get();

        assertThat(((Verdict.Pass) ask("cf-access-jwt-assertion", assertion)).token())
                .isSameAs(first.token());
        assertThat(decisions).hasValue(asked);
        assertThat(audited)
                .singleElement()
                .satisfies(
                        event -> { // O-181: once, and without a name
                            assertThat(event.succeeded()).isTrue();
                            assertThat(event.toString()).doesNotContain("ada");
                        });
        assertThat(fetches).hasValue(1);

        now.set(NOW + 600);
        assertForbidden(ask("cf-access-jwt-assertion", assertion));
    }

    /** O-27: a stream that an assertion opened ends with it, and not before, though no store knows of it. */
    @Test
    void recheckWhenAnAssertionOpenedAStreamThenOnlyTimeEndsIt() {
        var token = ((Verdict.Pass) check("cf-access-jwt-assertion", assertion("ada@example.com"))).token();

        assertThat(tokens.recheck(token)).isSameAs(token);
        now.set(NOW + 600);
        assertThat(tokens.recheck(token)).isEqualTo(TokenCheck.REFUSED);
    }

    /** T-86: only the one header, only once, only signed. */
    @Test
    void checkWhenHeadersAreMadeUpThenIsForbidden() {
        String good = assertion("ada@example.com");

        assertForbidden(check());
        assertForbidden(check("cf-access-jwt-assertion", ""));
        assertForbidden(check("cf-access-jwt-assertion", "x.y.z"));
        assertForbidden(check("cf-access-authenticated-user-email", "ada@example.com"));
        assertForbidden(check("cookie", "CF_Authorization=" + good));
        assertForbidden(check("cf-access-token", good));
        assertForbidden(check("cf-access-jwt-assertion", good, "cf-access-jwt-assertion", good));
        assertForbidden(check("cf-access-jwt-assertion", good + ", " + good));
        assertForbidden(check("cf-access-jwt-assertion", "Bearer " + good));
        assertForbidden(check("cf-access-jwt-assertion", good.substring(0, good.length() - 8) + "AAAAAAAA"));
        assertForbidden(check("cf-access-jwt-assertion", "e".repeat(20_000)));
        assertThat(principal(check(
                                "cf-access-jwt-assertion",
                                good,
                                "cf-access-authenticated-user-email",
                                "root@example.com"))
                        .email())
                .isEqualTo("ada@example.com");
    }

    /** A bad one is not looked at twice in a row. */
    @Test
    void checkWhenRefusedThenIsRefusedAtOnceForAWhile() {
        String bad = sign(Map.of("sub", "s", "aud", List.of("other")));
        assertForbidden(check("cf-access-jwt-assertion", bad));

        assertForbidden(ask("cf-access-jwt-assertion", bad));
    }

    @Test
    void checkWhenPolicyLetsThePersonNotSignInThenIsForbidden() {
        assertForbidden(check("cf-access-jwt-assertion", assertion("mallory@example.com")));
        assertThat(audited)
                .singleElement()
                .matches(event -> event.what() == AuditEvent.What.SIGN_IN && !event.succeeded());
    }

    /** Whoever brings a token is judged by that alone: a good assertion mends no bad one. */
    @Test
    void checkWhenAuthorizationIsThereThenTheBearerGateJudges() {
        String good = assertion("ada@example.com");
        var alice = new Identity("https://idp.example", "alice", null, null, List.of());
        String token = TestTokens.issue(store, alice, List.of(MCP), NOW, 600);

        var byToken = check("authorization", "Bearer " + token, "cf-access-jwt-assertion", good);
        assertThat(principal(byToken).identity()).isEqualTo(alice);
        var refusal = (Verdict.Refuse) check("authorization", "Bearer x", "cf-access-jwt-assertion", good);
        assertThat(refusal.reply().status().code()).isEqualTo(401);
        var asBearer = (Verdict.Refuse) check("authorization", "Bearer " + good); // T-74
        assertThat(asBearer.reply().status().code()).isEqualTo(401);
    }

    @Test
    void checkWhenAServiceTokenThenIsLetInOnlyIfSettingsSaySo() {
        String service = sign(Map.of("sub", "", "common_name", "e367.access"));
        assertForbidden(check("cf-access-jwt-assertion", service));

        gate = gate(true);
        var principal = principal(check("cf-access-jwt-assertion", service));
        assertThat(principal.identity().issuer()).isEqualTo(origin + "#service-token");
        assertThat(principal.clientId()).isEqualTo("e367.access");
    }

    @Test
    void checkWhenTheTeamsKeysCannotBeHadThenIs503() {
        status = 500;
        var refusal = (Verdict.Refuse) check("cf-access-jwt-assertion", assertion("ada@example.com"));

        assertThat(refusal.reply().status()).isEqualTo(HttpResponseStatus.SERVICE_UNAVAILABLE);
        assertThat(refusal.outcome()).isEqualTo(Outcome.IDENTITY_PROVIDER_UNAVAILABLE);
    }

    /** O-154, T-86: on or off, nobody behind the gates sees what Access, or somebody in its name, has said. */
    @Test
    void serveWhenTheHeadersAreSentThenEndpointsDoNotSeeThem() {
        Endpoint telling = exchange -> {
            var names = exchange.head().headers().names();
            exchange.reply(new Reply(
                    HttpResponseStatus.OK,
                    List.of(),
                    Unpooled.copiedBuffer(String.join(" ", names), StandardCharsets.UTF_8)));
            return BodyReader.NONE;
        };
        var route = EchoEndpoint.route("mcp", "/mcp", Route.Access.BEARER, Route.Cors.ALLOWED, 100, telling);
        String headers = "GET /mcp HTTP/1.1\r\nHost: localhost\r\nX-Other: 1\r\nCf-Access-Jwt-Assertion: "
                + assertion("ada@example.com") + "\r\nCF-ACCESS-AUTHENTICATED-USER-EMAIL: root@example.com\r\n\r\n";
        for (Gate each : List.of(gate, BearerGate.off())) {
            try (var server = new TestServer.Settings().gates(each).start(route);
                    var client = server.connect()) {
                var answer = client.send(headers).read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body().toLowerCase(Locale.ROOT))
                        .contains("x-other")
                        .doesNotContain("cf-access");
            }
        }
    }
}
