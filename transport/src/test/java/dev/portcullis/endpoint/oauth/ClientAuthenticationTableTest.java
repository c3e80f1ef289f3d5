package dev.portcullis.endpoint.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.endpoint.oauth.ClientsFixture.Web;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import dev.portcullis.store.RegisteredClient.Kind;
import dev.portcullis.telemetry.AuditEvent;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of O-81 at the token endpoint and its neighbour, for clients of the settings too (O-120); T-76, T-89, T-93, O-106. */
@Timeout(120)
class ClientAuthenticationTableTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final ECKey EC = ec("ec");
    private static final ECKey OTHER = ec("other");
    private static final RSAKey RSA = rsa();
    private static final String KEYS_PATH = "/keys.json";

    private final ClientsFixture server;
    private int ids;

    ClientAuthenticationTableTest() throws IOException {
        server = new ClientsFixture();
    }

    @BeforeEach
    void know() {
        server.preregistered = List.of(
                client("app-none", AuthMethod.NONE, null),
                client("app-basic", AuthMethod.CLIENT_SECRET_BASIC, null),
                client("app-post", AuthMethod.CLIENT_SECRET_POST, null),
                client("app-keys", AuthMethod.PRIVATE_KEY_JWT, new ClientKeys.Inline(publicKeys(EC, RSA))),
                client("app-remote", AuthMethod.PRIVATE_KEY_JWT, new ClientKeys.At(server.web.url(KEYS_PATH))));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static ECKey ec(String kid) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey rsa() {
        try {
            return new RSAKeyGenerator(2048).keyID("rsa").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String publicKeys(com.nimbusds.jose.jwk.JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    private static RegisteredClient client(String id, AuthMethod method, @Nullable ClientKeys keys) {
        boolean hasSecret = method == AuthMethod.CLIENT_SECRET_BASIC || method == AuthMethod.CLIENT_SECRET_POST;
        return new RegisteredClient(
                id,
                id,
                List.of(ClientsFixture.REDIRECT),
                method,
                hasSecret ? TokenHash.of(SECRET) : null,
                List.of("authorization_code", "refresh_token"),
                Kind.PREREGISTERED,
                0,
                keys,
                Scopes.NONE);
    }

    /** Exchanges a new code of the client's with these members in the form and these headers. */
    private RecordedExchange exchange(String owner, Map<String, String> proof, String... headers) {
        RegisteredClient client = server.preregistered.stream()
                .filter(known -> known.id().equals(owner))
                .findFirst()
                .orElseThrow();
        var form = ClientsFixture.exchange(server.signIn(client));
        form.putAll(proof);
        return server.postForm("/token", form, headers);
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(UTF_8));
    }

    // secrets

    private record Row(
            String what, String owner, Map<String, String> form, List<String> headers, int status, String error) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Row row(String what, String owner, Map<String, String> form, int status, String error) {
        return new Row(what, owner, form, List.of(), status, error);
    }

    private static Row basicRow(
            String what, String owner, Map<String, String> form, String header, int status, String error) {
        return new Row(what, owner, form, List.of("authorization", header), status, error);
    }

    static Stream<Row> rows() {
        var id = "client_id";
        var secret = "client_secret";
        return Stream.of(
                row("public", "app-none", Map.of(id, "app-none"), 200, ""),
                basicRow("basic", "app-basic", Map.of(), basic("app-basic", SECRET), 200, ""),
                basicRow(
                        "basic, encoded",
                        "app-basic",
                        Map.of(),
                        basic("app%2Dbasic", SECRET.replace("0", "%30")),
                        200,
                        ""),
                basicRow("basic, id twice", "app-basic", Map.of(id, "app-basic"), basic("app-basic", SECRET), 200, ""),
                row("post", "app-post", Map.of(id, "app-post", secret, SECRET), 200, ""),
                // two at once
                basicRow(
                        "basic and post",
                        "app-basic",
                        Map.of(secret, SECRET),
                        basic("app-basic", SECRET),
                        400,
                        "invalid_request"),
                basicRow(
                        "basic for another",
                        "app-basic",
                        Map.of(id, "app-none"),
                        basic("app-basic", SECRET),
                        400,
                        "invalid_request"),
                basicRow(
                        "basic and assertion",
                        "app-basic",
                        Map.of("client_assertion", "a.b.c", "client_assertion_type", TYPE),
                        basic("app-basic", SECRET),
                        400,
                        "invalid_request"),
                row(
                        "post and assertion",
                        "app-post",
                        Map.of(
                                id,
                                "app-post",
                                secret,
                                SECRET,
                                "client_assertion",
                                "a.b.c",
                                "client_assertion_type",
                                TYPE),
                        400,
                        "invalid_request"),
                row("assertion without type", "app-keys", Map.of("client_assertion", "a.b.c"), 400, "invalid_request"),
                row(
                        "type without assertion",
                        "app-keys",
                        Map.of("client_assertion_type", TYPE),
                        400,
                        "invalid_request"),
                // failures
                row("nobody", "app-none", Map.of(), 401, "invalid_client"),
                row("unknown", "app-none", Map.of(id, "stranger"), 401, "invalid_client"),
                row("public with a secret", "app-none", Map.of(id, "app-none", secret, SECRET), 401, "invalid_client"),
                row("no secret", "app-post", Map.of(id, "app-post"), 401, "invalid_client"),
                row("wrong secret", "app-post", Map.of(id, "app-post", secret, SECRET + "x"), 401, "invalid_client"),
                row("another method", "app-basic", Map.of(id, "app-basic", secret, SECRET), 401, "invalid_client"),
                row("keys and no assertion", "app-keys", Map.of(id, "app-keys"), 401, "invalid_client"),
                row("keys and a secret", "app-keys", Map.of(id, "app-keys", secret, SECRET), 401, "invalid_client"),
                row(
                        "another type of assertion",
                        "app-keys",
                        Map.of(
                                "client_assertion",
                                "a.b.c",
                                "client_assertion_type",
                                "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
                        401,
                        "invalid_client"),
                row(
                        "an assertion that is none",
                        "app-keys",
                        Map.of("client_assertion", "a.b", "client_assertion_type", TYPE),
                        401,
                        "invalid_client"),
                basicRow("wrong basic", "app-basic", Map.of(), basic("app-basic", "x"), 401, "invalid_client"),
                basicRow("basic, unknown", "app-basic", Map.of(), basic("stranger", SECRET), 401, "invalid_client"),
                basicRow(
                        "basic, registered for post",
                        "app-post",
                        Map.of(),
                        basic("app-post", SECRET),
                        401,
                        "invalid_client"),
                basicRow("basic, malformed", "app-basic", Map.of(), "Basic !!!", 401, "invalid_client"),
                basicRow("basic without colon", "app-basic", Map.of(), "Basic YQ==", 401, "invalid_client"),
                basicRow("another scheme", "app-none", Map.of(), "Bearer x", 401, "invalid_client"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tokenWhenRowThenStatusAndChallenge(Row row) {
        RecordedExchange answer = exchange(row.owner, row.form, row.headers.toArray(String[]::new));

        assertThat(answer.status()).as(answer.body()).isEqualTo(row.status);
        assertThat(answer.body()).contains(row.error);
        boolean triedBasic = row.headers.size() == 2 && row.headers.get(1).startsWith("Basic");
        if (row.status == 401) {
            assertThat(answer.header("www-authenticate") != null).isEqualTo(triedBasic);
        }
        if (triedBasic && row.status == 401) {
            assertThat(answer.header("www-authenticate")).startsWith("Basic realm=\"" + ClientsFixture.ISSUER + "\"");
        }
    }

    /** The same client authentication, and the same words. */
    @ParameterizedTest
    @MethodSource("rows")
    void revokeWhenRowThenTheSame(Row row) {
        var form = new LinkedHashMap<>(row.form);
        form.put("token", "x");
        RecordedExchange answer = server.postForm("/revoke", form, row.headers.toArray(String[]::new));

        assertThat(answer.status()).as(answer.body()).isEqualTo(row.status);
        assertThat(answer.body()).contains(row.error);
    }

    /** O-120: what the settings say now counts, not what they said when the grant was given. */
    @Test
    void tokenWhenOperatorHasTakenTheClientOutThenItIsNoClient() {
        RegisteredClient gone = client("app-gone", AuthMethod.NONE, null);
        var form = ClientsFixture.exchange(server.signIn(gone));
        form.put("client_id", "app-gone");

        assertThat(server.postForm("/token", form).status()).isEqualTo(401);
    }

    // assertions

    /** What is in an assertion that holds; a test changes some of it. */
    private Map<String, Object> claims(String clientId) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", clientId);
        claims.put("sub", clientId);
        claims.put("aud", ClientsFixture.ISSUER);
        claims.put("exp", ClientsFixture.NOW + 300);
        claims.put("iat", ClientsFixture.NOW);
        claims.put("jti", "id-" + ids++);
        return claims;
    }

    private static String signed(Map<String, Object> claims, ECKey key) {
        return signed(
                claims,
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                signer(key));
    }

    private static JWSSigner signer(ECKey key) {
        try {
            return new ECDSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String signed(Map<String, Object> claims, JWSHeader header, JWSSigner signer) {
        try {
            var token = new JWSObject(header, new Payload(claims));
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> proof(String assertion) {
        return Map.of("client_assertion", assertion, "client_assertion_type", TYPE);
    }

    @Test
    void tokenWhenAssertionHoldsThenTheClientIsKnown() throws JOSEException {
        assertThat(exchange("app-keys", proof(signed(claims("app-keys"), EC))).status())
                .isEqualTo(200);
        var withId = new LinkedHashMap<>(proof(signed(claims("app-keys"), EC)));
        withId.put("client_id", "app-keys");
        assertThat(exchange("app-keys", withId).status()).isEqualTo(200);
        for (var algorithm : List.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256)) {
            String assertion = signed(
                    claims("app-keys"),
                    new JWSHeader.Builder(algorithm).keyID("rsa").build(),
                    new RSASSASigner(RSA));
            assertThat(exchange("app-keys", proof(assertion)).status())
                    .as(algorithm.getName())
                    .isEqualTo(200);
        }
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256).build();
        assertThat(exchange("app-keys", proof(signed(claims("app-keys"), header, signer(EC))))
                        .status())
                .as("no kid")
                .isEqualTo(200);
    }

    private record Change(String what, java.util.function.Consumer<Map<String, Object>> change, int status) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Change> changes() {
        long now = ClientsFixture.NOW;
        String token = ClientsFixture.ISSUER + "/token";
        return Stream.of(
                new Change("aud: token endpoint", claims -> claims.put("aud", token), 200),
                new Change("aud: array of one", claims -> claims.put("aud", List.of(token)), 200),
                new Change("aud: several", claims -> claims.put("aud", List.of(token, ClientsFixture.ISSUER)), 401),
                new Change("aud: another", claims -> claims.put("aud", "https://other.example"), 401),
                new Change("aud: a slash more", claims -> claims.put("aud", ClientsFixture.ISSUER + "/"), 401),
                new Change(
                        "aud: another endpoint", claims -> claims.put("aud", ClientsFixture.ISSUER + "/revoke"), 401),
                new Change("aud: none", claims -> claims.remove("aud"), 401),
                new Change("aud: no text", claims -> claims.put("aud", List.of(1)), 401),
                new Change("iss: another", claims -> claims.put("iss", "app-remote"), 401),
                new Change("iss: none", claims -> claims.remove("iss"), 401),
                new Change("sub: none", claims -> claims.remove("sub"), 401),
                new Change("sub: unknown", claims -> claims.put("sub", "stranger"), 401),
                new Change("exp: none", claims -> claims.remove("exp"), 401),
                new Change("exp: passed", claims -> claims.put("exp", now - 60), 401),
                new Change("exp: passed, as clocks differ", claims -> claims.put("exp", now - 59), 200),
                new Change("exp: five minutes, as clocks differ", claims -> claims.put("exp", now + 360), 200),
                new Change("exp: far", claims -> claims.put("exp", now + 361), 401),
                new Change("exp: a text", claims -> claims.put("exp", "soon"), 401),
                new Change("exp: no time at all", claims -> claims.put("exp", 1e300), 401),
                new Change("iat: none", claims -> claims.remove("iat"), 200),
                new Change("iat: ahead", claims -> claims.put("iat", now + 61), 401),
                new Change("iat: a text", claims -> claims.put("iat", "now"), 401),
                new Change("nbf: now", claims -> claims.put("nbf", now), 200),
                new Change("nbf: ahead", claims -> claims.put("nbf", now + 61), 401),
                new Change("jti: none", claims -> claims.remove("jti"), 401),
                new Change("jti: empty", claims -> claims.put("jti", ""), 401),
                new Change("jti: long", claims -> claims.put("jti", "x".repeat(257)), 401),
                new Change("jti: a number", claims -> claims.put("jti", 7), 401));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void tokenWhenAClaimIsAnotherThenOnlyWhatHoldsCounts(Change row) {
        var claims = claims("app-keys");
        row.change.accept(claims);

        RecordedExchange answer = exchange("app-keys", proof(signed(claims, EC)));

        assertThat(answer.status()).as(answer.body()).isEqualTo(row.status);
        if (row.status == 401) {
            assertThat(answer.body()).contains("invalid_client");
            // Whose it is must be known for a line about it.
            assertThat(server.audited.stream().map(AuditEvent::what))
                    .contains(
                            row.what.equals("sub: none")
                                    ? new AuditEvent.What[0]
                                    : new AuditEvent.What[] {AuditEvent.What.CLIENT_AUTHENTICATION});
        }
    }

    @Test
    void tokenWhenSignatureDoesNotHoldThenInvalidClient() throws JOSEException {
        var claims = claims("app-keys");
        var forged = new LinkedHashMap<String, String>();
        forged.put("another's key", signed(claims, OTHER));
        forged.put(
                "another's key under our kid",
                signed(
                        claims,
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(),
                        signer(OTHER)));
        forged.put(
                "its own key",
                signed(
                        claims,
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID("ec")
                                .jwk(OTHER.toPublicJWK())
                                .build(),
                        signer(OTHER)));
        forged.put(
                "a symmetric algorithm",
                signed(
                        claims,
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(),
                        new MACSigner(RSA.toRSAPublicKey().getEncoded())));
        forged.put(
                "an algorithm that is not listed",
                signed(
                        claims,
                        new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("rsa").build(),
                        new RSASSASigner(RSA)));
        String good = signed(claims, EC);
        String none = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8));
        forged.put("none", none + "." + good.split("\\.", -1)[1] + ".");
        forged.put("no signature", good.substring(0, good.lastIndexOf('.') + 1));
        forged.put("a claim changed", replacedPayload(good, "app-keys", "app-keyS"));
        forged.forEach((what, assertion) -> assertThat(
                        exchange("app-keys", proof(assertion)).status())
                .as(what)
                .isEqualTo(401));
        // None of these was the end of its id: the client's own assertion still counts.
        assertThat(exchange("app-keys", proof(good)).status()).isEqualTo(200);
    }

    private static String replacedPayload(String token, String text, String by) {
        String[] parts = token.split("\\.", -1);
        String payload = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8)
                .replace("\"iss\":\"" + text, "\"iss\":\"" + by);
        return parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(UTF_8)) + "."
                + parts[2];
    }

    /** T-89: once, everywhere, however long the clocks let it live. */
    @Test
    void tokenWhenAssertionIsShownTwiceThenTheSecondIsRefused() {
        String assertion = signed(claims("app-keys"), EC);
        assertThat(exchange("app-keys", proof(assertion)).status()).isEqualTo(200);

        assertThat(exchange("app-keys", proof(assertion)).status()).isEqualTo(401);
        assertThat(server.audited).anyMatch(event -> event.what() == AuditEvent.What.ASSERTION_REPLAYED);
        server.now += 359;
        assertThat(exchange("app-keys", proof(assertion)).status()).isEqualTo(401);

        var other = claims("app-remote");
        other.put("jti", "id-0");
        server.web.answers.put(KEYS_PATH, Web.json(200, publicKeys(EC)));
        server.now -= 359;
        assertThat(exchange("app-remote", proof(signed(other, EC))).status())
                .as("ids are each client's own")
                .isEqualTo(200);
    }

    /** T-89, O-84: what cannot be looked up is an outage, and nobody's failure. */
    @Test
    void tokenWhenStoreDoesNotAnswerThenIsUnavailable() {
        var form = new LinkedHashMap<>(proof(signed(claims("app-keys"), EC)));
        form.put("token", "x");
        server.routes();
        server.store.close();

        assertThat(server.postForm("/revoke", form).status()).isEqualTo(503);
    }

    @Test
    void tokenWhenKeysAreElsewhereThenTheyAreFetchedOnceAndAgainForANewKey() {
        server.web.answers.put(KEYS_PATH, Web.json(200, publicKeys(EC)));
        assertThat(exchange("app-remote", proof(signed(claims("app-remote"), EC)))
                        .status())
                .isEqualTo(200);
        assertThat(exchange("app-remote", proof(signed(claims("app-remote"), EC)))
                        .status())
                .isEqualTo(200);
        assertThat(server.asked).hasSize(1);

        server.web.answers.put(KEYS_PATH, Web.json(200, publicKeys(OTHER)));
        for (int i = 0; i < 20; i++) {
            assertThat(exchange("app-remote", proof(signed(claims("app-remote"), OTHER)))
                            .status())
                    .isEqualTo(401);
        }
        assertThat(server.asked).as("a flood of unknown kids").hasSize(1);
        server.now += 30;
        var renewed = claims("app-remote");
        assertThat(exchange("app-remote", proof(signed(renewed, OTHER))).status())
                .isEqualTo(200);
        assertThat(exchange("app-remote", proof(signed(claims("app-remote"), EC)))
                        .status())
                .as("a key taken out")
                .isEqualTo(401);
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void tokenWhenKeysCannotBeHadThenThatIsAnOutage() {
        server.web.answers.put(KEYS_PATH, Web.json(500, "{}"));
        RecordedExchange answer = exchange("app-remote", proof(signed(claims("app-remote"), EC)));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isNotNull();
        assertThat(answer.body()).contains("temporarily_unavailable");
    }

    /** O-127…O-131 and O-81 together: a client that registered with keys. */
    @Test
    void tokenWhenClientRegisteredWithKeysThenTheyAreItsProof() {
        String registered = server.post(
                        "/register",
                        "application/json",
                        "{\"redirect_uris\":[\"" + ClientsFixture.REDIRECT
                                + "\"],\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":" + publicKeys(EC)
                                + "}")
                .body();
        String id =
                registered.substring(registered.indexOf("dcr1."), registered.indexOf('"', registered.indexOf("dcr1.")));
        var form = new LinkedHashMap<>(proof(signed(claims(id), EC)));
        form.put("token", "x");

        assertThat(id).hasSizeLessThan(1_000);
        assertThat(server.postForm("/revoke", form).status()).isEqualTo(200);
        form.putAll(proof(signed(claims(id), OTHER)));
        assertThat(server.postForm("/revoke", form).status()).isEqualTo(401);
    }

    /** A client that describes itself may change its keys; a grant of before still counts, and so do the new keys. */
    @Test
    void tokenWhenDocumentHasNewKeysThenTheseCount() {
        String id = server.web.url("/client.json");
        var snapshot = new RegisteredClient(
                id,
                "App",
                List.of(ClientsFixture.REDIRECT),
                AuthMethod.PRIVATE_KEY_JWT,
                null,
                List.of("authorization_code", "refresh_token"),
                Kind.METADATA_DOCUMENT,
                ClientsFixture.NOW,
                new ClientKeys.Inline(publicKeys(EC)),
                Scopes.NONE);
        String document = "{\"client_id\":\"" + id + "\",\"client_name\":\"App\",\"redirect_uris\":[\""
                + ClientsFixture.REDIRECT + "\"],\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":";
        server.web.answers.put("/client.json", Web.json(500, "{}"));
        assertThat(redeem(snapshot, signed(claims(id), EC)))
                .as("the document is not to be had")
                .isEqualTo(200);

        server.now += 30;
        server.web.answers.put("/client.json", Web.json(200, document + publicKeys(OTHER) + "}"));
        assertThat(redeem(snapshot, signed(claims(id), OTHER))).isEqualTo(200);
        assertThat(redeem(snapshot, signed(claims(id), EC))).as("the old key").isEqualTo(401);
    }

    private int redeem(RegisteredClient client, String assertion) {
        var form = ClientsFixture.exchange(server.signIn(client));
        form.putAll(proof(assertion));
        return server.postForm("/token", form).status();
    }
}
