package dev.portcullis.oauth.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** O-160, RFC 9449 §4.3; T-89, T-90: one mutation a row, each refused for its own reason. */
class DpopProofsTest {
    private static final long NOW = 1_800_000_000L;
    private static final String TARGET = "https://mcp.example.com/token";
    private static final TokenHash TOKEN = TokenHash.of("an access token");
    private static final ECKey KEY = ecKey(Curve.P_256);
    private static final RSAKey RSA = rsaKey(2048);

    private final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final MasterKey key = new MasterKey(Randoms.base64Url(32));
    private final List<AuditEvent> audited = new ArrayList<>();
    private final DpopProofs proofs = proofs(false);

    private DpopProofs proofs(boolean wantsNonce) {
        var telemetry = new Telemetry() {
            @Override
            public void audit(AuditEvent event) {
                audited.add(event);
            }
        };
        return new DpopProofs(Dpop.ON, key, store, wantsNonce, 100, telemetry);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static ECKey ecKey(Curve curve) {
        try {
            return new ECKeyGenerator(curve).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static RSAKey rsaKey(int bits) {
        try {
            return new RSAKeyGenerator(bits, true).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** A proof in the making. */
    private static final class Proof {
        final Map<String, Object> header = new LinkedHashMap<>();
        final Map<String, Object> claims = new LinkedHashMap<>();
        JWK key = KEY;

        Proof() {
            header.put("typ", "dpop+jwt");
            header.put("alg", "ES256");
            header.put("jwk", KEY.toPublicJWK().toJSONObject());
            claims.put("jti", Randoms.base64Url(16));
            claims.put("htm", "POST");
            claims.put("htu", TARGET);
            claims.put("iat", NOW);
            claims.put("ath", Base64Url.encode(TOKEN.toBytes()));
        }

        void signedBy(JWK other, String algorithm) {
            key = other;
            header.put("alg", algorithm);
            header.put(
                    "jwk",
                    other.toPublicJWK() == null ? null : other.toPublicJWK().toJSONObject());
        }

        String sign() {
            String input = encode(header) + "." + encode(claims);
            try {
                JWSSigner signer = switch (key) {
                    case ECKey ec -> new ECDSASigner(ec);
                    case RSAKey rsa -> new RSASSASigner(rsa);
                    case OctetSequenceKey octets -> new MACSigner(octets);
                    default -> throw new AssertionError();
                };
                var algorithm = JWSAlgorithm.parse(String.valueOf(header.get("alg")));
                Base64URL signature = signer.supportedJWSAlgorithms().contains(algorithm)
                        ? signer.sign(new JWSHeader(algorithm), input.getBytes(StandardCharsets.US_ASCII))
                        : Base64URL.encode("unsigned");
                return input + "." + signature;
            } catch (JOSEException e) {
                throw new AssertionError(e);
            }
        }

        private static String encode(Map<String, Object> members) {
            return Base64URL.encode(JSONObjectUtils.toJSONString(members)).toString();
        }
    }

    private static Proof with(Consumer<Proof> mutation) {
        var proof = new Proof();
        mutation.accept(proof);
        return proof;
    }

    private TokenHash verify(String proof) {
        return proofs.verify(List.of(proof), "POST", TARGET, TOKEN, NOW);
    }

    static Stream<Arguments> good() {
        return Stream.of(
                row("as it is", _ -> {}),
                row("PS256", p -> p.signedBy(RSA, "PS256")),
                row("RS256", p -> p.signedBy(RSA, "RS256")),
                row("typ in other letters", p -> p.header.put("typ", "DPoP+JWT")),
                row("made 5 minutes ago", p -> p.claims.put("iat", NOW - 300)),
                row("made in 5 minutes", p -> p.claims.put("iat", NOW + 300)),
                row("made at a fraction of a second", p -> p.claims.put("iat", NOW + 0.5)),
                row("htu with query and fragment", p -> p.claims.put("htu", TARGET + "?a=b#c")),
                row(
                        "htu with default port and capitals",
                        p -> p.claims.put("htu", "HTTPS://MCP.example.com:443/token")),
                row("htu with a slash behind", p -> p.claims.put("htu", TARGET + "/")),
                row("htu with dot segments", p -> p.claims.put("htu", "https://mcp.example.com/a/../token")),
                row("content_digest, which nobody wants", p -> p.claims.put("content_digest", "x")),
                row("a nonce, which nobody wants", p -> p.claims.put("nonce", "x")));
    }

    private static Arguments row(String name, Consumer<Proof> mutation) {
        return Arguments.of(name, mutation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void verifyWhenProofIsGoodThenGivesTheThumbprint(String name, Consumer<Proof> mutation) throws JOSEException {
        Proof proof = with(mutation);

        TokenHash holder = verify(proof.sign());

        assertThat(holder)
                .as(name)
                .isEqualTo(TokenHash.ofDigest(proof.key.computeThumbprint().decode()));
        assertThat(DpopProofs.thumbprint(proof.key.computeThumbprint().toString()))
                .isEqualTo(holder);
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                bad("no typ", "type dpop+jwt", p -> p.header.remove("typ")),
                bad("typ of another kind", "type dpop+jwt", p -> p.header.put("typ", "JWT")),
                bad("alg none", "accepted algorithm", p -> p.header.put("alg", "none")),
                bad("alg not on the list", "accepted algorithm", p -> p.header.put("alg", "ES384")),
                bad("symmetric alg", "accepted algorithm", p -> {
                    p.key = new OctetSequenceKey.Builder(Randoms.bytes(32)).build();
                    p.header.put("alg", "HS256");
                }),
                bad("crit", "signed JWT", p -> p.header.put("crit", List.of("x"))),
                bad("no jwk", "no public key", p -> p.header.remove("jwk")),
                bad("jwk that is a text", "no public key", p -> p.header.put("jwk", "x")),
                bad("private key in jwk", "no public key", p -> p.header.put("jwk", KEY.toJSONObject())),
                bad(
                        "symmetric key in jwk",
                        "no public key",
                        p -> p.header.put("jwk", Map.of("kty", "oct", "k", "AAAA"))),
                bad(
                        "another curve",
                        "no public key",
                        p -> p.header.put(
                                "jwk", ecKey(Curve.P_384).toPublicJWK().toJSONObject())),
                bad(
                        "short RSA key",
                        "no public key",
                        p -> p.header.put("jwk", rsaKey(1024).toPublicJWK().toJSONObject())),
                bad(
                        "key of another kind than alg",
                        "wrong signature",
                        p -> p.header.put("jwk", RSA.toPublicJWK().toJSONObject())),
                bad(
                        "key of somebody else",
                        "wrong signature",
                        p -> p.header.put(
                                "jwk", ecKey(Curve.P_256).toPublicJWK().toJSONObject())),
                bad("no htm", "htm", p -> p.claims.remove("htm")),
                bad("other method", "htm", p -> p.claims.put("htm", "GET")),
                bad("method in other letters", "htm", p -> p.claims.put("htm", "post")),
                bad("no htu", "htu", p -> p.claims.remove("htu")),
                bad("other path", "htu", p -> p.claims.put("htu", "https://mcp.example.com/mcp")),
                bad("other host", "htu", p -> p.claims.put("htu", "https://evil.example/token")),
                bad("other scheme", "htu", p -> p.claims.put("htu", "http://mcp.example.com/token")),
                bad("other port", "htu", p -> p.claims.put("htu", "https://mcp.example.com:8443/token")),
                bad("user info in htu", "htu", p -> p.claims.put("htu", "https://mcp.example.com@evil.example/token")),
                bad("relative htu", "htu", p -> p.claims.put("htu", "/token")),
                bad("no iat", "iat", p -> p.claims.remove("iat")),
                bad("iat that is a text", "iat", p -> p.claims.put("iat", "" + NOW)),
                bad("too old", "iat", p -> p.claims.put("iat", NOW - 301)),
                bad("too new", "iat", p -> p.claims.put("iat", NOW + 301)),
                bad("no jti", "jti", p -> p.claims.remove("jti")),
                bad("empty jti", "jti", p -> p.claims.put("jti", "")),
                bad("long jti", "jti", p -> p.claims.put("jti", "x".repeat(257))),
                bad("no ath", "ath", p -> p.claims.remove("ath")),
                bad(
                        "ath of another token",
                        "ath",
                        p -> p.claims.put(
                                "ath", Base64Url.encode(TokenHash.of("x").toBytes()))));
    }

    private static Arguments bad(String name, String why, Consumer<Proof> mutation) {
        return Arguments.of(name, why, mutation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void verifyWhenProofIsMutatedThenRefusesForItsOwnReason(String name, String why, Consumer<Proof> mutation) {
        String proof = with(mutation).sign();

        assertRefused(name, why, () -> verify(proof));
    }

    private static void assertRefused(String name, String why, Runnable call) {
        OAuthException refusal = catchThrowableOfType(OAuthException.class, call::run);
        assertThat(refusal).as(name).isNotNull();
        assertThat(refusal.error()).as(name).isEqualTo(OAuthError.INVALID_DPOP_PROOF);
        assertThat(refusal.description()).as(name).contains(why).matches("[ -~&&[^\"\\\\]]+"); // O-7
    }

    @Test
    void verifyWhenFormIsWrongThenRefuses() {
        String proof = new Proof().sign();
        String changed = proof.substring(0, proof.length() - 4) + (proof.endsWith("AAAA") ? "BBBB" : "AAAA");

        assertRefused("no signature", "signed JWT", () -> verify(proof.substring(0, proof.lastIndexOf('.') + 1)));
        assertRefused("two parts", "signed JWT", () -> verify(proof.substring(0, proof.lastIndexOf('.'))));
        assertRefused("changed signature", "wrong signature", () -> verify(changed));
        assertRefused("no JWT", "signed JWT", () -> verify("x"));
        assertRefused("too long", "too long", () -> verify("x".repeat(8 * 1024 + 1)));
    }

    @Test
    void verifyWhenThereIsNotExactlyOneThenRefuses() {
        String proof = new Proof().sign();

        assertRefused("none", "missing", () -> proofs.verify(List.of(), "POST", TARGET, TOKEN, NOW));
        assertRefused("two", "more than one", () -> proofs.verify(List.of(proof, proof), "POST", TARGET, TOKEN, NOW));
        assertThat(verify(proof)).isNotNull(); // and neither attempt has used it up
    }

    /** T-89: two nodes share nothing but the store. */
    @Test
    void verifyWhenProofWasUsedThenRefusesHereAndOnAnotherNode() {
        String proof = new Proof().sign();
        var other = proofs(false);
        verify(proof);

        assertRefused("here", "used before", () -> verify(proof));
        assertRefused("there", "used before", () -> other.verify(List.of(proof), "POST", TARGET, TOKEN, NOW));
        assertRefused(
                "at the last moment",
                "used before",
                () -> other.verify(List.of(proof), "POST", TARGET, TOKEN, NOW + 300));
        assertThat(audited)
                .hasSize(3)
                .allSatisfy(event -> assertThat(event.what()).isEqualTo(AuditEvent.What.ASSERTION_REPLAYED));
    }

    @Test
    void verifyWhenAnotherKeyUsesTheSameIdThenBothPass() {
        verify(with(p -> p.claims.put("jti", "1")).sign());
        assertThat(verify(with(p -> {
                            p.signedBy(RSA, "RS256");
                            p.claims.put("jti", "1");
                        })
                        .sign()))
                .isNotNull();
    }

    /** T-89: what cannot be known is not accepted. */
    @Test
    void verifyWhenStoreIsGoneThenFailsClosed() {
        store.close();
        String proof = new Proof().sign();

        assertThatThrownBy(() -> verify(proof)).isInstanceOf(StoreException.class);
    }

    @Test
    void verifyWhenTokenEndpointAsksThenNoAthIsNeeded() {
        assertThat(proofs.verify(List.of(with(p -> p.claims.remove("ath")).sign()), "POST", TARGET, null, NOW))
                .isNotNull();
    }

    /** RFC 9449 §8: known on every node, for two windows of time. */
    @Test
    void verifyWhenNonceIsWantedThenTakesThatOfThisWindowAndTheLast() {
        var wanting = proofs(true);
        String nonce = proofs(true).nonce(NOW);
        String expired = wanting.nonce(NOW - 2 * ProofNonces.WINDOW_SECONDS);

        assertThat(proofs.nonce(NOW)).isNull();
        for (long late : new long[] {0, ProofNonces.WINDOW_SECONDS}) {
            String proof = with(p -> p.claims.put("nonce", nonce)).sign();
            assertThat(wanting.verify(List.of(proof), "POST", TARGET, TOKEN, NOW + late))
                    .isNotNull();
        }
        for (Object wrong : new Object[] {"x", expired, 1}) {
            String proof = with(p -> p.claims.put("nonce", wrong)).sign();
            assertThat(catchThrowableOfType(
                                    OAuthException.class,
                                    () -> wanting.verify(List.of(proof), "POST", TARGET, TOKEN, NOW))
                            .error())
                    .isEqualTo(OAuthError.USE_DPOP_NONCE);
        }
        assertThat(catchThrowableOfType(
                                OAuthException.class,
                                () -> wanting.verify(List.of(new Proof().sign()), "POST", TARGET, TOKEN, NOW))
                        .error())
                .isEqualTo(OAuthError.USE_DPOP_NONCE);
    }

    @Test
    void thumbprintWhenItIsNoneThenNull() {
        assertThat(DpopProofs.thumbprint(null)).isNull();
        assertThat(DpopProofs.thumbprint("")).isNull();
        assertThat(DpopProofs.thumbprint("x".repeat(43))).isNull(); // stray bits at its end
        assertThat(DpopProofs.thumbprint("A".repeat(44))).isNull();
        assertThat(DpopProofs.thumbprint("A".repeat(43))).isNotNull();
    }

    /** T-89, T-92: whoever makes valid proofs without end uses up what is theirs, not the room of all. */
    @Test
    void verifyWhenOneKeyMakesTooManyThenThatKeyAloneIsRefused() {
        var narrow = new DpopProofs(Dpop.ON, key, store, false, 100, 2, Telemetry.NONE);
        String first = new Proof().sign();
        narrow.verify(List.of(first), "POST", TARGET, TOKEN, NOW);
        assertThat(catchThrowableOfType(
                                OAuthException.class, () -> narrow.verify(List.of(first), "POST", TARGET, TOKEN, NOW))
                        .error())
                .as("what comes twice takes no room")
                .isEqualTo(OAuthError.INVALID_DPOP_PROOF);
        narrow.verify(List.of(new Proof().sign()), "POST", TARGET, TOKEN, NOW);

        String third = new Proof().sign();
        assertThatThrownBy(() -> narrow.verify(List.of(third), "POST", TARGET, TOKEN, NOW))
                .isInstanceOf(StoreException.class);
        var others = new Proof();
        others.signedBy(ecKey(Curve.P_256), "ES256");
        assertThat(narrow.verify(List.of(others.sign()), "POST", TARGET, TOKEN, NOW))
                .isNotNull();
    }
}
