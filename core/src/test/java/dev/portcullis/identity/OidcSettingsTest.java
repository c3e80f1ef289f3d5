package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O-140, O-150. */
class OidcSettingsTest {
    private static final String ACCESS = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/0123abcd";
    private static final URI CALLBACK = URI.create("https://mcp.example.com/callback");

    @Test
    void accessIssuerIsTheAuthorizationUrlWithoutItsLastSegment() {
        assertThat(OidcSettings.accessIssuerOf(URI.create(ACCESS + "/authorization")))
                .isEqualTo(ACCESS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ACCESS,
                ACCESS + "/authorization/",
                ACCESS + "/authorize",
                ACCESS + "/x/authorization",
                "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc//authorization",
                "https://accounts.example.com/o/oauth2/authorization",
                "/cdn-cgi/access/sso/oidc/x/authorization",
                "mailto:team@example.com",
            })
    void accessIssuerWhenUrlHasAnotherShapeThenFails(String url) {
        assertThatThrownBy(() -> OidcSettings.accessIssuerOf(URI.create(url)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "HS256", "HS512", "RS1", "rs256", ""})
    void constructorWhenAlgorithmIsNotSafeThenFails(String algorithm) {
        assertThatThrownBy(() -> with(Set.of("RS256", algorithm))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> with(Set.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://idp.example.com",
                "http://localhost.example.com",
                "https://idp.example.com?x=1",
                "https://idp.example.com#x",
                "https://user@idp.example.com",
                "idp.example.com",
                "urn:idp",
            })
    void constructorWhenIssuerIsNotAnHttpsUrlThenFails(String issuer) {
        assertThatThrownBy(() -> OidcSettings.of(issuer, null, "client", "secret", CALLBACK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(issuer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://idp.example.com", "http://localhost:8790/x", "http://127.0.0.1:1", "http://[::1]:1"})
    void constructorWhenIssuerIsHttpsOrOnLoopbackThenHolds(String issuer) {
        assertThat(OidcSettings.of(issuer, null, "client", "hush", CALLBACK).toString())
                .contains(issuer)
                .doesNotContain("hush");
    }

    private static OidcSettings with(Set<String> algorithms) {
        return new OidcSettings(
                ACCESS,
                "client",
                "secret",
                null,
                CALLBACK,
                OidcSettings.DEFAULT_SCOPES,
                algorithms,
                ClientAuthentication.AUTOMATIC,
                60);
    }
}
