package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.token.TokenFixture.Issued;
import dev.portcullis.store.StoreException;
import java.nio.CharBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O-20…O-28; T-74, T-75. */
final class AccessTokenVerifierTest {
    private static final String BEARER = "Bearer ";

    private final TokenFixture server = new TokenFixture();
    private final AccessTokenVerifier verifier = server.verifier();
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

    private TokenCheck peek(String token) {
        return verifier.peek(BEARER + token, BEARER.length(), TokenFixture.MCP);
    }

    private TokenCheck load(String token) {
        return verifier.load(BEARER + token, BEARER.length(), TokenFixture.MCP);
    }

    @Test
    void peekWhenTokenIsNewThenAsksTheStoreOnceAndKnowsItAfterwards() {
        String token = tokens.accessToken();
        assertThat(peek(token)).isSameAs(TokenCheck.ASK_STORE);

        var verified = (VerifiedToken) load(token);

        assertThat(verified.principal().identity()).isEqualTo(TokenFixture.ALICE);
        assertThat(verified.principal().clientId()).isEqualTo(issued.client().id());
        assertThat(verified.principal().grantId()).isEqualTo(issued.grantId());
        assertThat(verified.principal().scopes()).isEqualTo(TokenFixture.GRANTED);
        assertThat(verified.expiresAtSeconds()).isEqualTo(server.now + 3600);
        assertThat(peek(token)).isSameAs(verified);
        assertThat(peek(token)).isSameAs(verified); // one object for all requests
        assertThat(server.store.accessTokenReads).hasValue(1);
        assertThat(server.told).containsExactly("MISS", "HIT", "HIT");
    }

    /** The text may be any CharSequence: headers come as String or as AsciiString. */
    @Test
    void peekWhenTextIsNotAStringThenFindsTheSame() {
        var verified = load(tokens.accessToken());

        assertThat(verifier.peek(CharBuffer.wrap(BEARER + tokens.accessToken()), BEARER.length(), TokenFixture.MCP))
                .isSameAs(verified);
    }

    /** T-75: what cannot be a token of ours never reaches the store. */
    @Test
    void peekWhenTokenIsMalformedThenRefusesWithoutTheStore() {
        String token = tokens.accessToken();
        var malformed = List.of(
                "",
                "x",
                token.substring(1),
                token.substring(0, token.length() - 1),
                token + "A",
                token + " ",
                " " + token,
                tokens.refreshToken(),
                issued.code(),
                token.replace('.', '_'),
                token.substring(0, 40) + "\0" + token.substring(41),
                token.substring(0, 40) + "é" + token.substring(41),
                token.substring(0, 5).toUpperCase(Locale.ROOT) + token.substring(5),
                "x".repeat(1_000_000),
                "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"); // T-74: a token of somebody else

        assertThat(malformed).allSatisfy(text -> assertThat(load(text)).isSameAs(TokenCheck.REFUSED));

        assertThat(server.store.accessTokenReads).hasValue(0);
    }

    @Test
    void loadWhenFloodedWithBogusTokensThenEachReachesTheStoreOnceAMoment() {
        String bogus = TokenFormat.newToken(Kind.ACCESS, issued.grantId());
        for (int i = 0; i < 1_000; i++) {
            assertThat(load(bogus)).isSameAs(TokenCheck.REFUSED);
        }
        assertThat(server.store.accessTokenReads).hasValue(1);
        assertThat(peek(bogus)).isSameAs(TokenCheck.REFUSED);

        server.now += 5;

        assertThat(peek(bogus)).isSameAs(TokenCheck.ASK_STORE); // a few seconds, not longer
    }

    /** O-25, T-74. */
    @Test
    void peekWhenTokenIsForAnotherResourceThenRefuses() {
        load(tokens.accessToken());
        server.told.clear();

        assertThat(verifier.peek(tokens.accessToken(), 0, TokenFixture.SSE)).isSameAs(TokenCheck.REFUSED);
        assertThat(server.told).containsExactly("WRONG_AUDIENCE");
        assertThat(peek(tokens.accessToken())).isInstanceOf(VerifiedToken.class);
    }

    /** O-11: several paths, one audience. */
    @Test
    void peekWhenResourcesAreOneAudienceThenATokenForOneIsGoodAtAll() {
        var lenient = new AccessTokenVerifier(
                server.store,
                List.of(TokenFixture.MCP, TokenFixture.SSE),
                AccessTokenVerifier.Limits.DEFAULT,
                () -> Instant.ofEpochSecond(server.now),
                server.telemetry);

        assertThat(lenient.load(tokens.accessToken(), 0, TokenFixture.SSE)).isInstanceOf(VerifiedToken.class);
        assertThat(lenient.load(tokens.accessToken(), 0, "https://other.example/mcp"))
                .isSameAs(TokenCheck.REFUSED);
    }

    /** O-28: never past the token's own end, in the table or not. */
    @Test
    void peekWhenTokenHasExpiredThenRefuses() {
        load(tokens.accessToken());
        server.now += 3599;
        assertThat(peek(tokens.accessToken())).isInstanceOf(VerifiedToken.class);

        server.now += 1;

        assertThat(peek(tokens.accessToken())).isSameAs(TokenCheck.REFUSED);
        assertThat(server.verifier().load(tokens.accessToken(), 0, TokenFixture.MCP))
                .isSameAs(TokenCheck.REFUSED);
    }

    @Test
    void peekWhenTokenIsRevokedThenItIsRefusedAtOnceAndItsGrantLives() {
        String other = server.refresh(issued.client(), tokens.refreshToken()).accessToken();
        load(tokens.accessToken());
        load(other);

        server.store.revokeAccessToken(TokenFormat.grantIdOf(tokens.accessToken()), TokenHash.of(tokens.accessToken()));

        assertThat(load(tokens.accessToken())).isSameAs(TokenCheck.REFUSED);
        assertThat(peek(other)).isInstanceOf(VerifiedToken.class);
    }

    @Test
    void peekWhenGrantIsRevokedThenAllItsTokensAreRefusedAtOnceAndOthersAreNot() {
        String second = server.refresh(issued.client(), tokens.refreshToken()).accessToken();
        String stranger = server.tokensOf(server.signIn(issued.client())).accessToken();
        for (String token : List.of(tokens.accessToken(), second, stranger)) {
            load(token);
        }
        var held = (VerifiedToken) peek(second);

        server.store.revokeGrant(issued.grantId());

        assertThat(load(tokens.accessToken())).isSameAs(TokenCheck.REFUSED);
        assertThat(load(second)).isSameAs(TokenCheck.REFUSED);
        assertThat(peek(stranger)).isInstanceOf(VerifiedToken.class);
        assertThat(verifier.recheck(held)).isSameAs(TokenCheck.ASK_STORE); // O-27
        assertThat(verifier.isLive(held)).isFalse();
    }

    /** O-22, O-84: an outage refuses nobody, and what is known goes on. */
    @Test
    void loadWhenTheStoreIsDownThenThrowsAndKnownTokensPass() {
        load(tokens.accessToken());
        String unknown = server.refresh(issued.client(), tokens.refreshToken()).accessToken();
        server.store.isDown = true;

        assertThat(catchThrowableOfType(StoreException.class, () -> load(unknown)))
                .isNotNull();
        assertThat(peek(tokens.accessToken())).isInstanceOf(VerifiedToken.class);

        server.store.isDown = false;
        assertThat(load(unknown)).isInstanceOf(VerifiedToken.class); // the outage was not taken for an answer
        assertThat(server.told).contains("UNAVAILABLE");
    }

    /** A look-up that read before a revocation answers after it: it must neither admit nor keep the token. */
    @Test
    void loadWhenGrantIsRevokedAfterTheReadThenRefusesAndKeepsNothing() {
        revokeDuringLoad(() -> server.store.revokeGrant(issued.grantId()));
    }

    @Test
    void loadWhenTokenIsRevokedAfterTheReadThenRefusesAndKeepsNothing() {
        revokeDuringLoad(() -> server.store.revokeAccessToken(
                TokenFormat.grantIdOf(tokens.accessToken()), TokenHash.of(tokens.accessToken())));
    }

    private void revokeDuringLoad(Runnable revocation) {
        server.store.afterAccessTokenRead = revocation;

        assertThat(load(tokens.accessToken())).isSameAs(TokenCheck.REFUSED);

        server.store.afterAccessTokenRead = () -> {};
        assertThat(peek(tokens.accessToken())).isSameAs(TokenCheck.REFUSED);
        server.now += 10;
        assertThat(load(tokens.accessToken())).isSameAs(TokenCheck.REFUSED);
    }

    @Test
    void loadWhenAnotherGrantIsRevokedMeanwhileThenAdmits() {
        Issued other = server.signIn(issued.client());
        server.tokensOf(other);
        server.store.afterAccessTokenRead = () -> server.store.revokeGrant(other.grantId());

        assertThat(load(tokens.accessToken())).isInstanceOf(VerifiedToken.class);
    }

    /** Many rounds of readers against one revocation: afterwards nobody is admitted, whatever the order was. */
    @Test
    void loadWhenRacingWithRevocationThenTheTokenIsRefusedAfterwards() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 200; round++) {
                Issued race = server.signIn(issued.client());
                String token = server.tokensOf(race).accessToken();
                var start = new CountDownLatch(1);
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    all.add(threads.submit(() -> {
                        start.await();
                        return load(token);
                    }));
                }
                all.add(threads.submit(() -> {
                    start.await();
                    return server.store.revokeGrant(race.grantId());
                }));
                start.countDown();
                for (var one : all) {
                    one.get(20, TimeUnit.SECONDS);
                }
                assertThat(load(token)).isSameAs(TokenCheck.REFUSED);
            }
        }
    }

    @Test
    void loadWhenManyAskForOneTokenThenTheStoreIsAskedOnce() throws Exception {
        var asked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        server.store.afterAccessTokenRead = () -> {
            asked.countDown();
            awaitUninterrupted(mayAnswer);
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TokenCheck>> all = new ArrayList<>();
            all.add(threads.submit(() -> load(tokens.accessToken())));
            awaitUninterrupted(asked);
            for (int i = 0; i < 50; i++) {
                all.add(threads.submit(() -> load(tokens.accessToken())));
            }
            mayAnswer.countDown();
            for (var one : all) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isInstanceOf(VerifiedToken.class);
            }
        }
        assertThat(server.store.accessTokenReads).hasValue(1);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** O-42: so that it is not asked for scopes that it can never have. */
    @Test
    void loadWhenTheClientIsBoundToScopesThenThePrincipalSaysSo() {
        var bound = server.publicClient().with(null, Scopes.of("tools", "images"));
        String token = server.tokensOf(server.signIn(bound)).accessToken();

        var principal = ((VerifiedToken) load(token)).principal();

        assertThat(principal.isForClient("images")).isTrue();
        assertThat(principal.isForClient("admin")).isFalse();
        assertThat(((VerifiedToken) load(tokens.accessToken())).principal().isForClient("admin"))
                .isTrue();
    }

    /** Scopes of the token, not of the grant, are what the caller has (T-88). */
    @Test
    void loadWhenTokenIsNarrowerThanItsGrantThenThePrincipalIsToo() {
        String narrow = server.refresh(issued.client(), tokens.refreshToken(), "scope", "images")
                .accessToken();

        assertThat(((VerifiedToken) load(narrow)).principal().scopes()).isEqualTo(Scopes.of("images"));
    }
}
