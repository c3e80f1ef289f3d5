package dev.portcullis.ops.devidp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.identity.IdentityProvider.AuthorizationStart;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.OidcProvider;
import dev.portcullis.ops.devidp.Switches.Answer;
import dev.portcullis.ops.devidp.Switches.Claims;
import dev.portcullis.ops.devidp.Switches.RefreshTokenUse;
import dev.portcullis.ops.devidp.Switches.TokenAnswer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which the stand-in can be made to fail, and what our own {@link OidcProvider} makes of it: O-140, O-143, O-144, O-145, O-151, O-152; T-84, T-87. */
@Timeout(120)
class SwitchesTest {
    private static final URI CALLBACK = URI.create("http://localhost:8788/callback");
    private static final String VERIFIER = "v".repeat(43);
    private static final String ALICE = "alice@example.com";

    private final DocumentFetcher fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
    private final HttpClient browser = HttpClient.newHttpClient();
    private DevIdentityProvider devIdp;
    private OidcProvider provider;
    private SignIn signedIn;

    @BeforeEach
    void start() throws Exception {
        devIdp = DevIdentityProvider.start(DevIdpSettings.of(0, CALLBACK), InstantSource.system());
        provider = new OidcProvider(devIdp.oidcSettings(), fetcher, InstantSource.system());
        signedIn = signIn();
    }

    @AfterEach
    void stop() {
        fetcher.close();
        browser.close();
        devIdp.close();
    }

    @Test
    void refreshWhenNothingIsSwitchedThenRotatesAndSaysTheSame() throws Exception {
        SignIn refreshed = refresh(signedIn);

        assertThat(refreshed.identity()).isEqualTo(signedIn.identity());
        assertThat(refreshed.refreshToken()).isNotEqualTo(signedIn.refreshToken());
        assertRefused(signedIn); // the old one is void
        assertThat(refresh(refreshed).identity()).isEqualTo(signedIn.identity());
    }

    /** What ops/run grants and revoke ask for. */
    @Test
    void pageThenSaysTheSubOfPeople() throws Exception {
        assertThat(page().body()).contains("sub: " + signedIn.identity().subject());
    }

    /** Provider's answer to a refresh → what it says of the person (O-145). */
    @ParameterizedTest
    @CsvSource({
        "answer=error, UNAVAILABLE",
        "answer=unavailable, UNAVAILABLE",
        "answer=nothing, UNAVAILABLE",
        "token-answer=refuse-refresh, REFUSED",
        "token-answer=refuse-client, INVALID",
        "claims=other-issuer, INVALID",
        "claims=other-audience, INVALID",
        "claims=other-subject, INVALID",
        "claims=expired, INVALID"
    })
    void refreshWhenSwitchedThenFailsForThatReasonAndWorksOnceReset(String form, Kind kind) throws Exception {
        assertThat(post("/dev/switches", form).statusCode()).isEqualTo(200);

        var failure = catchThrowableOfType(IdentityException.class, () -> refresh(signedIn));
        assertThat(failure.kind()).isEqualTo(kind);

        assertThat(post("/dev/reset", "").statusCode()).isEqualTo(200);
        String token = failure.nextRefreshToken() == null ? signedIn.refreshToken() : failure.nextRefreshToken();
        assertThat(provider.refresh(token, signedIn.identity()).identity()).isEqualTo(signedIn.identity());
    }

    @ParameterizedTest
    @CsvSource({"OTHER_NONCE, nonce", "OTHER_ISSUER, iss", "OTHER_AUDIENCE, aud", "EXPIRED, exp"})
    void signInWhenClaimsAreWrongThenFails(Claims wrong, String reason) {
        devIdp.switches().claims(wrong);

        assertThatThrownBy(this::signIn).isInstanceOf(IdentityException.class).hasMessageContaining(reason);
    }

    /** O-145 asks for no nonce at a refresh: one that is there says nothing. */
    @Test
    void refreshWhenItHasANonceThenDoesNotMind() throws Exception {
        devIdp.switches().claims(Claims.OTHER_NONCE);

        assertThat(refresh(signedIn).identity()).isEqualTo(signedIn.identity());
    }

    /** T-87. */
    @Test
    void removeThenNextRefreshAndNextSignInAreRefusedUntilRestored() throws Exception {
        devIdp.directory().remove(ALICE);

        assertRefused(signedIn);
        assertThat(authorize("n")).contains("error=access_denied");

        devIdp.directory().restore(ALICE);
        assertThat(signIn().identity()).isEqualTo(signedIn.identity());
    }

    @Test
    void removeWhenOnlyTheCodeIsOutThenItIsRefusedToo() throws Exception {
        String location = authorize("n");
        devIdp.directory().remove(ALICE);

        var failure =
                catchThrowableOfType(IdentityException.class, () -> provider.signIn(codeIn(location), VERIFIER, "n"));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    }

    /** O-147: whoever has another address is the same person. */
    @Test
    void setGroupsAndEmailThenTheNextRefreshTellsThem() throws Exception {
        devIdp.directory().setGroups(ALICE, List.of("design"));
        devIdp.directory().setEmail(ALICE, "alice@sub.example.com");

        SignIn refreshed = refresh(signedIn);

        Identity before = signedIn.identity();
        assertThat(refreshed.identity())
                .isEqualTo(new Identity(
                        before.issuer(), before.subject(), "alice@sub.example.com", before.name(), List.of("design")));
        devIdp.directory().reset();
        assertThat(refresh(refreshed).identity()).isEqualTo(before);
    }

    @Test
    void refreshTokensWhenKeptThenTheSameStaysGood() throws Exception {
        devIdp.switches().refreshTokens(RefreshTokenUse.KEPT);

        assertThat(refresh(signedIn).refreshToken()).isEqualTo(signedIn.refreshToken());
        assertThat(refresh(signedIn).refreshToken()).isEqualTo(signedIn.refreshToken());
    }

    /** O-151. */
    @Test
    void refreshTokensWhenNoneThenASignInGivesNoneAndARefreshKeepsTheOld() throws Exception {
        devIdp.switches().refreshTokens(RefreshTokenUse.NONE);

        assertThat(signIn().refreshToken()).isNull();
        assertThat(refresh(signedIn).refreshToken()).isEqualTo(signedIn.refreshToken());
    }

    @Test
    void delayThenAnswersComeLater() throws Exception {
        devIdp.switches().delay(200);
        long begun = System.nanoTime();

        refresh(signedIn);

        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(200_000_000L);
    }

    @Test
    void postWhenTheFormIsWrongThenSaysSoAndChangesNothing() throws Exception {
        for (String form :
                new String[] {"answer=perhaps", "delay-millis=x", "delay-millis=-1", "delay-millis=9999999"}) {
            assertThat(post("/dev/switches", form).statusCode()).as(form).isEqualTo(400);
        }
        assertThat(post("/dev/people", "email=nobody&action=remove").statusCode())
                .isEqualTo(400);
        assertThat(post("/dev/people", "email=a%40b.example&action=promote").statusCode())
                .isEqualTo(400);
        assertThat(devIdp.switches().state()).isEqualTo(Switches.State.PROPER);
    }

    @Test
    void postWhenAPersonIsRemovedThenTheAnswerAndThePageSayWhatIsSwitched() throws Exception {
        assertThat(page().body()).contains("Nothing is switched");
        post("/dev/people", "email=alice%40example.com&action=remove");
        post("/dev/people", "email=bob%40example.com&action=change&groups=%3Cb%3E&new-email=rob%40example.com");
        devIdp.switches().tokenAnswer(TokenAnswer.REFUSE_CLIENT);
        devIdp.switches().answer(Answer.NOTHING); // the switches themselves go on

        String json = post("/dev/switches", "delay-millis=5").body();
        HttpResponse<String> page = page();

        assertThat(json)
                .contains("\"answer\":\"nothing\"", "\"token-answer\":\"refuse-client\"", "\"delay-millis\":5")
                .contains("\"removed\":[\"alice@example.com\"]");
        assertThat(page.body())
                .contains("alice@example.com was removed", "bob@example.com was changed", "nothing: it is down")
                .contains("Each answer waits 5 ms", "&lt;b&gt;", "value=\"restore\">Bring back")
                .doesNotContain("<script", "Nothing is switched", "<b>\"");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy ->
                        assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"));
    }

    @Test
    void postWhenFromThePageThenGoesBackToIt() throws Exception {
        var request = HttpRequest.newBuilder(URI.create(origin() + "/dev/reset"))
                .header("Origin", origin())
                .header("Sec-Fetch-Site", "same-origin")
                .header("Accept", "text/html,application/xhtml+xml")
                .POST(BodyPublishers.noBody())
                .build();

        HttpResponse<String> answer = browser.send(request, BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue(origin() + "/dev");
    }

    /** T-50, T-52. */
    @ParameterizedTest
    @CsvSource({
        "/dev/switches, Origin, https://evil.example",
        "/dev/people, Sec-Fetch-Site, cross-site",
        "/dev/reset, Origin, null",
        "/dev/drop-keys, Sec-Fetch-Site, same-site"
    })
    void postWhenFromAnotherSiteThenIsRefused(String path, String header, String value) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(origin() + path))
                .header(header, value)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("answer=error&email=alice%40example.com&action=remove"))
                .build();

        assertThat(browser.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(devIdp.switches().state()).isEqualTo(Switches.State.PROPER);
        assertThat(refresh(signedIn).identity()).isEqualTo(signedIn.identity());
    }

    private SignIn refresh(SignIn last) throws IdentityException {
        return provider.refresh(last.refreshToken(), last.identity());
    }

    private void assertRefused(SignIn last) {
        var failure = catchThrowableOfType(IdentityException.class, () -> refresh(last));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    }

    private SignIn signIn() throws Exception {
        String nonce = Randoms.base64Url(16);
        return provider.signIn(codeIn(authorize(nonce)), VERIFIER, nonce);
    }

    private String authorize(String nonce) throws Exception {
        URI uri = provider.authorizationUri(new AuthorizationStart("s", nonce, VERIFIER, false));
        var request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("person=alice%40example.com"))
                .build();
        return browser.send(request, BodyHandlers.ofString())
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    private HttpResponse<String> post(String path, String form) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(origin() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> page() throws Exception {
        return browser.send(
                HttpRequest.newBuilder(URI.create(origin() + "/dev")).build(), BodyHandlers.ofString());
    }

    private String origin() {
        return devIdp.issuer().substring(0, devIdp.issuer().indexOf("/cdn-cgi"));
    }

    private static String codeIn(String location) {
        return location.replaceFirst(".*[?&]code=([^&]*).*", "$1");
    }
}
