package dev.portcullis.endpoint.oauth;

import static dev.portcullis.endpoint.oauth.BrowserHouse.ISSUER;
import static dev.portcullis.endpoint.oauth.BrowserHouse.REDIRECT;
import static dev.portcullis.endpoint.oauth.BrowserHouse.authorize;
import static dev.portcullis.endpoint.oauth.BrowserHouse.hidden;
import static dev.portcullis.endpoint.oauth.BrowserHouse.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.RecordedExchange;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.Scopes;
import dev.portcullis.telemetry.AuditEvent.What;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of O §4.1, §4.4, §4.5 and of what §12 says about authorize, consent and callback: request → status, headers, body, and what is stored afterwards. */
class AuthorizeTableTest {
    private final BrowserHouse house = new BrowserHouse();
    private final BrowserHouse.Browser browser = house.browser();

    @AfterEach
    void close() {
        house.close();
    }

    // O §4.1, rows 1 to 3: a page, and never a redirect (T-58, T-93).

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | &client_id=known                     |                            | invalid_request
            1 | &client_id=                          |                            | invalid_request
            1 | &redirect_uri=https://client.example |                            | invalid_request
            2 |                                      | client_id=                 | invalid_client
            2 |                                      | client_id=nobody           | invalid_client
            2 |                                      | client_id=https://x.example/ | invalid_client
            3 |                                      | redirect_uri=              | invalid_request
            3 |                                      | redirect_uri=https://client.example/callback/ | invalid_request
            3 |                                      | redirect_uri=https://CLIENT.example/callback | invalid_request
            3 |                                      | redirect_uri=https://client.example/callback?a=b | invalid_request
            3 |                                      | redirect_uri=https://evil.example | invalid_request
            3 |                                      | redirect_uri=http://127.0.0.1/cb/x | invalid_request
            """)
    void rowsBeforeStep4WhenTheyFailThenShowAPage(
            int row, @Nullable String appended, @Nullable String change, String error) {
        String target = change == null ? authorize() : authorize(change);
        var answer = browser.get(target + (appended == null ? "" : appended));

        assertThat(answer.status()).as("row " + row).isEqualTo(400);
        assertPage(answer);
        assertThat(answer.body()).contains(error).doesNotContain("evil.example");
        assertNothingIsKept();
        var json = browser.get(target + (appended == null ? "" : appended), "accept", "application/json");
        assertThat(json.status()).isEqualTo(400);
        assertThat(json.body()).contains("\"error\":\"" + error + "\"", "\"iss\":\"" + ISSUER + "\"");
    }

    // Rows 1 and 4 to 9: to the client, if somebody vouches for it; else a page with the way back (O-32, O-33, O-35).

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | state=x                                     | &state=y     | invalid_request
            1 | scope=read                                  | &scope=write | invalid_request
            1 | response_type=code                          | &response_type=code | invalid_request
            1 | prompt=none                                 | &prompt=none | invalid_request
            4 | request=eyJhbGciOiJub25lIn0                 |              | request_not_supported
            4 | request_uri=https://client.example/r        |              | request_uri_not_supported
            5 | response_type=                              |              | invalid_request
            5 | response_type=token                         |              | unsupported_response_type
            5 | response_type=code id_token                 |              | unsupported_response_type
            6 | response_mode=fragment                      |              | invalid_request
            6 | response_mode=form_post                     |              | invalid_request
            7 | code_challenge=                             |              | invalid_request
            7 | code_challenge_method=                      |              | invalid_request
            7 | code_challenge_method=plain                 |              | invalid_request
            7 | code_challenge_method=s256                  |              | invalid_request
            7 | code_challenge=tooshort                     |              | invalid_request
            7 | code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM | | invalid_request
            8 | resource=https://other.example/mcp          |              | invalid_target
            8 | resource=https://mcp.example.com/mcp#f      |              | invalid_target
            8 | resource=/mcp                               |              | invalid_target
            8 | resource=https://mcp.example.com/mcp        | &resource=https://other.example/mcp | invalid_target
            9 | scope=unknown                               |              | invalid_scope
            9 | scope=read "quoted"                         |              | invalid_scope
            """)
    void rowsFromStep4WhenTheyFailThenTheClientHearsOrThePersonIsAsked(
            int row, String change, @Nullable String appended, String error) {
        String more = appended == null ? "" : appended;
        var known = browser.get(authorize(change) + more);
        assertThat(known.status()).as("row " + row).isEqualTo(302);
        assertThat(known.header("location")).startsWith(REDIRECT + "?error=" + error + "&");
        assertThat(known.header("cache-control")).isEqualTo("no-store");
        var heard = query(known.header("location"));
        assertThat(heard).containsEntry("iss", ISSUER).containsKey("error_description");
        assertThat(heard.get("state")).isEqualTo(change.startsWith("state=") ? null : "s t/ä");

        var dynamic = browser.get(authorize("client_id=dynamic", change) + more);
        assertThat(dynamic.status()).isEqualTo(400);
        assertPage(dynamic);
        assertThat(dynamic.body()).contains(error, "href=\"" + REDIRECT + "?error=" + error + "&amp;");
        assertNothingIsKept();
        assertThat(house.happened()).containsOnly(What.AUTHORIZE);
    }

    /** Row 5: a client that has not registered for it. */
    @Test
    void authorizeWhenClientMayNotThenIsUnauthorizedClient() {
        var answer = browser.get(authorize("client_id=machine"));
        assertThat(query(answer.header("location"))).containsEntry("error", "unauthorized_client");
    }

    /** Of several mistakes the first in the order of the table counts. */
    @Test
    void authorizeWhenSeveralThingsAreWrongThenTheFirstRowCounts() {
        String[][] inOrder = {
            {"request=x", "request_not_supported"},
            {"response_type=token", "unsupported_response_type"},
            {"code_challenge_method=plain", "invalid_request"},
            {"resource=https://other.example/", "invalid_target"},
            {"scope=unknown", "invalid_scope"}
        };
        for (int first = 0; first < inOrder.length; first++) {
            var wrong = new String[inOrder.length - first];
            for (int i = first; i < inOrder.length; i++) {
                wrong[i - first] = inOrder[i][0];
            }
            assertThat(query(browser.get(authorize(wrong)).header("location")))
                    .containsEntry("error", inOrder[first][1]);
        }
    }

    /** Row 10; O-33: {@code prompt=none} is answered without a page, whoever asks. */
    @ParameterizedTest
    @ValueSource(strings = {"known", "dynamic"})
    void authorizeWhenNothingMayBeShownThenSaysWhatWouldHaveToBe(String client) {
        var first = browser.get(authorize("client_id=" + client, "prompt=none"));
        assertThat(first.status()).isEqualTo(302);
        assertThat(query(first.header("location")))
                .containsEntry("error", "consent_required")
                .containsEntry("state", "s t/ä")
                .containsEntry("iss", ISSUER);
        remember(client);
        assertThat(query(browser.get(authorize("client_id=" + client, "prompt=none"))
                        .header("location")))
                .containsEntry("error", "login_required");
    }

    /** {@code prompt}: what is remembered does not count if the client wants the person to see (O-65). */
    @ParameterizedTest
    @ValueSource(strings = {"consent", "login", "select_account", "login consent"})
    void authorizeWhenClientWantsAPageThenThereIsOne(String prompt) {
        remember("known");
        assertThat(browser.get(authorize()).status()).isEqualTo(302);
        assertThat(browser.get(authorize("prompt=" + prompt)).status()).isEqualTo(200);
    }

    /** Row 11. */
    @Test
    void authorizeWhenProviderIsAwayThenIsTemporarilyUnavailable() {
        remember("known");
        house.startFails = true;
        assertThat(query(browser.get(authorize()).header("location")))
                .containsEntry("error", "temporarily_unavailable")
                .containsEntry("iss", ISSUER);
        var page = browser.get(authorize("client_id=dynamic"));
        var left = browser.post(
                "/authorize", Map.of("transaction", hidden(page, "transaction").get(0), "decision", "approve"));
        assertThat(left.status()).isEqualTo(303);
        assertThat(query(left.header("location"))).containsEntry("error", "temporarily_unavailable");
    }

    /** Row 12; O-32, O-68. */
    @Test
    void consentWhenDeniedThenClientHearsAccessDenied() {
        var page = browser.get(authorize("client_id=dynamic"));
        var form = Map.of("transaction", hidden(page, "transaction").get(0), "decision", "deny");
        var denied = browser.post("/authorize", form);
        assertThat(denied.status()).isEqualTo(303);
        assertThat(query(denied.header("location")))
                .containsEntry("error", "access_denied")
                .containsEntry("state", "s t/ä")
                .containsEntry("iss", ISSUER);
        assertThat(house.grantsOf("dynamic")).isZero();
        assertThat(house.happened()).containsExactly(What.AUTHORIZE, What.CONSENT);
        assertThat(house.audited.get(1).succeeded()).isFalse();
    }

    /** O-40, O-41, O-42, O-43: what is granted in the end. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            known   | -                  | -                         | read       | https://mcp.example.com/mcp
            known   | read write         | https://mcp.example.com/sse | read write | https://mcp.example.com/sse
            known   | write nonsense     | HTTPS://MCP.example.com:443/mcp | write  | https://mcp.example.com/mcp
            known   | offline_access     | -                         | read       | https://mcp.example.com/mcp
            bounded | read write         | -                         | read       | https://mcp.example.com/mcp
            bounded | -                  | -                         | read       | https://mcp.example.com/mcp
            """)
    void signInWhenDoneThenGrantsNoMoreThanAskedAllowedAndOurs(
            String client, @Nullable String scope, @Nullable String resource, String scopes, String granted) {
        var changes = new java.util.ArrayList<>(List.of("client_id=" + client));
        if (scope != null) {
            changes.add("scope=" + scope);
        }
        if (resource != null) {
            changes.add("resource=" + resource);
        }
        String state = browser.approve(changes.toArray(String[]::new));
        var back = browser.get("/callback?code=c&state=" + state);
        assertThat(back.header("location")).startsWith(REDIRECT + "?code=mcpac.");
        var grant = house.store.grantsOfClient(client, house.now).get(0);
        assertThat(grant.scopes()).isEqualTo(Scopes.parse(scopes));
        assertThat(grant.resources()).containsExactly(granted);
    }

    /** O-42: what the person may not have, nobody gets by their sign-in. */
    @Test
    void signInWhenPersonMayNotHoldAScopeThenItIsLeftOutOrRefused() {
        house.identity = BrowserHouse.BOB;
        var back = browser.get("/callback?code=c&state=" + browser.approve("scope=read write"));
        assertThat(query(back.header("location"))).containsKey("code");
        assertThat(house.store.grantsOfClient("known", house.now).get(0).scopes())
                .isEqualTo(Scopes.of("read"));
        var refused = browser.get("/callback?code=c&state=" + browser.approve("scope=write"));
        assertThat(query(refused.header("location"))).containsEntry("error", "access_denied");
        assertThat(house.grantsOf("known")).isEqualTo(1);
    }

    /** O-44: stepping up makes a grant of its own, and the older one stays. */
    @Test
    void signInWhenSteppingUpThenTheOlderGrantStays() {
        browser.get("/callback?code=c&state=" + browser.approve("scope=read"));
        house.now += 5;
        browser.get("/callback?code=c&state=" + browser.approve("scope=read write"));
        assertThat(house.store.grantsOfClient("known", house.now)).hasSize(2);
    }

    // O §4.4

    /** O-65, O-66, O-69: the same client, redirect, resources and no more scopes, for one person; anything else is asked. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            scope=read                                  | 302
            scope=write                                 | 200
            scope=read write                            | 200
            resource=https://mcp.example.com/sse        | 200
            client_id=bounded                           | 200
            client_id=dynamic                           | 200
            redirect_uri=http://127.0.0.1:4711/cb       | 200
            """)
    void authorizeWhenSomethingIsRememberedThenItCoversJustThat(String change, int status) {
        remember("known");
        var answer = browser.get(authorize(change));
        assertThat(answer.status()).isEqualTo(status);
        if (status == 302) {
            assertThat(answer.header("location")).startsWith("https://idp.example/");
            assertThat(answer.headers("set-cookie")).anyMatch(cookie -> cookie.startsWith("__Host-mcp_tx_")); // O-67
        }
    }

    /** O-66: an approval that somebody else gave is none, and the page says as whom one would approve now. */
    @Test
    void callbackWhenAnotherPersonSignsInThenTheyAreAskedByName() {
        remember("known");
        house.identity = BrowserHouse.BOB;
        var left = browser.get(authorize());
        assertThat(left.status()).isEqualTo(302);
        var asked = browser.get(
                "/callback?code=c&state=" + query(left.header("location")).get("state"));
        assertThat(asked.status()).isEqualTo(200);
        assertPage(asked);
        assertThat(asked.body()).contains("bob@example.com", "name=\"decision\" value=\"deny\"");
        assertThat(house.store.grantsOfClient("known", house.now)).hasSize(1); // Alice's
    }

    /** O-61: who asks, who vouches for it, where the answer goes, what it may do, as whom. */
    @Test
    void consentWhenShownThenSaysWhoAsksAndWhoVouches() {
        assertThat(browser.get(authorize()).body())
                .contains("App known</bdi> asks for access", "Known to this server", "look at things", "idp.example")
                .contains("<a href=\"/account\">")
                .doesNotContain("unverified");
        assertThat(browser.get(authorize("client_id=dynamic")).body()).contains("Self-registered, unverified");
        assertThat(browser.get(authorize("scope=write")).body()).contains("use the permission “write”");
    }

    // O §4.5

    /** The order of the checks, and what of the sign-in is left for its owner. */
    @Test
    void callbackWhenItIsNotOfThisBrowserThenShowsAPageAndTakesNothing() {
        String state = browser.approve();
        var stranger = house.browser();
        for (String target : List.of(
                "/callback",
                "/callback?code=c",
                "/callback?code=c&state=" + "A".repeat(43),
                "/callback?code=c&state=" + state,
                "/callback?error=access_denied&state=" + state)) {
            var answer = stranger.get(target);
            assertThat(answer.status()).as(target).isEqualTo(400);
            assertPage(answer);
        }
        assertThat(browser.get("/callback?code=c&state=" + state).status()).isEqualTo(303);
        assertThat(house.grantsOf("known")).isEqualTo(1);
        // O-70: the back button.
        assertThat(browser.get("/callback?code=c&state=" + state).status()).isEqualTo(400);
        assertThat(house.grantsOf("known")).isEqualTo(1);
    }

    @Test
    void callbackWhenItIsTooLateThenShowsAPage() {
        String state = browser.approve();
        house.now += 600;
        assertThat(browser.get("/callback?code=c&state=" + state).status()).isEqualTo(400);
        assertThat(house.grantsOf("known")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "error=access_denied, access_denied",
        "error=login_required, server_error",
        "error=canary&error_description=canary, server_error",
        "error=temporarily_unavailable, temporarily_unavailable",
        "code=c&iss=https%3A%2F%2Fevil.example, server_error",
        "iss=https%3A%2F%2Fidp.example, server_error"
    })
    void callbackWhenProviderSaysNoThenClientHearsItInOurWords(String parameters, String error) {
        var answer = browser.get("/callback?" + parameters + "&state=" + browser.approve());
        assertThat(answer.status()).isEqualTo(303);
        assertThat(query(answer.header("location")))
                .containsEntry("error", error)
                .containsEntry("iss", ISSUER)
                .containsEntry("state", "s t/ä");
        assertThat(answer.header("location")).doesNotContain("canary");
        assertThat(browser.cookies.keySet()).noneMatch(name -> name.contains("_tx_")); // O-71
        assertThat(house.grantsOf("known")).isZero();
    }

    @ParameterizedTest
    @EnumSource(IdentityException.Kind.class)
    void callbackWhenSignInFailsThenNothingIsGranted(IdentityException.Kind kind) {
        house.signInFails = kind;
        var answer = browser.get("/callback?code=c&state=" + browser.approve());
        assertThat(query(answer.header("location")))
                .containsEntry(
                        "error",
                        switch (kind) {
                            case REFUSED -> "access_denied";
                            case INVALID -> "server_error";
                            case UNAVAILABLE -> "temporarily_unavailable";
                        });
        assertThat(house.grantsOf("known")).isZero();
    }

    @Test
    void callbackWhenPolicyRefusesThenIsAccessDenied() {
        house.refusesPeople = true;
        var answer = browser.get("/callback?code=c&state=" + browser.approve());
        assertThat(query(answer.header("location"))).containsEntry("error", "access_denied");
        assertThat(house.grantsOf("known")).isZero();
        assertThat(house.audited.getLast().person()).isNotNull();
    }

    /** O-34, O-35, O-67, O-71, O-181: the way through, and its trail. */
    @Test
    void callbackWhenAllIsRightThenIsACodeAndATrail() {
        var back = browser.get("/callback?code=c&state=" + browser.approve());
        assertThat(back.status()).isEqualTo(303);
        assertThat(query(back.header("location")).keySet()).containsExactly("code", "state", "iss");
        assertThat(browser.cookies).isEmpty();
        assertThat(house.happened()).containsExactly(What.AUTHORIZE, What.CONSENT, What.SIGN_IN, What.CODE_ISSUED);
        assertThat(house.audited).allMatch(event -> event.succeeded() && "known".equals(event.client()));
        assertThat(house.audited.toString())
                .doesNotContain(
                        "alice",
                        "mcpac",
                        "upstream-canary",
                        String.valueOf(query(back.header("location")).get("code")));
    }

    private void remember(String client) {
        var page = browser.get(authorize("client_id=" + client));
        var form = new LinkedHashMap<String, String>();
        form.put("transaction", hidden(page, "transaction").get(0));
        form.put("decision", "approve");
        form.put("remember", "yes");
        var left = browser.post("/authorize", form);
        var back = browser.get(
                "/callback?code=c&state=" + query(left.header("location")).get("state"));
        assertThat(query(back.header("location"))).containsKey("code");
    }

    private void assertNothingIsKept() {
        assertThat(browser.cookies).isEmpty();
        assertThat(house.grantsOf("known")).isZero();
    }

    /** O-5, O-62, T-56. */
    static void assertPage(RecordedExchange answer) {
        assertThat(answer.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(answer.header("content-security-policy"))
                .contains("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action ")
                .doesNotContain("unsafe", "script-src");
        assertThat(answer.header("x-frame-options")).isEqualTo("DENY");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(answer.header("location")).isNull();
        assertThat(answer.header("access-control-allow-origin")).isNull(); // O-31, T-51
        assertThat(answer.body())
                .contains("<html lang=\"en\">")
                .containsOnlyOnce("<h1>")
                .doesNotContain("<script", "<img");
    }
}
