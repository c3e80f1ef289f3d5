package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.LocalServer;
import dev.portcullis.identity.HostileProvider.Lie;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.identity.IdentityProvider.SignIn;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A refresh against a provider that lies in one way at a time (O-145, T-84, T-87): only a plain no is a no. */
@Timeout(60)
class OidcRefreshTest {
    private static final URI CALLBACK = URI.create("https://mcp.example.com/callback");

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

    private static Identity known(String subject) {
        return new Identity(hostile.issuer(), subject, "old@example.com", "Old", List.of("old"));
    }

    private static SignIn refresh() throws IdentityException {
        return provider.refresh(HostileProvider.REFRESH_TOKEN, known(HostileProvider.SUBJECT));
    }

    /** Without a nonce, or with any: no browser is between us (OpenID Connect Core §12.2). */
    @ParameterizedTest
    @EnumSource(
            value = Lie.class,
            names = {"NONE", "WRONG_NONCE", "NONCE_MISSING"})
    void refreshWhenProviderIsHonestThenGivesWhatItSaysNow(Lie lie) throws Exception {
        hostile.tell(lie);
        try {
            SignIn answer = refresh();
            assertThat(answer.identity().email()).isEqualTo("mallory@example.com");
            assertThat(answer.identity().groups()).containsExactly("staff");
            assertThat(answer.refreshToken()).isEqualTo(HostileProvider.REFRESH_TOKEN);
        } finally {
            hostile.tell(Lie.NONE);
        }
    }

    /** An ID token is allowed to be missing: then nothing new is said. */
    @Test
    void refreshWhenThereIsNoIdTokenThenTheKnownIdentityStays() throws Exception {
        hostile.tell(Lie.NO_ID_TOKEN);
        try {
            assertThat(refresh().identity()).isEqualTo(known(HostileProvider.SUBJECT));
        } finally {
            hostile.tell(Lie.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Lie.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "SLOW", "WRONG_NONCE", "NONCE_MISSING", "NO_ID_TOKEN", "INVALID_GRANT"})
    void refreshWhenProviderLiesThenFailsForThatReasonAndSaysNothingOfThePerson(Lie lie) {
        hostile.tell(lie);
        try {
            var e = catchThrowableOfType(IdentityException.class, OidcRefreshTest::refresh);
            assertThat(e).as("the failure that %s must cause", lie).isNotNull();
            assertThat(e).hasMessageContaining(lie.reason());
            assertThat(e.kind()).isEqualTo(lie.kind()); // REFUSED for access_denied alone
            assertThat(e.getMessage()).doesNotContain("refresh-token-of", hostile.clientSecret(), "\n");
        } finally {
            hostile.tell(Lie.NONE);
        }
        assertThat(hostile.trapped()).isZero();
    }

    @Test
    void refreshWhenTheTokenIsVoidThenRefused() {
        var e = catchThrowableOfType(
                IdentityException.class, () -> provider.refresh("another", known(HostileProvider.SUBJECT)));

        assertThat(e.kind()).isEqualTo(Kind.REFUSED);
        assertThat(e.nextRefreshToken()).isNull();
    }

    /** O-147: never a silent swap; what the provider rotated is kept all the same. */
    @Test
    void refreshWhenItIsAboutSomebodyElseThenInvalid() {
        var e = catchThrowableOfType(
                IdentityException.class, () -> provider.refresh(HostileProvider.REFRESH_TOKEN, known("somebody else")));

        assertThat(e.kind()).isEqualTo(Kind.INVALID);
        assertThat(e).hasMessageContaining("another person");
        assertThat(e.nextRefreshToken()).isEqualTo(HostileProvider.REFRESH_TOKEN);
    }

    /** Status and error → what it says of the person (O-145). */
    @ParameterizedTest
    @CsvSource({
        "400, invalid_grant, REFUSED",
        "403, invalid_grant, REFUSED",
        "400, access_denied, REFUSED",
        "403, access_denied, REFUSED",
        "401, invalid_grant, INVALID",
        "401, invalid_client, INVALID",
        "400, invalid_client, INVALID",
        "400, unauthorized_client, INVALID",
        "400, invalid_request, INVALID",
        "400, unsupported_grant_type, INVALID",
        "400, invalid_scope, INVALID",
        "403, '', INVALID",
        "400, temporarily_unavailable, UNAVAILABLE",
        "400, server_error, UNAVAILABLE",
        "429, slow_down, UNAVAILABLE",
        "500, invalid_grant, UNAVAILABLE",
        "502, '', UNAVAILABLE",
        "503, access_denied, UNAVAILABLE"
    })
    void refreshWhenRefusedThenOnlyAWordAboutThePersonIsANo(int status, String error, Kind kind) throws Exception {
        String body = error.isEmpty() ? "{}" : "{\"error\":\"" + error + "\"}";
        try (var server = new LocalServer(LocalServer.of(status, "application/json", body))) {
            var settings = OidcSettings.of(
                    "https://idp.example",
                    new OidcSettings.Endpoints(server.uri("/a"), server.uri("/t"), server.uri("/j")),
                    "client",
                    "secret",
                    CALLBACK);
            var refusing = new OidcProvider(settings, fetcher, InstantSource.system());

            var e = catchThrowableOfType(
                    IdentityException.class,
                    () -> refusing.refresh("token", new Identity("https://idp.example", "x", null, null, List.of())));

            assertThat(e.kind()).isEqualTo(kind);
        }
    }
}
