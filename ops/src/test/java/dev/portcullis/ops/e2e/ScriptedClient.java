package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An MCP client and the person before it, by plain HTTP: quick enough for loops, and able to do what no honest client would. The browser is played by a cookie jar
 * and by reading the forms.
 */
final class ScriptedClient {
    static final String REDIRECT_URI = "http://127.0.0.1:33418/callback";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern FORM_ACTION = Pattern.compile("<form[^>]*\\baction=\"([^\"]*)\"");
    private static final Pattern HIDDEN = Pattern.compile(
            "<input(?=[^>]*type=\"hidden\")(?=[^>]*name=\"([^\"]*)\")(?=[^>]*value=\"([^\"]*)\")[^>]*>");

    private final URI origin;
    private final HttpClient http;
    private final String clientId;

    /** By authority, then by name. The JDK's own jar sends cookies with Max-Age in a form (RFC 2965) that no browser uses. */
    private final Map<String, Map<String, String>> cookies = new HashMap<>();

    /** Registers a public client. */
    ScriptedClient(URI origin) throws Exception {
        this.origin = origin;
        this.http = newBrowser();
        HttpResponse<String> registered = send(
                HttpRequest.newBuilder(origin.resolve("/register"))
                        .header("content-type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"client_name\":\"Scripted\",\"redirect_uris\":[\"" + REDIRECT_URI
                                                + "\"],\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\",\"refresh_token\"]}")));
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);
        this.clientId = JSON.readTree(registered.body()).get("client_id").asString();
    }

    static HttpClient newBrowser() {
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    String clientId() {
        return clientId;
    }

    /** Signs a person in at the stand-in for Access, and redeems the code. */
    Tokens signIn(String email) throws Exception {
        Landing landing = signInUntilCode(email);
        assertThat(landing.parameters()).as("%s", landing).containsKey("code");
        return redeem(landing);
    }

    /** The same up to the authorization code, or the error, that comes back to the client. */
    Landing signInUntilCode(String email) throws Exception {
        String verifier = Randoms.base64Url(32);
        String state = Randoms.base64Url(16);
        var page = consentPage(verifier, state);
        HttpResponse<String> answer = submit(page, "decision", "approve");
        for (int hop = 0; hop < 10; hop++) {
            if (answer.statusCode() == 200) {
                answer = submit(answer, "person", email);
                continue;
            }
            assertThat(answer.statusCode())
                    .as("%s %s", answer.uri(), answer.body())
                    .isIn(302, 303);
            URI next =
                    answer.uri().resolve(answer.headers().firstValue("location").orElseThrow());
            if (next.toString().startsWith(REDIRECT_URI)) {
                Landing landing = new Landing(parameters(next.getRawQuery()), verifier);
                assertThat(landing.parameters()).containsEntry("state", state);
                return landing;
            }
            answer = get(next);
        }
        throw new AssertionError("too many hops, now at " + answer.uri());
    }

    /** The first page of a sign-in. */
    HttpResponse<String> consentPage() throws Exception {
        return consentPage(Randoms.base64Url(32), Randoms.base64Url(16));
    }

    private HttpResponse<String> consentPage(String verifier, String state) throws Exception {
        var page = get(origin.resolve("/authorize?"
                + query(Map.of(
                        "response_type",
                        "code",
                        "client_id",
                        clientId,
                        "redirect_uri",
                        REDIRECT_URI,
                        "state",
                        state,
                        "code_challenge",
                        challenge(verifier),
                        "code_challenge_method",
                        "S256",
                        "resource",
                        origin.resolve("/mcp").toString()))));
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        return page;
    }

    Tokens redeem(Landing landing) throws Exception {
        HttpResponse<String> answer = token(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                landing.code(),
                "client_id",
                clientId,
                "redirect_uri",
                REDIRECT_URI,
                "code_verifier",
                landing.verifier()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Tokens.of(JSON.readTree(answer.body()));
    }

    Tokens refresh(String refreshToken) throws Exception {
        HttpResponse<String> answer = tryRefresh(refreshToken);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Tokens.of(JSON.readTree(answer.body()));
    }

    HttpResponse<String> tryRefresh(String refreshToken) throws Exception {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "client_id", clientId));
    }

    HttpResponse<String> token(Map<String, String> form) throws Exception {
        return send(post(origin.resolve("/token"), form));
    }

    HttpResponse<String> revoke(String token) throws Exception {
        return send(post(origin.resolve("/revoke"), Map.of("token", token, "client_id", clientId)));
    }

    /** Calls a tool by the stateless revision. */
    HttpResponse<String> call(String accessToken, String tool, String arguments) throws Exception {
        return send(calling(origin.resolve("/mcp"), accessToken, tool, arguments));
    }

    /** What calls a tool by the stateless revision. */
    static HttpRequest.Builder calling(URI url, String accessToken, String tool, String arguments) {
        return HttpRequest.newBuilder(url)
                .header("authorization", "Bearer " + accessToken)
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", "tools/call")
                .header("mcp-name", tool)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                                + "\",\"arguments\":" + arguments
                                + ",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}"));
    }

    /** The text of the result's first block. */
    String add(String accessToken, int a, int b) throws Exception {
        HttpResponse<String> answer = call(accessToken, "add", "{\"a\":" + a + ",\"b\":" + b + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).at("/result/content/0/text").asString();
    }

    HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri).header("accept", "text/html").GET());
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        URI uri = request.build().uri();
        Map<String, String> jar = cookies.computeIfAbsent(uri.getAuthority(), _ -> new LinkedHashMap<>());
        if (!jar.isEmpty()) {
            List<String> pairs = new ArrayList<>();
            jar.forEach((name, value) -> pairs.add(name + "=" + value));
            request.header("cookie", String.join("; ", pairs));
        }
        HttpResponse<String> answer =
                http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        for (String cookie : answer.headers().allValues("set-cookie")) {
            String pair = cookie.split(";", 2)[0];
            int equals = pair.indexOf('=');
            if (cookie.contains("Max-Age=0")) {
                jar.remove(pair.substring(0, equals));
            } else {
                jar.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return answer;
    }

    /** Presses a button of the page's form. */
    HttpResponse<String> submit(HttpResponse<String> page, String button, String value)
            throws IOException, InterruptedException {
        Matcher action = FORM_ACTION.matcher(page.body());
        assertThat(page.body()).contains("<form").contains("name=\"" + button + "\"");
        var form = new LinkedHashMap<String, String>();
        Matcher hidden = HIDDEN.matcher(page.body());
        while (hidden.find()) {
            form.put(hidden.group(1), unescape(hidden.group(2)));
        }
        form.put(button, value);
        // A form without an action goes where the page came from (HTML §4.10.21.3).
        URI target = action.find() ? page.uri().resolve(unescape(action.group(1))) : page.uri();
        return send(post(target, form)
                .header("origin", page.uri().getScheme() + "://" + page.uri().getAuthority()));
    }

    static HttpRequest.Builder post(URI uri, Map<String, String> form) {
        return HttpRequest.newBuilder(uri)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(query(form)));
    }

    static String query(Map<String, String> parameters) {
        List<String> pairs = new ArrayList<>();
        parameters.forEach((name, value) -> pairs.add(encode(name) + "=" + encode(value)));
        return String.join("&", pairs);
    }

    static Map<String, String> parameters(String rawQuery) {
        var parameters = new LinkedHashMap<String, String>();
        for (String pair : rawQuery.split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters.put(
                    URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    static String challenge(String verifier) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String unescape(String html) {
        return html.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }

    /** What came back to the client's redirect URI. */
    record Landing(Map<String, String> parameters, String verifier) {
        String code() {
            return parameters.get("code");
        }
    }

    /** What the token endpoint gave. */
    record Tokens(String access, String refresh) {
        static Tokens of(JsonNode answer) {
            return new Tokens(
                    answer.get("access_token").asString(),
                    answer.get("refresh_token").asString());
        }
    }
}
