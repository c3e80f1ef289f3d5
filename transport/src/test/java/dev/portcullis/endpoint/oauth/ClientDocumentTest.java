package dev.portcullis.endpoint.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.endpoint.oauth.ClientsFixture.Web;
import dev.portcullis.fetch.HostNames;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are known by the address of a document, at /authorize and /token: O-121, O-122, O-124, O-125, O-126, O-85; T-80. */
@Timeout(60)
class ClientDocumentTest {
    private static final String REDIRECT = ClientsFixture.REDIRECT;
    private static final String PATH = "/client.json";

    private final ClientsFixture server;
    private final String id;

    ClientDocumentTest() throws IOException {
        server = new ClientsFixture();
        id = server.web.url(PATH);
        serve(document(""));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String document(String more) {
        return "{\"client_id\":\"" + id + "\",\"client_name\":\"An App\",\"redirect_uris\":[\"" + REDIRECT + "\"]"
                + more + "}";
    }

    private void serve(String body) {
        server.web.answers.put(PATH, Web.json(200, body));
    }

    private static boolean isConsent(RecordedExchange answer) {
        return answer.status() == 200 && answer.body().contains("name=\"decision\" value=\"approve\"");
    }

    @Test
    void authorizeWhenDocumentIsRightThenAsksForConsentAndFetchesOnce() {
        RecordedExchange answer = server.authorize(id, REDIRECT);

        assertThat(isConsent(answer)).as(answer.body()).isTrue();
        assertThat(answer.body()).contains("An App");
        server.authorize(id, REDIRECT);
        assertThat(server.asked).containsExactly(PATH);
        assertThat(server.store.clientCount(ClientsFixture.NOW)).isZero();
        assertThat(server.audited)
                .anyMatch(event -> event.what() == AuditEvent.What.CLIENT_DOCUMENT && event.succeeded());
    }

    /** O-126: at hosts that the operator has not named, it is the person who must know whom they believe. */
    @Test
    void authorizeWhenHostIsNotTrustedThenThePageWarns() {
        assertThat(server.authorize(id, REDIRECT).body())
                .contains("<p class=\"tag warned\">Described by <strong>127.0.0.1")
                .contains("Do you know that address?");
    }

    @Test
    void authorizeWhenHostIsTrustedThenThePageSaysSoAndDoesNotWarn() {
        server.trustedHosts = HostNames.of("127.0.0.1");

        assertThat(server.authorize(id, REDIRECT).body())
                .contains("<p class=\"tag\">Described by <strong>127.0.0.1")
                .contains("Whoever runs this server knows that address")
                .doesNotContain("Do you know that address?");
    }

    /** T-80: a redirect to a third host is not in the document. */
    @Test
    void authorizeWhenRedirectIsAnotherThenAPageSaysSo() {
        RecordedExchange answer = server.authorize(id, "https://evil.example/callback");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("redirect_uri is missing or not registered for this client");
    }

    static Stream<Arguments> invalidDocuments() {
        return Stream.of(
                Arguments.of(
                        "another client_id",
                        "{\"client_id\":\"https://other.example/c\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"]}"),
                Arguments.of(
                        "client_id with a slash more",
                        "{\"client_id\":\"ID/\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"]}"),
                Arguments.of("no client_id", "{\"client_name\":\"n\",\"redirect_uris\":[\"R\"]}"),
                Arguments.of("no name", "{\"client_id\":\"ID\",\"redirect_uris\":[\"R\"]}"),
                Arguments.of(
                        "a name that cannot be seen",
                        "{\"client_id\":\"ID\",\"client_name\":\"\\u200b\",\"redirect_uris\":[\"R\"]}"),
                Arguments.of("no redirect_uris", "{\"client_id\":\"ID\",\"client_name\":\"n\"}"),
                Arguments.of("an empty list", "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[]}"),
                Arguments.of(
                        "a forbidden redirect",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\",\"javascript:x\"]}"),
                Arguments.of(
                        "a secret",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"client_secret\":\"s\"}"),
                Arguments.of(
                        "the end of a secret",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"client_secret_expires_at\":0}"),
                Arguments.of(
                        "a symmetric method",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"token_endpoint_auth_method\":\"client_secret_basic\"}"),
                Arguments.of(
                        "a method we do not know",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"token_endpoint_auth_method\":\"tls_client_auth\"}"),
                Arguments.of(
                        "a private key",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"d\":\"x\"}]}}"),
                Arguments.of(
                        "no usable grant type",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"grant_types\":[\"implicit\"]}"),
                Arguments.of(
                        "no usable response type",
                        "{\"client_id\":\"ID\",\"client_name\":\"n\",\"redirect_uris\":[\"R\"],\"response_types\":[\"token\"]}"),
                Arguments.of("an array", "[]"),
                Arguments.of("no JSON", "<html>"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidDocuments")
    void authorizeWhenDocumentDoesNotHoldThenTheClientIsNone(String what, String body) {
        serve(body.replace("ID", id).replace("\"R\"", "\"" + REDIRECT + "\""));

        RecordedExchange answer = server.authorize(id, REDIRECT, "accept", "application/json");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("\"error\":\"invalid_client\"");
        assertThat(server.audited)
                .anyMatch(event -> event.what() == AuditEvent.What.CLIENT_DOCUMENT && !event.succeeded());
        // Never taken for the truth: half a minute later it may be mended.
        serve(document(""));
        server.now += 30;
        assertThat(isConsent(server.authorize(id, REDIRECT))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"token_endpoint_auth_method\":\"none\"",
                ",\"token_endpoint_auth_method\":\"tls_client_auth\",\"token_endpoint_auth_methods_supported\":[\"tls_client_auth\",\"none\"]",
                ",\"grant_types\":[\"authorization_code\",\"urn:x\"],\"response_types\":[\"code\",\"token\"]",
                ",\"logo_uri\":\"https://a.example/huge.png\",\"client_name#de\":\"x\",\"unknown\":[{}]",
            })
    void authorizeWhenDocumentSaysMoreThenItHolds(String more) {
        serve(document(more));
        assertThat(isConsent(server.authorize(id, REDIRECT))).isTrue();
        assertThat(server.asked).containsExactly(PATH); // no logo
    }

    /** O-121. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://client.example",
                "https://client.example/",
                "https://client.example?x",
                "https://client.example/c#f",
                "https://u@client.example/c",
                "https://u:p@client.example/c",
                "https://client.example/a/../c",
                "https://client.example/./c",
                "https://client.example/a/%2e%2E/c",
                "https://client.example/.%2e",
                "https://client.example/c d",
                "https://client.example\\@evil.example/c",
                "https:///c",
                "https://",
                "HTTPS://client.example/c",
                "http://client.example/c",
                "http://127.0.0.1:1/c",
                "ftp://client.example/c",
            })
    void authorizeWhenAddressIsNoneForADocumentThenTheClientIsNone(String clientId) {
        server.resolver = _ -> {
            throw new AssertionError("looked up");
        };
        RecordedExchange answer = server.authorize(clientId, REDIRECT, "accept", "application/json");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("\"error\":\"invalid_client\"");
    }

    static Stream<Arguments> unavailable() {
        return Stream.of(
                Arguments.of("not found", Web.json(404, "{}")),
                Arguments.of("in trouble", Web.json(500, "{}")),
                Arguments.of("HTML", Web.of(200, "text/html", "<html>")),
                Arguments.of("too large", Web.json(200, "\"" + "x".repeat(64 * 1024) + "\"")),
                Arguments.of("created", Web.json(201, "{}")));
    }

    /** O-125, O §4.1 row 2: not to be taken for an unknown client. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("unavailable")
    void authorizeWhenDocumentCannotBeHadThenAPageSaysToTryAgain(String what, Web.Answer web) {
        server.web.answers.put(PATH, web);

        RecordedExchange page = server.authorize(id, REDIRECT);
        RecordedExchange json = server.authorize(id, REDIRECT, "accept", "application/json");

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body())
                .contains("client metadata unavailable, try again")
                .doesNotContain("invalid_client");
        assertThat(json.status()).isEqualTo(400);
        assertThat(json.body())
                .contains("client metadata unavailable, try again")
                .doesNotContain("invalid_client");
        assertThat(server.asked).as("once in half a minute").hasSize(1);
    }

    /** T-80: what was approved is what was shown. */
    @Test
    void consentWhenFetchedAnewAndDifferentThenThereIsNoSuchClient() {
        server.web.answers.put(PATH, exchange -> {
            exchange.getResponseHeaders().set("Cache-Control", "max-age=300");
            Web.json(200, document("")).write(exchange);
        });
        var page = server.authorize(id, REDIRECT);
        Matcher form = Pattern.compile("name=\"transaction\" value=\"([A-Za-z0-9_-]+)\"")
                .matcher(page.body());
        assertThat(form.find()).isTrue();
        String cookie = page.header("set-cookie").split(";", 2)[0];
        serve(document(",\"client_uri\":\"https://x.example\"").replace("An App", "Another App"));
        server.now += 300;

        var answer = approve(form.group(1), cookie);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(server.asked).hasSize(2);
    }

    private RecordedExchange approve(String transaction, String cookie) {
        return server.postForm(
                "/authorize",
                Map.of("transaction", transaction, "decision", "approve"),
                "cookie",
                cookie,
                "origin",
                ClientsFixture.ISSUER,
                "sec-fetch-site",
                "same-origin");
    }

    /** O-85: the grant says who the client is, and nothing is fetched. */
    @Test
    void tokenWhenDocumentIsGoneThenTheGrantKnowsTheClient() {
        var client = new RegisteredClient(
                id,
                "An App",
                List.of(REDIRECT),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code", "refresh_token"),
                RegisteredClient.Kind.METADATA_DOCUMENT,
                ClientsFixture.NOW);
        server.web.answers.put(PATH, Web.json(500, "{}"));
        var form = new LinkedHashMap<>(ClientsFixture.exchange(server.signIn(client)));
        form.put("client_id", id);

        RecordedExchange answer = server.postForm("/token", form);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(server.asked).isEmpty();
        Matcher refresh = Pattern.compile("\"refresh_token\":\"([^\"]+)\"").matcher(answer.body());
        assertThat(refresh.find()).isTrue();
        var again = Map.of("grant_type", "refresh_token", "refresh_token", refresh.group(1), "client_id", id);
        assertThat(server.postForm("/token", again).status()).isEqualTo(200);
        assertThat(server.asked).isEmpty();
        assertThat(server.store.clientCount(server.now))
                .as("a document is not copied into the store")
                .isZero();
        // Without a grant it has to be asked for, and that is an outage, not a refusal.
        var unknown = Map.of("grant_type", "refresh_token", "refresh_token", "x", "client_id", id);
        assertThat(server.postForm("/token", unknown).status()).isEqualTo(503);
    }
}
