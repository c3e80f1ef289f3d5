package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.identity.TrustedIssuer.ClaimNames;
import dev.portcullis.identity.TrustedIssuer.Keys;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
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

/** O-170, what is decided from the assertion alone; one mutation a row, each refused for its own reason. */
class IdentityAssertionsTest {
    private static final long NOW = 1_800_000_000L;
    private static final String US = "https://mcp.example.com";
    private static final String ISSUER = "https://idp.example.com";
    private static final ECKey KEY;
    private static final RSAKey RSA;
    private static final ECKey STRANGER;

    static {
        try {
            KEY = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
            STRANGER = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
            RSA = new RSAKeyGenerator(2048).keyID("rsa").generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private final DocumentFetcher fetcher = new DocumentFetcher(
            new FetchLimits(500, 1_000, 8_192, 100, 4), new AddressGuard(Set.of(), AddressGuard.Resolver.SYSTEM));
    private final InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(NOW));
    private final IdentityAssertions assertions = trusting(
            new Keys.Inline(new JWKSet(List.of(KEY.toPublicJWK(), RSA.toPublicJWK())).toString()), ClaimNames.DEFAULT);

    private IdentityAssertions trusting(Keys keys, ClaimNames claims) {
        return IdentityAssertions.of(
                US,
                List.of(new TrustedIssuer(ISSUER, keys, Map.of("theirs", "ours"), claims)),
                Set.of(),
                fetcher,
                clock);
    }

    @AfterEach
    void close() {
        fetcher.close();
    }

    private static final class Draft {
        final Map<String, Object> header =
                new LinkedHashMap<>(Map.of("typ", "oauth-id-jag+jwt", "alg", "ES256", "kid", "ec"));
        final Map<String, Object> claims = new LinkedHashMap<>(Map.of(
                "iss",
                ISSUER,
                "sub",
                "alice",
                "aud",
                US,
                "client_id",
                "editor",
                "resource",
                US + "/mcp",
                "jti",
                "1",
                "iat",
                NOW,
                "exp",
                NOW + 300,
                "email",
                "Alice@Example.com",
                "groups",
                List.of("staff")));
        JWK key = KEY;

        String sign() {
            String input = encode(header) + "." + encode(claims);
            var algorithm = JWSAlgorithm.parse(String.valueOf(header.get("alg")));
            try {
                var signer = key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
                return input + "."
                        + (signer.supportedJWSAlgorithms().contains(algorithm)
                                ? signer.sign(new JWSHeader(algorithm), input.getBytes(StandardCharsets.US_ASCII))
                                : Base64URL.encode("x"));
            } catch (JOSEException e) {
                throw new AssertionError(e);
            }
        }

        private static String encode(Map<String, Object> members) {
            return Base64URL.encode(JSONObjectUtils.toJSONString(members)).toString();
        }
    }

    private static String with(Consumer<Draft> mutation) {
        var draft = new Draft();
        mutation.accept(draft);
        return draft.sign();
    }

    @Test
    void verifyWhenAllIsRightThenSaysWhoForWhomAndWhere() throws IdentityException {
        IdentityAssertion assertion = assertions.verify(with(d -> {
            d.claims.put("scope", "mcp files");
            d.claims.put("nbf", NOW);
        }));

        assertThat(assertion.identity())
                .isEqualTo(new Identity(ISSUER, "alice", "alice@example.com", null, List.of("staff")));
        assertThat(assertion.clientId()).isEqualTo("editor");
        assertThat(assertion.id()).isEqualTo("1");
        assertThat(assertion.spentUntil()).isGreaterThan(NOW + 300 + 60); // as long as it could be presented
        assertThat(assertion.resources()).containsExactly(US + "/mcp");
        assertThat(assertion.scope()).isEqualTo("mcp files");
        assertThat(assertion.confirmation()).isNull();
    }

    static Stream<Arguments> good() {
        return Stream.of(
                row("RS256", d -> {
                    d.key = RSA;
                    d.header.put("alg", "RS256");
                    d.header.put("kid", "rsa");
                }),
                row("no kid, and one key that fits", d -> d.header.remove("kid")),
                row("aud as a list of one", d -> d.claims.put("aud", List.of(US))),
                row("several resources", d -> d.claims.put("resource", List.of("a", "b"))),
                row("expired within the skew", d -> {
                    d.claims.put("iat", NOW - 200);
                    d.claims.put("exp", NOW - 59);
                }),
                row("issued within the skew", d -> {
                    d.claims.put("iat", NOW + 60);
                    d.claims.put("nbf", NOW + 60);
                }));
    }

    private static Arguments row(String name, Consumer<Draft> mutation) {
        return Arguments.of(name, mutation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void verifyWhenMutationIsHarmlessThenHolds(String name, Consumer<Draft> mutation) throws IdentityException {
        assertThat(assertions.verify(with(mutation))).as(name).isNotNull();
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                bad("no typ", "typ", d -> d.header.remove("typ")),
                bad("typ of an ID token", "typ", d -> d.header.put("typ", "JWT")),
                bad("alg none", "alg", d -> d.header.put("alg", "none")),
                bad("alg HS256", "alg", d -> d.header.put("alg", "HS256")),
                bad("alg PS256", "alg", d -> d.header.put("alg", "PS256")),
                bad("crit", "crit", d -> d.header.put("crit", List.of("x"))),
                bad("no iss", "iss", d -> d.claims.remove("iss")),
                bad("iss not trusted", "iss", d -> d.claims.put("iss", "https://evil.example")),
                bad("iss with a slash", "iss", d -> d.claims.put("iss", ISSUER + "/")),
                bad("key of somebody else", "wrong signature", d -> d.key = STRANGER),
                bad("unknown kid", "not among the provider's keys", d -> d.header.put("kid", "x")),
                bad("kid of a key of another kind", "does not fit ES256", d -> d.header.put("kid", "rsa")),
                bad("jwk in the header", "wrong signature", d -> {
                    d.key = STRANGER;
                    d.header.put("jwk", STRANGER.toPublicJWK().toJSONObject());
                }),
                bad("no aud", "aud", d -> d.claims.remove("aud")),
                bad("other aud", "aud", d -> d.claims.put("aud", "https://other.example")),
                bad("our aud among others", "aud", d -> d.claims.put("aud", List.of(US, "https://other.example"))),
                bad("no exp", "exp", d -> d.claims.remove("exp")),
                bad("exp that is a text", "exp", d -> d.claims.put("exp", "soon")),
                bad("expired", "expired", d -> {
                    d.claims.put("iat", NOW - 300);
                    d.claims.put("exp", NOW - 60);
                }),
                bad("no iat", "iat", d -> d.claims.remove("iat")),
                bad("issued in the future", "future", d -> d.claims.put("iat", NOW + 61)),
                bad("lives too long", "300 s", d -> d.claims.put("exp", NOW + 301)),
                bad("ends before it begins", "300 s", d -> d.claims.put("exp", NOW)),
                bad("not yet", "nbf", d -> d.claims.put("nbf", NOW + 61)),
                bad("nbf that is a text", "nbf", d -> d.claims.put("nbf", "x")),
                bad("no sub", "sub", d -> d.claims.remove("sub")),
                bad("empty sub", "sub", d -> d.claims.put("sub", "")),
                bad("long sub", "sub", d -> d.claims.put("sub", "x".repeat(256))),
                bad("no jti", "jti", d -> d.claims.remove("jti")),
                bad("long jti", "jti", d -> d.claims.put("jti", "x".repeat(256))),
                bad("no client_id", "client_id", d -> d.claims.remove("client_id")),
                bad("no resource", "resource", d -> d.claims.remove("resource")),
                bad("resource that is a number", "resource", d -> d.claims.put("resource", List.of(1))),
                bad("scope that is a list", "scope", d -> d.claims.put("scope", List.of("mcp"))),
                bad(
                        "authorization_details",
                        "authorization_details",
                        d -> d.claims.put("authorization_details", List.of())),
                bad("cnf that is a text", "cnf", d -> d.claims.put("cnf", "x")));
    }

    private static Arguments bad(String name, String why, Consumer<Draft> mutation) {
        return Arguments.of(name, why, mutation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void verifyWhenMutatedThenFailsForItsOwnReason(String name, String why, Consumer<Draft> mutation) {
        var failure = catchThrowableOfType(IdentityException.class, () -> assertions.verify(with(mutation)));

        assertThat(failure).as(name).isNotNull();
        assertThat(failure.kind()).as(name).isEqualTo(Kind.INVALID);
        assertThat(failure.getMessage()).as(name).contains(why);
    }

    @Test
    void verifyWhenTooLongOrNoJwtThenFails() {
        for (String text : List.of("", "x", "a.b.c", "x".repeat(16 * 1024 + 1))) {
            assertThatThrownBy(() -> assertions.verify(text)).isInstanceOf(IdentityException.class);
        }
    }

    @Test
    void verifyWhenClientIsCalledOtherwiseThereThenGivesItsIdHere() throws IdentityException {
        assertThat(assertions
                        .verify(with(d -> d.claims.put("client_id", "theirs")))
                        .clientId())
                .isEqualTo("ours");
    }

    @Test
    void verifyWhenClaimsAreCalledOtherwiseThenReadsThose() throws IdentityException {
        var keys = new Keys.Inline(new JWKSet(KEY.toPublicJWK()).toString());
        var identity = trusting(keys, new ClaimNames("mail", null, "roles"))
                .verify(with(d -> {
                    d.claims.put("mail", "a@b.example");
                    d.claims.put("name", "Alice");
                    d.claims.put("roles", List.of("r"));
                }))
                .identity();

        assertThat(identity).isEqualTo(new Identity(ISSUER, "alice", "a@b.example", null, List.of("r")));
    }

    /** O-84, O §13, 18: an outage is not the assertion's fault. */
    @Test
    void verifyWhenKeysCannotBeFetchedThenUnavailable() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (var local = new DocumentFetcher(
                new FetchLimits(500, 1_000, 8_192, 100, 4),
                new AddressGuard(Set.of("localhost:" + port), AddressGuard.Resolver.SYSTEM))) {
            var keys = new Keys.At(URI.create("http://localhost:" + port + "/jwks"));
            var trusting = IdentityAssertions.of(
                    US, List.of(new TrustedIssuer(ISSUER, keys, Map.of(), ClaimNames.DEFAULT)), Set.of(), local, clock);

            var failure = catchThrowableOfType(IdentityException.class, () -> trusting.verify(new Draft().sign()));

            assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        }
    }

    @Test
    void verifyWhenNobodyIsTrustedThenFails() {
        assertThatThrownBy(() -> IdentityAssertions.ofNobody().verify(new Draft().sign()))
                .isInstanceOf(IdentityException.class);
    }

    @Test
    void inlineWhenItHasNoUsableKeyThenThrows() {
        for (String jwks : List.of("", "{}", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")) {
            assertThatThrownBy(() -> new Keys.Inline(jwks)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
