package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.oauth.OAuthSettings.Lives;
import dev.portcullis.ops.server.ServerConfig.HostPort;
import dev.portcullis.ops.server.ServerConfig.Images;
import dev.portcullis.ops.server.ServerConfig.KeySource;
import dev.portcullis.ops.server.ServerConfig.SignInBy;
import dev.portcullis.ops.server.ServerConfig.StoreLocation;
import dev.portcullis.sse.SseStream.SseLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of design.md §2. */
class ConfigLoaderTest {
    private static final String BASE = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/abc";
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @Test
    void loadWhenNothingIsSetThenServesThisMachineWithTheStandIn() throws ConfigException {
        var loaded = load();
        var config = loaded.config();

        assertThat(loaded.warnings()).isEmpty();
        assertThat(config.listen().getAddress().isLoopbackAddress()).isTrue();
        assertThat(config.listen().getPort()).isEqualTo(8788);
        assertThat(config.publicUrl()).isEqualTo(URI.create("http://localhost:8788"));
        assertThat(config.mcpUrl()).isEqualTo(URI.create("http://localhost:8788/mcp"));
        assertThat(config.callbackUrl()).isEqualTo(URI.create("http://localhost:8788/callback"));
        assertThat(config.isLocal()).isTrue();
        assertThat(config.management().getPort()).isEqualTo(8789);
        assertThat(config.isAuthOn()).isTrue();
        assertThat(config.isRateLimited()).isTrue();
        assertThat(config.signInBy()).isEqualTo(new SignInBy.LocalStandIn(8790));
        assertThat(config.store()).isEqualTo(new StoreLocation.InFile(directory.resolve("data/portcullis.db")));
        assertThat(config.masterKey()).isEqualTo(new KeySource.KeptIn(directory.resolve("data/portcullis.key")));
        assertThat(config.images()).isEqualTo(new Images.LocalPreview());
        assertThat(config.doors().isLoopback()).isTrue();
        assertThat(config.allowedEmails()).isEmpty();
        assertThat(config.fetchAllow()).isEmpty();
    }

    /** The defaults stand in two places, the table and the rooms that obey them: they are the same; see also {@link RoomLimitsTest}. */
    @Test
    void loadWhenNothingIsSetThenLimitsAreTheDefaultsOfTheirRooms() throws ConfigException {
        var config = load().config();

        assertThat(config.lives()).isEqualTo(Lives.DEFAULT);
        assertThat(config.limits().stream()).isEqualTo(SseLimits.DEFAULT);
    }

    @Test
    void loadWhenSetInSeveralPlacesThenEnvironmentWinsOverDevVarsOverYaml() throws Exception {
        environment.put("PORT", "1001");
        devVars("PORT=1002\nMANAGEMENT_PORT=1003\n");
        yaml("port: 1004\nmanagement-port: 1005\ndev-idp-port: 1006\n");

        var config = load().config();

        assertThat(config.listen().getPort()).isEqualTo(1001);
        assertThat(config.management().getPort()).isEqualTo(1003);
        assertThat(config.signInBy()).isEqualTo(new SignInBy.LocalStandIn(1006));
    }

    @Test
    void loadWhenValueIsEmptyThenTheNextPlaceCounts() throws Exception {
        environment.put("PORT", "");
        devVars("PORT=\"\"\n");
        yaml("port: 1004\n");

        assertThat(load().config().listen().getPort()).isEqualTo(1004);
    }

    @Test
    void loadWhenEnvironmentHasForeignVariablesThenIgnoresThem() throws ConfigException {
        environment.put("PATH", "/bin");
        environment.put("PORTT", "x");

        assertThat(load().config().listen().getPort()).isEqualTo(8788);
    }

    @Test
    void loadWhenPortIsSetThenPublicUrlFollows() throws ConfigException {
        environment.put("PORT", "9000");

        assertThat(load().config().publicUrl()).isEqualTo(URI.create("http://localhost:9000"));
    }

    // Access (O-140, O-150)

    @Test
    void loadWhenFiveAccessValuesAndKeyAreSetThenDerivesTheIssuer() throws Exception {
        devVars("""
                ACCESS_CLIENT_ID="abc"
                ACCESS_CLIENT_SECRET="s3cret"
                ACCESS_AUTHORIZATION_URL="%1$s/authorization"
                ACCESS_TOKEN_URL="%1$s/token"
                ACCESS_JWKS_URL="%1$s/jwks"
                COOKIE_ENCRYPTION_KEY="%2$s"
                """.formatted(BASE, KEY));

        var config = load().config();

        var access = (SignInBy.Access) config.signInBy();
        assertThat(access.issuer()).isEqualTo(URI.create(BASE));
        assertThat(access.clientId()).isEqualTo("abc");
        assertThat(access.clientSecret().reveal()).isEqualTo("s3cret");
        assertThat(access.endpoints())
                .isEqualTo(new ServerConfig.Endpoints(
                        URI.create(BASE + "/authorization"), URI.create(BASE + "/token"), URI.create(BASE + "/jwks")));
        assertThat(config.masterKey()).isEqualTo(new KeySource.Given(new Secret(KEY), List.of()));
    }

    @Test
    void loadWhenIssuerStandsForTheUrlsThenLeavesThemToDiscovery() throws ConfigException {
        accessByIssuer();

        var access = (SignInBy.Access) load().config().signInBy();

        assertThat(access.issuer()).isEqualTo(URI.create(BASE));
        assertThat(access.endpoints()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ACCESS_CLIENT_ID",
                "ACCESS_CLIENT_SECRET",
                "ACCESS_AUTHORIZATION_URL",
                "ACCESS_TOKEN_URL",
                "ACCESS_JWKS_URL",
                "COOKIE_ENCRYPTION_KEY"
            })
    void loadWhenOneOfTheFiveOrTheKeyIsMissingThenSaysWhich(String missing) {
        accessByUrls();
        environment.remove(missing);

        var mistakes = mistakes().mistakes();

        assertThat(mistakes)
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what()).startsWith(missing + " is not set although"));
    }

    @Test
    void loadWhenIssuerIsSetWithSomeUrlsThenNamesTheOthers() {
        accessByIssuer();
        environment.put("ACCESS_TOKEN_URL", BASE + "/token");

        assertThat(mistakes().report()).contains("ACCESS_AUTHORIZATION_URL, ACCESS_JWKS_URL are not set");
    }

    @Test
    void loadWhenUrlsHaveNoCommonFolderThenAsksForTheIssuer() {
        accessByUrls();
        environment.put("ACCESS_JWKS_URL", "https://keys.example.com/jwks");

        assertThat(mistakes().report()).contains("ACCESS_ISSUER is not set, and cannot be derived");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://idp.example.com",
                "ftp://idp.example.com",
                "idp",
                "https://u@idp.example.com",
                "https://idp.example.com/#x"
            })
    void loadWhenIssuerIsNoHttpsUrlThenIsAMistake(String issuer) {
        accessByIssuer();
        environment.put("ACCESS_ISSUER", issuer);

        assertThat(mistakes().report()).contains("ACCESS_ISSUER=" + issuer + " (environment) is no https URL");
    }

    @Test
    void loadWhenIssuerIsHttpOnLoopbackThenThatIsFineOnLoopbackOnly() throws ConfigException {
        accessByIssuer();
        environment.put("ACCESS_ISSUER", "http://localhost:3000");

        assertThat(((SignInBy.Access) load().config().signInBy()).issuer()).hasToString("http://localhost:3000");

        environment.put("PUBLIC_URL", "https://mcp.example.com");
        assertThat(mistakes().report()).contains("ACCESS_ISSUER");
    }

    @ParameterizedTest
    @CsvSource({"HOST,0.0.0.0", "PUBLIC_URL,https://mcp.example.com", "MANAGEMENT_HOST,0.0.0.0"})
    void loadWhenAnAddressIsNotLoopbackThenThereIsNoStandIn(String setting, String value) {
        environment.put(setting, value);
        environment.putIfAbsent("PUBLIC_URL", setting.equals("HOST") ? "https://mcp.example.com" : "");

        assertThat(mistakes().report()).contains("the local stand-in for Access serves only this machine");
    }

    // The key (O-180)

    @Test
    void loadWhenKeyIsShortOnLoopbackThenWarns() throws ConfigException {
        environment.put("COOKIE_ENCRYPTION_KEY", "short");

        assertThat(load().warnings()).singleElement().asString().contains("COOKIE_ENCRYPTION_KEY has 5 characters");
    }

    @Test
    void loadWhenKeyIsShortOffLoopbackThenIsAMistakeWithoutTheKey() {
        accessByIssuer();
        offLoopback();
        environment.put("COOKIE_ENCRYPTION_KEY", "not-so-long-a-key");

        var report = mistakes().report();

        assertThat(report).contains("COOKIE_ENCRYPTION_KEY (environment) has 17 characters", "openssl rand -hex 32");
        assertThat(report).doesNotContain("not-so-long-a-key");
    }

    @Test
    void loadWhenStoreIsMemoryThenKeyIsForgottenToo() throws ConfigException {
        environment.put("STORE", "memory:");

        assertThat(load().config().masterKey()).isEqualTo(new KeySource.Fleeting());
    }

    // PUBLIC_URL (O-2)

    @Test
    void loadWhenHostIsNotLoopbackThenPublicUrlIsRequired() {
        accessByIssuer();
        environment.put("HOST", "0.0.0.0");

        assertThat(mistakes().report()).contains("PUBLIC_URL is not set although HOST=0.0.0.0 is not loopback");
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0,http://mcp.example.com", "0.0.0.0,http://localhost:8788", "127.0.0.1,http://mcp.example.com"})
    void loadWhenPublicUrlIsHttpAndAnythingIsNotLoopbackThenIsAMistake(String host, String publicUrl) {
        accessByIssuer();
        environment.put("HOST", host);
        environment.put("PUBLIC_URL", publicUrl);

        assertThat(mistakes().report()).contains("PUBLIC_URL=" + publicUrl + " (environment) is not https");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mcp.example.com",
                "https://mcp.example.com/mcp",
                "https://mcp.example.com?x",
                "https://a@b.example",
                "https://mcp.example.com:99999"
            })
    void loadWhenPublicUrlIsNoOriginThenIsAMistake(String publicUrl) {
        environment.put("PUBLIC_URL", publicUrl);

        assertThat(mistakes().report()).contains("PUBLIC_URL=" + publicUrl + " (environment) is not an origin");
    }

    @Test
    void loadWhenPublicUrlHasASlashCapitalsOrTheDefaultPortThenIsTheOriginBrowsersWrite() throws ConfigException {
        accessByIssuer();
        environment.put("PUBLIC_URL", "https://MCP.Example.com:443/");

        assertThat(load().config().publicUrl()).hasToString("https://mcp.example.com");
    }

    // Switches that open doors

    @ParameterizedTest
    @CsvSource({"AUTH,off", "RATE_LIMIT,off", "FETCH_ALLOW,127.0.0.1:9000"})
    void loadWhenADoorIsOpenedOnLoopbackThenWarnsAndOffLoopbackRefuses(String setting, String value)
            throws ConfigException {
        environment.put(setting, value);
        assertThat(load().warnings()).singleElement().asString().contains(setting);

        accessByIssuer();
        offLoopback();
        assertThat(mistakes().report()).contains(setting + "=" + value + " (environment) is allowed only while");
    }

    /** A proxy of the same machine makes a loopback listener public. */
    @Test
    void loadWhenAuthIsOffBehindAProxyThenIsAMistake() {
        accessByIssuer();
        environment.put("PUBLIC_URL", "https://mcp.example.com");
        environment.put("AUTH", "off");

        assertThat(mistakes().report()).contains("AUTH=off");
    }

    @Test
    void loadWhenDoorsAreOpenThenSaysSo() throws ConfigException {
        environment.put("AUTH", "off");
        environment.put("RATE_LIMIT", "off");
        environment.put("FETCH_ALLOW", "127.0.0.1:9000, [::1]:9001");

        var config = load().config();

        assertThat(config.isAuthOn()).isFalse();
        assertThat(config.isRateLimited()).isFalse();
        assertThat(config.fetchAllow()).containsExactly(new HostPort("127.0.0.1", 9000), new HostPort("[::1]", 9001));
    }

    @ParameterizedTest
    @CsvSource({
        "PORT,-1",
        "PORT,65536",
        "PORT,http",
        "PORT,99999999999999999999",
        "ACCESS_TOKEN_SECONDS,59",
        "REFRESH_TOKEN_SECONDS,-1",
        "REFRESH_OVERLAP_SECONDS,1.5",
        "AUTH,maybe",
        "LOG_LEVEL,loud",
        "STORE,sqlite:x",
        "STORE,file:",
        "HOST,no.such.host.invalid",
        "FETCH_ALLOW,127.0.0.1",
        "ALLOWED_ORIGINS,example.com",
        "ALLOWED_HOSTS,https://x",
        "IMAGE_API_URL,http://example.com",
        "TLS_CERTIFICATE,x.pem",
        "TLS_KEY,x.pem",
    })
    void loadWhenAValueIsWrongThenNamesSettingValueAndPlace(String setting, String value) {
        environment.put(setting, value);

        assertThat(mistakes().report()).contains(setting + "=" + value + " (environment)");
    }

    @Test
    void loadWhenPortsAreTheSameThenIsAMistake() {
        environment.put("PORT", "8789");
        assertThat(mistakes().report()).contains("PORT and MANAGEMENT_PORT are both 8789");

        environment.put("PORT", "8790");
        assertThat(mistakes().report()).contains("DEV_IDP_PORT is 8790, as PORT is");
    }

    @Test
    void loadWhenATokenWouldOutliveWhatItHangsOnThenIsAMistake() {
        environment.put("ACCESS_TOKEN_SECONDS", "7200");
        environment.put("REFRESH_TOKEN_SECONDS", "3600");

        assertThat(mistakes().report())
                .contains("ACCESS_TOKEN_SECONDS (7200) is more than REFRESH_TOKEN_SECONDS (3600)");
    }

    @Test
    void loadWhenNoBodyOfTheLargestSizeFitsTheBudgetThenIsAMistake() {
        environment.put("BODIES_BYTES_MAX", "1000000");

        assertThat(mistakes().report())
                .contains("MCP_BODY_BYTES_MAX (4194304) is more than BODIES_BYTES_MAX (1000000)");
    }

    @Test
    void loadWhenOnlyOneOfTheCloudflareValuesIsSetThenNamesTheOther() {
        environment.put("CLOUDFLARE_API_TOKEN", "hunter2");

        assertThat(mistakes().report())
                .contains("CLOUDFLARE_ACCOUNT_ID is not set although CLOUDFLARE_API_TOKEN is")
                .doesNotContain("hunter2");
    }

    @Test
    void loadWhenBothCloudflareValuesAreSetThenDrawsThere() throws ConfigException {
        environment.put("CLOUDFLARE_ACCOUNT_ID", "acc");
        environment.put("CLOUDFLARE_API_TOKEN", "tok");

        assertThat(load().config().images())
                .isEqualTo(new Images.WorkersAi(
                        URI.create("https://api.cloudflare.com/client/v4"),
                        "acc",
                        new Secret("tok"),
                        "@cf/black-forest-labs/flux-1-schnell"));
    }

    @Test
    void loadWhenEmailsStandUnderBothNamesThenMergesThemFolded() throws Exception {
        environment.put("ALLOWED_EMAILS", "Ada@Example.com, ,grace@example.com");
        devVars("ALLOWED_USERNAMES=ADA@example.com,alan@example.com,octocat\n");

        var loaded = load();

        assertThat(loaded.config().allowedEmails())
                .containsExactlyInAnyOrder("ada@example.com", "grace@example.com", "alan@example.com", "octocat");
        assertThat(loaded.warnings()).singleElement().asString().contains("octocat");
    }

    // Files

    @Test
    void loadWhenFilesHaveUnknownKeysThenGuessesWhatWasMeant() throws IOException {
        devVars("ACCESS_CLIENTID=x\nSOMETHING=1\n");
        yaml("storre: memory\nlisten:\n  porrt: 1\n");

        assertThat(mistakes().report())
                .contains("ACCESS_CLIENTID (.dev.vars line 1) is no setting.", "Did you mean ACCESS_CLIENT_ID?")
                .contains("SOMETHING (.dev.vars line 2) is no setting.")
                .contains("storre (portcullis.yaml line 1) is no setting.", "Did you mean STORE?")
                .contains("listen.porrt (portcullis.yaml line 3) is no setting.");
    }

    @Test
    void loadWhenASettingStandsTwiceInAFileThenIsAMistake() throws IOException {
        devVars("PORT=1\nPORT=2\n");
        yaml("port: 1\nPORT: 2\n");

        assertThat(mistakes().report())
                .contains("PORT stands twice: .dev.vars line 1 and .dev.vars line 2.")
                .contains("PORT stands twice: portcullis.yaml line 1 and portcullis.yaml line 2.");
    }

    @Test
    void loadWhenJavaOptsStandInAFileThenSaysThatItHasNoEffect() throws IOException {
        devVars("JAVA_OPTS=-Xmx1g\n");

        assertThat(mistakes().report()).contains("JAVA_OPTS (.dev.vars line 1) has no effect there");
    }

    @Test
    void loadWhenYamlIsNestedListedAndUnquotedThenReadsIt() throws Exception {
        yaml("""
                # comment
                access:
                  client-id: abc
                  client_secret: s3cret
                  issuer: %s
                cookie-encryption-key: %s
                allowed-emails: [ada@example.com, grace@example.com]
                rate-limit: off
                auth: on
                drain-seconds: 3
                public-url:
                """.formatted(BASE, KEY));

        var config = load().config();

        assertThat(((SignInBy.Access) config.signInBy()).clientId()).isEqualTo("abc");
        assertThat(config.allowedEmails()).containsExactlyInAnyOrder("ada@example.com", "grace@example.com");
        assertThat(config.isRateLimited()).isFalse();
        assertThat(config.isAuthOn()).isTrue();
        assertThat(config.drainSeconds()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"port: [1, [2]]", "- a\n- b", "port: 1\n---\nport: 2", "port: {", "a: &x 1\nb: *x\nport: ]"})
    void loadWhenYamlHasNoFormOfSettingsThenIsAMistake(String yaml) throws IOException {
        yaml(yaml);

        assertThat(mistakes().report()).contains("portcullis.yaml ");
    }

    /** T-94: the YAML reader's own message shows the line it stumbled over. */
    @Test
    void loadWhenYamlIsBrokenThenTheReportHasNothingOfItsText() throws IOException {
        yaml("port: 1\ncookie-encryption-key: hunter2: x\n");

        assertThat(mistakes().report())
                .contains("portcullis.yaml is no YAML (line 2)")
                .doesNotContain("hunter2");
    }

    @Test
    void loadWhenYamlIsIndentedWithATabThenSaysSoAndWhere() throws IOException {
        yaml("access:\n\tclient-id: x\n");

        assertThat(mistakes().report()).contains("portcullis.yaml is indented with a tab (line 2)");
    }

    @Test
    void loadWhenSettingsHaveNoEffectThenWarns() throws Exception {
        yaml("rules-default: deny\ndpop-nonce: on\nintrospection-clients: a\n");

        assertThat(load().warnings())
                .anyMatch(warning -> warning.startsWith("Nobody can sign in: RULES_DEFAULT is deny"))
                .anyMatch(warning -> warning.startsWith("DPOP_NONCE has no effect"))
                .anyMatch(warning -> warning.startsWith("INTROSPECTION_CLIENTS has no effect"));
    }

    @Test
    void loadWhenAFileIsNotUtf8ThenIsAMistake() throws IOException {
        Files.write(directory.resolve(".dev.vars"), new byte[] {'P', '=', (byte) 0xC3, '\n'});

        assertThat(mistakes().report()).contains(".dev.vars is not UTF-8 text");
    }

    @Test
    void loadWhenManyThingsAreWrongThenListsThemAllAtOnce() throws IOException {
        environment.put("HOST", "0.0.0.0");
        environment.put("AUTH", "off");
        environment.put("ACCESS_CLIENT_ID", "abc");
        environment.put("COOKIE_ENCRYPTION_KEY", "short");
        environment.put("STORE", "redis://h,h2");
        devVars("NONSENSE\nUNKNOWN=1\n");
        yaml("port: none\n");

        var mistakes = mistakes();

        assertThat(mistakes.mistakes())
                .hasSize(8)
                .allSatisfy(mistake -> assertThat(mistake.mend()).isNotBlank());
        assertThat(mistakes.report())
                .startsWith("8 settings are wrong:")
                .contains("PUBLIC_URL", "AUTH=off", "ACCESS_CLIENT_SECRET", "COOKIE_ENCRYPTION_KEY", "STORE")
                .contains(
                        ".dev.vars line 1 is not of the form KEY=value",
                        "UNKNOWN",
                        "PORT=none (portcullis.yaml line 1)");
    }

    /** T-94: nothing that is printed or logged of the settings has a secret in it. */
    @Test
    void toStringWhenSecretsAreSetThenHasNoneOfThem() throws ConfigException {
        accessByIssuer();
        environment.put("ACCESS_CLIENT_SECRET", "canary-1");
        environment.put("COOKIE_ENCRYPTION_KEY", "canary-2-canary-2-canary-2-canary-2");
        environment.put("CLOUDFLARE_ACCOUNT_ID", "acc");
        environment.put("CLOUDFLARE_API_TOKEN", "canary-3");

        assertThat(load().config().toString()).doesNotContain("canary");
    }

    /** T-114: a value is shown, but cannot look like a line of its own. */
    @Test
    void reportWhenAValueHasLineBreaksThenShowsThemEscaped() {
        environment.put("PORT", "1\n  - all is well\u001B[2J");

        assertThat(mistakes().report()).contains("PORT=1\\n  - all is well\\u001b[2J (environment)");
    }

    private void accessByUrls() {
        environment.put("ACCESS_CLIENT_ID", "abc");
        environment.put("ACCESS_CLIENT_SECRET", "s3cret");
        environment.put("ACCESS_AUTHORIZATION_URL", BASE + "/authorization");
        environment.put("ACCESS_TOKEN_URL", BASE + "/token");
        environment.put("ACCESS_JWKS_URL", BASE + "/jwks");
        environment.put("COOKIE_ENCRYPTION_KEY", KEY);
    }

    private void accessByIssuer() {
        environment.put("ACCESS_CLIENT_ID", "abc");
        environment.put("ACCESS_CLIENT_SECRET", "s3cret");
        environment.put("ACCESS_ISSUER", BASE);
        environment.put("COOKIE_ENCRYPTION_KEY", KEY);
    }

    private void offLoopback() {
        environment.put("HOST", "0.0.0.0");
        environment.put("PUBLIC_URL", "https://mcp.example.com");
    }

    private ConfigLoader.Loaded load() throws ConfigException {
        return ConfigLoader.load(environment, directory);
    }

    private ConfigException mistakes() {
        return catchThrowableOfType(ConfigException.class, this::load);
    }

    private void devVars(String text) throws IOException {
        Files.writeString(directory.resolve(".dev.vars"), text);
    }

    private void yaml(String text) throws IOException {
        Files.writeString(directory.resolve("portcullis.yaml"), text);
    }
}
