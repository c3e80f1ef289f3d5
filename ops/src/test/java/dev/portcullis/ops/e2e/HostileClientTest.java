package dev.portcullis.ops.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.e2e.ScriptedClient.Landing;
import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.tool.AddTool;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that keeps to nothing, from its registration to the last token, against a whole server and beside an honest client: T-52, T-53, T-58, T-70, T-73, T-74, T-75,
 * T-88, T-93. What it learned of the other's secrets on the way is given to it.
 */
@Timeout(180)
class HostileClientTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static PortcullisServer server;
    private static URI origin;

    private ScriptedClient honest;
    private ScriptedClient hostile;

    /** A code on its way to the honest client, and tokens that it has. */
    private Landing landing;

    private Tokens tokens;

    @BeforeAll
    static void startServer() throws Exception {
        server = PortcullisServer.builder()
                .settings(Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0", "STORE", "memory:"))
                .setting("RATE_LIMIT", "off")
                .tool(new AddTool())
                .start();
        origin = URI.create("http://localhost:" + server.url().getPort());
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void signIn() throws Exception {
        honest = new ScriptedClient(origin);
        hostile = new ScriptedClient(origin);
        tokens = honest.signIn("alice@example.com");
        landing = honest.signInUntilCode("alice@example.com");
    }

    /** One thing that it does. */
    private interface Deed {
        HttpResponse<String> by(HostileClientTest it) throws Exception;
    }

    private static Arguments row(String deed, String outcome, Deed does) {
        return Arguments.of(deed, outcome, does);
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                // Registration (O-51, O-127, O-128, T-58)
                row("registers a script", "400 invalid_redirect_uri", it -> it.register("javascript:alert(1)")),
                row("registers plain http", "400 invalid_redirect_uri", it -> it.register("http://evil.example/cb")),
                row("registers userinfo", "400 invalid_redirect_uri", it -> it.register("https://a@evil.example/cb")),
                row("registers a fragment", "400 invalid_redirect_uri", it -> it.register("https://evil.example/#a")),
                row("registers 100 KB", "413", it -> it.register("https://evil.example/" + "a".repeat(100_000))),
                // The authorization request (O §4.1, O-30, O-33, O-50, T-58, T-93)
                row("asks as nobody", "400 invalid_client", it -> it.authorize("client_id", "nobody")),
                row("asks for another's redirect", "400", it -> it.authorize("redirect_uri", "https://evil.example/")),
                row("adds to the redirect", "400", it -> it.authorize("redirect_uri", it.redirect() + "/more")),
                row(
                        "asks for a token at once",
                        "400 unsupported_response_type",
                        it -> it.authorize("response_type", "token")),
                row("asks without a challenge", "400 invalid_request", it -> it.authorize("code_challenge", null)),
                row(
                        "asks with a plain one",
                        "400 invalid_request",
                        it -> it.authorize("code_challenge_method", "plain")),
                row("leaves the method out", "400 invalid_request", it -> it.authorize("code_challenge_method", null)),
                row(
                        "asks for another's resource",
                        "400 invalid_target",
                        it -> it.authorize("resource", "https://other.example/mcp")),
                row("asks for a scope that is none", "400 invalid_scope", it -> it.authorize("scope", "a\"b")),
                row("brings a request object", "400 request_not_supported", it -> it.authorize("request", "e30.e30.")),
                row(
                        "names itself twice",
                        "400",
                        it -> it.get(it.authorizeUrl(Map.of()) + "&client_id=" + it.hostile.clientId())),
                // Consent and the way back (O-63, O-67, O §4.5, T-52, T-53)
                row("approves for the person", "403", it -> it.approveWithout("cookie")),
                row("approves from its own page", "403", it -> it.approveWithout("origin")),
                row("approves by GET", "200", it -> it.get(it.authorizeUrl(Map.of()) + "&decision=approve")),
                row("makes a state up", "400", it -> it.get("/callback?code=x&state=" + Randoms.base64Url(32))),
                // The code (O §5.2, T-70, T-73, T-93)
                row(
                        "redeems another's code",
                        "400 invalid_grant",
                        it -> it.token(it.codeForm("client_id", it.hostile.clientId()))),
                row(
                        "redeems it as the other",
                        "400 invalid_grant",
                        it -> it.token(it.codeForm("code_verifier", Randoms.base64Url(32)))),
                row(
                        "leaves the verifier out",
                        "400 invalid_request",
                        it -> it.token(it.codeForm("code_verifier", null))),
                row(
                        "sends the challenge for it",
                        "400 invalid_grant",
                        it -> it.token(it.codeForm("code_verifier", ScriptedClient.challenge(it.landing.verifier())))),
                row(
                        "names another redirect",
                        "400 invalid_grant",
                        it -> it.token(it.codeForm("redirect_uri", "https://evil.example/"))),
                row(
                        "asks for another resource",
                        "400 invalid_target",
                        it -> it.token(it.codeForm("resource", "https://other.example/mcp"))),
                row(
                        "brings the code as a refresh token",
                        "400 invalid_grant",
                        it -> it.token(it.refreshForm(it.landing.code()))),
                row(
                        "makes a code up",
                        "400 invalid_grant",
                        it -> it.token(it.codeForm("code", it.landing.code() + "x"))),
                row("asks by GET", "405", it -> it.get("/token?" + ScriptedClient.query(it.codeForm("code", "x")))),
                row("asks in JSON", "400 invalid_request", it -> it.tokenBody("application/json", "{}")),
                row(
                        "says everything twice",
                        "400 invalid_request",
                        it -> it.tokenBody(
                                "application/x-www-form-urlencoded",
                                ScriptedClient.query(it.codeForm("x", "y")) + "&code=" + it.landing.code())),
                row(
                        "knows a password",
                        "400 unsupported_grant_type",
                        it -> it.token(Map.of("grant_type", "password", "client_id", it.hostile.clientId()))),
                // Refresh tokens (O-96, O-97, T-73, T-75, T-88)
                row("refreshes another's", "400 invalid_grant", it -> it.hostile.tryRefresh(it.tokens.refresh())),
                row(
                        "makes one up for another's grant",
                        "400 invalid_grant",
                        it -> it.token(it.refreshForm(it.tokens
                                        .refresh()
                                        .substring(0, it.tokens.refresh().lastIndexOf('.') + 1)
                                + Randoms.base64Url(32)))),
                row(
                        "refreshes with an access token",
                        "400 invalid_grant",
                        it -> it.token(it.refreshForm(it.tokens.access()))),
                row(
                        "asks for more",
                        "400 invalid_scope",
                        it -> it.token(with(it.refreshForm(it.tokens.refresh()), "scope", "everything"))),
                row(
                        "asks for elsewhere",
                        "400 invalid_target",
                        it -> it.token(
                                with(it.refreshForm(it.tokens.refresh()), "resource", "https://other.example/mcp"))),
                // Revocation (O-116, T-73)
                row("revokes another's", "200", it -> it.hostile.revoke(it.tokens.refresh())),
                row("revokes what it makes up", "200", it -> it.hostile.revoke(it.tokens.refresh() + "x")),
                // The resource (O-20, O-22, O-25, T-74, T-75)
                row(
                        "calls with a refresh token",
                        "401 invalid_token",
                        it -> it.hostile.call(it.tokens.refresh(), "add", "{}")),
                row("calls with a code", "401 invalid_token", it -> it.hostile.call(it.landing.code(), "add", "{}")),
                row(
                        "calls with a longer token",
                        "401 invalid_token",
                        it -> it.hostile.call(it.tokens.access() + "A", "add", "{}")),
                row(
                        "calls in other letters",
                        "401 invalid_token",
                        it -> it.hostile.call(it.tokens.access().toUpperCase(java.util.Locale.ROOT), "add", "{}")),
                row("calls with a JWT", "401 invalid_token", it -> it.hostile.call("e30.e30.e30", "add", "{}")),
                row("calls with it in the query", "401", it -> it.get("/mcp?access_token=" + it.tokens.access())));
    }

    /** Whatever it does is refused as the table says, and costs the honest client nothing. */
    @ParameterizedTest(name = "{0} → {1}")
    @MethodSource("rows")
    void deedWhenHostileThenRefusedAndNobodyElseIsConcerned(String deed, String outcome, Deed does) throws Exception {
        HttpResponse<String> answer = does.by(this);

        assertThat(outcome(answer)).as("%s: %s", deed, answer.body()).startsWith(outcome);
        assertThat(answer.headers().firstValue("location")).as(deed).isEmpty();
        assertThat(answer.body())
                .as(deed)
                .doesNotContain("access_token\"", tokens.refresh(), landing.code())
                .doesNotContain("Exception", "dev.portcullis");
        assertThat(honest.add(honest.redeem(landing).access(), 2, 3)).isEqualTo("5");
        assertThat(honest.add(tokens.access(), 2, 3)).isEqualTo("5");
        assertThat(honest.add(honest.refresh(tokens.refresh()).access(), 2, 3)).isEqualTo("5");
    }

    private static String outcome(HttpResponse<String> answer) {
        String type = answer.headers().firstValue("content-type").orElse("");
        if (!type.contains("json") || !answer.body().contains("\"error\"")) {
            return Integer.toString(answer.statusCode());
        }
        var error = JSON.readTree(answer.body()).get("error");
        return answer.statusCode() + " " + (error.isString() ? error.asString() : error.toString());
    }

    private String redirect() {
        return ScriptedClient.REDIRECT_URI;
    }

    private HttpResponse<String> register(String redirectUri) throws Exception {
        return hostile.send(HttpRequest.newBuilder(origin.resolve("/register"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"redirect_uris\":[\"" + redirectUri + "\"]}", UTF_8)));
    }

    private HttpResponse<String> get(String target) throws Exception {
        return hostile.send(HttpRequest.newBuilder(origin.resolve(target)).header("accept", "application/json"));
    }

    private HttpResponse<String> authorize(String name, String value) throws Exception {
        var changed = new LinkedHashMap<String, String>();
        changed.put(name, value);
        return get(authorizeUrl(changed));
    }

    private String authorizeUrl(Map<String, String> changed) {
        var right = new LinkedHashMap<>(Map.of(
                "response_type",
                "code",
                "client_id",
                hostile.clientId(),
                "redirect_uri",
                redirect(),
                "state",
                "s",
                "code_challenge",
                CHALLENGE,
                "code_challenge_method",
                "S256",
                "resource",
                origin + "/mcp"));
        changed.forEach((name, value) -> with(right, name, value));
        return "/authorize?" + ScriptedClient.query(right);
    }

    /** The form of a page that was shown to somebody, sent by somebody else. */
    private HttpResponse<String> approveWithout(String what) throws Exception {
        var page = hostile.get(origin.resolve(authorizeUrl(Map.of())));
        assertThat(page.statusCode()).isEqualTo(200);
        if (what.equals("cookie")) {
            return new ScriptedClient(origin).submit(page, "decision", "approve");
        }
        var hidden = java.util.regex.Pattern.compile("name=\"([^\"]+)\" value=\"([^\"]+)\"")
                .matcher(page.body());
        assertThat(hidden.find()).as(page.body()).isTrue();
        var form = Map.of(hidden.group(1), hidden.group(2), "decision", "approve");
        return hostile.send(ScriptedClient.post(origin.resolve("/authorize"), form)
                .header("origin", "https://evil.example")
                .header("sec-fetch-site", "cross-site"));
    }

    private Map<String, String> codeForm(String name, String value) {
        var form = new LinkedHashMap<>(Map.of(
                "grant_type", "authorization_code",
                "code", landing.code(),
                "client_id", honest.clientId(),
                "redirect_uri", redirect(),
                "code_verifier", landing.verifier()));
        return with(form, name, value);
    }

    private Map<String, String> refreshForm(String token) {
        return new LinkedHashMap<>(
                Map.of("grant_type", "refresh_token", "refresh_token", token, "client_id", honest.clientId()));
    }

    private static Map<String, String> with(Map<String, String> form, String name, String value) {
        if (value == null) {
            form.remove(name);
        } else {
            form.put(name, value);
        }
        return form;
    }

    private HttpResponse<String> token(Map<String, String> form) throws Exception {
        return hostile.token(form);
    }

    private HttpResponse<String> tokenBody(String type, String body) throws Exception {
        return hostile.send(HttpRequest.newBuilder(origin.resolve("/token"))
                .header("content-type", type)
                .POST(BodyPublishers.ofString(body)));
    }
}
