package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.client.ClientRegistration.Registered;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** O-127…O-131; T-78. */
final class ClientRegistrationTest {
    private static final long NOW = 1_800_000_000L;
    private static final int LIFE = OAuthSettings.Lives.DEFAULT.client();
    private static final String REDIRECT = "\"redirect_uris\":[\"https://app.example.com/cb\"]";

    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final MasterKey key = new MasterKey(Randoms.base64Url(32));
    private final OAuthSettings settings = new OAuthSettings(
            URI.create("https://mcp.example.com"),
            List.of("https://mcp.example.com/mcp"),
            Scopes.of("tools"),
            Scopes.of("tools"),
            true,
            List.of("cursor"),
            OAuthSettings.Lives.DEFAULT);
    private final ClientRegistration registration = new ClientRegistration(settings, key, store, 3, Telemetry.NONE);
    private final Clients clients = new Clients(store, key, LIFE);

    @AfterEach
    void close() {
        store.close();
    }

    private Registered register(String json) {
        return registration.register(json.getBytes(StandardCharsets.UTF_8), NOW);
    }

    @Test
    void registerWhenMinimalThenDefaultsAreSaidAndNothingIsStored() {
        Registered registered = register("{" + REDIRECT + "}");

        RegisteredClient client = registered.client();
        assertThat(client.authMethod()).isEqualTo(AuthMethod.CLIENT_SECRET_BASIC); // O-129
        assertThat(client.grantTypes()).containsExactly("authorization_code", "refresh_token"); // O-93
        assertThat(client.issuedAt()).isEqualTo(NOW);
        assertThat(client.name()).isNull();
        assertThat(registered.secret()).hasSize(43);
        assertThat(client.secretHash()).isEqualTo(TokenHash.of(registered.secret()));
        assertThat(registered.expiresAtSeconds()).isEqualTo(NOW + LIFE);
        assertThat(store.clientCount(NOW)).isZero();
        assertThat(clients.find(client.id(), NOW).orNull()).isEqualTo(client);
    }

    @Test
    void registerWhenPublicThenThereIsNoSecret() {
        Registered registered = register("{" + REDIRECT + ",\"token_endpoint_auth_method\":\"none\"}");

        assertThat(registered.secret()).isNull();
        assertThat(registered.client().secretHash()).isNull();
        assertThat(clients.find(registered.client().id(), NOW).orNull()).isEqualTo(registered.client());
    }

    /** O-128: what real clients send. */
    @Test
    void registerWhenAllMembersAreSentThenTheKnownCountAndOthersDoNotHurt() {
        Registered registered = register("""
                {"client_name":"MCP \\u202eInspector","client_name#de":"Inspektor","redirect_uris":
                ["http://localhost:6274/oauth/callback","cursor://a.b/c","http://localhost:6274/oauth/callback"],
                "grant_types":["authorization_code","refresh_token","implicit"],"response_types":["code","token"],
                "token_endpoint_auth_method":"client_secret_post","application_type":"web","scope":"tools",
                "client_uri":"https://example.com","logo_uri":"http://example.com/l.png","tos_uri":null,"policy_uri":"",
                "contacts":["a@example.com"],"software_id":"x","software_version":"1","software_statement":"a.b.c",
                "jwks":{"keys":[{"kty":"RSA"}]},"jwks_uri":"https://example.com/jwks","x_unknown":[{"a":[1,2,{}]}]}
                """);

        RegisteredClient client = registered.client();
        assertThat(client.name()).isEqualTo("MCP Inspector");
        assertThat(client.redirectUris()).containsExactly("http://localhost:6274/oauth/callback", "cursor://a.b/c");
        assertThat(client.authMethod()).isEqualTo(AuthMethod.CLIENT_SECRET_POST);
        assertThat(client.grantTypes()).containsExactly("authorization_code", "refresh_token");
        assertThat(clients.find(client.id(), NOW).orNull()).isEqualTo(client);
    }

    static Stream<Arguments> refused() {
        var metadata = OAuthError.INVALID_CLIENT_METADATA;
        var redirect = OAuthError.INVALID_REDIRECT_URI;
        return Stream.of(
                Arguments.of("", metadata),
                Arguments.of("[]", metadata),
                Arguments.of("null", metadata),
                Arguments.of("\"x\"", metadata),
                Arguments.of("{", metadata),
                Arguments.of("{" + REDIRECT, metadata),
                Arguments.of("{" + REDIRECT + "}{}", metadata),
                Arguments.of("{" + REDIRECT + "} x", metadata),
                Arguments.of("{" + REDIRECT + "," + REDIRECT + "}", metadata),
                Arguments.of("{" + REDIRECT + ",\"jwks\":{\"a\":1,\"a\":2}}", metadata),
                Arguments.of("\uFEFF{" + REDIRECT + "}", metadata),
                Arguments.of("{" + REDIRECT + ",\"x\":" + "[".repeat(100) + "]".repeat(100) + "}", metadata),
                Arguments.of("{" + REDIRECT + ",\"x\":" + "9".repeat(1000) + "}", metadata),
                Arguments.of("{" + REDIRECT + ",\"client_name\":7}", metadata),
                Arguments.of("{" + REDIRECT + ",\"client_name\":{}}", metadata),
                Arguments.of("{" + REDIRECT + ",\"grant_types\":\"authorization_code\"}", metadata),
                Arguments.of("{" + REDIRECT + ",\"grant_types\":[]}", metadata),
                Arguments.of("{" + REDIRECT + ",\"grant_types\":[1]}", metadata),
                Arguments.of("{" + REDIRECT + ",\"grant_types\":[\"implicit\"]}", metadata),
                Arguments.of("{" + REDIRECT + ",\"grant_types\":[\"refresh_token\"]}", metadata),
                Arguments.of("{" + REDIRECT + ",\"response_types\":[\"token\"]}", metadata),
                Arguments.of("{" + REDIRECT + ",\"token_endpoint_auth_method\":\"tls_client_auth\"}", metadata),
                Arguments.of("{" + REDIRECT + ",\"logo_uri\":\"javascript:alert(1)\"}", metadata),
                Arguments.of("{" + REDIRECT + ",\"client_uri\":\"//x\"}", metadata),
                Arguments.of("{" + REDIRECT + ",\"tos_uri\":\"http://a b\"}", metadata),
                Arguments.of("{}", redirect),
                Arguments.of("{\"redirect_uris\":[]}", redirect),
                Arguments.of("{\"redirect_uris\":null}", redirect),
                Arguments.of("{\"redirect_uris\":\"https://a.example/\"}", redirect),
                Arguments.of("{\"redirect_uris\":[null]}", redirect),
                Arguments.of("{\"redirect_uris\":[{}]}", redirect),
                Arguments.of("{\"redirect_uris\":[\"javascript:alert(1)\"]}", redirect),
                Arguments.of("{\"redirect_uris\":[\"https://ok.example/\",\"http://example.com/\"]}", redirect),
                Arguments.of("{\"redirect_uris\":[" + uris(21, "") + "]}", redirect));
    }

    private static String uris(int count, String suffix) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"https://example.com/" + i + suffix + "\"")
                .collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void registerWhenMetadataIsWrongThenRefuses(String json, OAuthError error) {
        assertThat(refusal(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(error);
    }

    /** T-22: UTF-8 and nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32BE"})
    void registerWhenEncodingIsAnotherThenRefuses(String charset) {
        assertThat(refusal(("{" + REDIRECT + "}").getBytes(Charset.forName(charset))))
                .isEqualTo(OAuthError.INVALID_CLIENT_METADATA);
    }

    private OAuthError refusal(byte[] body) {
        return catchThrowableOfType(OAuthException.class, () -> registration.register(body, NOW))
                .error();
    }

    /** Design decision 7: some clients keep ids in short columns. */
    @Test
    void registerWhenClientIsARealOneThenItsIdIsShort() {
        var real = List.of(
                "{\"client_name\":\"Visual Studio Code\",\"redirect_uris\":[\"https://insiders.vscode.dev/redirect\","
                        + "\"https://vscode.dev/redirect\",\"http://127.0.0.1/\",\"http://127.0.0.1:33418/\"],"
                        + "\"token_endpoint_auth_method\":\"none\"}",
                "{\"client_name\":\"MCP Inspector\",\"redirect_uris\":[\"http://localhost:6274/oauth/callback\"]}",
                "{\"client_name\":\"MCP CLI Proxy\",\"redirect_uris\":[\"http://localhost:3334/oauth/callback\"]}",
                "{\"client_name\":\"Claude\",\"redirect_uris\":[\"https://claude.ai/api/mcp/auth_callback\"]}",
                "{\"client_name\":\"Cursor\",\"redirect_uris\":[\"cursor://anysphere.cursor-mcp/oauth/callback\"]}");

        assertThat(real)
                .allSatisfy(json -> assertThat(register(json).client().id())
                        .hasSizeLessThan(200)
                        .matches("dcr1\\.[A-Za-z0-9_-]+"));
    }

    @Test
    void registerWhenTheSameTwiceThenIdsDiffer() {
        assertThat(register("{" + REDIRECT + "}").client().id())
                .isNotEqualTo(register("{" + REDIRECT + "}").client().id());
    }

    @Test
    void registerWhenTooLargeForAnIdThenStoresItUpToTheCap() {
        String large = "{\"redirect_uris\":[" + uris(20, "/" + "x".repeat(100)) + "]}";
        RegisteredClient client = register(large).client();
        register(large);
        register(large);

        assertThat(client.id()).hasSizeLessThan(40);
        assertThat(clients.find(client.id(), NOW).orNull()).isEqualTo(client);
        assertThat(client.secretHash()).isNotNull();
        assertThat(refusal(large.getBytes(StandardCharsets.UTF_8))).isEqualTo(OAuthError.TEMPORARILY_UNAVAILABLE);
        assertThat(store.clientCount(NOW)).isEqualTo(3);
        assertThat(register("{" + REDIRECT + "}").client().id()).startsWith("dcr1."); // needs no room
        assertThat(clients.find(client.id(), NOW + LIFE).orNull()).isNull();
    }

    /** A flood costs nothing. */
    @Test
    void registerWhenDoneManyTimesThenTheStoreStaysEmpty() {
        for (int i = 0; i < 10_000; i++) {
            register("{" + REDIRECT + "}");
        }
        assertThat(store.clientCount(NOW)).isZero();
    }

    @Test
    void findWhenIdHasExpiredOrIsForgedThenNull() {
        String id = register("{" + REDIRECT + "}").client().id();

        assertThat(clients.find(id, NOW + LIFE - 1).orNull()).isNotNull();
        assertThat(clients.find(id, NOW + LIFE).orNull()).isNull();
        assertThat(new Clients(store, new MasterKey("another key"), LIFE)
                        .find(id, NOW)
                        .orNull())
                .isNull();
        for (String forged : List.of(
                "",
                "dcr1.",
                "dcr1.!",
                "dcr1.AAAA",
                "dcr2" + id.substring(4),
                id + "A",
                id.substring(0, id.length() - 4),
                id.substring(0, 20) + (id.charAt(20) == 'A' ? 'B' : 'A') + id.substring(21),
                "x".repeat(100_000))) {
            assertThat(clients.find(forged, NOW).orNull()).as(forged).isNull();
        }
    }

    /** O-131: used, it lives on in the store. */
    @Test
    void findWhenIdHasExpiredButWasUsedThenTheRecordCounts() {
        RegisteredClient client = register("{" + REDIRECT + "}").client();
        store.putClient(client, NOW + 2L * LIFE, NOW);

        assertThat(clients.find(client.id(), NOW + LIFE + 1).orNull()).isEqualTo(client);
    }

    /** Every field at its bounds survives the id. */
    @Test
    void findWhenFieldsAreAtTheirBoundsThenNothingIsLost() {
        RegisteredClient client = register("{\"client_name\":\"" + "日".repeat(150) + "\",\"redirect_uris\":["
                        + "\"http://localhost\",\"http://localhost/\",\"http://127.0.0.1\",\"http://127.0.0.1:1\","
                        + "\"https://e.example/" + "x".repeat(128) + "\",\"com.example:/x\"],"
                        + "\"grant_types\":[\"authorization_code\"]}")
                .client();

        assertThat(client.id()).startsWith("dcr1.");
        assertThat(clients.find(client.id(), NOW).orNull()).isEqualTo(client);
    }
}
