package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.portcullis.identity.TrustedIssuer;
import dev.portcullis.identity.TrustedIssuer.ClaimNames;
import dev.portcullis.identity.TrustedIssuer.Keys;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.OAuthSettings.Offered;
import dev.portcullis.ops.server.ConfigException.Mistake;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** O §9, O-117: off unless switched on, and every mistake is said. */
class GrantTypesConfigTest {
    private final SettingValues values = new SettingValues();
    private final List<String> warnings = new ArrayList<>();

    private GrantTypesConfig load(String yaml, Object... settings) throws YamlFile.YamlException {
        YamlFile.parse(yaml).sections().forEach(values::putSection);
        for (int i = 0; i < settings.length; i += 2) {
            values.put((Setting) settings[i], settings[i + 1].toString(), "test");
        }
        return GrantTypesConfig.load(values, warnings);
    }

    private List<String> mistakes() {
        return values.mistakes().stream().map(Mistake::toString).toList();
    }

    @Test
    void loadWhenNothingIsSetThenAllIsOff() throws YamlFile.YamlException {
        var config = load("");

        assertThat(config.addTo(Offered.DEFAULT)).isEqualTo(Offered.DEFAULT);
        assertThat(config.dpop()).isEqualTo(Dpop.OFF);
        assertThat(config.isProofNonceWanted()).isFalse();
        assertThat(config.introspectors()).isEmpty();
        assertThat(config.assertionIssuers()).isEmpty();
        assertThat(mistakes()).isEmpty();
    }

    @Test
    void loadWhenAllIsSwitchedOnThenAllIsOffered() throws YamlFile.YamlException {
        var config = load(
                """
                assertion-issuers:
                  - issuer: https://idp.example.com
                    jwks-uri: https://idp.example.com/jwks
                    clients:
                      theirs: ours
                    claims:
                      email: mail
                """,
                Setting.INTROSPECTION,
                "on",
                Setting.INTROSPECTION_CLIENTS,
                "a, b",
                Setting.TOKEN_EXCHANGE,
                "on",
                Setting.IDENTITY_ASSERTIONS,
                "on",
                Setting.CLIENT_CREDENTIALS,
                "on",
                Setting.DPOP,
                "required",
                Setting.DPOP_NONCE,
                "on");

        assertThat(mistakes()).isEmpty();
        assertThat(config.addTo(Offered.DEFAULT))
                .isEqualTo(new Offered(true, true, true, true, true, true, Dpop.REQUIRED));
        assertThat(config.introspectors()).containsExactlyInAnyOrder("a", "b");
        assertThat(config.isProofNonceWanted()).isTrue();
        assertThat(config.assertionIssuers())
                .containsExactly(new TrustedIssuer(
                        "https://idp.example.com",
                        new Keys.At(URI.create("https://idp.example.com/jwks")),
                        Map.of("theirs", "ours"),
                        new ClaimNames("mail", "name", "groups")));
    }

    /** As the issuer publishes it, which is YAML too, or as one text. */
    @Test
    void loadWhenKeysStandInTheFileThenBothWaysOfWritingThemDo() throws YamlFile.YamlException, JOSEException {
        String jwks = "{\"keys\":[" + new ECKeyGenerator(Curve.P_256).generate().toPublicJWK() + "]}";
        var config = load(
                "assertion-issuers:\n  - issuer: https://a.example\n    jwks: " + jwks
                        + "\n  - issuer: https://b.example\n    jwks: '" + jwks + "'\n",
                Setting.IDENTITY_ASSERTIONS,
                "on");

        assertThat(mistakes()).isEmpty();
        assertThat(config.assertionIssuers())
                .hasSize(2)
                .allSatisfy(issuer -> assertThat(issuer.keys()).isInstanceOf(Keys.Inline.class));
    }

    @Test
    void loadWhenIssuersStandThereAndAreOffThenWarnsAndBelievesNobody() throws YamlFile.YamlException {
        var config = load("assertion-issuers:\n  - {issuer: 'https://a.example', jwks-uri: 'https://a.example/k'}\n");

        assertThat(config.assertionIssuers()).isEmpty();
        assertThat(warnings).singleElement().asString().contains("assertion-issuers");
    }

    @Test
    void loadWhenOnWithoutIssuersThenAMistake() throws YamlFile.YamlException {
        load("", Setting.IDENTITY_ASSERTIONS, "on");
        assertThat(mistakes()).singleElement().asString().contains("IDENTITY_ASSERTIONS");
    }

    @Test
    void loadWhenDpopIsAnotherWordThenAMistake() throws YamlFile.YamlException {
        load("", Setting.DPOP, "maybe");
        assertThat(mistakes()).singleElement().asString().contains("DPOP=maybe");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "assertion-issuers: x | is no list",
                "assertion-issuers: [] | is no list",
                "assertion-issuers: [x] | names and values",
                "assertion-issuers: [{jwks-uri: 'https://a.example'}] | no https URL",
                "assertion-issuers: [{issuer: 'http://a.example', jwks-uri: 'https://a.example'}] | no https URL",
                "assertion-issuers: [{issuer: 'https://a.example'}] | either jwks-uri or jwks",
                "assertion-issuers: [{issuer: 'https://a.example', jwks-uri: 'https://a.example', jwks: x}] | either jwks-uri or jwks",
                "assertion-issuers: [{issuer: 'https://a.example', jwks-uri: 'ftp://a.example'}] | jwks-uri that is no https",
                "assertion-issuers: [{issuer: 'https://a.example', jwks: x}] | no usable key",
                "assertion-issuers: [{issuer: 'https://a.example', jwks-uri: 'https://a.example', x: y}] | unknown name x",
                "assertion-issuers: [{issuer: 'https://a.example', jwks-uri: 'https://a.example', claims: {x: y}}] | unknown claim x",
                "assertion-issuers: [{issuer: 'https://a.example', jwks-uri: 'https://a.example', clients: x}] | names and values"
            })
    void loadWhenSectionIsWrongThenSaysWhatAndWhere(String yaml, String what) throws YamlFile.YamlException {
        load(yaml.replace("'", "\""));

        assertThat(mistakes()).isNotEmpty().first().asString().contains(what).contains("line 1");
    }
}
