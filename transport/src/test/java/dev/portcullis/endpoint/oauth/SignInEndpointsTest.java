package dev.portcullis.endpoint.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.fetch.HostNames;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The browser's side of signing in, with the real flow and a real store; only the identity provider is a fake. */
class SignInEndpointsTest {
    private static final String ISSUER = "https://mcp.example.com";
    private static final String REDIRECT = "https://client.example/callback";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final long NOW = 1_800_000_000;
    private static final MasterKey MASTER = new MasterKey("an-example-key-of-at-least-32-characters");

    private final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final Provider provider = new Provider();
    private final List<Outcome> refused = new ArrayList<>();
    private final Jar jar = new Jar();
    private Executor executor = Runnable::run;
    private boolean secure = true;
    private long now = NOW;

    @AfterEach
    void close() {
        store.close();
    }

    private List<Route> routes() {
        var settings = new OAuthSettings(
                URI.create(ISSUER),
                List.of(ISSUER + "/mcp"),
                Scopes.of("tools"),
                Scopes.of("tools"),
                secure,
                List.of("cursor"),
                OAuthSettings.Lives.DEFAULT);
        var telemetry = new Telemetry() {
            @Override
            public void refused(Outcome outcome) {
                refused.add(outcome);
            }
        };
        var flow = new AuthorizationFlow(
                settings, MASTER, store, new Clients(store, MASTER, 3600), provider, RulePolicy.openToAll(), telemetry);
        var pages = new AuthorizeRoutes.PageSettings(
                Map.of("tools", "see and call tools in your name"),
                "idp.example",
                List.of("http://localhost:8790"),
                HostNames.NONE);
        var account = new AccountFlow(
                new AccountFlow.Lives(600, 1800), MASTER, store, provider, RulePolicy.openToAll(), telemetry);
        return AuthorizeRoutes.of(
                settings, pages, flow, account, executor, () -> Instant.ofEpochSecond(now), telemetry);
    }

    private void register(String id, @Nullable String name, String... redirectUris) {
        store.putClient(
                new RegisteredClient(
                        id,
                        name,
                        List.of(redirectUris),
                        RegisteredClient.AuthMethod.NONE,
                        null,
                        List.of("authorization_code"),
                        RegisteredClient.Kind.DYNAMIC,
                        NOW),
                NOW + 86_400,
                NOW);
    }

    private static String target(String... changes) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("response_type", "code");
        parameters.put("client_id", "app");
        parameters.put("redirect_uri", REDIRECT);
        parameters.put("state", "client-state");
        parameters.put("code_challenge", CHALLENGE);
        parameters.put("code_challenge_method", "S256");
        for (int i = 0; i < changes.length; i += 2) {
            parameters.put(changes[i], changes[i + 1]);
        }
        return "/authorize?" + encoded(parameters);
    }

    private static String encoded(Map<String, String> parameters) {
        var pairs = new ArrayList<String>();
        parameters.forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, UTF_8)));
        return String.join("&", pairs);
    }

    private RecordedExchange get(String target, String... headers) {
        var route = target.startsWith("/callback") ? routes().get(1) : routes().get(0);
        var exchange = RecordedExchange.of(route, HttpMethod.GET, target, jar.with(headers))
                .send("");
        jar.keep(exchange);
        return exchange;
    }

    private RecordedExchange post(Map<String, String> form, String... headers) {
        var all = new ArrayList<>(List.of("content-type", "application/x-www-form-urlencoded"));
        all.addAll(List.of(headers));
        var exchange = RecordedExchange.of(
                        routes().get(0), HttpMethod.POST, "/authorize", jar.with(all.toArray(String[]::new)))
                .send(encoded(form));
        jar.keep(exchange);
        return exchange;
    }

    private static Map<String, String> form(RecordedExchange page, String decision) {
        return Map.of("transaction", transaction(page), "decision", decision);
    }

    private static String transaction(RecordedExchange page) {
        var matcher = Pattern.compile("name=\"transaction\" value=\"([A-Za-z0-9_-]+)\"")
                .matcher(page.body());
        assertThat(matcher.find()).as("a form in %s", page.body()).isTrue();
        return matcher.group(1);
    }

    private static Map<String, String> query(RecordedExchange redirect) {
        var parameters = new LinkedHashMap<String, String>();
        for (String pair : URI.create(redirect.header("location")).getRawQuery().split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return parameters;
    }

    // the way through

    @Test
    void signInWhenEverythingIsRightThenEndsAtTheClientWithACode() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body())
                .contains("<form method=\"post\" action=\"/authorize\">")
                .contains("name=\"decision\" value=\"approve\"")
                .contains("name=\"decision\" value=\"deny\"");
        var left = post(form(page, "approve"), "origin", ISSUER, "sec-fetch-site", "same-origin");
        // O-32, O-68, T-59
        assertThat(left.status()).isEqualTo(303);
        assertThat(left.header("location")).startsWith("https://idp.example/authorization?");
        assertThat(left.header("cache-control")).isEqualTo("no-store");
        var back = get("/callback?code=upstream&state=" + query(left).get("state"));
        // O-34, O-35
        assertThat(back.status()).isEqualTo(303);
        assertThat(back.header("location")).startsWith(REDIRECT + "?code=mcpac.");
        assertThat(query(back)).containsEntry("state", "client-state").containsEntry("iss", ISSUER);
        assertThat(back.header("referrer-policy")).isEqualTo("no-referrer");
        // O-71
        assertThat(jar.cookies.keySet()).noneMatch(name -> name.contains("_tx_") || name.contains("_csrf_"));
    }

    @Test
    void signInWhenRememberedThenTheSecondTimeIsA302WithoutAPage() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        assertThat(page.body()).contains("name=\"remember\" value=\"yes\"");
        var form = Map.of("transaction", transaction(page), "decision", "approve", "remember", "yes");
        get("/callback?code=upstream&state=" + query(post(form)).get("state"));
        assertThat(jar.cookies).containsOnlyKeys("__Host-mcp_approvals");
        var again = get(target());
        // O-69
        assertThat(again.status()).isEqualTo(302);
        assertThat(again.header("location")).startsWith("https://idp.example/");
        assertThat(get("/callback?code=upstream&state=" + query(again).get("state"))
                        .header("location"))
                .startsWith(REDIRECT + "?code=");
    }

    /** T-60: whoever may set cookies for our host could otherwise keep a person from ever signing in. */
    @Test
    void authorizeWhenForeignCookiesCrowdOursThenTheyAreIgnored() {
        register("app", "An App", REDIRECT);
        for (int i = 0; i < 20; i++) {
            jar.cookies.put("__Host-mcp_csrf_" + i + "$.foreign", "x");
            jar.cookies.put("__Host-mcp_tx_" + i + "$.foreign", "x");
        }
        var page = get(target());
        assertThat(page.status()).isEqualTo(200);
        var left = post(form(page, "approve"));
        assertThat(left.status()).isEqualTo(303);
        assertThat(left.header("location")).startsWith("https://idp.example/");
    }

    /** O-64: every cookie, everywhere. */
    @Test
    void signInWhenCookiesAreSetThenTheyAreHostOnlyAndOutOfReach() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        var left = post(form(page, "approve"));
        var back = get("/callback?code=upstream&state=" + query(left).get("state"));
        var all = new ArrayList<>(page.headers("set-cookie"));
        all.addAll(left.headers("set-cookie"));
        all.addAll(back.headers("set-cookie"));
        assertThat(all)
                .hasSize(4)
                .allMatch(cookie -> cookie.matches("__Host-mcp_(csrf|tx)_[0-9a-f]{8}=[A-Za-z0-9_-]*; Path=/; "
                        + "Max-Age=(600|0); HttpOnly; SameSite=Lax; Secure"));
    }

    @Test
    void signInWhenOnLoopbackWithoutTlsThenCookiesHaveNoPrefix() {
        secure = false;
        register("app", "An App", REDIRECT);
        var page = get(target());
        assertThat(page.header("set-cookie"))
                .matches("mcp_csrf_[0-9a-f]{8}=.{43}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
        assertThat(post(form(page, "approve")).status()).isEqualTo(303);
    }

    @Test
    void denyWhenPostedThenIsA303WithAccessDenied() {
        register("app", "An App", REDIRECT);
        var denied = post(form(get(target()), "deny"));
        assertThat(denied.status()).isEqualTo(303);
        assertThat(query(denied))
                .containsEntry("error", "access_denied")
                .containsEntry("state", "client-state")
                .containsEntry("iss", ISSUER);
        assertThat(jar.cookies)
                .hasSize(1)
                .allSatisfy((name, _) -> assertThat(name).contains("_csrf_")); // for ten minutes, if pressed again
    }

    // who may send the form: T-52, T-60, O-63

    @ParameterizedTest
    @CsvSource({
        "https://evil.example, , 403",
        "https://mcp.example.com.evil.example, , 403",
        "http://mcp.example.com, , 403",
        "https://mcp.example.com:8443, , 403",
        "null, , 403",
        "null, cross-site, 403",
        ", cross-site, 403",
        ", same-site, 403",
        ", none, 403",
        "https://mcp.example.com, cross-site, 403",
        "https://evil.example, same-origin, 403",
        "https://mcp.example.com, , 303",
        "https://mcp.example.com, same-origin, 303",
        "null, same-origin, 303",
        ", same-origin, 303",
        ", , 303"
    })
    void consentWhenHeadersNameWhereItComesFromThenOnlyOurPageCounts(
            @Nullable String origin, @Nullable String site, int status) {
        register("app", "An App", REDIRECT);
        var headers = new ArrayList<String>();
        if (origin != null) {
            headers.addAll(List.of("origin", origin));
        }
        if (site != null) {
            headers.addAll(List.of("sec-fetch-site", site));
        }
        var answer = post(form(get(target()), "approve"), headers.toArray(String[]::new));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(provider.starts).hasSize(status == 303 ? 1 : 0);
        if (status == 403) {
            assertIsPage(answer);
        }
    }

    @Test
    void consentWhenCookieIsMissingForeignOrTwiceThenIsA403Page() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        var own = Map.copyOf(jar.cookies);
        String name = own.keySet().iterator().next();
        jar.cookies.clear();
        assertForged(post(form(page, "approve")));
        jar.cookies.put(name, "A".repeat(43));
        assertForged(post(form(page, "approve")));
        jar.cookies.clear();
        jar.cookies.put(name.replace("__Host-", ""), own.get(name));
        assertForged(post(form(page, "approve")));
        jar.cookies.clear();
        // Cookie tossing: a second cookie of the same name, ours first.
        assertForged(post(form(page, "approve"), "cookie", name + "=" + own.get(name) + "; " + name + "=tossed"));
        assertThat(provider.starts).isEmpty();
        jar.cookies.putAll(own);
        assertThat(post(form(page, "approve")).status()).isEqualTo(303);
    }

    @Test
    void consentWhenPostedTwiceThenBothLeadTheSameWayUntilTheSignInIsOver() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        var kept = Map.copyOf(jar.cookies);
        var first = post(form(page, "approve"));
        assertThat(first.status()).isEqualTo(303);
        var heard = post(form(page, "approve")); // after the first answer
        jar.cookies.clear();
        jar.cookies.putAll(kept);
        var unheard = post(form(page, "approve")); // as if that had never come
        for (var again : List.of(heard, unheard)) {
            assertThat(again.status()).isEqualTo(303);
            assertThat(again.header("location")).isEqualTo(first.header("location"));
            assertThat(again.headers("set-cookie")).isEqualTo(first.headers("set-cookie"));
        }
        assertForged(post(form(page, "deny")));
        assertThat(get("/callback?code=upstream&state=" + query(first).get("state"))
                        .header("location"))
                .startsWith(REDIRECT + "?code=");
        jar.cookies.putAll(kept);
        assertForged(post(form(page, "approve")));
    }

    @Test
    void consentWhenTenMinutesHavePassedThenIsA403Page() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        now += 600;
        assertForged(post(form(page, "approve")));
    }

    private void assertForged(RecordedExchange answer) {
        assertThat(answer.status()).isEqualTo(403);
        assertIsPage(answer);
        assertThat(answer.headers("set-cookie")).isEmpty();
    }

    /** T-52: a GET approves nothing, whatever it carries. */
    @Test
    void consentWhenSentByGetThenIsAnotherRequestAndNoApproval() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        assertThat(get("/authorize?" + encoded(form(page, "approve"))).status()).isEqualTo(400);
        assertThat(get(target("decision", "approve", "transaction", transaction(page)))
                        .status())
                .isEqualTo(200);
        assertThat(provider.starts).isEmpty();
    }

    @Test
    void consentWhenFormIsIncompleteOrRepeatedOrNoFormThenIsA400Page() {
        register("app", "An App", REDIRECT);
        var page = get(target());
        String transaction = transaction(page);
        for (String body : List.of(
                "",
                "decision=approve",
                "transaction=" + transaction,
                "transaction=" + transaction + "&decision=yes",
                "transaction=" + transaction + "&decision=deny&decision=approve",
                "transaction=" + transaction + "&transaction=" + transaction + "&decision=approve",
                "transaction=%zz&decision=approve")) {
            var answer = RecordedExchange.of(
                            routes().get(0),
                            HttpMethod.POST,
                            "/authorize",
                            jar.with("content-type", "application/x-www-form-urlencoded"))
                    .send(body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertIsPage(answer);
        }
        var json = RecordedExchange.of(
                        routes().get(0), HttpMethod.POST, "/authorize", jar.with("content-type", "application/json"))
                .send("{}");
        assertThat(json.status()).isEqualTo(400);
        assertThat(provider.starts).isEmpty();
    }

    /** O-6: what passed as a query passes as the form it becomes. */
    @Test
    void consentWhenTheRequestWasAsLongAsItMayBeThenItStillPasses() {
        String longRedirect = REDIRECT + "?r=" + "r".repeat(1_500);
        register("app", "An App", longRedirect);
        String state = "s".repeat(8_100);
        var page = get(target("redirect_uri", longRedirect, "state", state));
        assertThat(page.status()).isEqualTo(200);
        var left = post(form(page, "approve"));
        assertThat(left.status()).isEqualTo(303);
        assertThat(query(get("/callback?code=x&state=" + query(left).get("state"))))
                .containsEntry("state", state);
    }

    // requests that fail

    /** T-58: never a Location, whatever is written. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "https://client.example@evil.example/callback",
                "https://client.example\\@evil.example/",
                "https://client.example%2eevil.example/callback",
                "https://client.example/callback\r\nLocation: https://evil.example/",
                "https://client.example/callback#",
                "https://client.example/callback/../x",
                "javascript:alert(1)",
                "data:text/html,<script>alert(1)</script>",
                "\u0000",
                ""
            })
    void authorizeWhenRedirectIsNotRegisteredThenIsALocal400Page(String redirectUri) {
        register("app", "An App", REDIRECT);
        var answer = get(target("redirect_uri", redirectUri));
        assertThat(answer.status()).isEqualTo(400);
        assertIsPage(answer);
        assertThat(answer.body()).doesNotContain("evil", "alert", "href");
    }

    /** T-93. */
    @ParameterizedTest
    @ValueSource(strings = {"client_id=app", "client_id=other", "redirect_uri=https%3A%2F%2Fevil.example"})
    void authorizeWhenClientOrRedirectIsRepeatedThenIsALocal400Page(String repeated) {
        register("app", "An App", REDIRECT);
        var answer = get(target() + "&" + repeated);
        assertThat(answer.status()).isEqualTo(400);
        assertIsPage(answer);
    }

    /** O-33: a page with a link, not a redirect; JSON for programs; prompt=none is redirected. */
    @Test
    void authorizeWhenTheRestIsWrongThenOffersALinkBack() {
        register("app", "An App", REDIRECT);
        var page = get(target("scope", "unknown"));
        assertThat(page.status()).isEqualTo(400);
        assertIsPage(page);
        assertThat(page.body())
                .contains("invalid_scope")
                .contains("href=\"" + REDIRECT + "?error=invalid_scope&amp;error_description=")
                .contains("&amp;state=client-state&amp;iss=https%3A%2F%2Fmcp.example.com\"");
        var json = get(target("scope", "unknown"), "accept", "application/json");
        assertThat(json.status()).isEqualTo(400);
        assertThat(json.header("content-type")).isEqualTo("application/json");
        assertThat(json.body()).contains("\"error\":\"invalid_scope\"").contains("\"iss\":\"" + ISSUER + "\"");
        var silent = get(target("prompt", "none"));
        assertThat(silent.status()).isEqualTo(302);
        assertThat(query(silent)).containsEntry("error", "consent_required").containsEntry("iss", ISSUER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text/html
            */*                                                             | text/html
            application/json                                                | application/json
            application/json, text/plain, */*                               | application/json
            application/json;q=0.5, text/html                               | text/html
            text/html;q=0.1, application/json;q=0.2                         | application/json
            application/json;q=0, */*                                       | text/html
            text/*, application/*                                           | text/html
            garbage;;q=x,,                                                  | text/html
            """)
    void authorizeWhenAcceptPrefersOneThenErrorsComeInIt(String accept, String type) {
        var answer = get("/authorize", "accept", accept);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).startsWith(type);
        if (type.equals("application/json")) {
            assertThat(answer.body())
                    .isEqualTo("{\"error\":\"invalid_client\",\"error_description\":\"client_id is missing or not"
                            + " registered here\",\"iss\":\"https://mcp.example.com\"}");
        }
    }

    /** O-6. */
    @Test
    void authorizeWhenQueryIsTooLongOrUnreadableThenSaysSo() {
        register("app", "An App", REDIRECT);
        var tooLong = get(target("state", "s".repeat(16 * 1024)));
        assertThat(tooLong.status()).isEqualTo(414);
        assertIsPage(tooLong);
        var parameterTooLong = get(target("state", "s".repeat(9 * 1024)));
        assertThat(parameterTooLong.status()).isEqualTo(400);
        var unreadable = get(target() + "&x=%zz");
        assertThat(unreadable.status()).isEqualTo(400);
        assertIsPage(unreadable);
    }

    /** O-70, T-53, T-93. */
    @Test
    void callbackWhenItIsNotOursThenIsA400PageAndTheStateStays() {
        register("app", "An App", REDIRECT);
        String state = query(post(form(get(target()), "approve"))).get("state");
        var own = Map.copyOf(jar.cookies);
        jar.cookies.clear();
        for (String target : List.of(
                "/callback",
                "/callback?state=",
                "/callback?state=unknown&code=x",
                "/callback?code=x&state=" + state,
                "/callback?error=access_denied&state=" + state,
                "/callback?code=x&code=y&state=" + state,
                "/callback?code=x&state=" + state + "&state=" + state,
                "/callback?code=%zz&state=" + state)) {
            var answer = get(target);
            assertThat(answer.status()).as(target).isEqualTo(400);
            assertIsPage(answer);
        }
        jar.cookies.putAll(own);
        assertThat(get("/callback?code=x&state=" + state).status()).isEqualTo(303);
        jar.cookies.putAll(own);
        var again = get("/callback?code=x&state=" + state);
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.body()).contains("connect again");
    }

    @Test
    void callbackWhenProviderRefusesThenItsWordsGoNowhere() {
        register("app", "An App", REDIRECT);
        String state = query(post(form(get(target()), "approve"))).get("state");
        var answer = get("/callback?error=access_denied&error_description=canary&state=" + state);
        assertThat(answer.status()).isEqualTo(303);
        assertThat(query(answer)).containsEntry("error", "access_denied");
        assertThat(answer.header("location")).doesNotContain("canary");
    }

    @Test
    void authorizeWhenStoreIsAwayThenIsA503PageWithRetryAfter() {
        store.close();
        var answer = get(target());
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isNotNull();
        assertIsPage(answer);
        assertThat(refused).containsExactly(Outcome.STORE_UNAVAILABLE);
    }

    @Test
    void authorizeWhenThereIsTooMuchWorkThenIsA503PageWithRetryAfter() {
        executor = task -> {
            throw new RejectedExecutionException();
        };
        var answer = get(target());
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isNotNull();
        assertIsPage(answer);
        assertThat(refused).containsExactly(Outcome.OVERLOADED);
    }

    /** T-115. */
    @Test
    void authorizeWhenThereIsABugThenIsA500PageWithoutDetail() {
        register("app", "An App", REDIRECT);
        provider.bug = true;
        var answer = post(form(get(target()), "approve"));
        assertThat(answer.status()).isEqualTo(500);
        assertIsPage(answer);
        assertThat(answer.body()).doesNotContain("Exception", "canary");
    }

    // what the pages show: T-56, T-57, O-61, O-62

    /** Every page: framed by nobody, cached by nobody, without script, and referring nobody. */
    private static void assertIsPage(RecordedExchange answer) {
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("content-security-policy"))
                .startsWith("default-src 'none'; style-src 'sha256-")
                .contains("; base-uri 'none'")
                .contains("; frame-ancestors 'none'")
                .contains("; form-action ")
                .doesNotContain("unsafe", "script-src", "*");
        assertThat(answer.header("x-frame-options")).isEqualTo("DENY");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(answer.header("location")).isNull();
        assertThat(answer.header("access-control-allow-origin")).isNull();
        assertThat(answer.body())
                .startsWith("<!doctype html>\n<html lang=\"en\">")
                .containsOnlyOnce("<h1>")
                .containsOnlyOnce("<title>")
                .doesNotContain("<script", "<img", "<iframe", "<link", "style=", "onclick", "javascript:");
    }

    @Test
    void pageWhenRenderedThenItsStyleHasTheHashOfItsPolicy() throws Exception {
        register("app", "An App", REDIRECT);
        var page = get(target());
        assertIsPage(page);
        String style = page.body()
                .substring(page.body().indexOf("<style>") + 7, page.body().indexOf("</style>"));
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest(style.getBytes(UTF_8));
        assertThat(page.header("content-security-policy"))
                .contains("'sha256-" + java.util.Base64.getEncoder().encodeToString(hash) + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "' onmouseover='alert(1)",
                "</title></style><svg onload=alert(1)>",
                "&lt;script&gt;",
                "{{7*7}}${7*7}",
                "<!--"
            })
    void consentWhenNamesHoldMarkupThenItIsShownAsText(String hostile) {
        register("app", hostile, REDIRECT);
        var page = get(target("state", hostile, "nonce", hostile));
        assertThat(page.status()).isEqualTo(200);
        assertIsPage(page);
        assertThat(page.body()).doesNotContain("<svg onload", "<!--");
        String shown = page.body()
                .substring(page.body().indexOf("<bdi>") + 5, page.body().indexOf("</bdi>"));
        assertThat(shown).doesNotContain("<", ">", "\"", "'");
        assertThat(shown.replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&#39;", "'")
                        .replace("&amp;", "&"))
                .isEqualTo(hostile);
    }

    @Test
    void consentWhenNameIsEndlessOrInvisibleThenThePageStaysAPage() {
        register("long", "n".repeat(10_000), REDIRECT);
        assertThat(get(target("client_id", "long")).body())
                .hasSizeLessThan(14_000)
                .contains("n…</bdi>");
        register("blank", "\u202E\u200B\u3164 ", REDIRECT);
        assertThat(get(target("client_id", "blank")).body()).contains("An app that gives no name asks for access");
        register("none", null, REDIRECT);
        assertThat(get(target("client_id", "none")).body()).contains("An app that gives no name asks for access");
    }

    /** O-61, O-62: what a person must see, and where the form may lead. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            https://client.example/callback    | client.example                 | 'self' https: http://localhost:8790                       | false
            https://xn--80ak6aa92e.com/cb?a=b  | xn--80ak6aa92e.com             | 'self' https: http://localhost:8790                       | false
            http://127.0.0.1:51234/callback    | 127.0.0.1                      | 'self' https: http://127.0.0.1:51234 http://localhost:8790 | true
            http://localhost:51234/callback    | localhost                      | 'self' https: http://localhost:51234 http://localhost:8790 | true
            http://[::1]:51234/callback        | [::1]                          | 'self' https: http: http://localhost:8790                 | true
            cursor://anysphere.cursor/callback | cursor:                        | 'self' https: cursor: http://localhost:8790               | true
            com.example.app:/callback          | com.example.app:               | 'self' https: com.example.app: http://localhost:8790      | true
            """)
    void consentWhenShownThenTellsWhereTheAnswerGoes(String uri, String host, String formAction, boolean warns) {
        register("app", "An App", uri);
        var page = get(target("redirect_uri", uri));
        assertThat(page.status()).isEqualTo(200);
        assertIsPage(page);
        assertThat(page.header("content-security-policy")).contains("form-action " + formAction + ";");
        assertThat(page.body())
                .contains("An App</bdi> asks for access")
                .contains("Self-registered, unverified")
                .contains(host)
                .contains(">" + uri + "</code>")
                .contains("see and call tools in your name")
                .contains("https://mcp.example.com/mcp");
        assertThat(page.body().contains("class=\"warn\"")).isEqualTo(warns);
        assertThat(page.body().contains("name=\"remember\"")).isEqualTo(!warns);
    }

    /** T-94: what is secret is neither in a page nor in what an object says of itself. */
    @Test
    void signInWhenDoneThenNoSecretWasOnAPage() {
        register("app", "An App", REDIRECT);
        var page = get(target("state", "state-canary"));
        assertThat(page.body()).doesNotContain("state-canary", CHALLENGE);
        jar.cookies.values().forEach(secret -> assertThat(page.body()).doesNotContain(secret));
    }

    /** What a browser keeps, as it would send it back. */
    private static final class Jar {
        final Map<String, String> cookies = new LinkedHashMap<>();

        void keep(RecordedExchange exchange) {
            for (String field : exchange.headers("set-cookie")) {
                String pair = field.substring(0, field.indexOf(';'));
                String name = pair.substring(0, pair.indexOf('='));
                if (field.contains("Max-Age=0;")) {
                    cookies.remove(name);
                } else {
                    cookies.put(name, pair.substring(pair.indexOf('=') + 1));
                }
            }
        }

        String[] with(String... headers) {
            var all = new ArrayList<>(List.of(headers));
            if (!cookies.isEmpty()) {
                var pairs = new ArrayList<String>();
                cookies.forEach((name, value) -> pairs.add(name + "=" + value));
                all.addAll(List.of("cookie", String.join("; ", pairs)));
            }
            return all.toArray(String[]::new);
        }
    }

    /** Signs everybody in as one person, or fails as a bug would. */
    private static final class Provider implements IdentityProvider {
        final List<AuthorizationStart> starts = new ArrayList<>();
        boolean bug;

        @Override
        public URI authorizationUri(AuthorizationStart start) {
            if (bug) {
                throw new IllegalStateException("canary");
            }
            starts.add(start);
            return URI.create("https://idp.example/authorization?state=" + start.state());
        }

        @Override
        public SignIn signIn(String code, String codeVerifier, String nonce) throws IdentityException {
            if (starts.stream().noneMatch(start -> start.nonce().equals(nonce))) {
                throw new IdentityException(IdentityException.Kind.INVALID, "nonce");
            }
            return new SignIn(new Identity("https://idp.example", "sub", "a@example.com", null, List.of()), null);
        }

        @Override
        public SignIn refresh(String refreshToken, Identity known) {
            throw new UnsupportedOperationException("signing in does not need this");
        }

        @Override
        public boolean isIssuerOfCallback(@Nullable String iss) {
            return true;
        }
    }
}
