package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.fetch.EgressProxy;
import dev.portcullis.fetch.HostNames;
import dev.portcullis.fetch.HostRules;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import dev.portcullis.store.RegisteredClient.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** O-120: clients of the settings; O-121, O-123, O-126, O-131, O-132: what of themselves others may bring. */
class ClientsConfigTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String KEYS =
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                    + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    private ClientsConfig load(String yaml) throws IOException, ConfigException {
        Files.writeString(directory.resolve("portcullis.yaml"), yaml);
        return ConfigLoader.load(environment, directory)
                .config()
                .authorization()
                .clients();
    }

    private String mistakes(String yaml) throws IOException {
        Files.writeString(directory.resolve("portcullis.yaml"), yaml);
        return Objects.requireNonNull(
                        catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(environment, directory)),
                        "no mistakes")
                .report();
    }

    @Test
    void loadWhenNothingIsSaidThenAnybodyMayIntroduceThemselves() throws Exception {
        var config = load("");

        assertThat(config.preregistered()).isEmpty();
        assertThat(config.registration()).isEqualTo(new ClientsConfig.Registration(null, 6_000));
        assertThat(config.isByDocument()).isTrue();
        assertThat(config.hosts()).isEqualTo(HostRules.ALL);
        assertThat(config.trustedHosts()).isEqualTo(HostNames.NONE);
        assertThat(config.documentSecondsMax()).isEqualTo(86_400);
        assertThat(config.documentBytesMax()).isEqualTo(65_536);
        assertThat(config.egressProxy()).isNull();
    }

    @Test
    void loadWhenSwitchedThenIsAsSaid() throws Exception {
        var config = load("""
                registration: off
                client-documents: off
                client-document-hosts: ['*.example.com', a.example]
                client-document-hosts-denied: b.example.com
                client-document-seconds-max: 604800
                client-trusted-hosts: claude.ai
                egress-proxy: proxy.internal:3128
                clients: [{id: app, redirect-uris: https://app.example/cb}]
                """);

        assertThat(config.registration()).isNull();
        assertThat(config.isByDocument()).isFalse();
        assertThat(config.hosts())
                .isEqualTo(new HostRules(HostNames.of("*.example.com", "a.example"), HostNames.of("b.example.com")));
        assertThat(config.trustedHosts())
                .as("whose documents alone are fetched need no warning")
                .isEqualTo(HostNames.of("*.example.com", "a.example", "claude.ai"));
        assertThat(config.documentSecondsMax()).isEqualTo(604_800);
        assertThat(config.egressProxy()).isEqualTo(new EgressProxy("proxy.internal", 3128));
    }

    @Test
    void loadWhenNobodyCanConnectThenWarns() throws Exception {
        Files.writeString(directory.resolve("portcullis.yaml"), "registration: off\nclient-documents: off\n");

        assertThat(ConfigLoader.load(environment, directory).warnings())
                .anyMatch(warning -> warning.contains("Nobody can connect"));
    }

    @Test
    void loadWhenThereAreClientsThenEachIsWhole() throws Exception {
        var clients = load("""
                        clients:
                          - id: desk
                            name: The Desk
                            redirect-uris: [https://desk.example/cb, 'desk:/cb', 'http://localhost/cb']
                          - id: portal
                            redirect-uris:
                              - https://portal.example/cb
                            secret: 0123456789abcdef0123456789abcdef
                            scopes: [mcp]
                          - id: hashed
                            redirect-uris: https://hashed.example/cb
                            auth-method: client_secret_post
                            secret-sha256: %s
                          - id: robot
                            auth-method: private_key_jwt
                            grant-types: [client_credentials]
                            jwks: '%s'
                          - id: remote
                            redirect-uris: https://remote.example/cb
                            jwks-uri: https://remote.example/keys
                        """.formatted("7c".repeat(32), KEYS)).preregistered();

        assertThat(clients).allMatch(client -> client.kind() == Kind.PREREGISTERED);
        assertThat(clients)
                .extracting(RegisteredClient::id)
                .containsExactly("desk", "portal", "hashed", "robot", "remote");
        var desk = clients.get(0);
        assertThat(desk.name()).isEqualTo("The Desk");
        assertThat(desk.redirectUris()).containsExactly("https://desk.example/cb", "desk:/cb", "http://localhost/cb");
        assertThat(desk.authMethod()).isEqualTo(AuthMethod.NONE);
        assertThat(desk.grantTypes()).containsExactly("authorization_code", "refresh_token");
        assertThat(desk.scopes()).isEqualTo(Scopes.NONE);
        var portal = clients.get(1);
        assertThat(portal.authMethod()).isEqualTo(AuthMethod.CLIENT_SECRET_BASIC);
        assertThat(portal.secretHash()).isEqualTo(TokenHash.of(SECRET));
        assertThat(portal.scopes()).isEqualTo(Scopes.of("mcp"));
        assertThat(clients.get(2).authMethod()).isEqualTo(AuthMethod.CLIENT_SECRET_POST);
        assertThat(clients.get(2).secretHash()).hasToString("7c".repeat(32));
        assertThat(clients.get(3).keys()).isInstanceOf(ClientKeys.Inline.class);
        assertThat(clients.get(3).grantTypes()).containsExactly("client_credentials");
        assertThat(clients.get(4).keys()).isEqualTo(new ClientKeys.At("https://remote.example/keys"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {name: x, redirect-uris: https://a.example/}                                    | a client has no id
            {id: 'https://a.example/c', redirect-uris: https://a.example/}                  | looks like one that clients come by otherwise
            {id: dcr1.x, redirect-uris: https://a.example/}                                 | looks like one that clients come by otherwise
            {id: dcrs.x, redirect-uris: https://a.example/}                                 | looks like one that clients come by otherwise
            {id: 'a b', redirect-uris: https://a.example/}                                  | looks like one that clients come by otherwise
            {id: first, redirect-uris: https://a.example/}                                  | stands there twice
            {id: a}                                                                         | a client has no redirect-uris
            {id: a, redirect-uris: 'http://a.example/'}                                     | cannot be a redirect URI
            {id: a, redirect-uris: 'javascript:alert(1)'}                                   | cannot be a redirect URI
            {id: a, redirect-uris: [[x]]}                                                   | is no list of texts
            {id: a, redirect-uris: https://a.example/, redirect-urls: x}                    | a client has no member redirect-urls
            {id: a, redirect-uris: https://a.example/, auth-method: basic}                  | is no auth-method
            {id: a, redirect-uris: https://a.example/, auth-method: client_secret_basic}    | needs either secret-sha256 or secret
            {id: a, redirect-uris: https://a.example/, secret: short}                       | is shorter than 32 characters
            {id: a, redirect-uris: https://a.example/, secret-sha256: 12}                   | is not 64 hexadecimal digits
            {id: a, redirect-uris: https://a.example/, secret: x, secret-sha256: y}         | needs either secret-sha256 or secret
            {id: a, redirect-uris: https://a.example/, secret: x, auth-method: none}        | has a secret and the auth-method none
            {id: a, redirect-uris: https://a.example/, auth-method: private_key_jwt}        | needs either jwks or jwks-uri
            {id: a, redirect-uris: https://a.example/, jwks: '{}'}                          | jwks must be a JWK set
            {id: a, redirect-uris: https://a.example/, jwks-uri: 'keys.json'}               | is no URL
            {id: a, redirect-uris: https://a.example/, jwks-uri: 'https://k', auth-method: none} | has keys and the auth-method none
            {id: a, redirect-uris: https://a.example/, grant-types: [implicit]}             | is no grant type
            {id: a, grant-types: [client_credentials]}                                      | without secret or keys
            {id: a, redirect-uris: https://a.example/, scopes: ['a"b']}                     | a scope has a character
            just-a-text                                                                     | a client is no mapping
            """)
    void loadWhenAClientIsWrongThenSaysWhereAndWhatToDo(String client, String expected) throws Exception {
        String report = mistakes("clients:\n  - {id: first, redirect-uris: https://a.example/}\n  - " + client + "\n");

        assertThat(report).contains("portcullis.yaml line 3: ").contains(expected);
    }

    @Test
    void loadWhenThereAreManyMistakesThenAllAreListedAndNoSecretIs() throws Exception {
        String report = mistakes("""
                clients:
                  - id: a
                    secret: hunter2
                  - name: b
                    redirect-uris: ftp://x
                registration-token: hunter3
                egress-proxy: nowhere
                client-document-hosts: 'a b'
                """);

        assertThat(report)
                .contains(
                        "a client has no redirect-uris",
                        "shorter than 32",
                        "a client has no id",
                        "cannot be a redirect URI")
                .contains("REGISTRATION_TOKEN", "EGRESS_PROXY", "CLIENT_DOCUMENT_HOSTS")
                .doesNotContain("hunter");
    }

    @Test
    void loadWhenClientsIsNoListThenSaysSo() throws Exception {
        assertThat(mistakes("clients:\n  id: a\n")).contains("clients is no list");
    }
}
