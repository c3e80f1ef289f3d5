package dev.portcullis.oauth.token;

import static dev.portcullis.oauth.token.TokenFixture.form;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenFixture.Issued;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O-115, O-116. */
final class RevokeTest {
    private final TokenFixture server = new TokenFixture();
    private Issued issued;
    private TokenResponse tokens;

    @BeforeEach
    void signIn() {
        issued = server.signIn(server.publicClient());
        tokens = server.tokensOf(issued);
        server.told.clear();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void revoke(RegisteredClient client, String token) {
        server.tokens.revoke(ClientRequest.of(form("client_id", client.id(), "token", token), List.of()), server.now);
    }

    private boolean isAccessLive() {
        return server.store.accessToken(
                        TokenFormat.grantIdOf(tokens.accessToken()), TokenHash.of(tokens.accessToken()), server.now)
                != null;
    }

    @Test
    void revokeWhenRefreshTokenThenTheWholeGrantGoes() {
        revoke(issued.client(), tokens.refreshToken());

        assertThat(server.isGrantLive(issued)).isFalse();
        assertThat(isAccessLive()).isFalse();
        assertThat(server.told).containsExactly("REVOKE ok");
    }

    @Test
    void revokeWhenAccessTokenThenThatTokenAloneGoes() {
        revoke(issued.client(), tokens.accessToken());

        assertThat(isAccessLive()).isFalse();
        assertThat(server.refresh(issued.client(), tokens.refreshToken()).accessToken())
                .isNotEmpty();
    }

    @Test
    void revokeWhenTokenIsOfAnotherClientThenNothingHappensAndNothingIsSaid() {
        RegisteredClient other = server.publicClient();

        revoke(other, tokens.refreshToken());
        revoke(other, tokens.accessToken());

        assertThat(isAccessLive()).isTrue();
    }

    @Test
    void revokeWhenTokenIsUnknownMalformedOrNoTokenThenNothingHappens() {
        RegisteredClient client = issued.client();
        for (String token : List.of(
                "x",
                tokens.accessToken().substring(1),
                TokenFormat.newToken(Kind.ACCESS, issued.grantId()),
                TokenFormat.newToken(Kind.REFRESH, issued.grantId()),
                issued.code(),
                "x".repeat(8_000))) {
            revoke(client, token);
        }

        assertThat(isAccessLive()).isTrue();
        assertThat(server.isGrantLive(issued)).isTrue();
    }

    @Test
    void revokeWhenHintIsUnsupportedThenRevokesAllTheSame() {
        server.tokens.revoke(
                ClientRequest.of(
                        form(
                                "client_id",
                                issued.client().id(),
                                "token",
                                tokens.accessToken(),
                                "token_type_hint",
                                "magic"),
                        List.of()),
                server.now);

        assertThat(isAccessLive()).isFalse();
    }

    @Test
    void revokeWhenRequestIsWrongThenRefuses() {
        String id = issued.client().id();
        assertThat(refusal(form("client_id", id))).isEqualTo(OAuthError.INVALID_REQUEST);
        assertThat(refusal(form("client_id", id, "token", ""))).isEqualTo(OAuthError.INVALID_REQUEST);
        assertThat(refusal(form("token", tokens.accessToken()))).isEqualTo(OAuthError.INVALID_CLIENT);
        assertThat(refusal(form("client_id", "nobody", "token", tokens.accessToken())))
                .isEqualTo(OAuthError.INVALID_CLIENT);
        assertThat(refusal(Map.of("client_id", List.of(id), "token", List.of("a", "b"))))
                .isEqualTo(OAuthError.INVALID_REQUEST);

        assertThat(isAccessLive()).isTrue();
    }

    private OAuthError refusal(Map<String, List<String>> form) {
        return catchThrowableOfType(
                        OAuthException.class, () -> server.tokens.revoke(ClientRequest.of(form, List.of()), server.now))
                .error();
    }
}
