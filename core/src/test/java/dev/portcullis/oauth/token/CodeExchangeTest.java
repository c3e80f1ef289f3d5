package dev.portcullis.oauth.token;

import static dev.portcullis.oauth.token.TokenFixture.form;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenFixture.Issued;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** O §5.1, §5.2; T-70, T-71, T-75, T-88, T-93. */
final class CodeExchangeTest {
    private final TokenFixture server = new TokenFixture();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void tokenWhenCodeIsRightThenIssuesTokensAndSpendsTheCode() {
        Issued issued = server.signIn(server.publicClient());

        TokenResponse response = server.tokensOf(issued);

        assertThat(TokenFormat.isWellFormed(Kind.ACCESS, response.accessToken()))
                .isTrue();
        assertThat(TokenFormat.isWellFormed(Kind.REFRESH, response.refreshToken()))
                .isTrue();
        assertThat(response.expiresIn()).isEqualTo(3600);
        assertThat(response.scopes()).isEqualTo(TokenFixture.GRANTED); // O-42: always stated
        assertThat(response.resources()).containsExactly(TokenFixture.MCP);
        var code = server.store.code(TokenFormat.grantIdOf(issued.code()), TokenHash.of(issued.code()), server.now);
        assertThat(code.token().spent()).isTrue();
        assertThat(code.token().expiresAt()).isEqualTo(server.now + 3600); // O-92: until the access token ends
        assertThat(code.grant().expiresAt()).isEqualTo(server.now + 30 * 86_400); // O-98
        assertThat(server.store.accessToken(
                        TokenFormat.grantIdOf(response.accessToken()),
                        TokenHash.of(response.accessToken()),
                        server.now))
                .isNotNull();
        assertThat(server.told).containsExactly("TOKEN ok");
    }

    /** What may be left out: redirect_uri (OAuth 2.1), an Authorization header; empty counts as absent (O-80). */
    @Test
    void tokenWhenOptionalParametersAreAbsentOrEmptyThenSucceeds() {
        Issued issued = server.signIn(server.publicClient());
        Map<String, List<String>> form = issued.formWith("redirect_uri", null);
        form.put("scope", List.of(""));
        form.put("resource", List.of("", TokenFixture.MCP, TokenFixture.MCP)); // the one that may repeat

        assertThat(server.tokens
                        .token(ClientRequest.of(form, List.of()), server.now)
                        .resources())
                .containsExactly(TokenFixture.MCP);
    }

    static Stream<Arguments> wrongRequests() {
        return Stream.of(
                wrong("no grant_type", OAuthError.INVALID_REQUEST, i -> i.formWith("grant_type", null)),
                wrong(
                        "unknown grant_type",
                        OAuthError.UNSUPPORTED_GRANT_TYPE,
                        i -> i.formWith("grant_type", "password")),
                wrong(
                        "case of grant_type",
                        OAuthError.UNSUPPORTED_GRANT_TYPE,
                        i -> i.formWith("grant_type", "Authorization_Code")),
                wrong("no client", OAuthError.INVALID_CLIENT, i -> i.formWith("client_id", null)),
                wrong("unknown client", OAuthError.INVALID_CLIENT, i -> i.formWith("client_id", "nobody")),
                wrong(
                        "secret of a client that has none",
                        OAuthError.INVALID_CLIENT,
                        i -> i.formWith("client_secret", "x")),
                wrong("no code", OAuthError.INVALID_REQUEST, i -> i.formWith("code", null)),
                wrong("empty code", OAuthError.INVALID_REQUEST, i -> i.formWith("code", "")),
                wrong(
                        "unknown code",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("code", TokenFormat.newToken(Kind.CODE, i.grantId()))),
                wrong(
                        "cut code",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("code", i.code().substring(1))),
                wrong("longer code", OAuthError.INVALID_GRANT, i -> i.formWith("code", i.code() + "A")),
                wrong(
                        "code in other case",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("code", i.code().toUpperCase(java.util.Locale.ROOT))),
                wrong(
                        "code as a refresh token",
                        OAuthError.INVALID_GRANT,
                        i -> form(
                                "grant_type",
                                "refresh_token",
                                "client_id",
                                i.client().id(),
                                "refresh_token",
                                i.code())),
                wrong(
                        "other redirect_uri",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("redirect_uri", "http://localhost:6275/oauth/callback")),
                wrong(
                        "no verifier (PKCE downgrade)",
                        OAuthError.INVALID_REQUEST,
                        i -> i.formWith("code_verifier", null)),
                wrong(
                        "other verifier",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("code_verifier", i.verifier().substring(1) + "x")),
                wrong(
                        "verifier is the challenge (plain)",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("code_verifier", TokenFixture.challengeOf(i.verifier()))),
                wrong("verifier too short", OAuthError.INVALID_GRANT, i -> i.formWith("code_verifier", "a".repeat(42))),
                wrong("verifier too long", OAuthError.INVALID_GRANT, i -> i.formWith("code_verifier", "a".repeat(129))),
                wrong(
                        "verifier outside unreserved",
                        OAuthError.INVALID_GRANT,
                        i -> i.formWith("code_verifier", "a".repeat(42) + "+")),
                wrong(
                        "foreign resource",
                        OAuthError.INVALID_TARGET,
                        i -> i.formWith("resource", "https://evil.example/mcp")),
                wrong(
                        "resource that was not granted",
                        OAuthError.INVALID_TARGET,
                        i -> i.formWith("resource", TokenFixture.SSE)),
                wrong(
                        "resource with fragment",
                        OAuthError.INVALID_TARGET,
                        i -> i.formWith("resource", TokenFixture.MCP + "#x")),
                wrong("scope that was not granted", OAuthError.INVALID_SCOPE, i -> i.formWith("scope", "admin")),
                wrong("scope in other case", OAuthError.INVALID_SCOPE, i -> i.formWith("scope", "TOOLS")),
                wrong("scope with a quote", OAuthError.INVALID_SCOPE, i -> i.formWith("scope", "to\"ols")),
                wrong("repeated code", OAuthError.INVALID_REQUEST, i -> twice(i, "code")),
                wrong("repeated client_id", OAuthError.INVALID_REQUEST, i -> twice(i, "client_id")),
                wrong("repeated grant_type", OAuthError.INVALID_REQUEST, i -> twice(i, "grant_type")),
                wrong("repeated redirect_uri", OAuthError.INVALID_REQUEST, i -> twice(i, "redirect_uri")));
    }

    private static Arguments wrong(String name, OAuthError error, Function<Issued, Map<String, List<String>>> form) {
        return Arguments.of(name, error, form);
    }

    private static Map<String, List<String>> twice(Issued issued, String name) {
        Map<String, List<String>> form = issued.form();
        form.put(name, List.of(form.get(name).get(0), form.get(name).get(0)));
        return form;
    }

    /** T-70: whatever is wrong, the code stays usable by its owner. */
    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("wrongRequests")
    void tokenWhenRequestIsWrongThenRefusesAndLeavesTheCode(
            String name, OAuthError error, Function<Issued, Map<String, List<String>>> form) {
        Issued issued = server.signIn(server.publicClient());

        assertThat(refusal(form.apply(issued)).error()).as(name).isEqualTo(error);

        assertThat(server.isGrantLive(issued)).isTrue();
        assertThat(server.tokensOf(issued).accessToken()).isNotEmpty();
    }

    @Test
    void tokenWhenCodeIsOfAnotherClientThenRefusesAndLeavesTheCode() {
        Issued issued = server.signIn(server.publicClient());
        RegisteredClient other = server.publicClient();

        assertThat(refusal(issued.formWith("client_id", other.id())).error()).isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(server.tokensOf(issued).accessToken()).isNotEmpty();
    }

    @Test
    void tokenWhenCodeHasExpiredThenRefuses() {
        Issued issued = server.signIn(server.publicClient());
        server.now += 60;

        assertThat(refusal(issued.form()).error()).isEqualTo(OAuthError.INVALID_GRANT);
    }

    /** O-92, T-71. */
    @Test
    void tokenWhenCodeIsReplayedByItsOwnerThenRefusesAndRevokesTheGrant() {
        Issued issued = server.signIn(server.publicClient());
        TokenResponse first = server.tokensOf(issued);

        assertThat(refusal(issued.form()).error()).isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(server.isGrantLive(issued)).isFalse();
        assertThat(server.store.accessToken(
                        TokenFormat.grantIdOf(first.accessToken()), TokenHash.of(first.accessToken()), server.now))
                .isNull();
        assertThat(refusal(TokenFixture.refreshForm(issued.client(), first.refreshToken()))
                        .error())
                .isEqualTo(OAuthError.INVALID_GRANT);
    }

    /** O-92, T-73: who merely saw a code cannot end a grant with it. */
    @Test
    void tokenWhenCodeIsReplayedWithoutVerifierOrClientThenTheGrantLives() {
        Issued issued = server.signIn(server.publicClient());
        server.tokensOf(issued);

        assertThat(refusal(issued.formWith("code_verifier", "x".repeat(43))).error())
                .isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(refusal(issued.formWith("client_id", server.publicClient().id()))
                        .error())
                .isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(server.isGrantLive(issued)).isTrue();
    }

    /** T-71: 100 threads with the same right request. */
    @Test
    void tokenWhenManyRaceThenOneWinsAndTheGrantIsRevoked() throws Exception {
        Issued issued = server.signIn(server.publicClient());
        var start = new CountDownLatch(1);
        List<Callable<Object>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(() -> {
                start.await();
                try {
                    return server.tokensOf(issued);
                } catch (OAuthException e) {
                    return e.error();
                }
            });
        }
        var results = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = calls.stream().map(threads::submit).toList();
            start.countDown();
            for (var future : futures) {
                results.add(future.get());
            }
        }

        assertThat(results)
                .filteredOn(result -> result instanceof TokenResponse)
                .hasSize(1);
        assertThat(results)
                .filteredOn(result -> result == OAuthError.INVALID_GRANT)
                .hasSize(99);
        assertThat(server.isGrantLive(issued)).isFalse();
    }

    /** O-94. */
    @Test
    void tokenWhenScopeIsSentThenNarrowsTheAccessTokenAlone() {
        Issued issued = server.signIn(server.publicClient());

        TokenResponse response = server.tokens.token(
                ClientRequest.of(issued.formWith("scope", "images admin offline_access"), List.of()), server.now);

        assertThat(response.scopes()).isEqualTo(Scopes.of("images"));
        assertThat(server.refresh(issued.client(), response.refreshToken()).scopes())
                .isEqualTo(TokenFixture.GRANTED);
    }

    @Test
    void tokenWhenScopeIsOfflineAccessAloneThenGivesAllThatWasGranted() {
        Issued issued = server.signIn(server.publicClient());

        assertThat(server.tokens
                        .token(ClientRequest.of(issued.formWith("scope", "offline_access"), List.of()), server.now)
                        .scopes())
                .isEqualTo(TokenFixture.GRANTED);
    }

    /** O-41, O-43: one of several, in another spelling. */
    @Test
    void tokenWhenResourceIsSentThenNarrowsToIt() {
        Issued issued =
                server.signIn(server.publicClient(), TokenFixture.GRANTED, List.of(TokenFixture.MCP, TokenFixture.SSE));

        TokenResponse response = server.tokens.token(
                ClientRequest.of(issued.formWith("resource", "HTTPS://MCP.example.com:443/sse"), List.of()),
                server.now);

        assertThat(response.resources()).containsExactly(TokenFixture.SSE);
    }

    /** O-93: grant_types explicit without refresh_token. */
    @Test
    void tokenWhenClientDidNotRegisterForRefreshThenGetsNone() {
        RegisteredClient client = server.register(
                        "\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\"]")
                .client();
        Issued issued = server.signIn(client);

        TokenResponse response = server.tokensOf(issued);

        assertThat(response.refreshToken()).isNull();
        assertThat(server.store.grant(issued.grantId(), server.now).expiresAt()).isEqualTo(server.now + 3600);
        assertThat(refusal(TokenFixture.refreshForm(client, TokenFormat.newToken(Kind.REFRESH, issued.grantId())))
                        .error())
                .isEqualTo(OAuthError.UNAUTHORIZED_CLIENT); // O-82
    }

    /** O-98, O-145: nothing outlives the grant. */
    @Test
    void tokenWhenTheGrantEndsSoonThenTokensEndWithIt() {
        var lives =
                new OAuthSettings.Lives(600, 60, 3600, 30 * 86_400, 60, 900, 900, 90 * 86_400, 30 * 86_400, 3600, 900);
        try (var shortLived = new TokenFixture(TokenFixture.settings(lives))) {
            Issued issued = shortLived.signIn(shortLived.publicClient());
            shortLived.now += 30;

            TokenResponse response = shortLived.tokensOf(issued);

            assertThat(response.expiresIn()).isEqualTo(870);
            assertThat(shortLived
                            .store
                            .refreshToken(
                                    TokenFormat.grantIdOf(response.refreshToken()),
                                    TokenHash.of(response.refreshToken()),
                                    shortLived.now)
                            .token()
                            .expiresAt())
                    .isEqualTo(shortLived.now + 870);
        }
    }

    /** O-84: an outage is an outage. */
    @Test
    void tokenWhenTheStoreIsDownThenSaysSoAndTheCodeStays() {
        Issued issued = server.signIn(server.publicClient());
        server.store.isDown = true;

        assertThat(catchThrowableOfType(StoreException.class, () -> server.tokensOf(issued)))
                .isNotNull();

        server.store.isDown = false;
        assertThat(server.tokensOf(issued).accessToken()).isNotEmpty();
        assertThat(server.told).containsExactly("TOKEN failed", "TOKEN ok");
    }

    /** O-131: the record appears with the first grant and lives on. */
    @Test
    void tokenWhenClientIsUsedThenItsRegistrationOutlivesItsId() {
        RegisteredClient client = server.publicClient();
        assertThat(server.store.client(client.id(), server.now)).isNull();

        server.tokensOf(server.signIn(client));

        assertThat(server.store.client(client.id(), server.now + 90L * 86_400 - 1))
                .isEqualTo(client);
    }

    /** O-85: the grant's snapshot counts, even once the registration has ended. */
    @Test
    void tokenWhenRegistrationHasEndedThenTheGrantsSnapshotIsUsed() {
        RegisteredClient client = server.publicClient();
        server.now += 90L * 86_400 + 1;
        Issued issued = server.signIn(client);

        assertThat(server.tokensOf(issued).accessToken()).isNotEmpty();
    }

    @Test
    void tokenWhenClientIsConfidentialThenItsSecretIsAskedForInItsWay() {
        var basic = server.register("");
        Issued issued = server.signIn(basic.client());
        String header = basic(basic.client().id(), basic.secret());

        assertThat(refusal(issued.form()).error()).isEqualTo(OAuthError.INVALID_CLIENT);
        assertThat(refusal(issued.formWith("client_secret", basic.secret())).error())
                .isEqualTo(OAuthError.INVALID_CLIENT);
        assertThat(refusal(issued.form(), basic(basic.client().id(), basic.secret() + "x"))
                        .error())
                .isEqualTo(OAuthError.INVALID_CLIENT);
        assertThat(server.tokens
                        .token(ClientRequest.of(issued.form(), List.of(header)), server.now)
                        .accessToken())
                .isNotEmpty();
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.US_ASCII));
    }

    private OAuthException refusal(Map<String, List<String>> form, String... authorization) {
        return catchThrowableOfType(
                OAuthException.class,
                () -> server.tokens.token(ClientRequest.of(form, List.of(authorization)), server.now));
    }
}
