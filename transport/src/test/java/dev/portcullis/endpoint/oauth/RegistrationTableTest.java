package dev.portcullis.endpoint.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.RecordedExchange;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.telemetry.AuditEvent;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of O §6.3, and of O §12 for /register, over the real endpoint and store: O-127, O-128, O-129, O-130, O-131, O-132; T-78. */
class RegistrationTableTest {
    private static final String JSON = "application/json";
    private static final String REDIRECT = "\"redirect_uris\":[\"https://a.example/cb\"]";
    private static final String P256 =
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":"
                    + "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
    private static final String BY_KEYS = "\"token_endpoint_auth_method\":\"private_key_jwt\"";

    private final ClientsFixture server;

    RegistrationTableTest() throws IOException {
        server = new ClientsFixture();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /**
     * @param wanted texts of the answer
     * @param unwanted texts that it must not have
     * @param stored clients in the store afterwards
     */
    private record Row(
            String what, String type, String body, int status, List<String> wanted, List<String> unwanted, int stored) {
        Row(String what, String body, int status, String... wanted) {
            this(what, JSON, body, status, List.of(wanted), List.of(), 0);
        }

        Row without(String... texts) {
            return new Row(what, type, body, status, wanted, List.of(texts), stored);
        }

        Row typed(String other) {
            return new Row(what, other, body, status, wanted, unwanted, stored);
        }

        Row stored(int clients) {
            return new Row(what, type, body, status, wanted, unwanted, clients);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    private static Row refused(String what, String body, String error) {
        return new Row(what, body, 400, "\"error\":\"" + error + "\"").without("client_id\"", "secret\"");
    }

    private static Row metadata(String what, String members) {
        return refused(what, "{" + REDIRECT + "," + members + "}", "invalid_client_metadata");
    }

    private static Row redirect(String what, String uris) {
        return refused(what, "{\"redirect_uris\":" + uris + "}", "invalid_redirect_uri");
    }

    private static Row accepted(String what, String members, String... wanted) {
        return new Row(what, "{" + REDIRECT + "," + members + "}", 201, wanted);
    }

    static Stream<Row> rows() {
        return Stream.of(
                // O-127
                metadata("another media type", "\"x\":1").typed("text/plain"),
                metadata("a form", "\"x\":1").typed("application/x-www-form-urlencoded"),
                new Row("a charset beside the media type", "{" + REDIRECT + "}", 201)
                        .typed("application/json; charset=utf-8"),
                refused("an array", "[]", "invalid_client_metadata"),
                refused("a text", "\"x\"", "invalid_client_metadata"),
                refused("nothing", "", "invalid_client_metadata"),
                refused("half an object", "{" + REDIRECT, "invalid_client_metadata"),
                refused("a member twice", "{" + REDIRECT + "," + REDIRECT + "}", "invalid_client_metadata"),
                // O-128
                refused("no redirect_uris", "{}", "invalid_redirect_uri"),
                redirect("none of them", "[]"),
                redirect("no list", "\"https://a.example/\""),
                redirect("a script", "[\"javascript:alert(1)\"]"),
                redirect("plain http", "[\"http://a.example/\"]"),
                redirect("a fragment", "[\"https://a.example/#x\"]"),
                redirect("user info", "[\"https://a@b.example/\"]"),
                redirect("a scheme without a dot", "[\"anything:/x\"]"),
                redirect("one bad among good", "[\"https://a.example/\",\"data:x\"]"),
                redirect("21 of them", "[" + uris(21) + "]"),
                new Row("20 of them", "{\"redirect_uris\":[" + uris(20) + "]}", 201, "https://a.example/19"),
                accepted(
                        "web with loopback",
                        "\"application_type\":\"web\",\"client_name\":\"x\"",
                        "\"client_name\":\"x\""),
                accepted(
                        "bidi and control characters",
                        "\"client_name\":\"a\\u202eb\\u0000c\\u200b\"",
                        "\"client_name\":\"abc\""),
                accepted("a long name", "\"client_name\":\"" + "n".repeat(300) + "\"", "\"" + "n".repeat(200) + "\""),
                accepted(
                                "names in languages",
                                "\"client_name\":\"x\",\"client_name#ja-Jpan-JP\":\"y\",\"tos_uri#de\":7")
                        .without("\"y\""),
                accepted(
                                "what is not kept",
                                "\"contacts\":[\"a@b\"],\"software_id\":\"i\",\"software_version\":\"1\","
                                        + "\"logo_uri\":\"https://a.example/l.png\",\"unknown\":{\"a\":[]}")
                        .without("logo", "contacts", "unknown"),
                accepted("a software statement", "\"software_statement\":\"a.b.c\"")
                        .without("software_statement"),
                metadata("a logo that is a script", "\"logo_uri\":\"javascript:x\""),
                metadata("a policy that is no page", "\"policy_uri\":\"ftp://a.example/\""),
                metadata("a name that is a number", "\"client_name\":1"),
                metadata("an unknown method", "\"token_endpoint_auth_method\":\"tls_client_auth\""),
                metadata("no grant type of ours", "\"grant_types\":[\"implicit\",\"client_credentials\"]"),
                metadata("no response type of ours", "\"response_types\":[\"token\"]"),
                accepted(
                                "grant types that are the operator's to give",
                                "\"grant_types\":[\"authorization_code\",\"client_credentials\","
                                        + "\"urn:ietf:params:oauth:grant-type:token-exchange\",\"implicit\"],"
                                        + "\"response_types\":[\"code\",\"token\"]",
                                "\"grant_types\":[\"authorization_code\"]",
                                "\"response_types\":[\"code\"]")
                        .without("client_credentials", "implicit"),
                accepted("scopes", "\"scope\":\"mcp openid mcp\"", "\"scope\":\"mcp\""),
                accepted("scopes that do not exist", "\"scope\":\"openid\"").without("scope"),
                metadata("scopes that cannot be", "\"scope\":\"a\\\"b\""),
                accepted(
                                "keys",
                                BY_KEYS + ",\"jwks\":{\"keys\":[" + P256 + "]}",
                                "\"jwks\":{\"keys\":[{",
                                "private_key_jwt")
                        .without("client_secret"),
                accepted(
                                "an address of keys",
                                BY_KEYS + ",\"jwks_uri\":\"https://a.example/keys\"",
                                "\"jwks_uri\":\"https://a.example/keys\"")
                        .without("client_secret"),
                metadata("keys by which nobody signs", BY_KEYS),
                metadata(
                        "keys twice",
                        BY_KEYS + ",\"jwks_uri\":\"https://a.example/k\",\"jwks\":{\"keys\":[" + P256 + "]}"),
                metadata(
                        "a private key",
                        BY_KEYS + ",\"jwks\":{\"keys\":[" + P256.replace("}", ",\"d\":\"AA\"}") + "]}"),
                metadata("a symmetric key", BY_KEYS + ",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"),
                metadata("a key that is none", BY_KEYS + ",\"jwks\":{\"keys\":[{\"kty\":\"RSA\"}]}"),
                metadata("too many keys", BY_KEYS + ",\"jwks\":{\"keys\":[" + (P256 + ",").repeat(10) + P256 + "]}"),
                metadata("no keys", BY_KEYS + ",\"jwks\":{\"keys\":[]}"),
                metadata("keys that are a text", BY_KEYS + ",\"jwks\":\"x\""),
                metadata("an address that is none", BY_KEYS + ",\"jwks_uri\":\"file:///etc/passwd\""),
                // O-129
                accepted(
                        "nothing said",
                        "\"x\":1",
                        "\"token_endpoint_auth_method\":\"client_secret_basic\"",
                        "\"grant_types\":[\"authorization_code\",\"refresh_token\"]",
                        "\"response_types\":[\"code\"]"),
                // O-130
                accepted(
                        "a confidential client",
                        "\"token_endpoint_auth_method\":\"client_secret_post\"",
                        "\"client_id\":\"dcr1.",
                        "\"client_id_issued_at\":1800000000",
                        "\"client_secret\":\"",
                        "\"client_secret_expires_at\":" + (ClientsFixture.NOW + 90 * 86_400)),
                accepted("a public client", "\"token_endpoint_auth_method\":\"none\"", "\"client_id\":\"")
                        .without("client_secret", "registration_client_uri", "registration_access_token"),
                // O-131
                new Row(
                                "what fits no id",
                                "{\"redirect_uris\":[\"https://a.example/" + "x".repeat(1_500) + "\"]}",
                                201,
                                "\"dcrs.")
                        .stored(1));
    }

    private static String uris(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"https://a.example/" + i + "\"")
                .collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void registerWhenRowThenStatusHeadersBodyAndStore(Row row) {
        RecordedExchange answer = server.post("/register", row.type, row.body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(row.status);
        assertThat(answer.header("content-type")).startsWith("application/json");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("pragma")).isEqualTo("no-cache");
        row.wanted.forEach(text -> assertThat(answer.body()).contains(text));
        row.unwanted.forEach(text -> assertThat(answer.body()).doesNotContain(text));
        assertThat(server.store.clientCount(ClientsFixture.NOW)).isEqualTo(row.stored);
        // O-181, but for what does not come so far as to be read
        if (row.type.startsWith(JSON)) {
            assertThat(server.audited)
                    .singleElement()
                    .satisfies(event -> assertThat(event.what()).isEqualTo(AuditEvent.What.CLIENT_REGISTERED))
                    .satisfies(event -> assertThat(event.succeeded()).isEqualTo(row.status == 201));
        }
    }

    /** O-131: the cap counts registrations nobody used. */
    @Test
    void registerWhenStoreHasNoRoomThenIsToldToComeAgain() {
        String large = "{\"redirect_uris\":[\"https://a.example/" + "x".repeat(1_500) + "\"]}";
        assertThat(server.post("/register", JSON, large).status()).isEqualTo(201);
        assertThat(server.post("/register", JSON, large).status()).isEqualTo(201);

        RecordedExchange third = server.post("/register", JSON, large);

        assertThat(third.status()).isEqualTo(503);
        assertThat(third.header("retry-after")).isNotNull();
        assertThat(third.body()).contains("temporarily_unavailable");
        assertThat(server.store.clientCount(ClientsFixture.NOW)).isEqualTo(2);
    }

    @Test
    void registerWhenTooManyDoInOneMinuteThenIsToldToWait() {
        server.registrations = new ClientRegistration.Limits(1, 2);
        String body = "{" + REDIRECT + "}";
        assertThat(server.post("/register", JSON, body).status()).isEqualTo(201);
        assertThat(server.post("/register", JSON, body).status()).isEqualTo(201);

        RecordedExchange third = server.post("/register", JSON, body);

        assertThat(third.status()).isEqualTo(429);
        assertThat(third.header("retry-after")).isEqualTo("60");
        server.now += 60;
        assertThat(server.post("/register", JSON, body).status()).isEqualTo(201);
    }

    /** O-132, T-76. */
    @Test
    void registerWhenATokenIsNeededThenOnlyItsHolderMay() {
        server.initialAccessToken = "initial-access-token";
        String body = "{" + REDIRECT + "}";
        var bad = List.of(
                new String[] {},
                new String[] {"authorization", "Bearer initial-access-toke"},
                new String[] {"authorization", "Bearer initial-access-token2"},
                new String[] {"authorization", "Bearer"},
                new String[] {"authorization", "Bearer "},
                new String[] {"authorization", "Basic initial-access-token"},
                new String[] {"authorization", "initial-access-token"},
                new String[] {
                    "authorization", "Bearer initial-access-token", "authorization", "Bearer initial-access-token"
                });
        for (String[] headers : bad) {
            RecordedExchange answer = server.post("/register", JSON, body, headers);
            assertThat(answer.status()).as(String.join(" ", headers)).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
            assertThat(answer.body()).contains("\"error\":\"invalid_token\"").doesNotContain("client_id");
        }
        assertThat(server.post("/register", JSON, body, "authorization", "bearer initial-access-token")
                        .status())
                .isEqualTo(201);
    }
}
