package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.identity.HostileProvider.Lie;
import dev.portcullis.identity.IdentityProvider.AuthorizationStart;
import dev.portcullis.identity.IdentityProvider.SignIn;
import java.net.URI;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole sign-in against a provider that lies in one way at a time (O-142…O-144, T-84). */
@Timeout(60)
class OidcProviderTest {
    private static final URI CALLBACK = URI.create("https://mcp.example.com/callback");
    private static final String VERIFIER = "verifier-verifier-verifier-verifier-verifier";

    private static HostileProvider hostile;
    private static DocumentFetcher fetcher;
    private static OidcProvider provider;

    @BeforeAll
    static void start() throws Exception {
        hostile = new HostileProvider();
        fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
        provider = new OidcProvider(hostile.settings(CALLBACK), fetcher, InstantSource.system());
    }

    @AfterAll
    static void stop() {
        fetcher.close();
        hostile.close();
    }

    @Test
    void signInWhenProviderIsHonestThenGivesTheIdentity() throws Exception {
        hostile.tell(Lie.NONE);
        SignIn signIn = signIn(provider);

        assertThat(signIn.identity().issuer()).isEqualTo(hostile.issuer());
        assertThat(signIn.identity().subject()).isEqualTo(HostileProvider.SUBJECT);
        assertThat(signIn.identity().email()).isEqualTo("mallory@example.com");
        assertThat(signIn.identity().name()).isEqualTo("Mallory");
        assertThat(signIn.identity().groups()).containsExactly("staff");
        assertThat(signIn.refreshToken()).isEqualTo("refresh-token-of-the-provider");
        assertThat(hostile.clientAuthentication()).isEqualTo("basic");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "SLOW"})
    void signInWhenProviderLiesThenFailsForThatReasonAndTheNextHonestOneSucceeds(Lie lie) throws Exception {
        hostile.tell(lie);
        try {
            assertFailsFor(lie, provider);
        } finally {
            hostile.tell(Lie.NONE);
        }
        assertThat(signIn(provider).identity().subject()).isEqualTo(HostileProvider.SUBJECT);
        assertThat(hostile.trapped())
                .as("URLs out of a token or a redirect that were followed")
                .isZero();
    }

    @Test
    void signInWhenProviderIsSlowThenEndsAtTheDeadline() throws Exception {
        try (var impatient = new DocumentFetcher(new FetchLimits(5_000, 3_000, 8_192, 100, 4), new AddressGuard())) {
            var quick = new OidcProvider(hostile.settings(CALLBACK), impatient, InstantSource.system());
            hostile.tell(Lie.SLOW);
            assertFailsFor(Lie.SLOW, quick);
        } finally {
            hostile.tell(Lie.NONE);
        }
    }

    @Test
    void signInWhenCodeIsWrongThenFails() {
        assertThatThrownBy(() -> provider.signIn("another code", VERIFIER, "nonce"))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("invalid_grant");
        assertThatThrownBy(() -> provider.signIn("x".repeat(4_097), VERIFIER, "nonce"))
                .hasMessageContaining("was not asked");
    }

    @Test
    void signInWhenVerifierIsWrongThenFails() throws Exception {
        String code = hostile.authorize(provider.authorizationUri(aStart())).get("code");
        assertThatThrownBy(() -> provider.signIn(code, "w".repeat(43), "nonce-1"))
                .hasMessageContaining("invalid_grant");
    }

    @ParameterizedTest
    @EnumSource(ClientAuthentication.class)
    void signInAuthenticatesTheClientAsConfigured(ClientAuthentication method) throws Exception {
        var settings = new OidcSettings(
                hostile.issuer(),
                HostileProvider.CLIENT_ID,
                method == ClientAuthentication.NONE ? null : hostile.clientSecret(),
                null,
                CALLBACK,
                OidcSettings.DEFAULT_SCOPES,
                Set.of("RS256", "ES256"),
                method,
                60);
        signIn(new OidcProvider(settings, fetcher, InstantSource.system()));

        assertThat(hostile.clientAuthentication())
                .isEqualTo(
                        switch (method) {
                            case AUTOMATIC, BASIC -> "basic";
                            case POST -> "post";
                            case NONE -> "none";
                        });
    }

    @Test
    void authorizationUriCarriesAllThatTheProviderMustSee() throws Exception {
        String uri = provider.authorizationUri(new AuthorizationStart("state-1", "nonce-1", VERIFIER, true))
                .toString();

        assertThat(uri)
                .startsWith(hostile.issuer() + "/authorize?tenant=1&response_type=code&")
                .contains("client_id=portcullis-test", "state=state-1", "nonce=nonce-1", "prompt=login")
                .contains("scope=openid+email+profile+groups", "code_challenge_method=S256")
                .contains("redirect_uri=https%3A%2F%2Fmcp.example.com%2Fcallback")
                .doesNotContain(VERIFIER)
                .doesNotContain("response_mode");
        assertThat(provider.authorizationUri(aStart()).toString()).doesNotContain("prompt");
    }

    /** RFC 7636, appendix B. */
    @Test
    void authorizationUriHasTheChallengeOfTheVerifier() throws Exception {
        var start = new AuthorizationStart("s", "n", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", false);
        assertThat(provider.authorizationUri(start).toString())
                .contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&");
    }

    @Test
    void isIssuerOfCallbackWhenNotPromisedThenMayBeAbsentButNotWrong() {
        assertThat(provider.isIssuerOfCallback(null)).isTrue();
        assertThat(provider.isIssuerOfCallback(hostile.issuer())).isTrue();
        assertThat(provider.isIssuerOfCallback(hostile.issuer() + "/")).isFalse();
    }

    private static void assertFailsFor(Lie lie, OidcProvider by) {
        IdentityException e = catchThrowableOfType(IdentityException.class, () -> signIn(by));
        assertThat(e).as("the failure that %s must cause", lie).isNotNull();
        assertThat(e).hasMessageContaining(lie.reason());
        assertThat(e.kind()).isEqualTo(lie.kind());
        assertThat(e.getMessage())
                .doesNotContain("\n", "\r", "<b>", "refresh-token-of", hostile.clientSecret())
                .hasSizeLessThan(400);
    }

    private static SignIn signIn(OidcProvider by) throws IdentityException {
        String code = hostile.authorize(by.authorizationUri(aStart())).get("code");
        return by.signIn(code, VERIFIER, "nonce-1");
    }

    private static AuthorizationStart aStart() {
        return new AuthorizationStart("state-1", "nonce-1", VERIFIER, false);
    }
}
