package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.Kind;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O-81; T-76, T-93. */
final class ClientAuthenticatorTest {
    private static final long NOW = 1_800_000_000L;
    private static final String SECRET = "s+c/r:e%t";

    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final ClientAuthenticator authenticator = new ClientAuthenticator(
            new Clients(store, new MasterKey("k"), 1000),
            new OAuthSettings(
                    URI.create("https://mcp.example.com"),
                    List.of("https://mcp.example.com/mcp"),
                    Scopes.of("tools"),
                    Scopes.of("tools"),
                    true,
                    List.of(),
                    OAuthSettings.Lives.DEFAULT),
            store,
            Telemetry.NONE);

    @BeforeEach
    void register() {
        for (AuthMethod method : AuthMethod.values()) {
            store.putClient(client("id:" + method.wireName(), method), NOW + 60, NOW);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static RegisteredClient client(String id, AuthMethod method) {
        TokenHash hash = method == AuthMethod.NONE ? null : TokenHash.of(SECRET);
        return new RegisteredClient(
                id, null, List.of("https://a.example/"), method, hash, List.of(), Kind.DYNAMIC, NOW);
    }

    private RegisteredClient authenticate(String id, String secret, String... authorization) {
        var form = new LinkedHashMap<String, List<String>>();
        if (id != null) {
            form.put("client_id", List.of(id));
        }
        if (secret != null) {
            form.put("client_secret", List.of(secret));
        }
        return authenticator.authenticate(
                ClientCredentials.parse(FormParameters.of(form), List.of(authorization)), null, NOW);
    }

    private OAuthError refusal(String id, String secret, String... authorization) {
        return catchThrowableOfType(OAuthException.class, () -> authenticate(id, secret, authorization))
                .error();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** Both halves are form-encoded before they are joined: a colon in the id and a plus in the secret survive. */
    private static final String RIGHT = basic("id%3Aclient_secret_basic:s%2Bc%2Fr%3Ae%25t");

    @Test
    void authenticateWhenRightThenReturnsTheClient() {
        assertThat(authenticate("id:none", null).authMethod()).isEqualTo(AuthMethod.NONE);
        assertThat(authenticate("id:client_secret_post", SECRET).authMethod()).isEqualTo(AuthMethod.CLIENT_SECRET_POST);
        assertThat(authenticate(null, null, RIGHT).authMethod()).isEqualTo(AuthMethod.CLIENT_SECRET_BASIC);
        assertThat(authenticate(null, null, RIGHT.replace("Basic", "bAsIc"))).isNotNull();
        assertThat(authenticate("id:client_secret_basic", null, RIGHT)).isNotNull(); // the same id again does no harm
    }

    @Test
    void authenticateWhenTwoWaysAtOnceThenInvalidRequest() {
        assertThat(refusal(null, SECRET, RIGHT)).isEqualTo(OAuthError.INVALID_REQUEST);
        assertThat(refusal("id:client_secret_basic", SECRET, RIGHT)).isEqualTo(OAuthError.INVALID_REQUEST);
        assertThat(refusal("id:none", null, RIGHT)).isEqualTo(OAuthError.INVALID_REQUEST);
        assertThat(refusal(null, null, RIGHT, RIGHT)).isEqualTo(OAuthError.INVALID_REQUEST);
    }

    @Test
    void authenticateWhenWrongThenInvalidClientInTheSameWords() {
        var wrong = List.<Runnable>of(
                () -> authenticate("nobody", null),
                () -> authenticate("nobody", SECRET),
                () -> authenticate("id:none", SECRET), // public, with a secret
                () -> authenticate("id:client_secret_post", null),
                () -> authenticate("id:client_secret_post", SECRET + "x"),
                () -> authenticate("id:client_secret_basic", SECRET), // registered for the other way
                () -> authenticate(null, null, basic("id%3Aclient_secret_post:s%2Bc%2Fr%3Ae%25t")),
                () -> authenticate(null, null, basic("id%3Anone:")),
                () -> authenticate(null, null, basic("id%3Aclient_secret_basic:")));

        assertThat(wrong).allSatisfy(attempt -> {
            var refusal = catchThrowableOfType(OAuthException.class, attempt::run);
            assertThat(refusal.error()).isEqualTo(OAuthError.INVALID_CLIENT);
            assertThat(refusal.description())
                    .isEqualTo("the client is unknown, or did not authenticate as it registered");
        });
    }

    @Test
    void authenticateWhenUnreadableThenInvalidClient() {
        assertThat(refusal(null, null)).isEqualTo(OAuthError.INVALID_CLIENT);
        assertThat(refusal(null, SECRET)).isEqualTo(OAuthError.INVALID_CLIENT);
        for (String header : List.of(
                "Basic",
                "Basic ",
                "Basic !!!",
                basic("no colon"),
                basic(":secret"),
                basic("%zz:x"),
                "Bearer abc",
                "")) {
            assertThat(refusal(null, null, header)).as(header).isEqualTo(OAuthError.INVALID_CLIENT);
        }
    }

    /** O-85. */
    @Test
    void authenticateWhenSnapshotIsTheClientThenItCountsAndAnotherDoesNot() {
        RegisteredClient gone = client("gone", AuthMethod.CLIENT_SECRET_POST);
        var right = new ClientCredentials("gone", SECRET, AuthMethod.CLIENT_SECRET_POST);
        var wrong = new ClientCredentials("gone", "x", AuthMethod.CLIENT_SECRET_POST);

        assertThat(authenticator.authenticate(right, gone, NOW)).isEqualTo(gone);
        assertThat(catchThrowableOfType(OAuthException.class, () -> authenticator.authenticate(wrong, gone, NOW)))
                .isNotNull();
        assertThat(catchThrowableOfType(
                        OAuthException.class,
                        () -> authenticator.authenticate(right, client("other", AuthMethod.NONE), NOW)))
                .isNotNull();
    }
}
