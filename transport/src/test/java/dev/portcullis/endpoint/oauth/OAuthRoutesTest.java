package dev.portcullis.endpoint.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.OidcProvider;
import dev.portcullis.identity.OidcSettings;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.Oversight;
import dev.portcullis.oauth.token.TokenService;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes over the wire at each endpoint: status, headers, body (O §1, §5, §6.3, §12). What is decided is tested in core. */
final class OAuthRoutesTest {
    private static final long NOW = 1_800_000_000L;

    /** No grant here has a refresh token of a provider's. */
    private static final Oversight NOBODY_TO_ASK = new Oversight(
            new OidcProvider(
                    OidcSettings.of(
                            "https://idp.example",
                            null,
                            "id",
                            "secret",
                            URI.create("https://mcp.example.com/callback")),
                    new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard()),
                    InstantSource.system()),
            RulePolicy.openToAll(),
            Oversight.DEFAULT_RECHECK);

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String REDIRECT = "http://localhost:6274/oauth/callback";
    private static final String RESOURCE = "https://mcp.example.com/mcp";
    private static final OAuthSettings SETTINGS = new OAuthSettings(
            URI.create("https://mcp.example.com"),
            List.of(RESOURCE),
            Scopes.of("tools"),
            Scopes.of("tools"),
            true,
            List.of(),
            OAuthSettings.Lives.DEFAULT);

    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final MasterKey key = new MasterKey(Randoms.base64Url(32));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedQueue<Outcome> refused = new ConcurrentLinkedQueue<>();
    private final Telemetry telemetry = new Telemetry() {
        @Override
        public void refused(Outcome outcome) {
            refused.add(outcome);
        }
    };
    private final Map<String, Route> routes = routes(threads);

    private Map<String, Route> routes(Executor offload) {
        var clients = new Clients(store, key, SETTINGS.lives().client());
        return OAuthRoutes.of(
                        SETTINGS,
                        new MetadataDocuments(SETTINGS, null, null),
                        new TokenService(SETTINGS, key, store, clients, NOBODY_TO_ASK, telemetry),
                        new ClientRegistration(SETTINGS, key, store, 0, telemetry),
                        offload,
                        () -> Instant.ofEpochSecond(NOW),
                        telemetry)
                .stream()
                .collect(Collectors.toMap(Route::path, Function.identity()));
    }

    @AfterEach
    void close() {
        threads.close();
        store.close();
    }

    private RecordedExchange post(String target, String body, String... headers) {
        String path = target.indexOf('?') < 0 ? target : target.substring(0, target.indexOf('?'));
        return RecordedExchange.of(routes.get(path), HttpMethod.POST, target, headers)
                .send(body);
    }

    private RecordedExchange postForm(String target, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = FORM;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return post(target, body, all);
    }

    private RecordedExchange register(String json) {
        return post("/register", json, "Content-Type", "application/json");
    }

    private RegisteredClient publicClient() {
        RecordedExchange exchange =
                register("{\"redirect_uris\":[\"" + REDIRECT + "\"],\"token_endpoint_auth_method\":\"none\"}");
        return new Clients(store, key, 1000)
                .find(member(exchange.body(), "client_id"), NOW)
                .orNull();
    }

    private static String member(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return matcher.group(1);
    }

    /** A grant and its code, as a finished sign-in leaves them; the verifier is the code. */
    private String signIn(RegisteredClient client) {
        String grantId = TokenFormat.newGrantId();
        String code = TokenFormat.newToken(Kind.CODE, grantId);
        var grantKey = GrantCipher.newKey();
        var props = new GrantProps(new Identity("https://idp.example.com", "alice", null, null, List.of()), null);
        String challenge = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(TokenHash.of(code).toBytes());
        store.createGrant(
                new Grant(
                        grantId,
                        client,
                        REDIRECT,
                        "alice",
                        Scopes.of("tools"),
                        List.of(RESOURCE),
                        GrantCipher.sealProps(props.encode(), grantKey, grantId),
                        NOW,
                        NOW,
                        NOW + 60,
                        NOW + 86_400),
                new AuthorizationCode(
                        TokenHash.of(code), grantId, challenge, GrantCipher.wrap(grantKey, code), NOW + 60, false),
                50,
                NOW);
        return code;
    }

    private static String exchangeForm(RegisteredClient client, String code) {
        return "grant_type=authorization_code&client_id=" + client.id() + "&code=" + code + "&redirect_uri="
                + URLEncoder.encode(REDIRECT, StandardCharsets.UTF_8) + "&code_verifier=" + code;
    }

    /** O §1, O-4, O-6: what the gates go by. */
    @Test
    void ofWhenAskedThenRoutesAreOpenPostAndBounded() {
        assertThat(routes)
                .containsOnlyKeys(
                        "/.well-known/oauth-authorization-server",
                        "/.well-known/oauth-protected-resource",
                        "/.well-known/oauth-protected-resource/mcp",
                        "/token",
                        "/revoke",
                        "/register");
        assertThat(routes.values()).allSatisfy(route -> {
            assertThat(route.access()).isEqualTo(Route.Access.OPEN);
            assertThat(route.cors()).isEqualTo(Route.Cors.ANY);
            assertThat(route.methods())
                    .containsExactly(route.name().equals("metadata") ? HttpMethod.GET : HttpMethod.POST);
        });
        assertThat(routes.get("/token").bodyBytesMax()).isEqualTo(16 * 1024);
        assertThat(routes.get("/revoke").bodyBytesMax()).isEqualTo(16 * 1024);
        assertThat(routes.get("/register").bodyBytesMax()).isEqualTo(64 * 1024);
    }

    @Test
    void ofWhenRegistrationIsOffThenThereIsNoSuchRoute() {
        var clients = new Clients(store, key, 1000);
        assertThat(OAuthRoutes.of(
                        SETTINGS,
                        new MetadataDocuments(SETTINGS, null, null),
                        new TokenService(SETTINGS, key, store, clients, NOBODY_TO_ASK, telemetry),
                        null,
                        threads,
                        () -> Instant.ofEpochSecond(NOW),
                        telemetry))
                .noneMatch(route -> route.path().equals("/register"));
    }

    @Test
    void metadataWhenAskedThenMayBeKeptForAnHour() {
        Route route = routes.get("/.well-known/oauth-protected-resource/mcp");
        for (int i = 0; i < 2; i++) {
            RecordedExchange exchange =
                    RecordedExchange.of(route, HttpMethod.GET, route.path()).send("");

            assertThat(exchange.status()).isEqualTo(200);
            assertThat(exchange.headers("cache-control")).containsExactly("public, max-age=3600");
            assertThat(exchange.header("content-type")).isEqualTo("application/json");
            assertThat(exchange.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(exchange.body()).startsWith("{\"resource\":\"https://mcp.example.com/mcp\"");
            exchange.answer()
                    .body()
                    .release(); // as whoever sends it does: the second answer must be whole all the same
        }
    }

    /** The whole way of a public client: register, exchange, refresh, revoke. */
    @Test
    void tokenWhenAllIsRightThenAnswersAsRfc6749Says() {
        RegisteredClient client = publicClient();
        RecordedExchange exchanged = postForm("/token", exchangeForm(client, signIn(client)));

        assertThat(exchanged.status()).isEqualTo(200);
        assertThat(exchanged.headers("cache-control")).containsExactly("no-store");
        assertThat(exchanged.headers("pragma")).containsExactly("no-cache");
        assertThat(exchanged.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(exchanged.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(exchanged.body())
                .matches("\\{\"access_token\":\"mcpat\\.[^\"]+\",\"token_type\":\"Bearer\",\"expires_in\":3600,"
                        + "\"refresh_token\":\"mcprt\\.[^\"]+\",\"scope\":\"tools\","
                        + "\"resource\":\"https://mcp.example.com/mcp\"}");

        RecordedExchange refreshed = postForm(
                "/token",
                "grant_type=refresh_token&client_id=" + client.id() + "&refresh_token="
                        + member(exchanged.body(), "refresh_token"));
        assertThat(refreshed.status()).isEqualTo(200);
        String access = member(refreshed.body(), "access_token");

        RecordedExchange revoked = postForm("/revoke", "client_id=" + client.id() + "&token=" + access);
        assertThat(revoked.status()).isEqualTo(200);
        assertThat(revoked.body()).isEmpty();
        assertThat(revoked.header("cache-control")).isEqualTo("no-store");
        assertThat(store.accessToken(TokenFormat.grantIdOf(access), TokenHash.of(access), NOW))
                .isNull();
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("no content type", "a=b", new String[0]),
                Arguments.of("JSON", "{}", new String[] {"Content-Type", "application/json"}),
                Arguments.of("two content types", "a=b", new String[] {"Content-Type", FORM, "Content-Type", FORM}),
                Arguments.of("percent", "a=%zz", new String[] {"Content-Type", FORM}),
                Arguments.of("not UTF-8", "a=%FF", new String[] {"Content-Type", FORM}),
                Arguments.of("parameter too large", "a=" + "x".repeat(9_000), new String[] {"Content-Type", FORM}),
                Arguments.of("repeated", "client_id=a&client_id=a", new String[] {"Content-Type", FORM}),
                Arguments.of("two ways to authenticate", "client_id=a&client_secret=b", new String[] {
                    "Content-Type", FORM, "Authorization", "Basic YTpi"
                }));
    }

    /** O-80, O-81; T-93. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void tokenAndRevokeWhenFormIsMalformedThen400(String name, String body, String[] headers) {
        for (String path : List.of("/token", "/revoke")) {
            RecordedExchange exchange = post(path, body, headers);

            assertThat(exchange.status()).as(name).isEqualTo(400);
            assertThat(exchange.body())
                    .matches("\\{\"error\":\"invalid_request\",\"error_description\":\"[ -~&&[^\"\\\\]]+\"}");
            assertThat(exchange.header("cache-control")).isEqualTo("no-store");
        }
    }

    @Test
    void tokenWhenBodyIsEmptyThen401() {
        RecordedExchange exchange = postForm("/token", "");

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.body()).startsWith("{\"error\":\"invalid_client\",");
        assertThat(exchange.header("www-authenticate")).isNull();
    }

    /** O-81, RFC 6749 §5.2. */
    @Test
    void tokenWhenBasicFailsThen401WithABasicChallenge() {
        for (String path : List.of("/token", "/revoke")) {
            RecordedExchange exchange =
                    postForm(path, "grant_type=authorization_code&token=x", "Authorization", "basic YTpi");

            assertThat(exchange.status()).isEqualTo(401);
            assertThat(exchange.header("www-authenticate"))
                    .isEqualTo("Basic realm=\"https://mcp.example.com\", charset=\"UTF-8\"");
            assertThat(exchange.body()).startsWith("{\"error\":\"invalid_client\",");
        }
    }

    /** O-80: what is in the query does not exist. */
    @Test
    void tokenWhenParametersAreInTheQueryThenTheyAreIgnored() {
        RegisteredClient client = publicClient();
        String form = exchangeForm(client, signIn(client));

        assertThat(postForm("/token?" + form, "").status()).isEqualTo(401);
        assertThat(postForm("/token?client_id=x&grant_type=y", form).status()).isEqualTo(200);
    }

    @Test
    void tokenWhenErrorsAreOfTheProtocolThenStatusesAreThoseOfTheTable() {
        RegisteredClient client = publicClient();
        String id = "client_id=" + client.id();

        assertError(postForm("/token", id), 400, "invalid_request");
        assertError(postForm("/token", id + "&grant_type=password"), 400, "unsupported_grant_type");
        assertError(postForm("/token", id + "&grant_type=refresh_token&refresh_token=x"), 400, "invalid_grant");
        assertError(
                postForm("/token", exchangeForm(client, signIn(client)) + "&resource=https://evil.example"),
                400,
                "invalid_target");
        assertError(postForm("/token", exchangeForm(client, signIn(client)) + "&scope=admin"), 400, "invalid_scope");
        assertError(postForm("/revoke", id), 400, "invalid_request");
        assertError(postForm("/revoke", "token=x&client_id=nobody"), 401, "invalid_client");
        assertThat(postForm("/revoke", id + "&token=unknown").status()).isEqualTo(200);
    }

    private static void assertError(RecordedExchange exchange, int status, String error) {
        assertThat(exchange.status()).isEqualTo(status);
        assertThat(member(exchange.body(), "error")).isEqualTo(error);
    }

    /** O-84: an outage is never invalid_grant. */
    @Test
    void anyWhenTheStoreIsGoneThen503WithRetryAfter() {
        RegisteredClient client = publicClient();
        String form = exchangeForm(client, signIn(client));
        store.close();

        for (RecordedExchange exchange :
                List.of(postForm("/token", form), postForm("/revoke", "client_id=x&token=mcpat"))) {
            assertError(exchange, 503, "temporarily_unavailable");
            assertThat(exchange.header("retry-after")).isEqualTo("5");
        }
        assertThat(refused).containsExactly(Outcome.STORE_UNAVAILABLE, Outcome.STORE_UNAVAILABLE);
    }

    /** T-112. */
    @Test
    void anyWhenThereIsTooMuchToDoThen503WithRetryAfter() {
        Route token = routes(_ -> {
                    throw new RejectedExecutionException();
                })
                .get("/token");

        RecordedExchange exchange = RecordedExchange.of(token, HttpMethod.POST, "/token", "Content-Type", FORM)
                .send("grant_type=refresh_token");

        assertError(exchange, 503, "temporarily_unavailable");
        assertThat(exchange.header("retry-after")).isEqualTo("5");
        assertThat(refused).containsExactly(Outcome.OVERLOADED);
    }

    /** O-130. */
    @Test
    void registerWhenPublicThen201WithoutSecret() {
        RecordedExchange exchange = register("{\"redirect_uris\":[\"" + REDIRECT
                + "\"],\"client_name\":\"\\\"N\\u00e4me\\\"\",\"token_endpoint_auth_method\":\"none\"}");

        assertThat(exchange.status()).isEqualTo(201);
        assertThat(exchange.header("cache-control")).isEqualTo("no-store");
        assertThat(exchange.body())
                .matches("\\{\"client_id\":\"dcr1\\.[^\"]+\",\"client_id_issued_at\":1800000000,"
                        + "\"client_name\":\"\\\\\"Näme\\\\\"\",\"redirect_uris\":\\[\"" + REDIRECT + "\"],"
                        + "\"grant_types\":\\[\"authorization_code\",\"refresh_token\"],\"response_types\":\\[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\"}");
    }

    @Test
    void registerWhenConfidentialThenTheSecretOpensTheTokenEndpoint() {
        RecordedExchange exchange = register("{\"redirect_uris\":[\"" + REDIRECT + "\"]}");
        String id = member(exchange.body(), "client_id");
        String secret = member(exchange.body(), "client_secret");

        assertThat(exchange.body()).contains("\"client_secret_expires_at\":" + (NOW + 90 * 86_400));
        String basic = Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.US_ASCII));
        assertError(
                postForm("/token", "grant_type=x", "Authorization", "Basic " + basic), 400, "unsupported_grant_type");
    }

    /** O-127, O-128; what does not fit an id finds no room here, where the cap is 0. */
    @Test
    void registerWhenWrongThenTheErrorSaysSo() {
        assertError(post("/register", "{}"), 400, "invalid_client_metadata");
        assertError(post("/register", "{}", "Content-Type", FORM), 400, "invalid_client_metadata");
        assertError(register(""), 400, "invalid_client_metadata");
        assertError(register("[1]"), 400, "invalid_client_metadata");
        assertError(register("{}"), 400, "invalid_redirect_uri");
        assertError(
                register("{\"redirect_uris\":[\"https://a.example/" + "x".repeat(1_000) + "\"]}"),
                503,
                "temporarily_unavailable");
        assertThat(register("{\"redirect_uris\":[\"" + "x".repeat(64 * 1024)).status())
                .isEqualTo(413);
        assertThat(store.clientCount(NOW)).isZero();
    }

    /** T-94: nothing secret that was sent comes back in an error. */
    @Test
    void anyWhenRefusedThenTheAnswerEchoesNothing() {
        String canary = "canary-4711";
        for (String form : List.of(
                "client_id=" + canary,
                "client_id=x&client_secret=" + canary,
                "client_id=" + publicClient().id() + "&grant_type=" + canary,
                "client_id=" + publicClient().id() + "&grant_type=refresh_token&refresh_token=" + canary,
                "client_id=" + publicClient().id() + "&grant_type=authorization_code&code_verifier=x&code=" + canary)) {
            assertThat(postForm("/token", form).body()).doesNotContain(canary);
        }
    }
}
