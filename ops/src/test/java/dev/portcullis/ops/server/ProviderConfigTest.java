package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.identity.ClientAuthentication;
import dev.portcullis.identity.OidcSettings;
import dev.portcullis.identity.Scopes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** O-140: how the provider is spoken to, by settings. */
class ProviderConfigTest {
    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>(Map.of(
            "ACCESS_CLIENT_ID",
            "abc",
            "ACCESS_ISSUER",
            "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/abc",
            "COOKIE_ENCRYPTION_KEY",
            "0123456789abcdef0123456789abcdef"));

    private ServerConfig load() throws ConfigException {
        return ConfigLoader.load(environment, directory).config();
    }

    private String mistakes() {
        return catchThrowableOfType(ConfigException.class, this::load).report();
    }

    @Test
    void loadWhenNothingIsSaidThenDefaults() throws Exception {
        environment.put("ACCESS_CLIENT_SECRET", "s3cret");

        assertThat(load().authorization().provider())
                .isEqualTo(new ProviderConfig(
                        OidcSettings.DEFAULT_SCOPES,
                        OidcSettings.DEFAULT_ALGORITHMS,
                        ClientAuthentication.AUTOMATIC,
                        OidcSettings.DEFAULT_CLOCK_SKEW,
                        5));
    }

    @Test
    void loadWhenAllIsSaidThenSo() throws Exception {
        environment.put("ACCESS_CLIENT_SECRET", "s3cret");
        environment.put("ACCESS_SCOPES", "openid  email");
        environment.put("ACCESS_ALGORITHMS", "ES256, RS256");
        environment.put("ACCESS_CLIENT_AUTHENTICATION", "post");
        environment.put("CLOCK_SKEW_SECONDS", "0");
        environment.put("RECHECK_SECONDS", "60");

        assertThat(load().authorization().provider())
                .isEqualTo(new ProviderConfig(
                        Scopes.of("openid", "email"), Set.of("ES256", "RS256"), ClientAuthentication.POST, 0, 60));
    }

    /** An application with PKCE alone has no secret; any other must have one. */
    @Test
    void loadWhenThereIsNoSecretThenOnlyPkceAloneWillDo() throws Exception {
        assertThat(mistakes()).contains("ACCESS_CLIENT_SECRET is not set");

        environment.put("ACCESS_CLIENT_AUTHENTICATION", "none");
        var access = (ServerConfig.SignInBy.Access) load().signInBy();
        assertThat(access.clientSecret()).isNull();

        environment.put("ACCESS_CLIENT_SECRET", "s3cret");
        assertThat(mistakes()).contains("ACCESS_CLIENT_SECRET is set although").doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "ACCESS_SCOPES, email profile, lacks openid",
        "ACCESS_SCOPES, openid e\u00e9, character that scopes cannot have",
        "ACCESS_ALGORITHMS, HS256, is not accepted",
        "ACCESS_ALGORITHMS, 'RS256,none', is not accepted",
        "ACCESS_CLIENT_AUTHENTICATION, jwt, is none of auto",
        "CLOCK_SKEW_SECONDS, 301, is no whole number from 0 to 300",
        "RECHECK_SECONDS, -1, is no whole number from 0 to 3600"
    })
    void loadWhenAValueIsWrongThenSaysWhich(String setting, String value, String mistake) {
        environment.put("ACCESS_CLIENT_SECRET", "s3cret");
        environment.put(setting, value);

        assertThat(mistakes()).contains(setting, mistake);
    }
}
