package dev.portcullis.oauth.authorize;

import static dev.portcullis.oauth.authorize.Fixture.NOW;
import static dev.portcullis.oauth.authorize.Fixture.WEB_REDIRECT;
import static dev.portcullis.oauth.authorize.Fixture.query;
import static dev.portcullis.oauth.authorize.Fixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.oauth.authorize.AuthorizationStep.AskConsent;
import dev.portcullis.oauth.authorize.AuthorizationStep.Leave;
import dev.portcullis.oauth.authorize.AuthorizationStep.ShowPage;
import dev.portcullis.oauth.authorize.Fixture.Browser;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.AuditEvent.What;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * A consent form that comes back more than once, as browsers send it whose person presses a button twice (O-63): they show what the last press brings, so the same answer
 * leads where the first one led, and nothing is made of it twice. Anything else is refused as ever (T-52).
 */
class AnsweredTwiceTest {
    private static final ShowPage ANSWERED = new ShowPage(PageReason.ANSWERED_CONSENT);
    private static final ShowPage FORGED = new ShowPage(PageReason.FORGED_CONSENT);

    private final Fixture fixture = new Fixture();
    private AuthorizationFlow flow = fixture.flow();
    private final Browser browser = new Browser();
    private final AskConsent asked = (AskConsent) flow.begin(request(), browser.secrets(), NOW);

    AnsweredTwiceTest() {
        browser.keep(asked.secrets());
    }

    private AuthorizationStep answer(boolean approved, Browser by, long now) {
        return flow.consented(new ConsentAnswer(asked.transaction(), approved, false), by.secrets(), now);
    }

    private static String stateOf(AuthorizationStep step) {
        assertThat(step).isInstanceOf(Leave.class);
        assertThat(((Leave) step).location()).startsWith("https://idp.example/");
        return query(((Leave) step).location()).get("state");
    }

    private AuthorizationStep comeBack(String state, Browser by) {
        return flow.complete(new Callback(state, "upstream-code", null, null), by.secrets(), NOW + 20);
    }

    /** A double click: both posts are sent before either answer has come, and the answer to the first is never looked at. */
    @Test
    void approveWhenPressedTwiceThenTheSecondLeadsToTheSameTripAndItEndsOnce() {
        var first = answer(true, browser.copy(), NOW);
        var second = answer(true, browser, NOW + 1);

        assertThat(((Leave) second).location()).isEqualTo(((Leave) first).location());
        assertThat(fixture.store.pending).hasSize(1);
        browser.keep(((Leave) second).secrets());
        var kept = browser.copy();
        assertThat(((Leave) comeBack(stateOf(second), browser)).location()).startsWith(WEB_REDIRECT + "?code=");
        assertThat(comeBack(stateOf(first), kept)).isEqualTo(new ShowPage(PageReason.UNKNOWN_SIGN_IN));
        assertThat(fixture.store.grants).hasSize(1);
        assertThat(fixture.store.codes).hasSize(1);
        assertThat(fixture.provider.signIns).isEqualTo(1);
        assertThat(fixture.counted).containsExactly("AUTHORIZE+", "CONSENT+", "CALLBACK+", "CALLBACK-");
        assertThat(fixture.audited.stream()
                        .filter(event -> event.what() == What.CONSENT)
                        .map(event -> event.detail()))
                .containsExactly("approved", "the same answer again");
    }

    /** Of a slow identity provider: the first answer was heard, and its page has not come yet. */
    @Test
    void approveWhenPressedAgainAfterTheFirstAnswerWasHeardThenLeadsToTheSameTrip() {
        var first = (Leave) answer(true, browser, NOW);
        browser.keep(first.secrets());
        var second = (Leave) answer(true, browser, NOW + 9);

        assertThat(second.location()).isEqualTo(first.location());
        browser.keep(second.secrets());
        assertThat(((Leave) comeBack(stateOf(second), browser)).location()).contains("?code=");
        assertThat(fixture.store.grants).hasSize(1);
    }

    /** The browser may hold its secret as long as the trip is known, and no longer. */
    @Test
    void approveWhenPressedAgainThenTheTripEndsWhenItWouldHave() {
        answer(true, browser.copy(), NOW);
        var second = (Leave) answer(true, browser, NOW + 9);

        assertThat(second.secrets()).hasSize(1).allMatch(secret -> secret.lifeSeconds() == 600 - 9);
        var secrets = browser.keep(second.secrets()).secrets();
        assertThat(flow.complete(new Callback(stateOf(second), "code", null, null), secrets, NOW + 600))
                .isEqualTo(new ShowPage(PageReason.UNKNOWN_SIGN_IN));
    }

    @Test
    void denyWhenPressedTwiceThenTheClientHearsTheSame() {
        var first = (Leave) answer(false, browser.copy(), NOW);
        browser.keep(first.secrets());
        var second = (Leave) answer(false, browser, NOW + 1);

        assertThat(second.location()).isEqualTo(first.location()).startsWith(WEB_REDIRECT + "?error=access_denied&");
        assertThat(fixture.store.pending).isEmpty();
        assertThat(fixture.counted).containsExactly("AUTHORIZE+", "CONSENT-");
    }

    @Test
    void approveWhenProviderWasAwayThenTheClientHearsTheSameThoughItIsBack() {
        fixture.provider.startFailure = new IdentityException(Kind.UNAVAILABLE, "canary");
        var first = (Leave) answer(true, browser.copy(), NOW);
        fixture.provider.startFailure = null;
        var second = (Leave) answer(true, browser, NOW + 1);

        assertThat(second.location()).isEqualTo(first.location()).contains("?error=temporarily_unavailable&");
        assertThat(fixture.store.pending).isEmpty();
        assertThat(answer(false, browser, NOW + 2)).isEqualTo(ANSWERED);
    }

    /** T-52: the first answer counts; another decision changes nothing of it. */
    @Test
    void answerWhenTheDecisionIsAnotherThenIsRefusedAndTheFirstCounts() {
        var first = (Leave) answer(true, browser, NOW);
        assertThat(answer(false, browser, NOW + 1)).isEqualTo(ANSWERED);
        browser.keep(first.secrets());
        assertThat(((Leave) comeBack(stateOf(first), browser)).location()).contains("?code=");
    }

    @Test
    void approveWhenItWasDeniedThenIsRefusedAndNoTripIsLeft() {
        answer(false, browser, NOW);
        assertThat(answer(true, browser, NOW + 1)).isEqualTo(ANSWERED);
        assertThat(fixture.store.pending).isEmpty();
        assertThat(fixture.store.grants).isEmpty();
    }

    /** T-52, T-53: the form alone is worth nothing, before and after its answer, and neither is a secret of another form. */
    @Test
    void answerWhenBrowserIsAnotherThenIsForgedWhateverTheFirstCameTo() {
        answer(true, browser, NOW);
        var stranger = new Browser();
        assertThat(answer(true, stranger, NOW + 1)).isEqualTo(FORGED);
        assertThat(answer(false, stranger, NOW + 1)).isEqualTo(FORGED);
        var own = (AskConsent) flow.begin(request(), stranger.secrets(), NOW);
        stranger.keep(own.secrets());
        assertThat(answer(true, stranger, NOW + 1)).isEqualTo(FORGED);
        stranger.set(browser.names().getFirst(), "x".repeat(43));
        assertThat(answer(true, stranger, NOW + 1)).isEqualTo(FORGED);
        assertThat(fixture.store.pending).hasSize(1);
    }

    /** O-63, O-67: a form is good for one trip, and that for one end, even in a browser that forgets nothing. */
    @Test
    void answerWhenTheSignInIsOverThenIsRefused() {
        var left = (Leave) answer(true, browser, NOW);
        browser.keep(left.secrets());
        var keepsAll = browser.copy();
        browser.keep(((Leave) comeBack(stateOf(left), browser)).secrets());

        assertThat(browser.names()).isEmpty();
        assertThat(answer(true, keepsAll, NOW + 21)).isEqualTo(ANSWERED);
        assertThat(answer(false, keepsAll, NOW + 21)).isEqualTo(ANSWERED);
        assertThat(answer(true, browser, NOW + 21)).isEqualTo(FORGED);
        assertThat(answer(true, keepsAll, NOW + 600)).isEqualTo(new ShowPage(PageReason.EXPIRED_CONSENT));
        assertThat(fixture.store.pending).isEmpty();
        assertThat(fixture.store.grants).hasSize(1);
    }

    /** At one moment, at two nodes of one store: all who approve are on one trip, or all who deny are told so. */
    @RepeatedTest(20)
    void answerWhenPostedManyTimesAtOnceThenAllThatAgreeWithTheFirstGoTheSameWay() throws Exception {
        var nodes = List.of(flow, fixture.flow());
        var secrets = browser.secrets();
        var steps = new ArrayList<Future<AuthorizationStep>>();
        try (var posts = Executors.newVirtualThreadPerTaskExecutor()) {
            var start = new CyclicBarrier(8);
            for (int i = 0; i < 8; i++) {
                var node = nodes.get(i % 2);
                var answer = new ConsentAnswer(asked.transaction(), i < 6, false);
                steps.add(posts.submit(() -> {
                    start.await();
                    return node.consented(answer, secrets, NOW);
                }));
            }
        }
        var locations = new HashSet<String>();
        int left = 0;
        for (var step : steps) {
            if (step.get() instanceof Leave leave) {
                locations.add(leave.location());
                left++;
            } else {
                assertThat(step.get()).isEqualTo(ANSWERED);
            }
        }
        assertThat(locations).hasSize(1);
        boolean approved = locations.iterator().next().startsWith("https://idp.example/");
        assertThat(left).isEqualTo(approved ? 6 : 2);
        assertThat(fixture.store.pending).hasSize(approved ? 1 : 0);
        assertThat(fixture.counted.stream().filter(approved ? "CONSENT+"::equals : "CONSENT-"::equals))
                .hasSize(approved ? 1 : 7); // what is refused is counted as not approved
    }

    /** The store failed after it had settled the answer, or asked twice itself: whoever sends the form again goes on. */
    @Test
    void approveWhenTheStoresAnswerWasLostThenGoesOn() {
        fixture.store.asksTwice = true;
        var left = (Leave) answer(true, browser, NOW);
        browser.keep(left.secrets());
        assertThat(((Leave) comeBack(stateOf(left), browser)).location()).contains("?code=");
    }

    @Test
    void approveAgainWhenStoreIsAwayThenTheFormCanBeSentOnceMore() {
        var first = (Leave) answer(true, browser, NOW);
        for (String call : List.of("putPendingSignIn", "settleOnce", "takePendingSignIn", "pendingSignIn", "client")) {
            fixture.store.failing.add(call);
            assertThatThrownBy(() -> answer(true, browser, NOW + 1)).isInstanceOf(StoreException.class);
            fixture.store.failing.clear();
            assertThat(((Leave) answer(true, browser, NOW + 1)).location()).isEqualTo(first.location());
        }
    }

    /** O-180: a master key may be replaced between two presses. */
    @Test
    void approveWhenTheMasterKeyIsReplacedMeanwhileThenLeadsToTheSameTrip() {
        var first = (Leave) answer(true, browser, NOW);
        flow = fixture.flow(new MasterKey("the-key-that-replaces-it-of-enough-characters", List.of(Fixture.KEY)));

        assertThat(((Leave) answer(true, browser, NOW + 1)).location()).isEqualTo(first.location());
    }

    /** T-91: what is remembered of an answer opens for its browser alone, and is small whatever was asked. */
    @Test
    void approveThenNothingInTheStoreIsReadable() {
        var big = (AskConsent) flow.begin(request("state=" + "s".repeat(8_000)), browser.secrets(), NOW);
        browser.keep(big.secrets());
        var left = (Leave) flow.consented(new ConsentAnswer(big.transaction(), true, false), browser.secrets(), NOW);
        String secret = left.secrets().getLast().value();
        assertThat(fixture.store.spent.values()).hasSize(1).allSatisfy(spent -> {
            assertThat(spent.outcome()).hasSizeLessThan(200);
            assertThat(new String(spent.outcome(), StandardCharsets.ISO_8859_1))
                    .doesNotContain(stateOf(left), secret, "begun");
        });
    }
}
