package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A hostile web page, in a real Chromium, against a person who is signed in or in the middle of a sign-in (T-52, T-53, T-56, T-60). The page is played at an origin of
 * another site, where browsers keep our cookies back, and at one of the same site, where only we can refuse.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePageIT {
    @TempDir
    static Path folder;

    private ServerProcess server;
    private JsonNode seen;

    @BeforeAll
    void letThePageTry() throws Exception {
        String origin = "http://localhost:" + ServerProcess.freePort();
        server = ServerProcess.start(folder, Map.of("PUBLIC_URL", origin));
        seen = NodeScript.run(
                folder,
                "hostile-page.mjs",
                "--origin",
                origin,
                "--server-port",
                Integer.toString(server.port()),
                "--timeout-seconds",
                "150");
    }

    @AfterAll
    void stopServer() throws Exception {
        assertThat(server.stop()).as("exit status after SIGTERM").isZero();
        assertThat(server.output()).doesNotContain("LEAK").doesNotContain("Exception");
    }

    /** T-52, O-63: approve and deny, with the person's own form, another browser's, an answered one, a broken one and none; the form stays the person's to answer. */
    @Test
    void consentWhenAnotherPageAnswersThenNothingHappensAndThePersonStillCan() {
        JsonNode consent = seenOf("consent");
        assertPostsRefused(consent.get("posts"), 22);
        assertThat(consent.at("/get/status").asInt()).isEqualTo(400);
        assertThat(consent.at("/get/at").asString()).endsWith("/authorize");
        assertThat(consent.get("landedByAttack").asInt()).isZero();
        assertThat(consent.get("ownAnswer").toString()).contains("\"code\"");
        assertThat(consent.get("landed").asInt()).isEqualTo(1);
    }

    /** T-52, O-63: the account's buttons, with tokens that were stolen from the very page. */
    @Test
    void accountWhenAnotherPagePressesItsButtonsThenNothingEnds() {
        JsonNode account = seenOf("account");
        assertPostsRefused(account.get("posts"), 10);
        assertThat(account.get("grants").asInt()).isPositive();
        assertThat(account.get("grantsAfter")).isEqualTo(account.get("grants"));
        assertThat(account.get("refresh").asInt())
                .as("status of a refresh of the grant")
                .isEqualTo(200);
        assertThat(account.at("/otherSession/status").asInt()).isEqualTo(403);
    }

    /** O-64: what the test rests on: to another site's post browsers add no cookie of ours, to one of the same site they do. */
    private static void assertPostsRefused(JsonNode posts, int count) {
        assertThat(posts.size()).isEqualTo(count);
        posts.properties().forEach(post -> {
            JsonNode answer = post.getValue();
            assertThat(answer.get("status").asInt()).as(post.getKey()).isEqualTo(403);
            if (post.getKey().endsWith("fetch")) {
                assertThat(answer.get("cors").asString()).as(post.getKey()).isEqualTo("failed"); // T-51
            } else {
                assertThat(answer.get("cookies").isEmpty())
                        .as(post.getKey())
                        .isEqualTo(post.getKey().startsWith("crossSite"));
            }
        });
    }

    /** T-56: consent, error, account and callback, of somebody signed in and somebody not. */
    @Test
    void pageWhenFramedThenIsNotShown() {
        JsonNode framing = seenOf("framing");
        assertThat(framing.get("control").asBoolean())
                .as("a page that may be framed is seen")
                .isTrue();
        assertThat(framing.get("frames").size()).isEqualTo(16);
        framing.get("frames").properties().forEach(frame -> {
            assertThat(frame.getValue().get("shown").asBoolean())
                    .as(frame.getKey())
                    .isFalse();
            assertThat(frame.getValue().get("at").asString()).as(frame.getKey()).startsWith("chrome-error:");
        });
    }

    /** T-60: a second cookie of the same name is refused with a page; a hundred of our prefixes do not lead anybody to another sign-in than their own. */
    @Test
    void cookiesWhenTossedThenSignInStopsOrIsThePersonsOwn() {
        JsonNode tossing = seenOf("tossing");
        assertThat(tossing.at("/duplicateAtConsent/status").asInt()).isEqualTo(403);
        assertThat(tossing.at("/duplicateAtConsent/title").asString()).contains("did not come from our page");
        assertThat(tossing.at("/duplicateAtCallback/status").asInt()).isEqualTo(400);
        assertThat(tossing.at("/duplicateAtCallback/title").asString()).contains("another browser");
        assertThat(tossing.get("landedByDuplicates").asInt()).isZero();
        assertThat(tossing.get("crowdState").toString())
                .as("whether the state at the client is the person's own; %s", tossing.get("crowd"))
                .isEqualTo("true");
    }

    /** T-53, O-67: two browsers, each hop handed over; and the one that began can still end it (O §4.5). */
    @Test
    void signInWhenBegunByAnotherBrowserThenEndsWithAPageAtEveryHop() {
        JsonNode fixation = seenOf("fixation");
        assertThat(fixation.at("/form/status").asInt()).isEqualTo(403);
        for (String hop : List.of("atProvider", "withCode", "withoutCode", "accountCallback")) {
            assertThat(fixation.at("/" + hop + "/status").asInt()).as(hop).isEqualTo(400);
            assertThat(fixation.at("/" + hop + "/title").asString()).as(hop).contains("another browser");
        }
        assertThat(fixation.get("landedByAttack").asInt()).isZero();
        assertThat(fixation.get("ownEnd").asInt()).isEqualTo(1);
        assertThat(fixation.get("accountSignedIn").asBoolean()).isFalse();
    }

    /** O-63: of two presses at a slow moment the browser gives up the first, which counts, and shows what the second brings: the sign-in that the first began. */
    @Test
    void approveWhenPressedTwiceThenThePersonSignsInOnce() {
        JsonNode pressing = seenOf("pressing");
        assertThat(pressing.at("/afterDouble/posts").asInt()).isEqualTo(2);
        assertThat(pressing.at("/afterDouble/answers").toString()).isEqualTo("[303,303]");
        assertThat(pressing.at("/afterDouble/identity").asBoolean()).isTrue();
        assertThat(pressing.get("landedByDouble").size()).isEqualTo(1);
        assertThat(pressing.at("/landedByDouble/0").toString()).contains("\"code\"");
    }

    @Test
    void denyWhenPressedTwiceThenTheClientHearsIt() {
        JsonNode pressing = seenOf("pressing");
        assertThat(pressing.at("/deniedTwice/posts").asInt()).isEqualTo(2);
        assertThat(pressing.at("/deniedTwice/answers").toString()).isEqualTo("[303,303]");
        assertThat(pressing.get("landedByDenying").toString()).isEqualTo("[\"access_denied\"]");
    }

    /** T-52: approve, and then deny: the first counts, and the second is told so. */
    @Test
    void denyWhenApprovedAMomentAgoThenSaysThatItWasAnswered() {
        JsonNode pressing = seenOf("pressing");
        assertThat(pressing.at("/otherMind/answers").toString()).isEqualTo("[303,403]");
        assertThat(pressing.at("/otherMind/title").asString()).isEqualTo("You have answered this already");
        assertThat(pressing.get("landedByOtherMind").asInt()).isZero();
    }

    /** O-70: back to the consent page is a new form; back to the callback is a page, and no second code. */
    @Test
    void backWhenPressedThenAsksAnewOrSaysThatItIsOver() {
        JsonNode pressing = seenOf("pressing");
        assertThat(pressing.get("afterBack").asString()).isEqualTo("Allow access?");
        assertThat(pressing.get("landedAfterBack").asInt()).isEqualTo(1);
        assertThat(pressing.at("/callbackAgain/status").asInt()).isEqualTo(400);
        assertThat(pressing.at("/callbackAgain/title").asString()).isEqualTo("This sign-in is over");
        assertThat(pressing.get("landedAtEnd").asInt()).isEqualTo(1);
    }

    /** O-62, T-56, O-5. */
    @Test
    void pagesWhenAskedForThenAllHaveTheHeaders() {
        JsonNode pages = seenOf("headers");
        Set<String> statuses = new TreeSet<>();
        pages.properties().forEach(page -> {
            String name = page.getKey();
            JsonNode headers = page.getValue().get("headers");
            statuses.add(page.getValue().get("status").asString());
            assertThat(header(headers, "content-type")).as(name).isEqualTo("text/html; charset=utf-8");
            assertThat(header(headers, "content-security-policy"))
                    .as(name)
                    .startsWith("default-src 'none'; style-src 'sha256-")
                    .contains("form-action ", "base-uri 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "script-src", "*");
            assertThat(header(headers, "x-frame-options")).as(name).isEqualTo("DENY");
            assertThat(header(headers, "x-content-type-options")).as(name).isEqualTo("nosniff");
            assertThat(header(headers, "cache-control")).as(name).isEqualTo("no-store");
            assertThat(header(headers, "referrer-policy")).as(name).isEqualTo("no-referrer");
            assertThat(header(headers, "access-control-allow-origin")).as(name).isEmpty(); // T-51
        });
        assertThat(pages.size()).isEqualTo(17);
        assertThat(statuses).containsExactly("200", "400", "403");
    }

    /** O-62, O-64: over a provider that itself goes to another origin first, and back from another site. */
    @Test
    void approveWhenProviderHopsToAnotherOriginThenStillLeadsToTheClient(@TempDir Path own) throws Exception {
        int port = ServerProcess.freePort();
        int hopPort = ServerProcess.freePort();
        String secret = Randoms.base64Url(24);
        Path keyStore = own.resolve("hop.p12");
        makeKeyStore(keyStore, secret);
        try (var provider = NodeScript.start(
                        own,
                        "oidc-provider.mjs",
                        "--client-secret",
                        secret,
                        "--redirect-uri",
                        "http://localhost:" + port + "/callback",
                        "--hop",
                        "https://127.0.0.1:" + hopPort + "/",
                        "--stdin-ends-it");
                var hopping = ServerProcess.start(
                        own,
                        port,
                        Map.of(
                                "ACCESS_ISSUER",
                                provider.firstLine().get("issuer").asString(),
                                "ACCESS_CLIENT_ID",
                                "portcullis",
                                "ACCESS_CLIENT_SECRET",
                                secret,
                                "COOKIE_ENCRYPTION_KEY",
                                Randoms.base64Url(32)))) {
            JsonNode hop = NodeScript.run(
                            own,
                            "hostile-page.mjs",
                            "--origin",
                            hopping.uri("").toString(),
                            "--hop-port",
                            Integer.toString(hopPort),
                            "--key-store",
                            keyStore.toString(),
                            "--key-store-password",
                            secret)
                    .get("hop");
            assertThat(hop.path("broken").asString("")).isEmpty();
            assertThat(hop.get("met").toString()).isEqualTo("[\"consent\",\"identity\"]");
            assertThat(hop.get("hops").asInt()).isEqualTo(1);
            assertThat(hop.get("landed").asInt()).isEqualTo(1);
            assertThat(hop.get("parameters").toString()).contains("\"code\"");
            assertThat(hop.get("site").asString()).isEqualTo("cross-site");
            assertThat(hop.get("cookies").toString()).contains("\"mcp_tx\"");
        }
    }

    private static void makeKeyStore(Path file, String password) throws Exception {
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "hop",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        password,
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
    }

    private JsonNode seenOf(String attempt) {
        JsonNode found = seen.get(attempt);
        assertThat(found.path("broken").asString("")).as(attempt).isEmpty();
        return found;
    }

    private static String header(JsonNode headers, String name) {
        return headers.path(name).asString("");
    }
}
