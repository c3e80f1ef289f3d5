package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.token.TokenRequest.Refresh;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The identity provider stays in charge: O-99, O-100, O-145, O-148; T-87. */
@Timeout(60)
final class RefreshRecheckTest {
    private static final String MCP = "https://mcp.example.com/mcp";
    private static final Scopes GRANTED = Scopes.of("tools", "images");
    private static final Identity ALICE = TokenFixture.ALICE;
    private static final Identity ALICE_WITHOUT_GROUPS =
            new Identity(ALICE.issuer(), ALICE.subject(), ALICE.email(), ALICE.name(), List.of());
    private static final int STALENESS = OAuthSettings.Lives.DEFAULT.staleness();
    private static final int RECHECK = 5;
    private static final RegisteredClient CLIENT = client("client-1");

    private final MasterKey key = new MasterKey(Randoms.base64Url(32));
    private final WatchedGrantStore store =
            new WatchedGrantStore(EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT));
    private final RefreshingProvider provider = new RefreshingProvider();
    private final ConcurrentLinkedQueue<AuditEvent> audited = new ConcurrentLinkedQueue<>();
    private final Telemetry telemetry = new Telemetry() {
        @Override
        public void audit(AuditEvent event) {
            audited.add(event);
        }
    };

    /** What the rules refuse; nothing at first. */
    private final ConcurrentLinkedQueue<Action> refused = new ConcurrentLinkedQueue<>();

    /** Refuses what is in {@link #refused}, to those without groups. */
    private final Policy policy = (Principal principal, Action action) ->
            refused.contains(action) && principal.identity().groups().isEmpty()
                    ? new Decision.Deny("no group")
                    : Decision.ALLOW;

    /** That the store is not asked by itself once more to take what it did not. */
    private static final int NEVER_AGAIN = Integer.MAX_VALUE;

    private final TokenService tokens = node();

    /** Unix time in seconds; moved on only while no other thread works. */
    private long now = 1_800_000_000L;

    @AfterEach
    void close() {
        store.close();
    }

    /** Another process over the same store. */
    private TokenService node() {
        return node(NEVER_AGAIN);
    }

    private TokenService node(int saveAgainMillis) {
        var settings = new OAuthSettings(
                URI.create("https://mcp.example.com"),
                List.of(MCP),
                GRANTED,
                GRANTED,
                true,
                List.of(),
                OAuthSettings.Lives.DEFAULT);
        return new TokenService(
                settings,
                key,
                store,
                new Clients(store, key, 86_400),
                new Oversight(provider, policy, RECHECK, saveAgainMillis),
                telemetry);
    }

    private static RegisteredClient client(String id) {
        return new RegisteredClient(
                id,
                "Inspector",
                List.of("http://localhost/cb"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code", "refresh_token"),
                RegisteredClient.Kind.DYNAMIC,
                0);
    }

    /** A grant with tokens, as a finished sign-in and the exchange of its code leave it. */
    private final class SignedIn {
        final String grantId = TokenFormat.newGrantId();
        final String access = TokenFormat.newToken(TokenFormat.Kind.ACCESS, grantId);
        final String refresh = TokenFormat.newToken(TokenFormat.Kind.REFRESH, grantId);
        final SecretKey grantKey = GrantCipher.newKey();

        SignedIn(String upstreamRefreshToken) {
            byte[] props = new GrantProps(ALICE, upstreamRefreshToken).encode();
            var grant = new Grant(
                    grantId,
                    CLIENT,
                    "http://localhost/cb",
                    "alice's key",
                    GRANTED,
                    List.of(MCP),
                    GrantCipher.sealProps(props, grantKey, grantId),
                    now,
                    now,
                    now + 60,
                    now + 90 * 86_400);
            String code = TokenFormat.newToken(TokenFormat.Kind.CODE, grantId);
            var record = new AuthorizationCode(
                    TokenHash.of(code), grantId, "challenge", GrantCipher.wrap(grantKey, code), now + 60, false);
            store.createGrant(grant, record, 50, now);
            var accessRecord = new dev.portcullis.store.AccessToken(
                    TokenHash.of(access),
                    grantId,
                    GRANTED,
                    List.of(MCP),
                    GrantCipher.wrap(grantKey, access),
                    now + 86_400);
            var refreshRecord = new RefreshToken(
                    TokenHash.of(refresh), grantId, 0, GrantCipher.wrap(grantKey, refresh), now + 30 * 86_400, 0);
            store.consumeCode(record.spentUntil(now + 60), accessRecord, refreshRecord, now + 30 * 86_400, now);
        }

        boolean isLive() {
            return store.grant(grantId, now) != null;
        }

        /** O-145: what is durable. */
        GrantProps stored() {
            Grant grant = store.grant(grantId, now);
            return GrantProps.decode(GrantCipher.openProps(grant.sealedProps(), grantKey, grantId));
        }

        boolean isUnused() {
            return store.refreshToken(TokenFormat.grantIdOf(refresh), TokenHash.of(refresh), now)
                            .token()
                            .firstUsedAt()
                    == 0;
        }
    }

    private SignedIn signIn() {
        var signedIn = new SignedIn(RefreshingProvider.FIRST);
        now += RECHECK;
        return signedIn;
    }

    private TokenResponse refresh(String token) {
        return refresh(tokens, token, null);
    }

    private TokenResponse refresh(TokenService by, String token, String scope) {
        return by.refresh(new Refresh(token, scope, List.of()), CLIENT, now);
    }

    private OAuthError refusal(String token) {
        return refusal(token, null);
    }

    private OAuthError refusal(String token, String scope) {
        return catchThrowableOfType(OAuthException.class, () -> refresh(tokens, token, scope))
                .error();
    }

    @Test
    void refreshWhenProviderSaysYesThenItsNextTokenIsDurableBeforeTheAnswer() {
        var alice = signIn();

        TokenResponse first = refresh(alice.refresh);

        assertThat(first.expiresIn()).isEqualTo(3600);
        assertThat(provider.calls).hasValue(1);
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo("upstream-1");
        assertThat(store.grant(alice.grantId, now).checkedAt()).isEqualTo(now);
        assertThat(store.grant(alice.grantId, now).checkingUntil()).isZero();
        // O-148: what is the provider's stays here.
        assertThat(first.accessToken() + first.refreshToken()).doesNotContain("upstream");

        now += RECHECK;
        refresh(first.refreshToken()); // the provider refuses any but its latest token
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo("upstream-2");
        assertThat(audited)
                .extracting(AuditEvent::what)
                .containsExactly(What.PROVIDER_CHECK, What.TOKEN_REFRESHED, What.PROVIDER_CHECK, What.TOKEN_REFRESHED);
        assertThat(audited).allMatch(AuditEvent::succeeded);
    }

    @Test
    void refreshWhenTheLastWordIsRecentThenTheProviderIsNotAsked() {
        var alice = signIn();
        now -= 1;
        String second = refresh(alice.refresh).refreshToken();
        assertThat(provider.calls).as("the sign-in was its last word").hasValue(0);

        now += 1;
        refresh(second);
        now += RECHECK - 1;
        refresh(second);
        assertThat(provider.calls).hasValue(1);
    }

    /** O-145: a grant of which nobody can be asked is short-lived instead. */
    @Test
    void refreshWhenProviderGaveNoTokenThenIsNotAskedButTheRulesAre() {
        var alice = new SignedIn(null);
        now += 7_200;
        String second = refresh(alice.refresh).refreshToken();
        assertThat(provider.calls).hasValue(0);

        provider.says = ALICE_WITHOUT_GROUPS;
        refused.add(new Action.SignIn());
        refresh(second); // still known with her groups
        assertThat(alice.isLive()).isTrue();
    }

    /** O-100: one question, one successor, as many access tokens as refreshes. */
    @Test
    void refreshWhenManyRaceThenTheProviderIsAskedOnce() throws Exception {
        var alice = signIn();
        var accessTokens = new HashSet<String>();
        var refreshTokens = new HashSet<String>();

        for (var one : raced(alice, tokens, 64)) {
            accessTokens.add(one.get().accessToken());
            refreshTokens.add(one.get().refreshToken());
        }

        assertThat(provider.calls).hasValue(1);
        assertThat(refreshTokens).hasSize(1);
        assertThat(accessTokens).hasSize(64);
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo("upstream-1");
    }

    /** O-100: the same across nodes, which have the store alone in common. */
    @Test
    void refreshWhenNodesRaceThenTheProviderIsAskedOnce() throws Exception {
        var alice = signIn();
        var nodes = List.of(tokens, node(), node());
        var refreshTokens = new HashSet<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<TokenResponse>>();
            for (int i = 0; i < 60; i++) {
                var by = nodes.get(i % nodes.size());
                all.add(threads.submit(() -> refresh(by, alice.refresh, null)));
            }
            for (var one : all) {
                refreshTokens.add(one.get().refreshToken());
            }
        }

        assertThat(provider.calls).hasValue(1);
        assertThat(refreshTokens).hasSize(1);
    }

    @Test
    void refreshWhenAnotherNodeAsksAndGivesUpThenItsOutageIsOurs() throws Exception {
        var alice = signIn();
        assertThat(store.claimCheck(alice.grantId, now + 60, now)).isTrue();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = threads.submit(() -> refresh(alice.refresh));
            store.releaseCheck(alice.grantId);

            assertThat(waiting.get().expiresIn()).isIn(900, 3600); // 3600 if it came only after the release
        }
        assertThat(provider.calls.get()).isLessThanOrEqualTo(1);
    }

    /** A node that was killed while it asked. */
    @Test
    void refreshWhenAClaimWasForgottenThenItEndsByItself() {
        var alice = signIn();
        store.claimCheck(alice.grantId, now + 60, now);
        now += 60;

        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(3600);
        assertThat(provider.calls).hasValue(1);
    }

    /** O-99, T-87: a person who was removed. */
    @Test
    void refreshWhenProviderRefusesThenTheGrantIsRevokedForAllWhoAsk() throws Exception {
        var alice = signIn();
        provider.failure = Kind.REFUSED;
        var verifier = new AccessTokenVerifier(
                store, List.of(), AccessTokenVerifier.Limits.DEFAULT, () -> Instant.ofEpochSecond(now), telemetry);
        assertThat(verifier.load(alice.access, 0, MCP)).isInstanceOf(VerifiedToken.class);

        for (var one : raced(alice, tokens, 16)) {
            var refusal = catchThrowableOfType(ExecutionException.class, one::get);
            assertThat(refusal.getCause())
                    .isInstanceOfSatisfying(
                            OAuthException.class, e -> assertThat(e.error()).isEqualTo(OAuthError.INVALID_GRANT));
        }

        assertThat(alice.isLive()).isFalse();
        assertThat(verifier.load(alice.access, 0, MCP)).isEqualTo(TokenCheck.REFUSED);
        assertThat(provider.calls).hasValue(1);
        assertThat(audited).singleElement().satisfies(event -> {
            assertThat(event.what()).isEqualTo(What.PROVIDER_CHECK);
            assertThat(event.succeeded()).isFalse();
            assertThat(event.grant()).isEqualTo(alice.grantId);
            assertThat(event.person()).isEqualTo("alice's key");
        });
    }

    /** O-99; O §13.18: an outage, or a mistake of our own, never costs anybody their grant. */
    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"UNAVAILABLE", "INVALID"})
    void refreshWhenProviderIsOutOfReachThenTokensAreShortAndLaterNone(Kind failure) {
        var alice = signIn();
        long checkedAt = now - RECHECK;
        provider.failure = failure;

        TokenResponse within = refresh(alice.refresh);
        assertThat(within.expiresIn()).isEqualTo(900);
        assertThat(within.refreshToken()).isNotEqualTo(alice.refresh); // our rotation goes on as usual
        now = checkedAt + STALENESS;
        TokenResponse last = refresh(within.refreshToken());
        assertThat(last.expiresIn()).isEqualTo(900);

        now += 1;
        assertThat(refusal(last.refreshToken())).isEqualTo(OAuthError.TEMPORARILY_UNAVAILABLE);
        var unused =
                store.refreshToken(TokenFormat.grantIdOf(last.refreshToken()), TokenHash.of(last.refreshToken()), now);
        assertThat(unused.token().firstUsedAt()).as("not rotated").isZero();
        assertThat(alice.isLive()).isTrue();
        now += 86_400;
        assertThat(refusal(last.refreshToken())).isEqualTo(OAuthError.TEMPORARILY_UNAVAILABLE);

        provider.failure = null;
        TokenResponse recovered = refresh(last.refreshToken());
        assertThat(recovered.expiresIn()).isEqualTo(3600);
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(provider.good);
    }

    /** O-97: what is wrong in itself is nothing to trouble the provider with. */
    @Test
    void refreshWhenTheRequestIsFaultyThenTheProviderIsNotAsked() {
        var alice = signIn();
        assertThat(refusal(alice.refresh, "admin")).isEqualTo(OAuthError.INVALID_SCOPE);
        assertThat(refusal(TokenFormat.newToken(TokenFormat.Kind.REFRESH, alice.grantId)))
                .isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(catchThrowableOfType(
                                OAuthException.class,
                                () -> tokens.refresh(
                                        new Refresh(alice.refresh, null, List.of("https://other.example")),
                                        CLIENT,
                                        now))
                        .error())
                .isEqualTo(OAuthError.INVALID_TARGET);
        assertThat(catchThrowableOfType(
                                OAuthException.class,
                                () -> tokens.refresh(
                                        new Refresh(alice.refresh, null, List.of()), client("client-2"), now))
                        .error())
                .isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(provider.calls).hasValue(0);
        assertThat(alice.isUnused()).isTrue();
        assertThat(alice.isLive()).isTrue(); // T-73
    }

    /** O-96, T-72: what is proved to be stolen is so whatever the provider would say, and while it says nothing. No sweep has been here. */
    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"REFUSED", "UNAVAILABLE", "INVALID"})
    void refreshWhenATokenIsReusedThenTheGrantIsRevokedAndTheProviderNotAsked(Kind failure) {
        var alice = signIn();
        String second = refresh(alice.refresh).refreshToken();
        refresh(second);
        provider.failure = failure;
        int calls = provider.calls.get();
        now += OAuthSettings.Lives.DEFAULT.refreshOverlap();
        assertThat(store.refreshToken(TokenFormat.grantIdOf(alice.refresh), TokenHash.of(alice.refresh), now)
                        .token()
                        .wrappedKey())
                .as("within the overlap it is as good as ever")
                .isNotEmpty();
        now += 1 + STALENESS;

        assertThat(refusal(alice.refresh, "admin")).isEqualTo(OAuthError.INVALID_GRANT);

        assertThat(provider.calls).hasValue(calls);
        assertThat(alice.isLive()).isFalse();
        assertThat(audited).last().satisfies(event -> assertThat(event.what()).isEqualTo(What.REFRESH_TOKEN_REUSED));
    }

    /** O-145: rules look at what is said now. */
    @Test
    void refreshWhenRulesDenyTheNewIdentityThenTheGrantIsRevoked() {
        var alice = signIn();
        refused.add(new Action.SignIn());
        String second = refresh(alice.refresh).refreshToken(); // has her groups

        provider.says = ALICE_WITHOUT_GROUPS;
        now += RECHECK;

        assertThat(refusal(second)).isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(alice.isLive()).isFalse();
        assertThat(audited).last().satisfies(event -> assertThat(event.what()).isEqualTo(What.GRANT_REVOKED));
    }

    /** O-42, O-145. */
    @Test
    void refreshWhenAScopeIsAllowedNoMoreThenItLeavesTheNewToken() {
        var alice = signIn();
        refused.add(new Action.HoldScope("images"));
        provider.says = ALICE_WITHOUT_GROUPS;

        assertThat(refusal(alice.refresh, "images")).isEqualTo(OAuthError.INVALID_SCOPE);
        assertThat(alice.isUnused()).isTrue();
        TokenResponse left = refresh(alice.refresh);
        assertThat(left.scopes()).isEqualTo(Scopes.of("tools"));

        refused.add(new Action.HoldScope("tools"));
        assertThat(refusal(left.refreshToken())).isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(alice.isLive()).isFalse();
    }

    /** Tokens already given out stay good; who bears them is seen as they are now. */
    @Test
    void refreshWhenThePersonHasChangedThenOlderTokensShowThemAnew() {
        var alice = signIn();
        var verifier = new AccessTokenVerifier(
                store, List.of(), AccessTokenVerifier.Limits.DEFAULT, () -> Instant.ofEpochSecond(now), telemetry);
        var before = (VerifiedToken) verifier.load(alice.access, 0, MCP);
        provider.says = ALICE_WITHOUT_GROUPS;

        refresh(alice.refresh);

        assertThat(verifier.recheck(before)).isEqualTo(TokenCheck.ASK_STORE);
        var after = (VerifiedToken) verifier.load(alice.access, 0, MCP);
        assertThat(before.principal().identity()).isEqualTo(ALICE);
        assertThat(after.principal().identity()).isEqualTo(ALICE_WITHOUT_GROUPS);
        assertThat(verifier.recheck(before)).isSameAs(after);

        now += RECHECK;
        String third = refresh(alice.refresh).refreshToken();
        assertThat(third).isNotNull();
        assertThat(verifier.recheck(before))
                .as("nothing has changed: not forgotten")
                .isSameAs(after);
    }

    /** A look-up that has read the old person while the new one was written is answered, and not kept. */
    @Test
    void loadWhenThePersonChangesMeanwhileThenTheOldOneIsNotKept() throws Exception {
        var alice = signIn();
        var verifier = new AccessTokenVerifier(
                store, List.of(), AccessTokenVerifier.Limits.DEFAULT, () -> Instant.ofEpochSecond(now), telemetry);
        provider.says = ALICE_WITHOUT_GROUPS;
        store.afterAccessTokenRead = () -> {
            store.afterAccessTokenRead = () -> {};
            refresh(alice.refresh);
        };

        var during = (VerifiedToken) verifier.load(alice.access, 0, MCP);
        var after = (VerifiedToken) verifier.load(alice.access, 0, MCP);

        assertThat(during.principal().identity()).isEqualTo(ALICE);
        assertThat(after.principal().identity()).isEqualTo(ALICE_WITHOUT_GROUPS);
    }

    /** O-145: what the provider rotated is kept although the rest of its answer does not hold. */
    @Test
    void refreshWhenTheProviderRotatesAndItsAnswerDoesNotHoldThenItsTokenIsKept() {
        var alice = signIn();
        provider.failure = Kind.INVALID;
        provider.rotatesThoughFailing = true;

        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(900);
        assertThat(alice.stored()).isEqualTo(new GrantProps(ALICE, provider.good));
        assertThat(store.grant(alice.grantId, now).checkedAt()).isEqualTo(now - RECHECK);

        provider.failure = null;
        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(3600);
    }

    /** The store fails after the provider has rotated: nobody is answered, and nothing is lost while this process lives. */
    @Test
    void refreshWhenTheStoreFailsAfterTheProviderRotatedThenTheNextOneGoesOn() {
        var alice = signIn();
        provider.whileAsked = () -> store.isDown = true;
        assertThat(catchThrowableOfType(StoreException.class, () -> refresh(alice.refresh)))
                .isNotNull();
        store.isDown = false;
        provider.whileAsked = () -> {};
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(RefreshingProvider.FIRST);
        assertThat(alice.isUnused()).isTrue();

        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(3600);
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(provider.good);
    }

    /** That one write fails and no other: no other node may ask with the token that the provider has just replaced, or it is told that the grant is over. */
    @Test
    void refreshWhenTheAnswerCannotBeStoredThenTheQuestionStaysClaimed() {
        var alice = signIn();
        store.losesAnswers = true;
        assertThat(catchThrowableOfType(StoreException.class, () -> refresh(alice.refresh)))
                .isNotNull();
        store.losesAnswers = false;

        assertThat(store.claimCheck(alice.grantId, now + 60, now)).isFalse();
        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(3600);
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(provider.good);
        assertThat(store.grant(alice.grantId, now).checkingUntil()).isZero();
    }

    /** The next refresh may come to a node that knows nothing of this one's answer, and after the claim. */
    @Test
    void refreshWhenTheAnswerCannotBeStoredThenItIsOnceTheStoreTakesIt() throws Exception {
        var alice = signIn();
        var node = node(10);
        store.losesAnswers = true;
        assertThat(catchThrowableOfType(StoreException.class, () -> refresh(node, alice.refresh, null)))
                .isNotNull();
        Thread.sleep(50); // it fails some more times
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(RefreshingProvider.FIRST);

        store.losesAnswers = false;
        awaitNoClaim(alice);

        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(provider.good);
        assertThat(store.grant(alice.grantId, now).checkedAt()).isEqualTo(now);
        assertThat(refresh(node(), alice.refresh, null).expiresIn()).isEqualTo(3600);
        assertThat(provider.calls).hasValue(1);
    }

    /** Nor is what another node has learnt since overwritten. */
    @Test
    void refreshWhenSomethingElseWasStoredMeanwhileThenTheOldAnswerCountsNoMore() {
        var alice = signIn();
        store.losesAnswers = true;
        assertThat(catchThrowableOfType(StoreException.class, () -> refresh(alice.refresh)))
                .isNotNull();
        store.losesAnswers = false;
        byte[] other = new GrantProps(ALICE, "of another node").encode();
        store.putChecked(
                alice.grantId, GrantCipher.sealProps(other, alice.grantKey, alice.grantId), false, now - RECHECK, now);
        provider.good = "of another node";

        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(3600);
        assertThat(alice.stored().upstreamRefreshToken()).isEqualTo(provider.good);
        assertThat(provider.calls).hasValue(2);
    }

    private void awaitNoClaim(SignedIn person) throws InterruptedException {
        for (int i = 0; i < 1_000 && store.grant(person.grantId, now).checkingUntil() != 0; i++) {
            Thread.sleep(10);
        }
    }

    /** A process that was killed between the provider's answer and our write: the person signs in again. core/STORAGE.md says so. */
    @Test
    void refreshWhenARotationWasLostThenTheProviderRefusesAndTheGrantEnds() {
        var alice = signIn();
        provider.good = "known to the killed process alone";

        assertThat(refusal(alice.refresh)).isEqualTo(OAuthError.INVALID_GRANT);
        assertThat(alice.isLive()).isFalse();
    }

    /** T-116, O-182. */
    @Test
    void refreshWhenTheClockWasSetBackThenTheProviderIsAsked() {
        var alice = signIn();
        now -= 3_600;

        assertThat(refresh(alice.refresh).expiresIn()).isEqualTo(3600);
        assertThat(provider.calls).hasValue(1);
    }

    private List<Future<TokenResponse>> raced(SignedIn person, TokenService by, int count) throws Exception {
        var start = new CountDownLatch(1);
        var all = new ArrayList<Future<TokenResponse>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                all.add(threads.submit(() -> {
                    start.await();
                    return refresh(by, person.refresh, null);
                }));
            }
            start.countDown();
        }
        return all;
    }
}
