package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Floods of tokens that are none (O-28, T-75, T-77): the store is asked a bounded number of times, and whoever has a token is served meanwhile. */
@Timeout(60)
class BogusFloodTest {
    private static final int THREADS = 64;
    private static final int DISTINCT = 100;

    private final TokenFixture server = new TokenFixture();
    private final AccessTokenVerifier verifier = server.verifier(new AccessTokenVerifier.Limits(100, 16_384, 5_000));

    @AfterEach
    void close() {
        server.close();
    }

    /** Each token is asked for at most once in the time that it is remembered; a slot of the table may be taken by another, which costs one more look. */
    @Test
    void loadWhenTheSameBogusTokensComeAgainAndAgainThenTheStoreIsAskedOnceForEach() throws Exception {
        var issued = server.signIn(server.publicClient());
        String good = server.tokensOf(issued).accessToken();
        var bogus = new ArrayList<String>();
        for (int i = 0; i < DISTINCT; i++) {
            // Half of them name a grant that is there (T-73).
            bogus.add(TokenFormat.newToken(Kind.ACCESS, i % 2 == 0 ? issued.grantId() : TokenFormat.newGrantId()));
        }
        verifier.load(good, 0, TokenFixture.MCP);
        server.store.accessTokenReads.set(0);

        flood(bogus, good, 100);

        assertThat(server.store.accessTokenReads.get()).isBetween(DISTINCT, DISTINCT + 20);
        assertThat(server.isGrantLive(issued)).isTrue();

        server.now += 5; // they are forgotten again
        server.store.accessTokenReads.set(0);
        flood(bogus, good, 10);
        assertThat(server.store.accessTokenReads.get()).isBetween(DISTINCT, DISTINCT + 20);
    }

    /** What does not even look like one of ours never gets there (T-75). */
    @Test
    void loadWhenTokensAreMalformedThenTheStoreIsNeverAsked() {
        String token = TokenFormat.newToken(Kind.ACCESS, TokenFormat.newGrantId());
        for (String malformed : List.of(
                "",
                token.substring(1),
                token + "A",
                TokenFormat.newToken(Kind.REFRESH, TokenFormat.newGrantId()),
                TokenFormat.newToken(Kind.CODE, TokenFormat.newGrantId()),
                token.replace('.', '_'),
                token.substring(0, token.length() - 1) + "\u0000",
                "x".repeat(1_000_000))) {
            assertThat(verifier.load(malformed, 0, TokenFixture.MCP)).isEqualTo(TokenCheck.REFUSED);
        }
        assertThat(server.store.accessTokenReads).hasValue(0);
    }

    private void flood(List<String> bogus, String good, int rounds) throws Exception {
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            var all = new ArrayList<Future<Boolean>>();
            for (int round = 0; round < rounds; round++) {
                for (String token : bogus) {
                    all.add(threads.submit(() -> verifier.load(token, 0, TokenFixture.MCP) == TokenCheck.REFUSED
                            && verifier.load(good, 0, TokenFixture.MCP) instanceof VerifiedToken));
                }
            }
            for (var one : all) {
                assertThat(one.get()).isTrue();
            }
        }
    }
}
