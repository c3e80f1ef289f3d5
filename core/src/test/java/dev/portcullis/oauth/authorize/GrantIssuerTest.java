package dev.portcullis.oauth.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityProvider.SignIn;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings.Lives;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.store.Grant;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
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
            String code = new GrantIssuer(store, Lives.DEFAULT, 50)
                    .issue(transaction(), Scopes.of("tools"), CLIENT, signIn, "alice", NOW)
                    .code();
            return store.code(TokenFormat.grantIdOf(code), TokenHash.of(code), NOW)
                    .grant();
        }
    }

    private static Transaction transaction() {
        return Transaction.of(new AuthorizationRequest(
                CLIENT,
                "http://localhost/cb",
                "state",
                "challenge",
                List.of("https://mcp.example.com/mcp"),
                Scopes.of("tools"),
                AuthorizationRequest.Prompt.DEFAULT,
                null));
    }

    @Test
    void issueWhenTheProviderCanBeAskedAgainThenMayLiveLong() {
        Grant grant = issued(new SignIn(ALICE, "refresh token"));

        assertThat(grant.endsAt()).isEqualTo(NOW + 90 * 86_400);
        assertThat(grant.checkedAt()).isEqualTo(NOW);
    }

    /** O-145: said once, not at each sign-in; and not where refresh tokens come. */
    @Test
    void issueWhenTheProviderGivesNoRefreshTokensThenRecommendsThemOnce() {
        var said = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getLevel() + " " + line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger(GrantIssuer.class.getName());
        logger.addHandler(handler);
        try (var store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT)) {
            var issuer = new GrantIssuer(store, Lives.DEFAULT, 50);
            issuer.issue(transaction(), Scopes.of("tools"), CLIENT, new SignIn(ALICE, "refresh token"), "alice", NOW);
            assertThat(said).isEmpty();
            for (int i = 0; i < 3; i++) {
                issuer.issue(transaction(), Scopes.of("tools"), CLIENT, new SignIn(ALICE, null), "alice", NOW);
            }
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(said)
                .singleElement()
                .asString()
                .startsWith("WARNING ")
                .contains("switch refresh tokens on in the Access application");
    }

    @Test
    void issueWhenItCannotThenEndsAfterADay() {
        assertThat(issued(new SignIn(ALICE, null)).endsAt()).isEqualTo(NOW + 86_400);
    }
}
