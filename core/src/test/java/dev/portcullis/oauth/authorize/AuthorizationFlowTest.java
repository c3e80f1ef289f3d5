package dev.portcullis.oauth.authorize;

import static dev.portcullis.oauth.authorize.Fixture.ISSUER;
import static dev.portcullis.oauth.authorize.Fixture.MCP;
import static dev.portcullis.oauth.authorize.Fixture.NOW;
import static dev.portcullis.oauth.authorize.Fixture.WEB_REDIRECT;
import static dev.portcullis.oauth.authorize.Fixture.query;
import static dev.portcullis.oauth.authorize.Fixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.authorize.AuthorizationStep.AskConsent;
import dev.portcullis.oauth.authorize.AuthorizationStep.Leave;
import dev.portcullis.oauth.authorize.AuthorizationStep.OfferReturn;
import dev.portcullis.oauth.authorize.AuthorizationStep.ShowPage;
import dev.portcullis.oauth.authorize.Fixture.Browser;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.policy.Decision;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationFlowTest {
    private final Fixture fixture = new Fixture();
    private AuthorizationFlow flow = fixture.flow();
    private final Browser browser = new Browser();

    private AskConsent ask(String... changes) {
        var step = (AskConsent) flow.begin(request(changes), browser.secrets(), NOW);
        browser.keep(step.secrets());
        return step;
    }

    private AuthorizationStep answer(String transaction, boolean approved, Browser by, long now) {
        return flow.consented(new ConsentAnswer(transaction, approved, false), by.secrets(), now);
    }

    /** Through the consent page to the identity provider. @return the state that went with the browser */
    private String approve(String... changes) {
        return approve(false, changes);
    }

    private String approve(boolean remember, String... changes) {
        var asked = ask(changes);
        var left = (Leave)
                flow.consented(new ConsentAnswer(asked.transaction(), true, remember), browser.secrets(), NOW + 1);
        browser.keep(left.secrets());
        return query(left.location()).get("state");
    }

    private AuthorizationStep comeBack(String state) {
        return comeBack(new Callback(state, "upstream-code", null, null));
    }

    private AuthorizationStep comeBack(Callback callback) {
        return flow.complete(callback, browser.secrets(), NOW + 2);
    }

    private Map<String, String> clientHears(AuthorizationStep step) {
        assertThat(step).isInstanceOf(Leave.class);
        var leave = (Leave) step;
        browser.keep(leave.secrets());
        assertThat(leave.location()).startsWith(WEB_REDIRECT + "?");
        return query(leave.location());
    }

    // begin

    @Test
    void beginWhenRequestIsRightThenAsksAndStoresNothing() {
        var asked = ask();
        assertThat(asked.view().clientName()).isEqualTo("Web Client");
        assertThat(asked.view().redirect().host()).isEqualTo("client.example");
        assertThat(asked.view().scopes()).isEqualTo(Scopes.of("tools:read"));
        assertThat(asked.view().resources()).containsExactly(MCP);
        // T-92: nothing is stored before approval.
        assertThat(fixture.store.pending).isEmpty();
        assertThat(fixture.provider.starts).isEmpty();
        assertThat(fixture.counted).containsExactly("AUTHORIZE+");
    }

    /** O-63, T-92: what travels in the form tells nothing. */
    @Test
    void beginWhenAskingThenTheFormIsOpaqueAndNeverTheSame() {
        var first = ask();
        var second = ask();
        assertThat(first.transaction()).isNotEqualTo(second.transaction());
        String raw = new String(Base64.getUrlDecoder().decode(first.transaction()), StandardCharsets.ISO_8859_1);
        assertThat(raw).doesNotContain("web", "client.example", "client state", "tools");
    }

    /** O-6: a long state of the client passes, and so does its form. */
    @Test
    void beginWhenStateIsLongThenItComesThrough() {
        String state = "s".repeat(8 * 1024);
        var back = clientHears(comeBack(approve("state=" + state)));
        assertThat(back).containsEntry("state", state);
    }

    @Test
    void beginWhenRedirectIsUnknownThenShowsPage() {
        var step = flow.begin(request("redirect_uri=https://evil.example/"), browser.secrets(), NOW);
        assertThat(step).isEqualTo(new ShowPage(PageReason.BAD_REDIRECT_URI));
        assertThat(fixture.counted).containsExactly("AUTHORIZE-");
    }

    /** O-33, O-35: a dynamic client's error is not followed unasked; the way back has error, state and iss. */
    @Test
    void beginWhenRequestIsFaultyThenOffersTheWayBack() {
        var step = flow.begin(request("scope=unknown"), browser.secrets(), NOW);
        assertThat(step).isInstanceOf(OfferReturn.class);
        var offer = (OfferReturn) step;
        assertThat(offer.error()).isEqualTo(OAuthError.INVALID_SCOPE);
        assertThat(offer.location()).startsWith(WEB_REDIRECT + "?");
        assertThat(query(offer.location()))
                .containsEntry("error", "invalid_scope")
                .containsEntry("state", "client state")
                .containsEntry("iss", ISSUER)
                .containsKey("error_description");
    }

    /** O §4.1 row 10, O-33: prompt=none is always answered at the client. */
    @Test
    void beginWhenPromptIsNoneThenRedirectsWithConsentRequired() {
        assertThat(clientHears(flow.begin(request("prompt=none"), browser.secrets(), NOW)))
                .containsEntry("error", "consent_required")
                .containsEntry("state", "client state")
                .containsEntry("iss", ISSUER);
        assertThat(clientHears(flow.begin(request("prompt=none", "-code_challenge"), browser.secrets(), NOW)))
                .containsEntry("error", "invalid_request");
    }

    @Test
    void beginWhenStoreIsAwayThenSaysSo() {
        fixture.store.failing.add("client");
        assertThatThrownBy(() -> flow.begin(request(), browser.secrets(), NOW)).isInstanceOf(StoreException.class);
    }

    /** T-60: secrets of forms never sent do not pile up in a browser; the newest are kept. */
    @Test
    void beginWhenManyFormsAreOpenThenForgetsTheOldest() {
        for (int i = 0; i < 30; i++) {
            ask();
        }
        assertThat(browser.names()).hasSize(8);
        var newest = ask();
        assertThat(answer(newest.transaction(), true, browser, NOW)).isInstanceOf(Leave.class);
    }

    // consented

    @Test
    void consentedWhenApprovedThenLeavesForTheProviderWithANewTrip() {
        var asked = ask();
        var step = answer(asked.transaction(), true, browser, NOW + 5);
        assertThat(step).isInstanceOf(Leave.class);
        var start = fixture.provider.starts.get(0);
        assertThat(((Leave) step).location())
                .startsWith("https://idp.example/authorization?")
                .contains(start.state());
        // O-67, O-142: each at least 128 bits, each another.
        assertThat(List.of(start.state(), start.nonce(), start.codeVerifier()))
                .doesNotHaveDuplicates()
                .allMatch(value -> value.length() == 43);
        var pending = fixture.store.pending.get(TokenHash.of(start.state()));
        assertThat(pending.expiresAt()).isEqualTo(NOW + 5 + 600);
        browser.keep(((Leave) step).secrets());
        assertThat(browser.names())
                .extracting(name -> name.replaceFirst("_.*", ""))
                .containsExactly("csrf", "tx");
        assertThat(fixture.counted).containsExactly("AUTHORIZE+", "CONSENT+");
    }

    /** O-67: whoever reads the store reads nothing of the sign-in. */
    @Test
    void consentedWhenApprovedThenNothingInTheStoreIsReadable() {
        String state = approve();
        var start = fixture.provider.starts.get(0);
        for (var record : fixture.store.pending.values()) {
            String raw = new String(record.sealed(), StandardCharsets.ISO_8859_1);
            assertThat(raw).doesNotContain("web", "client", "tools", start.nonce(), start.codeVerifier(), state);
        }
    }

    @Test
    void consentedWhenDeniedThenClientHearsAccessDeniedAndNothingIsStored() {
        var asked = ask();
        assertThat(clientHears(answer(asked.transaction(), false, browser, NOW)))
                .containsEntry("error", "access_denied")
                .containsEntry("state", "client state")
                .containsEntry("iss", ISSUER);
        assertThat(fixture.store.pending).isEmpty();
        assertThat(fixture.counted).containsExactly("AUTHORIZE+", "CONSENT-");
    }

    /** T-52: each of these ends at a page, with nothing stored. */
    @Test
    void consentedWhenSecretIsMissingOrAnothersThenIsForged() {
        var asked = ask();
        var other = new Browser();
        assertForged(answer(asked.transaction(), true, new Browser(), NOW));
        other.set(browser.names().get(0), "x".repeat(43));
        assertForged(answer(asked.transaction(), true, other, NOW));
        var othersForm = (AskConsent) flow.begin(request(), BrowserSecrets.NONE, NOW);
        assertForged(answer(othersForm.transaction(), true, browser, NOW));
        assertThat(fixture.store.pending).isEmpty();
    }

    @Test
    void consentedWhenFormIsTamperedWithThenIsForged() {
        String form = ask().transaction();
        for (int at = 0; at < form.length(); at += 7) {
            String flipped = form.substring(0, at) + (form.charAt(at) == 'A' ? 'B' : 'A') + form.substring(at + 1);
            assertForged(answer(flipped, true, browser, NOW));
        }
        for (String bad : List.of("", "A", "====", form + "A", form.substring(8), "\u0000", "x".repeat(100_000))) {
            assertForged(answer(bad, true, browser, NOW));
        }
        assertThat(fixture.store.pending).isEmpty();
        assertThat(fixture.counted).doesNotContain("CONSENT+");
    }

    /** O-180: another deployment's forms are not ours. */
    @Test
    void consentedWhenFormIsSealedWithAnotherKeyThenIsForged() {
        var asked = (AskConsent)
                fixture.flow("another-key-of-at-least-32-characters!").begin(request(), browser.secrets(), NOW);
        browser.keep(asked.secrets());
        assertForged(answer(asked.transaction(), true, browser, NOW));
    }

    private static void assertForged(AuthorizationStep step) {
        assertThat(step).isEqualTo(new ShowPage(PageReason.FORGED_CONSENT));
    }

    @Test
    void consentedWhenFormIsTenMinutesOldThenHasExpired() {
        var asked = ask();
        assertThat(answer(asked.transaction(), true, browser.copy(), NOW + 600))
                .isEqualTo(new ShowPage(PageReason.EXPIRED_CONSENT));
        assertThat(answer(asked.transaction(), true, new Browser(), NOW + 600))
                .isEqualTo(new ShowPage(PageReason.EXPIRED_CONSENT));
        assertThat(fixture.store.pending).isEmpty();
        assertThat(answer(asked.transaction(), true, browser, NOW + 599)).isInstanceOf(Leave.class);
    }

    @Test
    void consentedWhenTwoFormsAreOpenThenEachIsGood() {
        var first = ask();
        var second = ask("client_id=editor", "redirect_uri=" + Fixture.CUSTOM_REDIRECT);
        browser.keep(((Leave) answer(first.transaction(), true, browser, NOW)).secrets());
        assertThat(answer(second.transaction(), true, browser, NOW)).isInstanceOf(Leave.class);
    }

    @Test
    void consentedWhenClientIsGoneOrHasBecomeAnotherThenShowsPage() {
        var asked = ask();
        fixture.put(Fixture.client("web", "Your Bank", WEB_REDIRECT));
        assertThat(answer(asked.transaction(), true, browser, NOW)).isEqualTo(new ShowPage(PageReason.UNKNOWN_CLIENT));
        fixture.store.clients.clear();
        assertThat(answer(asked.transaction(), true, browser, NOW)).isEqualTo(new ShowPage(PageReason.UNKNOWN_CLIENT));
    }

    /** O §4.1 row 11. */
    @Test
    void consentedWhenProviderIsAwayThenClientHearsTemporarilyUnavailable() {
        fixture.provider.startFailure = new IdentityException(Kind.UNAVAILABLE, "canary");
        var asked = ask();
        assertThat(clientHears(answer(asked.transaction(), true, browser, NOW)))
                .containsEntry("error", "temporarily_unavailable")
                .containsEntry("state", "client state")
                .containsEntry("iss", ISSUER)
                .doesNotContainValue("canary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"settleOnce", "client", "putPendingSignIn"})
    void consentedWhenStoreIsAwayThenTheFormCanBeSentAgain(String call) {
        var asked = ask();
        fixture.store.failing.add(call);
        assertThatThrownBy(() -> answer(asked.transaction(), true, browser, NOW))
                .isInstanceOf(StoreException.class);
        fixture.store.failing.clear();
        assertThat(answer(asked.transaction(), true, browser, NOW)).isInstanceOf(Leave.class);
    }

    // complete

    @Test
    void completeWhenSignedInThenMakesOneGrantWithItsCode() {
        var back = clientHears(comeBack(approve()));
        assertThat(back.keySet()).containsExactly("code", "state", "iss");
        assertThat(back).containsEntry("state", "client state").containsEntry("iss", ISSUER);
        String code = back.get("code");
        assertThat(TokenFormat.isWellFormed(TokenFormat.Kind.CODE, code)).isTrue();
        assertThat(fixture.store.grants).hasSize(1);
        assertThat(fixture.store.codes).hasSize(1);
        var grant = fixture.store.grants.get(0);
        var record = fixture.store.codes.get(0);
        assertThat(record.hash()).isEqualTo(TokenHash.of(code));
        assertThat(record.grantId()).isEqualTo(grant.id());
        assertThat(record.codeChallenge()).isEqualTo(Fixture.CHALLENGE);
        assertThat(record.spent()).isFalse();
        assertThat(record.expiresAt()).isEqualTo(NOW + 2 + 60);
        assertThat(grant.client().id()).isEqualTo("web");
        assertThat(grant.redirectUri()).isEqualTo(WEB_REDIRECT);
        assertThat(grant.scopes()).isEqualTo(Scopes.of("tools:read"));
        assertThat(grant.resources()).containsExactly(MCP);
        assertThat(grant.expiresAt()).isEqualTo(record.expiresAt());
        assertThat(grant.endsAt()).isEqualTo(NOW + 2 + 90 * 86_400L); // O-98: the provider can be asked again
        assertThat(fixture.store.grantsMax).isEqualTo(50);
        assertThat(browser.names()).isEmpty();
        assertThat(fixture.counted).containsExactly("AUTHORIZE+", "CONSENT+", "CALLBACK+");
    }

    /** O-107, O-148: the person's properties open with the code and with nothing else, and stand nowhere readable. */
    @Test
    void completeWhenSignedInThenPropertiesOpenOnlyWithTheCode() {
        String code = clientHears(comeBack(approve())).get("code");
        var grant = fixture.store.grants.get(0);
        var record = fixture.store.codes.get(0);
        var key = GrantCipher.unwrap(record.wrappedKey(), code);
        var props = GrantProps.decode(GrantCipher.openProps(grant.sealedProps(), key, grant.id()));
        assertThat(props.identity()).isEqualTo(ScriptedProvider.ALICE);
        assertThat(props.upstreamRefreshToken()).isEqualTo("upstream-refresh-canary");
        String other = TokenFormat.newToken(TokenFormat.Kind.CODE, grant.id());
        assertThatThrownBy(() -> GrantCipher.unwrap(record.wrappedKey(), other)).isInstanceOf(StoreException.class);
        assertThat(grant.subjectKey()).doesNotContain("alice");
        assertThat(new String(grant.sealedProps(), StandardCharsets.ISO_8859_1)).doesNotContain("alice", "canary");
        assertThat(grant + " " + record).doesNotContain("alice", "canary", code);
    }

    /** O-147: two sign-ins of one person have one key, two persons two. */
    @Test
    void completeWhenTwoPersonsSignInThenSubjectKeysDiffer() {
        comeBack(approve());
        comeBack(approve());
        fixture.provider.identity = ScriptedProvider.BOB;
        comeBack(approve());
        assertThat(fixture.store.grants.stream()
                        .map(grant -> grant.subjectKey())
                        .distinct())
                .hasSize(2);
        assertThat(fixture.store.grants.stream().map(grant -> grant.id()).distinct())
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "\u0000", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void completeWhenStateIsUnknownThenShowsPage(String state) {
        assertThat(comeBack(state)).isEqualTo(new ShowPage(PageReason.UNKNOWN_SIGN_IN));
        assertThat(comeBack(new Callback(null, "code", null, null)))
                .isEqualTo(new ShowPage(PageReason.UNKNOWN_SIGN_IN));
        assertThat(fixture.provider.signIns).isZero();
    }

    @Test
    void completeWhenTenMinutesHavePassedThenShowsPage() {
        String state = approve();
        assertThat(flow.complete(new Callback(state, "code", null, null), browser.secrets(), NOW + 1 + 600))
                .isEqualTo(new ShowPage(PageReason.UNKNOWN_SIGN_IN));
    }

    /** T-53, O §4.5: a stranger's browser neither finishes nor ends somebody's sign-in. */
    @Test
    void completeWhenBrowserIsAnotherThenStateStaysForItsOwner() {
        String state = approve();
        var stranger = new Browser();
        assertThat(flow.complete(new Callback(state, "code", null, null), stranger.secrets(), NOW + 2))
                .isEqualTo(new ShowPage(PageReason.OTHER_BROWSER));
        stranger.set(browser.names().get(0), "x".repeat(43));
        assertThat(flow.complete(new Callback(state, null, "access_denied", null), stranger.secrets(), NOW + 2))
                .isEqualTo(new ShowPage(PageReason.OTHER_BROWSER));
        assertThat(fixture.provider.signIns).isZero();
        assertThat(clientHears(comeBack(state))).containsKey("code");
    }

    /** T-53: a sign-in under way in this browser does not let in the state of another. */
    @Test
    void completeWhenStatesAreSwappedBetweenBrowsersThenShowsPage() {
        String mine = approve();
        var left = new Browser();
        var asked = (AskConsent) flow.begin(request(), BrowserSecrets.NONE, NOW);
        left.keep(asked.secrets());
        var others = (Leave) answer(asked.transaction(), true, left, NOW);
        left.keep(others.secrets());
        assertThat(comeBack(query(others.location()).get("state"))).isEqualTo(new ShowPage(PageReason.OTHER_BROWSER));
        assertThat(flow.complete(new Callback(mine, "code", null, null), left.secrets(), NOW + 2))
                .isEqualTo(new ShowPage(PageReason.OTHER_BROWSER));
        assertThat(fixture.store.grants).isEmpty();
    }

    /** O-70. */
    @Test
    void completeWhenRepeatedThenShowsPageAndMakesNoSecondCode() {
        String state = approve();
        var kept = browser.copy();
        clientHears(comeBack(state));
        assertThat(flow.complete(new Callback(state, "upstream-code", null, null), kept.secrets(), NOW + 3))
                .isEqualTo(new ShowPage(PageReason.UNKNOWN_SIGN_IN));
        assertThat(fixture.store.grants).hasSize(1);
        assertThat(fixture.provider.signIns).isEqualTo(1);
    }

    /** O §4.5: our words, never the provider's. */
    @ParameterizedTest
    @CsvSource({
        "access_denied, access_denied",
        "temporarily_unavailable, temporarily_unavailable",
        "server_error, server_error",
        "login_required, server_error",
        "<script>canary</script>, server_error"
    })
    void completeWhenProviderSendsAnErrorThenClientHearsOurs(String theirs, String ours) {
        String state = approve();
        var back = clientHears(comeBack(new Callback(state, "code", theirs, null)));
        assertThat(back)
                .containsEntry("error", ours)
                .containsEntry("state", "client state")
                .containsEntry("iss", ISSUER);
        assertThat(back.toString()).doesNotContain("canary");
        assertThat(fixture.provider.signIns).isZero();
        assertThat(fixture.store.grants).isEmpty();
        assertThat(browser.names()).isEmpty();
        assertThat(fixture.counted).endsWith("CALLBACK-");
    }

    @Test
    void completeWhenCodeIsAbsentOrIssuerIsAnotherThenClientHearsServerError() {
        assertThat(clientHears(comeBack(new Callback(approve(), null, null, null))))
                .containsEntry("error", "server_error");
        assertThat(clientHears(comeBack(new Callback(approve(), "code", null, "https://evil.example"))))
                .containsEntry("error", "server_error");
        assertThat(fixture.provider.signIns).isZero();
        assertThat(clientHears(comeBack(new Callback(approve(), "code", null, "https://idp.example"))))
                .containsKey("code");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void completeWhenProviderSignsNobodyInThenClientHearsWhyInOurWords(Kind kind) {
        String state = approve();
        fixture.provider.signInFailure = new IdentityException(kind, "canary of the provider");
        var back = clientHears(comeBack(state));
        assertThat(back)
                .containsEntry(
                        "error",
                        switch (kind) {
                            case REFUSED -> "access_denied";
                            case INVALID -> "server_error";
                            case UNAVAILABLE -> "temporarily_unavailable";
                        });
        assertThat(back.toString()).doesNotContain("canary");
        assertThat(fixture.store.grants).isEmpty();
        assertThat(fixture.refused)
                .isEqualTo(kind == Kind.UNAVAILABLE ? List.of(Outcome.IDENTITY_PROVIDER_UNAVAILABLE) : List.of());
        assertThat(fixture.counted).endsWith("CALLBACK-");
    }

    @Test
    void completeWhenPolicyRefusesThenClientHearsAccessDeniedAndThereIsNoGrant() {
        for (Decision no : List.of(new Decision.Deny("rule"), new Decision.NeedScope(Scopes.of("more")))) {
            fixture.policy = (principal, action) -> {
                assertThat(principal.identity()).isEqualTo(ScriptedProvider.ALICE);
                assertThat(principal.clientId()).isEqualTo("web");
                return no;
            };
            flow = fixture.flow();
            assertThat(clientHears(comeBack(approve()))).containsEntry("error", "access_denied");
        }
        assertThat(fixture.store.grants).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pendingSignIn", "client", "takePendingSignIn"})
    void completeWhenStoreIsAwayBeforeTheStateIsTakenThenItCanBeSentAgain(String call) {
        String state = approve();
        fixture.store.failing.add(call);
        assertThatThrownBy(() -> comeBack(state)).isInstanceOf(StoreException.class);
        fixture.store.failing.clear();
        assertThat(clientHears(comeBack(state))).containsKey("code");
    }

    @Test
    void completeWhenGrantCannotBeStoredThenClientHearsTemporarilyUnavailable() {
        String state = approve();
        fixture.store.failing.add("createGrant");
        assertThat(clientHears(comeBack(state)))
                .containsEntry("error", "temporarily_unavailable")
                .containsEntry("iss", ISSUER);
        assertThat(fixture.refused).containsExactly(Outcome.STORE_UNAVAILABLE);
    }

    /** O-34, O-52: the redirect URI's own query stays; the port of the request stays. */
    @Test
    void completeWhenRedirectHasAQueryOrAPortThenTheyStay() {
        var withQuery = (Leave) comeBack(approve("redirect_uri=" + WEB_REDIRECT + "/second?kept=1"));
        assertThat(withQuery.location()).startsWith(WEB_REDIRECT + "/second?kept=1&code=");
        browser.keep(withQuery.secrets());
        var withPort = (Leave) comeBack(approve("client_id=desktop", "redirect_uri=http://127.0.0.1:51234/callback"));
        assertThat(withPort.location()).startsWith("http://127.0.0.1:51234/callback?code=");
        assertThat(fixture.store.grants.get(1).redirectUri()).isEqualTo("http://127.0.0.1:51234/callback");
    }

    /** O-31, T-58: any state comes back as it was, and no line break reaches a header. */
    @ParameterizedTest
    @ValueSource(
            strings = {"a b+c%20&=#?", "\r\nSet-Cookie: x=1", "\"><script>", "\u65e5\u672c\u8a9e \ud83d\ude00", "\u202e"
            })
    void completeWhenStateIsOddThenItIsEchoedExactlyAndEncoded(String odd) {
        String state = approve("state=" + odd);
        var left = (Leave) comeBack(state);
        assertThat(query(left.location())).containsEntry("state", odd);
        assertThat(left.location()).matches("[\\x21-\\x7E]+").doesNotContain("<", "\"");
    }

    @Test
    void completeWhenLoginIsPromptedThenProviderIsAskedToSignInAnew() {
        approve("prompt=login");
        approve();
        assertThat(fixture.provider.starts)
                .extracting(start -> start.forceLogin())
                .containsExactly(true, false);
    }

    // remembered approvals

    private void signInRemembering(String... changes) {
        var left = (Leave) comeBack(approve(true, changes));
        browser.keep(left.secrets());
    }

    private AuthorizationStep beginAgain(String... changes) {
        return flow.begin(request(changes), browser.secrets(), NOW + 10);
    }

    /** O-69: only the page is skipped; state and browser secret are new. */
    @Test
    void beginWhenApprovalIsRememberedThenLeavesAtOnceWithANewTrip() {
        signInRemembering();
        var step = beginAgain();
        assertThat(step).isInstanceOf(Leave.class);
        browser.keep(((Leave) step).secrets());
        assertThat(((Leave) step).location()).startsWith("https://idp.example/");
        assertThat(fixture.provider.starts)
                .extracting(start -> start.state())
                .doesNotHaveDuplicates()
                .hasSize(2);
        assertThat(clientHears(comeBack(query(((Leave) step).location()).get("state"))))
                .containsKey("code");
        assertThat(fixture.store.grants).hasSize(2);
    }

    /** T-54, O-65: another client, redirect, resource, more scope, changed metadata, or a prompt: the page appears. */
    @Test
    void beginWhenSomethingElseWasApprovedThenAsks() {
        fixture.put(Fixture.client("web2", "Web Client", WEB_REDIRECT));
        signInRemembering();
        assertThat(beginAgain("client_id=web2")).isInstanceOf(AskConsent.class);
        assertThat(beginAgain("redirect_uri=" + WEB_REDIRECT + "/second?kept=1"))
                .isInstanceOf(AskConsent.class);
        assertThat(beginAgain("scope=tools:read tools:call")).isInstanceOf(AskConsent.class);
        assertThat(beginAgain("resource=" + Fixture.SSE)).isInstanceOf(AskConsent.class);
        assertThat(beginAgain("prompt=consent")).isInstanceOf(AskConsent.class);
        assertThat(beginAgain("prompt=login")).isInstanceOf(AskConsent.class);
        assertThat(beginAgain()).isInstanceOf(Leave.class);
        fixture.put(Fixture.client("web", "Your Bank", WEB_REDIRECT));
        assertThat(beginAgain()).isInstanceOf(AskConsent.class);
    }

    @Test
    void beginWhenFewerScopesAreAskedThanApprovedThenLeavesAtOnce() {
        signInRemembering("scope=tools:read tools:call");
        assertThat(beginAgain("scope=tools:call")).isInstanceOf(Leave.class);
    }

    @Test
    void beginWhenApprovalIsThirtyDaysOldThenAsks() {
        signInRemembering();
        assertThat(flow.begin(request(), browser.secrets(), NOW + 2 + 30 * 86_400L))
                .isInstanceOf(AskConsent.class);
    }

    @Test
    void beginWhenRememberedAndPromptIsNoneThenClientHearsLoginRequired() {
        signInRemembering();
        assertThat(clientHears(beginAgain("prompt=none"))).containsEntry("error", "login_required");
    }

    @Test
    void completeWhenPersonDidNotWantItRememberedThenIsNot() {
        browser.keep(((Leave) comeBack(approve(false))).secrets());
        assertThat(beginAgain()).isInstanceOf(AskConsent.class);
    }

    /** RFC 8252 §8.6, T-81: any local program could claim these. */
    @Test
    void completeWhenRedirectIsLocalThenIsNeverRemembered() {
        String[] loopback = {"client_id=desktop", "redirect_uri=http://127.0.0.1:51234/callback"};
        String[] custom = {"client_id=editor", "redirect_uri=" + Fixture.CUSTOM_REDIRECT};
        signInRemembering(loopback);
        signInRemembering(custom);
        assertThat(browser.names()).isEmpty();
        assertThat(beginAgain(loopback)).isInstanceOf(AskConsent.class);
        assertThat(beginAgain(custom)).isInstanceOf(AskConsent.class);
        assertThat(ask(loopback).view().rememberable()).isFalse();
    }

    /** O-66: the approval was Alice's; Bob signs in and is asked himself, and there is no grant before. */
    @Test
    void completeWhenAnotherPersonSignsInThanApprovedThenIsAsked() {
        signInRemembering();
        var left = (Leave) beginAgain();
        browser.keep(left.secrets());
        fixture.provider.identity = ScriptedProvider.BOB;
        var step = comeBack(query(left.location()).get("state"));
        assertThat(step).isInstanceOf(AskConsent.class);
        assertThat(fixture.store.grants).hasSize(1);
        var asked = (AskConsent) step;
        browser.keep(asked.secrets());
        var again = (Leave) answer(asked.transaction(), true, browser, NOW + 3);
        browser.keep(again.secrets());
        assertThat(clientHears(comeBack(query(again.location()).get("state")))).containsKey("code");
        assertThat(fixture.store.grants).hasSize(2);
        assertThat(beginAgain()).isInstanceOf(AskConsent.class);
    }

    /** O-66, O-180: nobody counts as another person because the master key is being replaced. */
    @Test
    void completeWhenApprovedUnderTheEarlierMasterKeyThenNobodyIsAskedAgain() {
        signInRemembering();
        flow = fixture.flow(new MasterKey("the-key-that-replaces-it-of-enough-characters", List.of(Fixture.KEY)));

        var left = (Leave) beginAgain();
        browser.keep(left.secrets());

        assertThat(clientHears(comeBack(query(left.location()).get("state")))).containsKey("code");
    }

    /** T-55: every forged, cut or foreign value counts as none. */
    @Test
    void beginWhenApprovalIsForgedThenAsks() {
        signInRemembering();
        String good = browser.secrets().value("approvals");
        for (int at = 0; at < good.length(); at++) {
            String flipped = good.substring(0, at) + (good.charAt(at) == 'A' ? 'B' : 'A') + good.substring(at + 1);
            browser.set("approvals", flipped);
            // The last character has unused bits: the same bytes are the same value.
            if (at < good.length() - 1) {
                assertThat(beginAgain()).as("changed at %d", at).isInstanceOf(AskConsent.class);
            }
        }
        for (String bad :
                List.of("", "A", "=", good.substring(4), good.substring(0, good.length() - 4), good + "AAAA")) {
            browser.set("approvals", bad);
            assertThat(beginAgain()).isInstanceOf(AskConsent.class);
        }
        browser.set("approvals", good);
        assertThat(beginAgain()).isInstanceOf(Leave.class);
        flow = fixture.flow("the-key-after-a-rotation-of-32-chars");
        assertThat(beginAgain()).isInstanceOf(AskConsent.class);
    }

    /** O-65: at most 4 KiB, the oldest go first. */
    @Test
    void completeWhenManyAreRememberedThenTheOldestAreDropped() {
        for (int i = 0; i < 100; i++) {
            fixture.put(Fixture.client("web" + i, "Web " + i, WEB_REDIRECT));
            signInRemembering("client_id=web" + i);
        }
        assertThat(browser.secrets().value("approvals")).hasSizeLessThan(3_900);
        assertThat(beginAgain("client_id=web99")).isInstanceOf(Leave.class);
        assertThat(beginAgain("client_id=web0")).isInstanceOf(AskConsent.class);
    }
}
