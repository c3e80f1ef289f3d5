package dev.portcullis.endpoint.oauth;

import static dev.portcullis.endpoint.oauth.GrantServer.FORM;
import static dev.portcullis.endpoint.oauth.GrantServer.SECRET;
import static dev.portcullis.endpoint.oauth.GrantServer.basic;
import static dev.portcullis.endpoint.oauth.GrantServer.form;
import static dev.portcullis.endpoint.oauth.GrantServer.member;
import static dev.portcullis.endpoint.oauth.GrantServer.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.endpoint.oauth.GrantServer.SignedIn;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.telemetry.AuditEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code /token} and {@code /revoke}, every row of O §5.1, §5.2, §5.3, §5.5 and of the table in O §12: request → status, error, headers, and what is in the store
 * afterwards. O-80, O-81, O-82, O-83, O-84, O-90, O-91, O-92, O-93, O-94, O-97, O-98, O-115, O-116; T-70, T-71, T-73, T-75, T-77, T-88, T-93.
 */
class TokenEndpointTableTest {
    private final GrantServer server = new GrantServer(options());
    private final RegisteredClient client = server.publicClient();
    private final RegisteredClient confidential = server.client(
            "confidential",
            AuthMethod.CLIENT_SECRET_BASIC,
            RegisteredClient.Kind.DYNAMIC,
            "authorization_code",
            "refresh_token");

    private static GrantServer.Options options() {
        var options = new GrantServer.Options();
        options.failuresMax = 5;
        return options;
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RecordedExchange exchange(SignedIn signedIn) {
        return server.post("/token", signedIn.form());
    }

    private RecordedExchange refresh(String refreshToken, String... more) {
        var form = form("grant_type", "refresh_token", "client_id", client.id(), "refresh_token", refreshToken);
        form.putAll(form(more));
        return server.post("/token", form);
    }

    // §5.2

    static Stream<Arguments> codeRows() {
        return Stream.of(
                row("grant_type missing (O-82)", "400 invalid_request", f -> f.remove("grant_type")),
                row("grant_type empty is absent (O-80)", "400 invalid_request", f -> f.put("grant_type", "")),
                row("grant_type unknown (O-82)", "400 unsupported_grant_type", f -> f.put("grant_type", "password")),
                row(
                        "grant_type in other letters",
                        "400 unsupported_grant_type",
                        f -> f.put("grant_type", "Authorization_Code")),
                row("implicit (O-8)", "400 unsupported_grant_type", f -> f.put("grant_type", "implicit")),
                row(
                        "device (O-8)",
                        "400 unsupported_grant_type",
                        f -> f.put("grant_type", "urn:ietf:params:oauth:grant-type:device_code")),
                row("client missing (O-81)", "401 invalid_client", f -> f.remove("client_id")),
                row("client unknown (O-81)", "401 invalid_client", f -> f.put("client_id", "nobody")),
                row("secret of a public client (O-81)", "401 invalid_client", f -> f.put("client_secret", "x")),
                row("code missing", "400 invalid_request", f -> f.remove("code")),
                row(
                        "code unknown",
                        "400 invalid_grant",
                        f -> f.put("code", TokenFormat.newToken(Kind.CODE, TokenFormat.newGrantId()))),
                row(
                        "code of the right grant, forged (T-73)",
                        "400 invalid_grant",
                        f -> f.put("code", f.get("code").substring(0, 60) + "AAAAAAAAAAAA")),
                row(
                        "code cut (T-75)",
                        "400 invalid_grant",
                        f -> f.merge("code", "", (c, _) -> c.substring(0, c.length() - 1))),
                row("code lengthened (T-75)", "400 invalid_grant", f -> f.merge("code", "", (c, _) -> c + "A")),
                row(
                        "code with another kind (T-75)",
                        "400 invalid_grant",
                        f -> f.merge("code", "", (c, _) -> c.replace("mcpac", "mcpat"))),
                row(
                        "code in other letters (T-75)",
                        "400 invalid_grant",
                        f -> f.merge("code", "", (c, _) -> c.replace("mcpac", "MCPAC"))),
                row(
                        "code with NUL (T-75)",
                        "400 invalid_request",
                        f -> f.merge("code", "", (c, _) -> "\0" + c.substring(1))),
                row(
                        "redirect_uri of another (O-52)",
                        "400 invalid_grant",
                        f -> f.put("redirect_uri", "https://evil.example/cb")),
                row(
                        "redirect_uri at another port (O-52)",
                        "400 invalid_grant",
                        f -> f.put("redirect_uri", "http://localhost:6275/oauth/callback")),
                row("code_verifier missing (T-70)", "400 invalid_request", f -> f.remove("code_verifier")),
                row("code_verifier wrong (T-70)", "400 invalid_grant", f -> f.put("code_verifier", "x".repeat(43))),
                row("code_verifier too short", "400 invalid_grant", f -> f.put("code_verifier", "x".repeat(42))),
                row("code_verifier too long", "400 invalid_grant", f -> f.put("code_verifier", "x".repeat(129))),
                row("code_verifier of other letters", "400 invalid_grant", f -> f.put("code_verifier", "é".repeat(43))),
                row("resource of others", "400 invalid_target", f -> f.put("resource", "https://evil.example/mcp")),
                row(
                        "resource of ours that was not granted",
                        "400 invalid_target",
                        f -> f.put("resource", GrantServer.SSE)),
                row("resource with a fragment", "400 invalid_target", f -> f.put("resource", GrantServer.MCP + "#a")),
                row("scope of which nothing was granted (O-94)", "400 invalid_scope", f -> f.put("scope", "admin")),
                row("scope that begins like one (T-88)", "400 invalid_scope", f -> f.put("scope", "tools-all")),
                row("scope in other letters (T-88)", "400 invalid_scope", f -> f.put("scope", "TOOLS")),
                row("scope of other characters", "400 invalid_scope", f -> f.put("scope", "a\"b")));
    }

    private static Arguments row(String name, String outcome, Consumer<Map<String, String>> mutation) {
        return Arguments.of(name, outcome, mutation);
    }

    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("codeRows")
    void codeWhenOneThingIsWrongThenRefusedAndTheCodeStaysItsOwners(
            String name, String outcome, Consumer<Map<String, String>> mutation) {
        SignedIn signedIn = server.signIn(client);
        var form = signedIn.form();
        mutation.accept(form);

        RecordedExchange refused = server.post("/token", form);

        assertThat(outcome(refused)).as(name).isEqualTo(outcome);
        assertThat(refused.headers("cache-control")).containsExactly("no-store");
        assertThat(refused.headers("pragma")).containsExactly("no-cache");
        assertThat(refused.body())
                .matches("\\{\"error\":\"[a-z_]+\",\"error_description\":\"[ -~&&[^\"\\\\]]+\"}"); // O-7
        assertThat(server.isGrantLive(signedIn.grantId())).isTrue();
        assertThat(outcome(exchange(signedIn))).as("the owner").isEqualTo("200");
    }

    static Stream<Arguments> goodCodeRows() {
        return Stream.of(
                good("as it is", "tools images", _ -> {}),
                good("without redirect_uri (OAuth 2.1)", "tools images", f -> f.remove("redirect_uri")),
                good("with the resource", "tools images", f -> f.put("resource", GrantServer.MCP)),
                good("with the issuer as resource (O-43)", "tools images", f -> f.put("resource", GrantServer.ISSUER)),
                good("scope that narrows (O-94)", "images", f -> f.put("scope", "images admin")),
                good(
                        "offline_access is no scope of ours (O-93)",
                        "tools images",
                        f -> f.put("scope", "offline_access")),
                good("unknown parameters are ignored", "tools images", f -> f.put("x", "y")));
    }

    private static Arguments good(String name, String scope, Consumer<Map<String, String>> mutation) {
        return Arguments.of(name, scope, mutation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goodCodeRows")
    void codeWhenRightThenTokens(String name, String scope, Consumer<Map<String, String>> mutation) {
        SignedIn signedIn = server.signIn(client);
        var form = signedIn.form();
        mutation.accept(form);

        RecordedExchange exchange = server.post("/token", form);

        assertThat(outcome(exchange)).as(name).isEqualTo("200");
        assertThat(member(exchange.body(), "token_type")).isEqualTo("Bearer"); // O-83
        assertThat(member(exchange.body(), "expires_in")).isEqualTo("3600");
        assertThat(member(exchange.body(), "scope")).isEqualTo(scope);
        assertThat(member(exchange.body(), "resource")).isEqualTo(GrantServer.MCP);
        assertThat(server.isTokenLive(member(exchange.body(), "access_token"))).isTrue();
        assertThat(server.store.refreshToken(
                        TokenFormat.grantIdOf(member(exchange.body(), "refresh_token")),
                        TokenHash.of(member(exchange.body(), "refresh_token")),
                        server.now))
                .isNotNull();
        assertThat(server.passes("authorization", "Bearer " + member(exchange.body(), "access_token")))
                .isTrue();
        assertThat(server.audited).anyMatch(event -> event.what() == AuditEvent.What.TOKEN_ISSUED);
    }

    /** O-90: not a second longer. */
    @Test
    void codeWhenItsMinuteIsOverThenInvalidGrant() {
        SignedIn signedIn = server.signIn(client);
        server.now += 60;
        assertThat(outcome(exchange(signedIn))).isEqualTo("400 invalid_grant");
    }

    /** O-92, T-70: of somebody else, with everything else right. */
    @Test
    void codeWhenAnotherClientBringsItThenInvalidGrantAndItStays() {
        SignedIn signedIn = server.signIn(client);
        var form = signedIn.form();
        form.remove("client_id");

        assertThat(outcome(server.post("/token", form, "Authorization", basic(confidential.id(), SECRET))))
                .isEqualTo("400 invalid_grant");
        assertThat(outcome(exchange(signedIn))).isEqualTo("200");
    }

    /** O-93. */
    @Test
    void codeWhenClientDidNotRegisterForRefreshTokensThenThereIsNone() {
        var without = server.client("without", AuthMethod.NONE, RegisteredClient.Kind.DYNAMIC, "authorization_code");
        RecordedExchange exchange = exchange(server.signIn(without));

        assertThat(outcome(exchange)).isEqualTo("200");
        assertThat(exchange.body()).doesNotContain("refresh_token");
        assertThat(outcome(server.post(
                        "/token", form("grant_type", "refresh_token", "client_id", "without", "refresh_token", "x"))))
                .isEqualTo("400 unauthorized_client"); // O-82
    }

    /** O-92, T-71. */
    @Test
    void codeWhenReplayedThenTheGrantEndsUnlessTheReplayIsNotItsOwners() {
        SignedIn signedIn = server.signIn(client);
        RecordedExchange exchange = exchange(signedIn);
        String access = member(exchange.body(), "access_token");
        var wrongVerifier = signedIn.form();
        wrongVerifier.put("code_verifier", "x".repeat(43));
        var otherClient = signedIn.form();
        otherClient.remove("client_id");

        assertThat(outcome(server.post("/token", wrongVerifier))).isEqualTo("400 invalid_grant");
        assertThat(outcome(server.post("/token", otherClient, "Authorization", basic(confidential.id(), SECRET))))
                .isEqualTo("400 invalid_grant");
        assertThat(server.passes("authorization", "Bearer " + access)).isTrue();

        assertThat(outcome(exchange(signedIn))).isEqualTo("400 invalid_grant");
        assertThat(server.isGrantLive(signedIn.grantId())).isFalse();
        assertThat(server.passes("authorization", "Bearer " + access)).isFalse();
        assertThat(outcome(refresh(member(exchange.body(), "refresh_token")))).isEqualTo("400 invalid_grant");
        assertThat(server.audited).anySatisfy(event -> {
            assertThat(event.what()).isEqualTo(AuditEvent.What.CODE_REPLAYED);
            assertThat(event.grant()).isEqualTo(signedIn.grantId());
        });
    }

    /** O-91, O-92, T-71: one of a hundred wins, and since the others are replays, nobody keeps anything. */
    @Test
    void codeWhenRedeemedAHundredTimesAtOnceThenOneSucceedsAndTheGrantIsRevoked() throws Exception {
        SignedIn signedIn = server.signIn(client);

        List<RecordedExchange> answers = atOnce(100, () -> exchange(signedIn));

        var won = answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(won).hasSize(1);
        assertThat(answers.stream().map(GrantServer::outcome)).containsOnly("200", "400 invalid_grant");
        assertThat(server.isGrantLive(signedIn.grantId())).isFalse();
        assertThat(server.isTokenLive(member(won.getFirst().body(), "access_token")))
                .isFalse();
    }

    private static <T> List<T> atOnce(int count, Callable<T> call) throws Exception {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<Future<T>>();
            for (int i = 0; i < count; i++) {
                futures.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            start.countDown();
            var results = new ArrayList<T>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    // §5.3

    static Stream<Arguments> refreshRows() {
        return Stream.of(
                refreshRow("refresh_token missing", "400 invalid_request", (_, f) -> f.remove("refresh_token")),
                refreshRow(
                        "unknown",
                        "400 invalid_grant",
                        (_, f) -> f.put("refresh_token", TokenFormat.newToken(Kind.REFRESH, TokenFormat.newGrantId()))),
                refreshRow(
                        "of the right grant, forged (T-73)",
                        "400 invalid_grant",
                        (r, f) -> f.put("refresh_token", r.substring(0, 60) + "AAAAAAAAAAAA")),
                refreshRow("cut (T-75)", "400 invalid_grant", (r, f) -> f.put("refresh_token", r.substring(1))),
                refreshRow(
                        "called an access token (T-75)",
                        "400 invalid_grant",
                        (r, f) -> f.put("refresh_token", r.replace("mcprt", "mcpat"))),
                refreshRow("more scope (O-97, T-88)", "400 invalid_scope", (_, f) -> f.put("scope", "tools admin")),
                refreshRow("other resource (O-97)", "400 invalid_target", (_, f) -> f.put("resource", GrantServer.SSE)),
                refreshRow("unknown client", "401 invalid_client", (_, f) -> f.put("client_id", "nobody")));
    }

    private static Arguments refreshRow(String name, String outcome, BiConsumer<String, Map<String, String>> mutation) {
        return Arguments.of(name, outcome, mutation);
    }

    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("refreshRows")
    void refreshWhenOneThingIsWrongThenRefusedAndTheTokenStays(
            String name, String outcome, BiConsumer<String, Map<String, String>> mutation) {
        String token = member(exchange(server.signIn(client)).body(), "refresh_token");
        var form = form("grant_type", "refresh_token", "client_id", client.id(), "refresh_token", token);
        mutation.accept(token, form);

        assertThat(outcome(server.post("/token", form))).as(name).isEqualTo(outcome);
        assertThat(outcome(refresh(token))).as("the owner").isEqualTo("200");
    }

    @Test
    void refreshWhenAnotherClientBringsItThenInvalidGrantAndItStays() { // O-97
        String token = member(exchange(server.signIn(client)).body(), "refresh_token");

        assertThat(outcome(server.post(
                        "/token",
                        form("grant_type", "refresh_token", "refresh_token", token),
                        "Authorization",
                        basic(confidential.id(), SECRET))))
                .isEqualTo("400 invalid_grant");
        assertThat(outcome(refresh(token))).isEqualTo("200");
    }

    @Test
    void refreshWhenScopeIsNarrowedThenOnlyThisAccessTokenIs() { // O-97
        String token = member(exchange(server.signIn(client)).body(), "refresh_token");

        RecordedExchange narrow = refresh(token, "scope", "tools");
        assertThat(member(narrow.body(), "scope")).isEqualTo("tools");
        RecordedExchange wide = refresh(member(narrow.body(), "refresh_token"));
        assertThat(member(wide.body(), "scope")).isEqualTo("tools images");
    }

    @Test
    void refreshWhenItsTimeIsOverThenInvalidGrant() { // O-98
        String token = member(exchange(server.signIn(client)).body(), "refresh_token");
        server.now += 30 * 86_400;
        assertThat(outcome(refresh(token))).isEqualTo("400 invalid_grant");
    }

    // §5.1

    static Stream<Arguments> clientRows() {
        String id = "confidential";
        return Stream.of(
                clientRow("right", "400 invalid_request", form(), "Authorization", basic(id, SECRET)),
                clientRow(
                        "scheme in other letters",
                        "400 invalid_request",
                        form(),
                        "Authorization",
                        basic(id, SECRET).replace("Basic", "bASIC")),
                clientRow(
                        "the same id in the body too",
                        "400 invalid_request",
                        form("client_id", id),
                        "Authorization",
                        basic(id, SECRET)),
                clientRow("wrong secret", "401 invalid_client", form(), "Authorization", basic(id, "wrong")),
                clientRow("unknown client", "401 invalid_client", form(), "Authorization", basic("nobody", SECRET)),
                clientRow(
                        "by post, registered for Basic",
                        "401 invalid_client",
                        form("client_id", id, "client_secret", SECRET)),
                clientRow("no proof at all", "401 invalid_client", form("client_id", id)),
                clientRow("malformed Basic", "401 invalid_client", form(), "Authorization", "Basic %%%"),
                clientRow("no colon", "401 invalid_client", form(), "Authorization", "Basic YWJj"),
                clientRow("another scheme", "401 invalid_client", form(), "Authorization", "Bearer x"),
                clientRow(
                        "two ways (T-93)",
                        "400 invalid_request",
                        form("client_id", id, "client_secret", SECRET),
                        "Authorization",
                        basic(id, SECRET)),
                clientRow(
                        "two ids (T-93)",
                        "400 invalid_request",
                        form("client_id", "public"),
                        "Authorization",
                        basic(id, SECRET)),
                clientRow(
                        "two headers (T-93)",
                        "400 invalid_request",
                        form(),
                        "Authorization",
                        basic(id, SECRET),
                        "Authorization",
                        basic(id, SECRET)));
    }

    private static Arguments clientRow(String name, String outcome, Map<String, String> form, String... headers) {
        return Arguments.of(name, outcome, form, headers);
    }

    /** O-81; a client that is known gets as far as the missing code, token or grant type. */
    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("clientRows")
    void anyWhenClientAuthenticatesThenAnswersAsO81Says(
            String name, String outcome, Map<String, String> form, String[] headers) {
        for (String path : List.of("/token", "/revoke")) {
            RecordedExchange exchange = server.post(path, new LinkedHashMap<>(form), headers);

            assertThat(outcome(exchange)).as(name + " at " + path).isEqualTo(outcome);
            boolean isBasic = headers.length > 0 && headers[1].regionMatches(true, 0, "Basic", 0, 5);
            if (exchange.status() == 401 && isBasic) {
                assertThat(exchange.header("www-authenticate")).startsWith("Basic realm=\"https://mcp.example.com\"");
            } else {
                assertThat(exchange.header("www-authenticate")).isNull();
            }
        }
    }

    /** O-80, T-93: each parameter may stand there once, wherever it is a second time. */
    @Test
    void tokenWhenAParameterIsRepeatedThenInvalidRequestUnlessItMayBe() {
        for (String name : List.of("grant_type", "client_id", "code", "redirect_uri", "code_verifier", "unknown")) {
            SignedIn signedIn = server.signIn(client);
            var form = signedIn.form();
            form.put("unknown", "x");
            String body = body(form) + "&" + name + "=" + GrantServer.encode(form.get(name));

            assertThat(outcome(server.postRaw("/token", body))).as(name).isEqualTo("400 invalid_request");
            assertThat(outcome(server.postRaw("/token?" + name + "=evil", body(signedIn.form()))))
                    .as(name + " in the query is not read")
                    .isEqualTo("200");
        }
        String twice = "&resource=" + GrantServer.encode(GrantServer.MCP);
        assertThat(outcome(server.postRaw("/token", body(server.signIn(client).form()) + twice + twice)))
                .isEqualTo("200");
    }

    private static String body(Map<String, String> form) {
        var fields = new ArrayList<String>();
        form.forEach((name, value) -> fields.add(name + "=" + GrantServer.encode(value)));
        return String.join("&", fields);
    }

    /** O-80. */
    @Test
    void tokenWhenMediaTypeIsAnotherThenInvalidRequest() {
        String body = body(server.signIn(client).form());

        assertThat(outcome(server.send("/token", body))).isEqualTo("400 invalid_request");
        assertThat(outcome(server.send("/token", body, "Content-Type", "text/plain")))
                .isEqualTo("400 invalid_request");
        assertThat(outcome(server.send("/token", body, "Content-Type", "application/json")))
                .isEqualTo("400 invalid_request");
        assertThat(outcome(server.send("/token", body, "Content-Type", FORM + "; charset=UTF-8")))
                .isEqualTo("200");
    }

    /** O-84, T-77: who guesses is slowed down, at every endpoint; another client from there, and the right one from elsewhere, are not (see FailedAttemptsTest). */
    @Test
    void anyWhenSecretIsGuessedThen429WithRetryAfterForThatClientAlone() {
        String wrong = basic(confidential.id(), "wrong");
        for (int i = 0; i < 5; i++) {
            assertThat(outcome(server.post("/token", form(), "Authorization", wrong)))
                    .isEqualTo("401 invalid_client");
        }
        for (String path : List.of("/token", "/revoke")) {
            RecordedExchange slowed = server.post(path, form(), "Authorization", basic(confidential.id(), SECRET));
            assertThat(outcome(slowed)).isEqualTo("429 temporarily_unavailable");
            assertThat(slowed.header("retry-after")).isEqualTo("15");
        }
        assertThat(outcome(exchange(server.signIn(client)))).isEqualTo("200");

        server.now += 15;
        assertThat(outcome(server.post("/token", form(), "Authorization", basic(confidential.id(), SECRET))))
                .isEqualTo("400 invalid_request");
    }

    /** O-84: refused grants are no guesses at a secret. */
    @Test
    void tokenWhenGrantsAreRefusedThenNeverSlowedDown() {
        for (int i = 0; i < 50; i++) {
            assertThat(outcome(refresh("x"))).isEqualTo("400 invalid_grant");
        }
    }

    /** O-84: an outage is not the client's fault, and costs it nothing. */
    @Test
    void anyWhenStoreIsGoneThen503WithRetryAfter() {
        SignedIn signedIn = server.signIn(client);
        server.store.close();

        for (RecordedExchange exchange : List.of(
                exchange(signedIn), server.post("/revoke", form("client_id", client.id(), "token", signedIn.code())))) {
            assertThat(outcome(exchange)).isEqualTo("503 temporarily_unavailable");
            assertThat(exchange.header("retry-after")).isNotNull();
        }
    }

    // §5.5

    /** O-115, O-116: what is revoked, and what is not. */
    @Test
    void revokeWhenTokenIsTheClientsThenItEndsAndElseNothingHappens() {
        SignedIn signedIn = server.signIn(client);
        RecordedExchange exchange = exchange(signedIn);
        String access = member(exchange.body(), "access_token");
        String refresh = member(exchange.body(), "refresh_token");
        String other = basic(confidential.id(), SECRET);

        // Another client's, unknown, malformed, expired: 200, and nothing happens.
        assertRevoked(server.post("/revoke", form("token", access), "Authorization", other));
        assertRevoked(server.post("/revoke", form("token", refresh), "Authorization", other));
        for (String unknown : List.of("x", access + "x", signedIn.code(), access.substring(0, 60) + "AAAAAAAAAAAA")) {
            assertRevoked(server.post("/revoke", form("client_id", client.id(), "token", unknown)));
        }
        assertThat(server.isTokenLive(access)).isTrue();
        assertThat(server.audited)
                .filteredOn(event -> !event.succeeded())
                .extracting(AuditEvent::what)
                .containsExactly(AuditEvent.What.TOKEN_REVOKED, AuditEvent.What.GRANT_REVOKED);

        // Its own access token: that alone, whatever the hint.
        assertRevoked(server.post(
                "/revoke", form("client_id", client.id(), "token", access, "token_type_hint", "refresh_token")));
        assertThat(server.isTokenLive(access)).isFalse();
        assertThat(server.passes("authorization", "Bearer " + access)).isFalse();
        assertThat(server.isGrantLive(signedIn.grantId())).isTrue();
        String second = member(refresh(refresh).body(), "access_token");

        // Its own refresh token: the whole grant; a second time does no harm.
        for (int i = 0; i < 2; i++) {
            assertRevoked(server.post(
                    "/revoke", form("client_id", client.id(), "token", refresh, "token_type_hint", "unheard of")));
        }
        assertThat(server.isGrantLive(signedIn.grantId())).isFalse();
        assertThat(server.isTokenLive(second)).isFalse();
        assertThat(server.audited)
                .filteredOn(AuditEvent::succeeded)
                .extracting(AuditEvent::what)
                .contains(AuditEvent.What.TOKEN_REVOKED, AuditEvent.What.GRANT_REVOKED);
    }

    private static void assertRevoked(RecordedExchange exchange) {
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.body()).isEmpty();
    }

    @Test
    void revokeWhenTokenIsMissingOrRepeatedThenInvalidRequest() { // O-115
        assertThat(outcome(server.post("/revoke", form("client_id", client.id()))))
                .isEqualTo("400 invalid_request");
        assertThat(outcome(server.postRaw("/revoke", "client_id=" + client.id() + "&token=a&token=a")))
                .isEqualTo("400 invalid_request");
        assertThat(outcome(server.post("/revoke", form("token", "x")))).isEqualTo("401 invalid_client");
    }

    /** T-94, O-7: no value of a request comes back. */
    @Test
    void anyWhenRefusedThenEchoesNothing() {
        for (String name :
                Collections.unmodifiableSet(server.signIn(client).form().keySet())) {
            var form = server.signIn(client).form();
            form.put(name, "canary-4711");
            assertThat(server.post("/token", form).body()).doesNotContain("canary");
        }
    }
}
