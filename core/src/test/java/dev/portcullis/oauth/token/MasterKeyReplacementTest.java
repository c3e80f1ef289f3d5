package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.oauth.client.ClientRegistration.Registered;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.token.TokenFixture.Issued;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** O-180: what clients hold from the time of an earlier master key goes on working while that is named as one that is being replaced. */
final class MasterKeyReplacementTest {
    private static final String SECRET_POST = "\"token_endpoint_auth_method\":\"client_secret_post\"";

    private final TokenFixture server = new TokenFixture();
    private final TokenService before = service(new MasterKey("old"));
    private final TokenService during = service(new MasterKey("new", List.of("older", "old")));
    private final TokenService after = service(new MasterKey("new"));

    @AfterEach
    void close() {
        server.close();
    }

    private TokenService service(MasterKey key) {
        var clients = new Clients(server.store, key, server.settings.lives().client());
        var oversight = new Oversight(new RefreshingProvider(), TokenFixture.POLICY, 5);
        return new TokenService(server.settings, key, server.store, clients, oversight, Telemetry.NONE);
    }

    private Registered register(MasterKey key) {
        var registration = new ClientRegistration(server.settings, key, server.store, 10, Telemetry.NONE);
        String json = "{\"redirect_uris\":[\"" + TokenFixture.REDIRECT + "\"]," + SECRET_POST + "}";
        return registration.register(json.getBytes(StandardCharsets.UTF_8), server.now);
    }

    private TokenResponse ask(TokenService tokens, Map<String, List<String>> form) {
        return tokens.token(ClientRequest.of(form, List.of()), server.now);
    }

    private String refreshed(TokenService tokens, Issued issued, String token) {
        return ask(tokens, TokenFixture.refreshForm(issued.client(), token)).refreshToken();
    }

    private Introspection introspected(TokenService tokens, Registered client, String token) {
        var form =
                TokenFixture.form("client_id", client.client().id(), "client_secret", client.secret(), "token", token);
        return tokens.introspect(ClientRequest.of(form, List.of()), server.now);
    }

    /** O-95: the answer to the first request was lost, and the key is replaced before the client asks again. */
    @Test
    void refreshWhenRetriedUnderTheNewKeyThenGivesTheSameSuccessor() {
        Issued issued = server.signIn(server.publicClient());
        String first = ask(before, issued.form()).refreshToken();
        String second = refreshed(before, issued, first);

        assertThat(refreshed(during, issued, first)).isEqualTo(second);

        String third = refreshed(during, issued, second);
        assertThat(refreshed(after, issued, second)).as("made with the new key").isEqualTo(third);
    }

    /** What a refresh would do to a family whose key is not known any more: refuse, and leave the family to those who have its newest token. */
    @Test
    void refreshWhenTheEarlierKeyIsForgottenThenARetryIsRefusedAndTheGrantStays() {
        Issued issued = server.signIn(server.publicClient());
        String first = ask(before, issued.form()).refreshToken();
        String second = refreshed(before, issued, first);

        assertThat(catchThrowableOfType(OAuthException.class, () -> refreshed(after, issued, first))
                        .error())
                .isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(refreshed(after, issued, second)).isNotNull();
    }

    /** O-131: id and secret were given out under the earlier key, and nothing about them is stored. */
    @Test
    void authenticateWhenClientRegisteredUnderTheEarlierKeyThenItsIdAndSecretHold() {
        Registered registered = register(new MasterKey("old"));
        String token = "no token, but the client is known";

        assertThat(introspected(during, registered, token)).isNull();
        assertThat(catchThrowableOfType(OAuthException.class, () -> introspected(after, registered, token))
                        .error())
                .isEqualTo(OAuthError.INVALID_CLIENT);
    }

    @Test
    void registerWhenTheKeyIsBeingReplacedThenIdAndSecretAreOfTheNewOne() {
        Registered registered = register(new MasterKey("new", List.of("old")));
        String token = "no token, but the client is known";

        assertThat(introspected(during, registered, token)).isNull();
        assertThat(introspected(after, registered, token)).isNull();
        assertThat(catchThrowableOfType(OAuthException.class, () -> introspected(before, registered, token))
                        .error())
                .isEqualTo(OAuthError.INVALID_CLIENT);
    }

    /** O-117: the name by which a client knows a person does not change under its hands. */
    @Test
    void introspectWhenTheKeyIsBeingReplacedThenAPersonKeepsTheirName() {
        Registered client = register(new MasterKey("old"));
        Issued issued = server.signIn(client.client());
        var form = issued.formWith("client_secret", client.secret());
        String token = ask(before, form).accessToken();

        String subject = introspected(before, client, token).subject();

        assertThat(subject).hasSize(43);
        var replacing = service(new MasterKey("new", List.of("old")));
        assertThat(introspected(replacing, client, token).subject()).isEqualTo(subject);
        Registered other = register(new MasterKey("old"));
        Issued others = server.signIn(other.client());
        String another =
                ask(before, others.formWith("client_secret", other.secret())).accessToken();
        assertThat(introspected(before, other, another).subject())
                .as("for another client")
                .isNotEqualTo(subject);
    }
}
