package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.LocalServer;
import dev.portcullis.identity.AccessAssertionVerifier.Team;
import dev.portcullis.identity.IdentityException.Kind;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** O-153, O-155, T-86: what of Access's assertions holds. Each row changes one thing of one that does. */
@Timeout(60)
class AccessAssertionVerifierTest {
    private static final String TAG = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
    private static final long NOW = 1_800_000_000L;
    private static RSAKey ours;
    private static RSAKey foreign;

    private final SettableClock clock = new SettableClock();
    private final DocumentFetcher fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
    private LocalServer server;
    private String origin;

    @BeforeAll
    static void makeKeys() throws Exception {
        ours = new RSAKeyGenerator(2048).keyID("k1").generate();
        foreign = new RSAKeyGenerator(2048).keyID("k1").generate();
    }

    /** The document has PEM members too, which are not looked at; that of another key must not help. */
    @BeforeEach
    void start() throws Exception {
        server = new LocalServer(LocalServer.json(certs(ours)));
        origin = "http://127.0.0.1:" + server.port();
    }

    private static String certs(JWK... keys) {
        String set = new JWKSet(Stream.of(keys).map(JWK::toPublicJWK).toList()).toString();
        return set.substring(0, set.length() - 1)
                + ",\"public_cert\":{\"kid\":\"x\",\"cert\":\"-----BEGIN CERTIFICATE-----\"},\"public_certs\":[]}";
    }

    @AfterEach
    void stop() {
        fetcher.close();
        server.close();
    }

    private AccessAssertionVerifier verifier(boolean serviceTokens) {
        var team = new Team(URI.create(origin), Set.of(TAG, "other-tag"), serviceTokens, Set.of("custom.dept"), 60);
        return new AccessAssertionVerifier(team, fetcher, clock);
    }

    private Map<String, Object> claims() {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("aud", List.of(TAG));
        claims.put("email", "Ada@Example.com");
        claims.put("exp", NOW + 3600);
        claims.put("iat", NOW - 86_000); // sessions of Access are long: age alone is no fault
        claims.put("nbf", NOW - 86_000);
        claims.put("iss", origin);
        claims.put("type", "app");
        claims.put("identity_nonce", "6ei69kawdKzMIAPF");
        claims.put("sub", "7335d417-61da-459d-899c-0a01c76a2f94");
        claims.put("country", "US");
        claims.put("custom", Map.of("dept", List.of("research")));
        return claims;
    }

    private static String sign(RSAKey key, JWSHeader header, Map<String, Object> claims) throws Exception {
        var jws = new JWSObject(header, new Payload(claims));
        jws.sign(new RSASSASigner(key));
        return jws.serialize();
    }

    private static JWSHeader header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build();
    }

    @Test
    void verifyWhenAllHoldsThenIsThePersonOfTheTeam() throws Exception {
        var asserted = verifier(false).verify(sign(ours, header(), claims()));

        assertThat(asserted.isService()).isFalse();
        assertThat(asserted.expiresAt()).isEqualTo(NOW + 3600);
        assertThat(asserted.identity())
                .isEqualTo(new Identity(
                        origin,
                        "7335d417-61da-459d-899c-0a01c76a2f94",
                        "ada@example.com",
                        null,
                        List.of(),
                        Map.of("custom.dept", List.of("research"))));
        assertThat(server.asked())
                .singleElement()
                .satisfies(asked -> assertThat(asked.uri().getPath()).isEqualTo("/cdn-cgi/access/certs"));
    }

    @FunctionalInterface
    private interface Change {
        void to(Map<String, Object> claims, String origin);
    }

    private static Arguments row(String reason, Change change) {
        return Arguments.of(reason, change);
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                row("has the iss", (c, o) -> c.put("iss", o + "/")),
                row("has the iss", (c, o) -> c.put("iss", o + "/cdn-cgi/access/sso/oidc/abc")), // the SaaS issuer
                row("has the iss", (c, o) -> c.put("iss", "https://evil.cloudflareaccess.com")),
                row("has the iss", (c, o) -> c.remove("iss")),
                row("has an aud that is none", (c, o) -> c.put("aud", List.of("another-application"))),
                row("has an aud that is none", (c, o) -> c.put("aud", List.of())),
                row("has an aud that is none", (c, o) -> c.put("aud", TAG.toUpperCase(java.util.Locale.ROOT))),
                row("has an aud that is none", (c, o) -> c.put("aud", List.of(List.of(TAG)))),
                row("has an aud that is none", (c, o) -> c.remove("aud")),
                row("has the type", (c, o) -> c.put("type", "org")), // the team's own session
                row("has the type", (c, o) -> c.remove("type")),
                row("has expired", (c, o) -> c.put("exp", NOW)),
                row("has no exp", (c, o) -> c.remove("exp")),
                row("has no exp", (c, o) -> c.put("exp", String.valueOf(NOW + 3600))),
                row("was issued in the future", (c, o) -> c.put("iat", NOW + 61)),
                row("has no iat", (c, o) -> c.remove("iat")),
                row("is not valid yet", (c, o) -> c.put("nbf", NOW + 61)),
                row("has no nbf that is a time", (c, o) -> c.put("nbf", "soon")),
                row("has no sub", (c, o) -> c.remove("sub")),
                row("has no sub", (c, o) -> c.put("sub", 7)),
                row("has an empty sub, and no common_name", (c, o) -> c.put("sub", "")),
                row("is a service token's", (c, o) -> {
                    c.put("sub", "");
                    c.put("common_name", "e367.access");
                }),
                row("has a sub of more than", (c, o) -> c.put("sub", "s".repeat(256))));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void verifyWhenOneClaimIsWrongThenFailsForThatReason(String reason, Change change) throws Exception {
        var claims = claims();
        change.to(claims, origin);

        assertRefused(sign(ours, header(), claims), reason);
    }

    @Test
    void verifyWhenTheFormOrTheSignatureIsWrongThenFailsForThatReason() throws Exception {
        String good = sign(ours, header(), claims());
        String[] parts = good.split("\\.", -1);
        String none = Base64URL.encode("{\"alg\":\"none\",\"kid\":\"k1\"}").toString();
        var mac = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims()));
        mac.sign(new MACSigner(ours.toPublicJWK().toRSAKey().getModulus().decode()));
        var rs512 = new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("k1").build();
        var unknownKid = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k9").build();
        var itsOwnKey = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("k1")
                .jwk(foreign.toPublicJWK())
                .build();
        var critical = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("k1")
                .criticalParams(Set.of("exp"))
                .customParam("exp", 1)
                .build();

        assertRefused("x", "has 1 parts");
        assertRefused(good + ".e30", "has 4 parts");
        assertRefused(parts[0] + "." + parts[1] + ".", "has no signature");
        assertRefused(none + "." + parts[1] + "." + parts[2], "has the alg");
        assertRefused(mac.serialize(), "has the alg");
        assertRefused(sign(ours, rs512, claims()), "has the alg");
        assertRefused(sign(foreign, header(), claims()), "has a wrong signature");
        assertRefused(sign(foreign, itsOwnKey, claims()), "has a wrong signature");
        assertRefused(
                parts[0] + "." + Base64URL.encode("{\"sub\":\"admin\"}") + "." + parts[2], "has a wrong signature");
        assertRefused(sign(ours, unknownKid, claims()), "names a kid that is not among");
        assertRefused(sign(ours, critical, claims()), "has a crit header");
        assertRefused("e".repeat(17_000), "is longer than");
    }

    private void assertRefused(String assertion, String reason) {
        var refusal = catchThrowableOfType(
                IdentityException.class, () -> verifier(false).verify(assertion));
        assertThat(refusal).as(reason).isNotNull();
        assertThat(refusal).hasMessageContaining("the assertion " + reason);
        assertThat(refusal.kind()).isEqualTo(Kind.INVALID);
    }

    /** A program is of an issuer of its own: no person's subject can be its name. */
    @Test
    void verifyWhenServiceTokensAreLetInThenTheyAreOfTheirOwnKind() throws Exception {
        var claims = claims();
        claims.remove("email");
        claims.put("sub", "");
        claims.put("common_name", "e367.access");

        var asserted = verifier(true).verify(sign(ours, header(), claims));

        assertThat(asserted.isService()).isTrue();
        assertThat(asserted.identity())
                .isEqualTo(new Identity(origin + "#service-token", "e367.access", null, null, List.of()));
    }

    /** O-155: a key that has come since is fetched; one that is gone holds no more once the copy is new. */
    @Test
    void verifyWhenKeysRotateThenTheNewOneIsFetched() throws Exception {
        var verifier = verifier(false);
        verifier.verify(sign(ours, header(), claims()));
        var next = new RSAKeyGenerator(2048).keyID("k2").generate();
        server.answers(LocalServer.json(certs(next)));

        var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k2").build();
        assertThat(verifier.verify(sign(next, header, claims())).identity().subject())
                .startsWith("7335d417");
        assertThat(catchThrowableOfType(IdentityException.class, () -> verifier.verify(sign(ours, header(), claims()))))
                .hasMessageContaining("names a kid that is not among");
    }

    @Test
    void verifyWhenKeysCannotBeHadThenIsUnavailableAndNotRefused() throws Exception {
        server.answers(LocalServer.of(500, "text/plain", "no"));

        var refusal = catchThrowableOfType(
                IdentityException.class, () -> verifier(false).verify(sign(ours, header(), claims())));

        assertThat(refusal.kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    /** Something else at their address is Access's fault, or that of a proxy in between, and says nothing of the caller. */
    @Test
    void verifyWhenKeysAreNoKeySetThenIsUnavailableAndNotRefused() throws Exception {
        server.answers(LocalServer.json("{\"keys\":\"none\"}"));

        var refusal = catchThrowableOfType(
                IdentityException.class, () -> verifier(false).verify(sign(ours, header(), claims())));

        assertThat(refusal.kind()).isEqualTo(Kind.UNAVAILABLE);
    }
}
