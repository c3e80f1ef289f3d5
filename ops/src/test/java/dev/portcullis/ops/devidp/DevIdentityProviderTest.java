package dev.portcullis.ops.devidp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider.AuthorizationStart;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.OidcProvider;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stand-in, signed in at by our own {@link OidcProvider} over real sockets (O-140…O-152). */
@Timeout(120)
class DevIdentityProviderTest {
    private static final URI CALLBACK = URI.create("http://localhost:8788/callback");
    private static final String VERIFIER = "v".repeat(43);

    private final AtomicLong skipped = new AtomicLong();
    private final InstantSource clock = () -> java.time.Instant.now().plusSeconds(skipped.get());
    private final DevIdpSettings settings = DevIdpSettings.of(0, CALLBACK);
    private final DocumentFetcher fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
    private final HttpClient browser =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private DevIdentityProvider devIdp;
    private OidcProvider provider;

    @BeforeEach
    void start() throws Exception {
        devIdp = DevIdentityProvider.start(settings, clock);
        provider = new OidcProvider(devIdp.oidcSettings(), fetcher, clock);
    }

    @AfterEach
    void stop() {
        fetcher.close();
        browser.close();
        devIdp.close();
    }

    @Test
    void signInWhenReadyMadePersonIsPickedThenGivesTheirIdentity() throws Exception {
        String location = submit(authorizationUri("state 1", "nonce-1"), "person=alice%40example.com");

        assertThat(location).startsWith(CALLBACK + "?code=").contains("&state=state+1&iss=");
        SignIn signIn = provider.signIn(codeIn(location), VERIFIER, "nonce-1");
        Identity identity = signIn.identity();
        assertThat(identity.issuer()).isEqualTo(devIdp.issuer()).endsWith("/cdn-cgi/access/sso/oidc/portcullis-local");
        assertThat(identity.email()).isEqualTo("alice@example.com");
        assertThat(identity.name()).isEqualTo("Alice Example");
        assertThat(identity.groups()).containsExactly("engineering", "admins");
        assertThat(identity.subject()).matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(signIn.refreshToken()).isNotNull();
    }

    @Test
    void signInWhenPersonIsTypedThenGivesThemAndTheSameSubjectEachTime() throws Exception {
        String form = "email=Dana%40Example.com&name=Dana+%22D%22&groups=a%2C+b%2C%2C&action=signin";
        Identity first = signIn(form);
        Identity second = signIn(form);

        assertThat(first.email()).isEqualTo("dana@example.com");
        assertThat(first.name()).isEqualTo("Dana \"D\"");
        assertThat(first.groups()).containsExactly("a", "b");
        assertThat(second.subject())
                .isEqualTo(first.subject())
                .isNotEqualTo(signIn("person=bob%40example.com").subject());
    }

    @Test
    void authorizationWhenCancelledThenSaysAccessDenied() throws Exception {
        assertThat(submit(authorizationUri("s", "n"), "action=cancel"))
                .startsWith(CALLBACK + "?error=access_denied&state=s&iss=");
    }

    @Test
    void authorizationPageSaysWhatItIsAndHasNoScript() throws Exception {
        HttpResponse<String> page = get(authorizationUri("s", "n"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("Local stand-in for Cloudflare Access", "name=\"person\" value=\"carol@example.com\"")
                .contains("name=\"action\" value=\"signin\"", "name=\"action\" value=\"cancel\"")
                .doesNotContain("<script");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy)
                        .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
                        .doesNotContain("unsafe"));
        assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        // no-referrer would make browsers send "Origin: null" with the form (Fetch, "append a request Origin header").
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("same-origin");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "email=nobody&action=signin",
                "email=&action=signin",
                "person=eve%40example.com",
                "",
                "email=a%40b%3Cscript%3E&action=signin"
            })
    void authorizationWhenNobodyIsNamedThenShowsThePageAgain(String form) throws Exception {
        HttpResponse<String> page = post(authorizationUri("s", "n"), form);
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).contains("role=\"alert\"").doesNotContain("<script");
    }

    @Test
    void authorizationWhenFormComesFromAnotherSiteThenIsRefused() throws Exception {
        URI uri = authorizationUri("s", "n");
        for (String[] header : new String[][] {{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}}) {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header(header[0], header[1])
                    .POST(BodyPublishers.ofString("person=alice%40example.com"))
                    .build();
            assertThat(browser.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(403);
        }
    }

    /** The person is told; nobody is redirected (RFC 6749 §4.1.2.1). */
    @ParameterizedTest
    @CsvSource({
        "client_id=portcullis-local,client_id=other",
        "%2Fcallback,%2Fcallback2",
        "%2Fcallback,%2Fcallback%3Fx",
        "redirect_uri=,redirect_uri=javascript%3A%22%3Cscript%3E&x=",
        "state=s,state=s&client_id=portcullis-local",
    })
    void authorizationWhenClientOrRedirectIsWrongThenShowsAPage(String part, String replacement) throws Exception {
        HttpResponse<String> page = get(changed(part, replacement));
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.headers().firstValue("Location")).isEmpty();
        assertThat(page.body()).doesNotContain("<script");
    }

    @ParameterizedTest
    @CsvSource({
        "response_type=code,response_type=token,unsupported_response_type",
        "scope=openid,scope=email,invalid_scope",
        "code_challenge_method=S256,code_challenge_method=plain,invalid_request",
        "code_challenge=,code_challenge=short&x=,invalid_request",
        "code_challenge=,x=,invalid_request",
    })
    void authorizationWhenRequestIsWrongThenRedirectsWithError(String part, String replacement, String error)
            throws Exception {
        HttpResponse<String> answer = get(changed(part, replacement));
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location"))
                .hasValueSatisfying(
                        location -> assertThat(location).startsWith(CALLBACK + "?error=" + error + "&state=s"));
    }

    @Test
    void tokenWhenVerifierIsWrongThenRefusesAndTheCodeIsSpent() throws Exception {
        String code = codeIn(submit(authorizationUri("s", "n"), "person=bob%40example.com"));
        assertInvalidGrant(code, "w".repeat(43));
        assertInvalidGrant(code, VERIFIER);
    }

    @Test
    void tokenWhenVerifierIsMissingOrShortThenRefuses() throws Exception {
        for (String verifier : new String[] {"", "v".repeat(42), "v".repeat(129), "v".repeat(42) + "%"}) {
            assertInvalidGrant(codeIn(submit(authorizationUri("s", "n"), "person=bob%40example.com")), verifier);
        }
    }

    @Test
    void tokenWhenCodeIsUsedTwiceThenRefuses() throws Exception {
        String code = codeIn(submit(authorizationUri("s", "n"), "person=bob%40example.com"));
        provider.signIn(code, VERIFIER, "n");
        assertInvalidGrant(code, VERIFIER);
    }

    @Test
    void tokenWhenCodeIsOlderThanAMinuteThenRefuses() throws Exception {
        String code = codeIn(submit(authorizationUri("s", "n"), "person=bob%40example.com"));
        skipped.addAndGet(60);
        assertInvalidGrant(code, VERIFIER);
    }

    @Test
    void tokenWhenClientSecretIsWrongThenIs401() throws Exception {
        URI token = URI.create(devIdp.issuer() + "/token");
        HttpResponse<String> byPost =
                post(token, "grant_type=authorization_code&client_id=portcullis-local&client_secret=x");
        assertThat(byPost.statusCode()).isEqualTo(401);
        assertThat(byPost.body()).contains("invalid_client");
        assertThat(post(token, "grant_type=authorization_code").statusCode()).isEqualTo(401);
    }

    @Test
    void refreshRotatesAndEachTokenWorksOnceEvenAfterARestart() throws Exception {
        String code = codeIn(submit(authorizationUri("s", "n"), "person=alice%40example.com"));
        String first = provider.signIn(code, VERIFIER, "n").refreshToken();

        HttpResponse<String> refreshed = refresh(first);
        assertThat(refreshed.statusCode()).isEqualTo(200);
        String second = member(refreshed, "refresh_token");
        assertThat(second).isNotEqualTo(first);
        assertThat(refresh(first).body()).contains("invalid_grant");

        devIdp.close();
        devIdp = DevIdentityProvider.start(settings, clock);
        HttpResponse<String> afterRestart = refresh(second);
        assertThat(afterRestart.statusCode()).isEqualTo(200);
        assertThat(new String(
                        Base64.getUrlDecoder()
                                .decode(member(afterRestart, "id_token").split("\\.", -1)[1]),
                        StandardCharsets.UTF_8))
                .contains("alice@example.com", "admins");
        assertThat(refresh("garbage").body()).contains("invalid_grant");
    }

    @Test
    void userInfoTellsWhoAnAccessTokenSpeaksFor() throws Exception {
        String code = codeIn(submit(authorizationUri("s", "n"), "person=carol%40example.com"));
        String refreshToken = provider.signIn(code, VERIFIER, "n").refreshToken();
        String accessToken = member(refresh(refreshToken), "access_token");

        assertThat(userInfo(accessToken).body()).contains("carol@example.com", "design");
        assertThat(userInfo("other").statusCode()).isEqualTo(401);
    }

    @Test
    void signInWhenKeysWereRotatedThenWorksWithOldKeysKeptOrDropped() throws Exception {
        signIn("person=alice%40example.com");
        devIdp.rotateKeys();
        signIn("person=alice%40example.com");
        // Our side fetches keys for an unknown kid at most once in 30 s (O-146).
        skipped.addAndGet(31);
        assertThat(post(URI.create(origin() + "/dev/rotate-keys?drop-old=true"), "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(get(URI.create(devIdp.issuer() + "/jwks")).body().split("\"kid\"", -1))
                .hasSize(2);
        signIn("person=alice%40example.com");
    }

    @Test
    void rotateKeysWhenAskedByAnotherSiteThenIsRefused() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(origin() + "/dev/rotate-keys"))
                .header("Origin", "https://evil.example")
                .POST(BodyPublishers.noBody())
                .build();
        assertThat(browser.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    }

    @Test
    void isIssuerOfCallbackKnowsThatTheStandInPromisesIt() {
        assertThat(provider.isIssuerOfCallback(devIdp.issuer())).isTrue();
        assertThat(provider.isIssuerOfCallback(null)).isFalse();
        assertThat(provider.isIssuerOfCallback("https://evil.example")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"GET,/token,405", "DELETE,/authorization,405", "GET,/token/x,404", "GET,/../../nothing,404"})
    void answersWhenPathOrMethodIsWrongWithAClearStatus(String method, String path, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(devIdp.issuer() + path))
                .method(method, BodyPublishers.noBody())
                .build();
        assertThat(browser.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void startWhenHostIsNotLoopbackThenRefuses(String host) {
        var open = new DevIdpSettings(
                host, 0, "portcullis-local", Randoms.base64Url(32), List.of(CALLBACK), Person.READY_MADE);
        assertThatThrownBy(() -> DevIdentityProvider.start(open, clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(host);
    }

    private Identity signIn(String form) throws Exception {
        String nonce = Randoms.base64Url(16);
        String location = submit(authorizationUri("s", nonce), form);
        return provider.signIn(codeIn(location), VERIFIER, nonce).identity();
    }

    private URI authorizationUri(String state, String nonce) throws IdentityException {
        return provider.authorizationUri(new AuthorizationStart(state, nonce, VERIFIER, false));
    }

    private URI changed(String part, String replacement) throws IdentityException {
        String uri = authorizationUri("s", "n").toString();
        assertThat(uri).contains(part);
        return URI.create(uri.replace(part, replacement));
    }

    private String submit(URI uri, String form) throws Exception {
        HttpResponse<String> answer = post(uri, form);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private void assertInvalidGrant(String code, String verifier) {
        assertThatThrownBy(() -> provider.signIn(code, verifier, "n"))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("invalid_grant");
    }

    private HttpResponse<String> refresh(String token) throws Exception {
        return post(
                URI.create(devIdp.issuer() + "/token"),
                "grant_type=refresh_token&client_id=portcullis-local&client_secret=" + settings.clientSecret()
                        + "&refresh_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
    }

    private HttpResponse<String> userInfo(String accessToken) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(devIdp.issuer() + "/userinfo"))
                .header("Authorization", "Bearer " + accessToken)
                .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> get(URI uri) throws Exception {
        return browser.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(URI uri, String form) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    private String origin() {
        return devIdp.issuer().substring(0, devIdp.issuer().indexOf("/cdn-cgi"));
    }

    private static String codeIn(String location) {
        return location.replaceFirst(".*[?&]code=([^&]*).*", "$1");
    }

    private static String member(HttpResponse<String> json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json.body());
        assertThat(matcher.find()).as(json.body()).isTrue();
        return matcher.group(1);
    }
}
