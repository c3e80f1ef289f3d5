package dev.portcullis.oauth.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings.Lives;
import dev.portcullis.store.Grant;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a grant may be moved on (O-98, O-145). */
class GrantIssuerTest {
    private static final long NOW = 1_800_000_000L;
    private static final Identity ALICE = new Identity("https://idp.example", "alice", null, null, List.of());
    private static final RegisteredClient CLIENT = new RegisteredClient(
            "client-1",
            null,
            List.of("http://localhost/cb"),
            RegisteredClient.AuthMethod.NONE,
            null,
            List.of("authorization_code"),
            RegisteredClient.Kind.DYNAMIC,
            NOW);

    private static Grant issued(SignIn signIn) {
        try (var store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT)) {
            var transaction = Transaction.of(new AuthorizationRequest(
                    CLIENT,
                    "http://localhost/cb",
                    "state",
                    "challenge",
                    List.of("https://mcp.example.com/mcp"),
                    Scopes.of("tools"),
                    AuthorizationRequest.Prompt.DEFAULT,
                    null));
            String code = new GrantIssuer(store, Lives.DEFAULT, 50)
                    .issue(transaction, Scopes.of("tools"), CLIENT, signIn, "alice", NOW)
                    .code();
            return store.code(TokenHash.of(code), NOW).grant();
        }
    }

    @Test
    void issueWhenTheProviderCanBeAskedAgainThenMayLiveLong() {
        Grant grant = issued(new SignIn(ALICE, "refresh token"));

        assertThat(grant.endsAt()).isEqualTo(NOW + 90 * 86_400);
        assertThat(grant.checkedAt()).isEqualTo(NOW);
    }

    @Test
    void issueWhenItCannotThenEndsAfterADay() {
        assertThat(issued(new SignIn(ALICE, null)).endsAt()).isEqualTo(NOW + 86_400);
    }
}
