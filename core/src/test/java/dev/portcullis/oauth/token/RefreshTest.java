package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenFixture.Issued;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O §5.3; T-72, T-73, T-88. */
final class RefreshTest {
    private final TokenFixture server = new TokenFixture();
    private Issued issued;
    private String first;

    @BeforeEach
    void signIn() {
        issued = server.signIn(server.publicClient());
        first = server.tokensOf(issued).refreshToken();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private TokenResponse refresh(String token, String... more) {
        return server.refresh(issued.client(), token, more);
    }

    private OAuthError refusal(String token, String... more) {
        return catchThrowableOfType(OAuthException.class, () -> refresh(token, more))
                .error();
    }

    @Test
    void refreshWhenTokenIsGoodThenRotatesAndIssues() {
        server.now += 3_000;

        TokenResponse response = refresh(first);

        assertThat(response.refreshToken()).isNotEqualTo(first); // O-95: rotated
        assertThat(response.expiresIn()).isEqualTo(3600);
        assertThat(response.scopes()).isEqualTo(TokenFixture.GRANTED);
        assertThat(server.store
                        .accessToken(
                                TokenFormat.grantIdOf(response.accessToken()),
                                TokenHash.of(response.accessToken()),
                                server.now)
                        .token()
                        .scopes())
                .isEqualTo(TokenFixture.GRANTED);
        assertThat(server.store.grant(issued.grantId(), server.now).expiresAt())
                .isEqualTo(server.now + 30 * 86_400); // O-98: sliding
        assertThat(server.told).containsExactly("TOKEN ok", "REFRESH ok");
    }

    /** O-95: a retry after a lost answer. */
    @Test
    void refreshWhenRetriedThenGivesTheSameSuccessorAndAnotherAccessToken() {
        TokenResponse one = refresh(first);
        TokenResponse other = refresh(first);

        assertThat(other.refreshToken()).isEqualTo(one.refreshToken());
        assertThat(other.accessToken()).isNotEqualTo(one.accessToken());
    }

    @Test
    void refreshWhenSuccessorWasUsedThenTheOldOneWorksWithinTheOverlapOnly() {
        String second = refresh(first).refreshToken();
        refresh(second);
        server.now += 60;
        assertThat(refresh(first).refreshToken()).isEqualTo(second);

        server.now += 1;

        assertThat(refusal(first)).isEqualTo(OAuthError.INVALID_GRANT); // O-96
        assertThat(server.isGrantLive(issued)).isFalse();
        assertThat(refusal(second)).isEqualTo(OAuthError.INVALID_GRANT);
    }

    /** O-96: any older token of the family is proof. */
    @Test
    void refreshWhenAnOldAncestorIsPresentedThenTheGrantIsRevoked() {
        String token = first;
        for (int i = 0; i < 6; i++) {
            token = refresh(token).refreshToken();
            server.now += 61;
        }

        assertThat(refusal(first)).isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(server.isGrantLive(issued)).isFalse();
    }

    /** O-96, T-73: a right grant id proves nothing. */
    @Test
    void refreshWhenSecretIsForgedThenRefusesAndTheGrantLives() {
        assertThat(refusal(TokenFormat.newToken(Kind.REFRESH, issued.grantId())))
                .isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(refusal(first.substring(1))).isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(refusal(first + " ")).isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(refusal("x".repeat(8_000))).isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(refresh(first).accessToken()).isNotEmpty();
    }

    /** O-97. */
    @Test
    void refreshWhenClientDiffersThenRefusesWithoutChange() {
        var other = server.publicClient();

        var refusal = catchThrowableOfType(OAuthException.class, () -> server.refresh(other, first));

        assertThat(refusal.error()).isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(server.store
                        .refreshToken(TokenFormat.grantIdOf(first), TokenHash.of(first), server.now)
                        .token()
                        .firstUsedAt())
                .isZero();
        assertThat(refresh(first).accessToken()).isNotEmpty();
    }

    /** O-97, T-88: narrower is fine, wider is refused and costs nothing. */
    @Test
    void refreshWhenScopeOrResourceIsSentThenNarrowsThisAccessTokenOrRefuses() {
        assertThat(refusal(first, "scope", "tools admin")).isEqualTo(OAuthError.INVALID_SCOPE);
        assertThat(refusal(first, "scope", "to\\ols")).isEqualTo(OAuthError.INVALID_SCOPE);
        assertThat(refusal(first, "resource", TokenFixture.SSE)).isEqualTo(OAuthError.INVALID_TARGET);
        assertThat(server.store
                        .refreshToken(TokenFormat.grantIdOf(first), TokenHash.of(first), server.now)
                        .token()
                        .firstUsedAt())
                .isZero();

        TokenResponse narrowed =
                refresh(first, "scope", "offline_access images", "resource", "https://mcp.example.com");

        assertThat(narrowed.scopes()).isEqualTo(Scopes.of("images"));
        assertThat(narrowed.resources()).containsExactly(TokenFixture.MCP); // O-43: the bare origin stands for it
        assertThat(refresh(narrowed.refreshToken()).scopes()).isEqualTo(TokenFixture.GRANTED);
    }

    @Test
    void refreshWhenTokenOrGrantHasExpiredThenRefuses() {
        server.now += 30L * 86_400;

        assertThat(refusal(first)).isEqualTo(OAuthError.INVALID_GRANT);
    }

    /** O-98, O-145: however often it is refreshed, a grant ends. */
    @Test
    void refreshWhenTheGrantEndsThenNothingOutlivesIt() {
        long end = server.now + 90L * 86_400;
        String token = first;
        for (int i = 0; i < 4; i++) {
            server.now = Math.min(server.now + 29L * 86_400, end - 100);
            TokenResponse response = refresh(token);
            token = response.refreshToken();
            if (server.now == end - 100) {
                assertThat(response.expiresIn()).isEqualTo(100);
            }
        }
        String last = token;
        server.now = end;

        assertThat(refusal(last)).isEqualTo(OAuthError.INVALID_GRANT);
    }

    /** O-100: one family, many access tokens. */
    @Test
    void refreshWhenManyRaceThenAllGetTheSameRefreshTokenAndTheirOwnAccessToken() throws Exception {
        var start = new CountDownLatch(1);
        var accessTokens = new HashSet<String>();
        var refreshTokens = new HashSet<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TokenResponse>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                all.add(threads.submit(() -> {
                    start.await();
                    return refresh(first);
                }));
            }
            start.countDown();
            for (var one : all) {
                accessTokens.add(one.get().accessToken());
                refreshTokens.add(one.get().refreshToken());
            }
        }

        assertThat(refreshTokens).hasSize(1);
        assertThat(accessTokens).hasSize(64);
        assertThat(accessTokens)
                .allSatisfy(token -> assertThat(
                                server.store.accessToken(TokenFormat.grantIdOf(token), TokenHash.of(token), server.now))
                        .isNotNull());
        assertThat(refresh(refreshTokens.iterator().next()).accessToken()).isNotEmpty();
    }

    @Test
    void refreshWhenTheStoreIsDownThenSaysSoAndChangesNothing() {
        server.store.isDown = true;
        assertThat(catchThrowableOfType(StoreException.class, () -> refresh(first)))
                .isNotNull();

        server.store.isDown = false;
        assertThat(refresh(first).accessToken()).isNotEmpty();
    }

    /** O-131: the registration is moved on, at most once a day. */
    @Test
    void refreshWhenRepeatedThenWritesTheRegistrationOnceADay() {
        int before = server.store.clientWrites.get();
        String token = first;
        for (int hour = 0; hour < 48; hour++) {
            server.now += 3600;
            token = refresh(token).refreshToken();
        }

        assertThat(server.store.clientWrites.get() - before).isEqualTo(2);
        assertThat(server.store.client(issued.client().id(), server.now + 89L * 86_400))
                .isNotNull();
    }
}
