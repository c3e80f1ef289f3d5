package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.oauth.token.TokenFixture.Issued;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long what is known of a token counts, where others can revoke it (design decision 2; O-28). */
final class TokenLeaseTest {
    private static final int LEASE = AccessTokenVerifier.LEASE_MILLIS;

    private final TokenFixture server = new TokenFixture();
    private final AtomicLong millis = new AtomicLong(server.now * 1000);
    private final AccessTokenVerifier verifier = new AccessTokenVerifier(
            server.store,
            List.of(),
            new AccessTokenVerifier.Limits(100, 64, 5_000),
            () -> Instant.ofEpochMilli(millis.get()),
            server.telemetry);
    private Issued issued;
    private String token;

    @BeforeEach
    void signIn() {
        issued = server.signIn(server.publicClient());
        token = server.tokensOf(issued).accessToken();
        server.store.heardMillis = millis.get();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private TokenCheck peek() {
        return verifier.peek(token, 0, TokenFixture.MCP);
    }

    private TokenCheck load() {
        return verifier.load(token, 0, TokenFixture.MCP);
    }

    private int reads() {
        return server.store.accessTokenReads.get();
    }

    @Test
    void peekWhenRevocationsAreHeardThenWhatIsKnownCountsAsLongAsTheToken() {
        TokenCheck verified = load();
        for (int i = 0; i < 3_000; i++) {
            millis.addAndGet(1_000);
            server.store.heardMillis = millis.get() - LEASE;
            assertThat(peek()).isSameAs(verified);
        }
        assertThat(reads()).isEqualTo(1);
    }

    @Test
    void peekWhenNothingIsHeardAnyMoreThenTheStoreIsAskedOnceALease() {
        load();
        millis.addAndGet(LEASE);
        assertThat(peek()).isInstanceOf(VerifiedToken.class);

        millis.addAndGet(1);
        assertThat(peek()).isSameAs(TokenCheck.ASK_STORE);
        assertThat(load()).isInstanceOf(VerifiedToken.class);
        assertThat(reads()).isEqualTo(2);

        for (int i = 0; i <= LEASE; i++) {
            assertThat(load()).isInstanceOf(VerifiedToken.class);
            millis.incrementAndGet();
        }
        assertThat(reads()).isEqualTo(2);
        assertThat(peek()).isSameAs(TokenCheck.ASK_STORE);
    }

    @Test
    void loadWhenRevokedUnheardThenIsRefusedWithTheLease() {
        load();
        var held = (VerifiedToken) peek();
        server.store.isMute = true;
        server.store.revokeGrant(issued.grantId());
        assertThat(peek()).as("nobody has said so").isInstanceOf(VerifiedToken.class);

        millis.addAndGet(LEASE + 1);

        assertThat(verifier.recheck(held)).isSameAs(TokenCheck.ASK_STORE); // O-27
        assertThat(load()).isSameAs(TokenCheck.REFUSED);
    }

    /** O-22, O-84: neither admitted nor refused. */
    @Test
    void loadWhenNothingIsHeardAndTheStoreIsDownThenThrowsAndGoesOnAfterwards() {
        TokenCheck verified = load();
        server.store.isDown = true;
        assertThat(peek()).isSameAs(verified);

        millis.addAndGet(LEASE + 1);
        assertThat(peek()).isSameAs(TokenCheck.ASK_STORE);
        assertThatThrownBy(this::load).isInstanceOf(StoreException.class);
        assertThatThrownBy(this::load).isInstanceOf(StoreException.class);

        server.store.isDown = false;
        assertThat(load()).isInstanceOf(VerifiedToken.class);
    }

    @Test
    void peekWhenSomethingWentUnheardThenEverythingIsReadAnewAndNothingIsRevoked() {
        var tokens = new ArrayList<String>(List.of(token));
        for (int i = 0; i < 20; i++) {
            tokens.add(server.tokensOf(server.signIn(issued.client())).accessToken());
        }
        tokens.forEach(one -> verifier.load(one, 0, TokenFixture.MCP));
        int before = reads();
        var heard = new ArrayList<Revocation>();
        verifier.onRevocation(heard::add);

        server.store.tell(new Revocation.Unheard());

        assertThat(heard).containsExactly(new Revocation.Unheard());
        assertThat(tokens)
                .allSatisfy(one ->
                        assertThat(verifier.peek(one, 0, TokenFixture.MCP)).isSameAs(TokenCheck.ASK_STORE));
        for (int i = 0; i < 3; i++) {
            assertThat(tokens)
                    .allSatisfy(one ->
                            assertThat(verifier.load(one, 0, TokenFixture.MCP)).isInstanceOf(VerifiedToken.class));
        }
        assertThat(reads() - before).isEqualTo(tokens.size());
    }

    @Test
    void loadWhenSomethingWentUnheardMeanwhileThenAnswersOnceAndKeepsNothing() {
        server.store.afterAccessTokenRead = () -> server.store.tell(new Revocation.Unheard());
        assertThat(load()).isInstanceOf(VerifiedToken.class);

        assertThat(peek()).isSameAs(TokenCheck.ASK_STORE);
        server.store.afterAccessTokenRead = () -> {};
        assertThat(load()).isInstanceOf(VerifiedToken.class);
        assertThat(peek()).isInstanceOf(VerifiedToken.class);
    }

    /** What the store said before it was asked to be quick is not what is so now. */
    @Test
    void loadWhenTheAnswerTakesLongerThanALeaseThenThrowsUnlessAllWasHeard() {
        server.store.afterAccessTokenRead = () -> millis.addAndGet(LEASE + 1);
        assertThatThrownBy(this::load).isInstanceOf(StoreException.class);

        server.store.afterAccessTokenRead = () -> {
            millis.addAndGet(LEASE + 1);
            server.store.heardMillis = millis.get();
            server.store.tell(new Revocation.Unheard());
        };
        assertThatThrownBy(this::load).isInstanceOf(StoreException.class);

        server.store.afterAccessTokenRead = () -> {
            millis.addAndGet(LEASE + 1);
            server.store.heardMillis = millis.get();
        };
        assertThat(load()).isInstanceOf(VerifiedToken.class);
    }

    /** T-116. */
    @Test
    void peekWhenTheClockIsSetBackThenNothingCountsLongerThanBefore() {
        load();
        server.store.heardMillis = millis.get();

        millis.addAndGet(-60_000);

        assertThat(peek()).isSameAs(TokenCheck.ASK_STORE);
        assertThat(load()).isInstanceOf(VerifiedToken.class);
        assertThat(peek()).isInstanceOf(VerifiedToken.class);
    }

    @Test
    void loadWhenManyAskForWhatCountsNoMoreThenTheStoreIsAskedOnce() throws Exception {
        load();
        millis.addAndGet(LEASE + 1);
        var asked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        server.store.afterAccessTokenRead = () -> {
            asked.countDown();
            await(mayAnswer);
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TokenCheck>> all = new ArrayList<>();
            all.add(threads.submit(this::load));
            await(asked);
            for (int i = 0; i < 50; i++) {
                all.add(threads.submit(this::load));
            }
            mayAnswer.countDown();
            for (var one : all) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isInstanceOf(VerifiedToken.class);
            }
        }
        assertThat(reads()).isEqualTo(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
