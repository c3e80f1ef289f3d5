package dev.portcullis.endpoint.oauth;

import static dev.portcullis.endpoint.oauth.AuthorizeTableTest.assertPage;
import static dev.portcullis.endpoint.oauth.BrowserHouse.ISSUER;
import static dev.portcullis.endpoint.oauth.BrowserHouse.hidden;
import static dev.portcullis.endpoint.oauth.BrowserHouse.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.RecordedExchange;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.store.GrantStore.Revocation;
import dev.portcullis.telemetry.AuditEvent.What;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /account}, whole (O-183; with O-32, O-62, O-63, O-64, O-67 and O-70 as they go for it): request → status, headers, body, and what is stored afterwards. */
class AccountTableTest {
    private final BrowserHouse house = new BrowserHouse();
    private final BrowserHouse.Browser browser = house.browser();

    @AfterEach
    void close() {
        house.close();
    }

    private void grant(String client) {
        browser.get("/callback?code=c&state=" + browser.approve("client_id=" + client));
    }

    private static Map<String, String> form(String action, String token, String... more) {
        var form = new LinkedHashMap<String, String>();
        form.put("action", action);
        form.put("token", token);
        for (int i = 0; i < more.length; i += 2) {
            form.put(more[i], more[i + 1]);
        }
        return form;
    }

    /** The tokens of a page with n grants: sign-out, one for each grant, all. */
    private static String token(RecordedExchange page, int index) {
        return hidden(page, "token").get(index);
    }

    @Test
    void accountWhenNobodyIsSignedInThenOffersToAndStoresNothing() {
        var page = browser.get("/account");
        assertThat(page.status()).isEqualTo(200);
        assertPage(page);
        assertThat(page.body()).contains("value=\"sign-in\"", "idp.example");
        assertThat(page.header("content-security-policy")).contains("form-action 'self' https:;");
        assertThat(browser.cookies).isEmpty();
    }

    /** O-64, O-67, O-181: the cookies, the one way in, and its trail. */
    @Test
    void accountWhenSignedInThenListsWhatWasGranted() {
        grant("known");
        grant("dynamic");
        house.audited.clear();
        var page = browser.signInToAccount();
        assertPage(page);
        assertThat(page.header("content-security-policy")).contains("form-action 'self';");
        assertThat(page.body())
                .contains("alice@example.com", "App known", "App dynamic", "Self-registered, unverified")
                .contains("client.example", "look at things", "datetime=\"2027-01-15T08:00:00Z\"")
                .contains("End access of all apps (2)");
        assertThat(hidden(page, "grant")).hasSize(2);
        assertThat(browser.cookies).containsOnlyKeys("__Host-mcp_session");
        assertThat(browser.cookies.get("__Host-mcp_session")).doesNotContain("alice");
        assertThat(house.happened()).containsExactly(What.SIGN_IN, What.ACCOUNT_OPENED);
        assertThat(house.audited.toString()).doesNotContain("alice");
    }

    @Test
    void accountWhenSessionIsSetThenItsCookieIsOutOfReach() {
        var back = browser.get("/callback?code=c&state=" + browser.leaveForAccount());
        assertThat(back.headers("set-cookie"))
                .anyMatch(cookie -> cookie.matches(
                        "__Host-mcp_session=[A-Za-z0-9_-]+; Path=/; Max-Age=1800; HttpOnly; " + "SameSite=Lax; Secure"))
                .anyMatch(cookie -> cookie.matches("__Host-mcp_acct_[0-9a-f]{8}=; Path=/; Max-Age=0; .*"));
    }

    @Test
    void accountWhenHalfAnHourHasPassedThenOneSignsInAgain() {
        var page = browser.signInToAccount();
        house.now += 1_799;
        assertThat(browser.get("/account").body()).contains("alice@example.com");
        house.now += 1;
        assertThat(browser.get("/account").body()).contains("value=\"sign-in\"").doesNotContain("alice");
        grant("known");
        var late = browser.post("/account", form("sign-out", token(page, 0)));
        assertThat(late.status()).isEqualTo(303);
        assertThat(house.grantsOf("known")).isEqualTo(1);
        assertThat(browser.get("/account").body()).contains("nothing was changed");
    }

    /** A cookie that was forged, cut, or made for something else is none. */
    @Test
    void accountWhenSessionIsForgedThenThereIsNone() {
        grant("known");
        browser.signInToAccount();
        String session = browser.cookies.get("__Host-mcp_session");
        var approval = house.browser();
        var page = approval.get(BrowserHouse.authorize());
        var values =
                new ArrayList<>(List.of("", "x", session.substring(1), session + "A", "A".repeat(session.length())));
        values.add(hidden(page, "transaction").get(0));
        values.addAll(approval.cookies.values());
        for (String value : values) {
            browser.cookies.put("__Host-mcp_session", value);
            assertThat(browser.get("/account").body()).as(value).doesNotContain("App known");
        }
        browser.cookies.clear();
        // T-60: two of one name are none.
        assertThat(browser.get("/account", "cookie", "__Host-mcp_session=" + session + "; __Host-mcp_session=x")
                        .body())
                .doesNotContain("App known");
        // O-64: nor is one without the prefix, which another host could have set.
        assertThat(browser.get("/account", "cookie", "mcp_session=" + session).body())
                .doesNotContain("App known");
        assertThat(browser.get("/account", "cookie", "__Host-mcp_session=" + session)
                        .body())
                .contains("App known");
    }

    @Test
    void revokeWhenPressedThenThatGrantEndsAtOnceAndIsTold() {
        grant("known");
        grant("dynamic");
        var told = new ArrayList<Revocation>();
        house.store.onRevocation(told::add);
        var page = browser.signInToAccount();
        house.audited.clear();
        String first = hidden(page, "grant").get(0);
        var done = browser.post("/account", form("revoke", token(page, 1), "grant", first), "origin", ISSUER);
        // O-32, T-59
        assertThat(done.status()).isEqualTo(303);
        assertThat(done.header("location")).isEqualTo(ISSUER + "/account");
        assertThat(house.store.grant(first, house.now)).isNull();
        assertThat(told).containsExactly(new Revocation.OfGrant(first));
        assertThat(house.happened()).containsExactly(What.GRANT_REVOKED);
        assertThat(house.audited.get(0).detail()).isEqualTo("by the person");
        var after = browser.get("/account");
        assertThat(after.body()).contains("Done: that access has ended.", "(1)");
        // It is said once.
        assertThat(browser.get("/account").body()).doesNotContain("Done:");
    }

    @Test
    void revokeAllWhenPressedThenNoneIsLeftAndOthersKeepTheirs() {
        grant("known");
        grant("dynamic");
        house.identity = BrowserHouse.BOB;
        var bob = house.browser();
        bob.get("/callback?code=c&state=" + bob.approve("client_id=known"));
        house.identity = BrowserHouse.ALICE;
        var page = browser.signInToAccount();
        assertThat(browser.post("/account", form("revoke-all", token(page, 3))).status())
                .isEqualTo(303);
        assertThat(browser.get("/account").body()).contains("no app has access in your name any more");
        assertThat(house.grantsOf("dynamic")).isZero();
        assertThat(house.grantsOf("known")).isEqualTo(1);
    }

    /** Another's grant and none answer alike, to the letter, and nothing happens. */
    @Test
    void revokeWhenGrantIsAnothersThenNothingHappensAndNothingIsLearnt() {
        grant("known");
        String alices = house.store.grantsOfClient("known", house.now).get(0).id();
        house.identity = BrowserHouse.BOB;
        var bob = house.browser();
        bob.get("/callback?code=c&state=" + bob.approve("client_id=dynamic"));
        var page = bob.signInToAccount();
        // A token for somebody else's grant cannot be had from the page; nor does the one for one's own fit.
        var forged = bob.post("/account", form("revoke", token(page, 1), "grant", alices));
        var unknown = bob.post("/account", form("revoke", token(page, 1), "grant", "A".repeat(22)));
        assertThat(forged.status()).isEqualTo(403);
        assertThat(unknown.status()).isEqualTo(403);
        assertThat(forged.body()).isEqualTo(unknown.body());
        assertThat(house.grantsOf("known")).isEqualTo(1);
        assertThat(house.happened()).contains(What.GRANT_REVOKED);
        assertThat(house.audited.getLast().succeeded()).isFalse();
    }

    /** O-63: each form's token is for its session and its deed. */
    @Test
    void formsWhenTokensAreMixedThenAre403AndNothingHappens() {
        grant("known");
        var page = browser.signInToAccount();
        String grant = hidden(page, "grant").get(0);
        String signOut = token(page, 0);
        String revoke = token(page, 1);
        String all = token(page, 2);
        var other = house.browser();
        String foreign = token(other.signInToAccount(), 1);
        for (var wrong : List.of(
                form("revoke", signOut, "grant", grant),
                form("revoke", all, "grant", grant),
                form("revoke", foreign, "grant", grant),
                form("revoke", "", "grant", grant),
                form("revoke", revoke),
                form("revoke-all", revoke),
                form("revoke-all", foreign),
                form("revoke-all", revoke.substring(1)),
                form("sign-out", all))) {
            var answer = browser.post("/account", wrong);
            assertThat(answer.status()).as(wrong.toString()).isEqualTo(403);
            assertPage(answer);
        }
        assertThat(house.grantsOf("known")).isEqualTo(1);
        assertThat(browser.get("/account").body()).contains("App known");
    }

    /** T-52: from another page nothing happens, whatever it knows. */
    @ParameterizedTest
    @CsvSource({
        "https://evil.example, , 403",
        "null, , 403",
        "https://evil.example, cross-site, 403",
        ", cross-site, 403",
        ", same-site, 403",
        ", none, 403",
        "https://mcp.example.com, same-origin, 303",
        "null, same-origin, 303",
        ", , 303"
    })
    void formsWhenHeadersSayWhereTheyComeFromThenOnlyOurPageCounts(
            @Nullable String origin, @Nullable String site, int status) {
        grant("known");
        var page = browser.signInToAccount();
        var headers = new ArrayList<String>();
        if (origin != null) {
            headers.addAll(List.of("origin", origin));
        }
        if (site != null) {
            headers.addAll(List.of("sec-fetch-site", site));
        }
        var sent = headers.toArray(String[]::new);
        assertThat(house.browser()
                        .post("/account", Map.of("action", "sign-in"), sent)
                        .status())
                .isEqualTo(status);
        var answer = browser.post("/account", form("revoke-all", token(page, 2)), sent);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(house.grantsOf("known")).isEqualTo(status == 303 ? 0 : 1);
    }

    @Test
    void signOutWhenPressedThenTheBrowserForgetsAndIsNotSignedInAgainUnasked() {
        grant("known");
        var page = browser.signInToAccount();
        assertThat(browser.post("/account", form("sign-out", token(page, 0))).status())
                .isEqualTo(303);
        assertThat(browser.cookies).containsOnlyKeys("__Host-mcp_notice");
        assertThat(browser.get("/account").body()).contains("You are signed out here.", "value=\"sign-in\"");
        assertThat(house.grantsOf("known")).isEqualTo(1);
    }

    /** One callback address, two purposes: what comes back from one is worth nothing to the other, whatever the browser holds. */
    @Test
    void callbackWhenStatesAreSwappedThenNeitherFits() {
        String forClient = browser.approve();
        String forAccount = browser.leaveForAccount();
        assertThat(forAccount).startsWith("account-");
        for (String state : List.of(
                "account-" + forClient,
                forAccount.substring("account-".length()),
                "account-" + forAccount,
                forAccount + "A")) {
            var answer = browser.get("/callback?code=c&state=" + state);
            assertThat(answer.status()).as(state).isEqualTo(400);
            assertPage(answer);
        }
        assertThat(browser.cookies.keySet()).noneMatch(name -> name.endsWith("session"));
        assertThat(house.grantsOf("known")).isZero();
        assertThat(browser.get("/callback?code=c&state=" + forAccount).header("location"))
                .isEqualTo(ISSUER + "/account");
        assertThat(query(browser.get("/callback?code=c&state=" + forClient).header("location")))
                .containsKey("code");
    }

    /** T-53, O-70: of another browser, twice, too late. */
    @Test
    void callbackWhenAccountSignInIsNotOursThenShowsAPage() {
        String state = browser.leaveForAccount();
        assertThat(house.browser().get("/callback?code=c&state=" + state).status())
                .isEqualTo(400);
        assertThat(browser.get("/callback?code=c&state=" + state).status()).isEqualTo(303);
        assertThat(browser.get("/callback?code=c&state=" + state).status()).isEqualTo(400);
        String late = browser.leaveForAccount();
        house.now += 600;
        assertThat(browser.get("/callback?code=c&state=" + late).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "error=access_denied, 403, access_denied",
        "error=canary, 500, server_error",
        "error=temporarily_unavailable, 503, temporarily_unavailable",
        "code=c&iss=https%3A%2F%2Fevil.example, 500, server_error",
        "iss=https%3A%2F%2Fidp.example, 500, server_error"
    })
    void callbackWhenProviderSaysNoThenAPageSaysSo(String parameters, int status, String error) {
        var answer = browser.get("/callback?" + parameters + "&state=" + browser.leaveForAccount());
        assertThat(answer.status()).isEqualTo(status);
        assertPage(answer);
        assertThat(answer.body()).contains(error, "href=\"/account\"").doesNotContain("canary");
        assertThat(browser.cookies).isEmpty();
    }

    @Test
    void callbackWhenSignInFailsOrPolicyRefusesThenThereIsNoSession() {
        for (var kind : IdentityException.Kind.values()) {
            house.signInFails = kind;
            var answer = browser.get("/callback?code=c&state=" + browser.leaveForAccount());
            assertThat(answer.status())
                    .isEqualTo(
                            switch (kind) {
                                case REFUSED -> 403;
                                case INVALID -> 500;
                                case UNAVAILABLE -> 503;
                            });
        }
        house.signInFails = null;
        house.refusesPeople = true;
        assertThat(browser.get("/callback?code=c&state=" + browser.leaveForAccount())
                        .status())
                .isEqualTo(403);
        assertThat(browser.cookies).isEmpty();
        house.startFails = true;
        assertThat(browser.post("/account", Map.of("action", "sign-in")).status())
                .isEqualTo(503);
    }

    @Test
    void accountWhenThereAreManyGrantsThenTheyAreOnPages() {
        for (int i = 0; i < 45; i++) {
            house.now++;
            grant("known");
        }
        var first = browser.signInToAccount();
        assertThat(hidden(first, "grant")).hasSize(20);
        assertThat(first.body()).contains("Page 1 of 3", "/account?page=2").doesNotContain("rel=\"prev\"");
        assertThat(hidden(browser.get("/account?page=3"), "grant")).hasSize(5);
        for (String page : List.of("0", "-1", "4", "99999999999", "x", "", "1&page=2")) {
            assertThat(browser.get("/account?page=" + page).status()).as(page).isEqualTo(200);
        }
        assertThat(hidden(browser.get("/account?page=4"), "grant")).hasSize(5);
        assertThat(browser.post(
                                "/account",
                                form("revoke-all", hidden(first, "token").getLast()))
                        .status())
                .isEqualTo(303);
        assertThat(house.grantsOf("known")).isZero();
    }

    @Test
    void accountWhenFormIsNoneOfOursThenIsA400Page() {
        for (var form : List.of(Map.<String, String>of(), Map.of("action", "delete"), Map.of("token", "x"))) {
            var answer = browser.post("/account", form);
            assertThat(answer.status()).isEqualTo(400);
            assertPage(answer);
        }
    }
}
