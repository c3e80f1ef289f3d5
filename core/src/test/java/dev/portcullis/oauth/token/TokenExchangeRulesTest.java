package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.Kind;
import dev.portcullis.telemetry.Telemetry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules about clients hold for whoever exchanges a token, too (O-42, O-165): the person acts through another client than the one they signed in with. */
final class TokenExchangeRulesTest {
    private static final String SERVICE = "service";
    private static final String SECRET = "a secret of the service";
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

    private final TokenFixture server = new TokenFixture(TokenFixture.SETTINGS.offering(
            new OAuthSettings.Offered(true, true, false, true, false, false, OAuthSettings.Dpop.OFF)));
    private Action refused = new Action.CallTool("nothing that is asked here");
    private final Policy policy = (principal, action) -> principal.clientId().equals(SERVICE) && action.equals(refused)
            ? new Decision.Deny("not through the service")
            : Decision.ALLOW;
    private final TokenService tokens = service();

    @AfterEach
    void close() {
        server.close();
    }

    private TokenService service() {
        var service = new RegisteredClient(
                SERVICE,
                "Service",
                List.of(),
                AuthMethod.CLIENT_SECRET_POST,
                TokenHash.of(SECRET),
                List.of(EXCHANGE),
                Kind.PREREGISTERED,
                0,
                null,
                Scopes.NONE);
        var clients = new Clients(List.of(service), null, server.store, server.key, 86_400);
        var oversight = new Oversight(new RefreshingProvider(), policy, 5);
        return new TokenService(server.settings, server.key, server.store, clients, oversight, Telemetry.NONE);
    }

    private TokenResponse exchanged(String... more) {
        var form = TokenFixture.form(
                "grant_type", EXCHANGE,
                "client_id", SERVICE,
                "client_secret", SECRET,
                "subject_token",
                        server.tokensOf(server.signIn(server.publicClient())).accessToken(),
                "subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.putAll(TokenFixture.form(more));
        return tokens.token(ClientRequest.of(form, List.of()), server.now);
    }

    private OAuthError refusal(String... more) {
        return catchThrowableOfType(OAuthException.class, () -> exchanged(more)).error();
    }

    @Test
    void exchangeWhenAScopeIsNotForThisClientThenItIsLeftOut() {
        assertThat(exchanged().scopes()).isEqualTo(TokenFixture.GRANTED);

        refused = new Action.HoldScope("images");

        assertThat(exchanged().scopes()).isEqualTo(Scopes.of("tools"));
        assertThat(refusal("scope", "images")).isEqualTo(OAuthError.INVALID_SCOPE);
    }

    /** RFC 8693 §2.2.2: what policy does not accept counts as an invalid subject token. */
    @Test
    void exchangeWhenThePersonMayNotComeThroughThisClientThenInvalidRequest() {
        refused = new Action.SignIn();

        assertThat(refusal()).isEqualTo(OAuthError.INVALID_REQUEST);
    }
}
