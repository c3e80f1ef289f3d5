package dev.portcullis.benchmarks.load;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Signs people in as a client and a browser do: register, authorize, consent, sign in at the identity provider, callback, token. An object is one client; each sign-in
 * has a browser of its own. Any thread.
 */
final class Tokens {
    private static final String REDIRECT_URI = "http://127.0.0.1:33418/callback";
    private static final int HOPS_MAX = 10;
    private static final Pattern FORM_ACTION = Pattern.compile("<form[^>]*\\baction=\"([^\"]*)\"");
    private static final Pattern HIDDEN = Pattern.compile(
            "<input(?=[^>]*type=\"hidden\")(?=[^>]*name=\"([^\"]*)\")(?=[^>]*value=\"([^\"]*)\")[^>]*>");
    private static final JsonFactory JSON = new JsonFactory();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final URI server;
    private final String clientId;

    /** What the token endpoint gave. */
    record Token(String access, String refresh) {
        static Token of(Answer answer) {
            answer.expecting(200, "access_token");
            return new Token(member(answer, "access_token"), member(answer, "refresh_token"));
        }
    }

    private Tokens(URI server, String clientId) {
        this.server = server;
        this.clientId = clientId;
    }

    /** Registers a public client. */
    static Tokens register(URI server) throws InterruptedException {
        var registered = Answer.of(server, Request.post("/register", "application/json", """
                {"client_name":"Load","redirect_uris":["%s"],"token_endpoint_auth_method":"none",\
                "grant_types":["authorization_code","refresh_token"]}""".formatted(REDIRECT_URI)))
                .expecting(201, "client_id");
        return new Tokens(server, member(registered, "client_id"));
    }

    String clientId() {
        return clientId;
    }

    /** Signs in so many people, {@code person-0@example.com} and so on, some at a time. */
    List<Token> signIn(int people, int atATime) throws InterruptedException {
        try (var workers =
                Executors.newFixedThreadPool(atATime, Thread.ofVirtual().factory())) {
            var all = new ArrayList<Future<Token>>();
            for (int i = 0; i < people; i++) {
                String email = "person-" + i + "@example.com";
                all.add(workers.submit(() -> signIn(email)));
            }
            var tokens = new ArrayList<Token>();
            for (var one : all) {
                tokens.add(one.get());
            }
            return tokens;
        } catch (ExecutionException e) {
            throw new LoadException("a sign-in failed", Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    Token signIn(String email) throws InterruptedException {
        var browser = new Browser();
        String verifier = random(32);
        String state = random(16);
        var authorize = new LinkedHashMap<String, String>();
        authorize.put("response_type", "code");
        authorize.put("client_id", clientId);
        authorize.put("redirect_uri", REDIRECT_URI);
        authorize.put("state", state);
        authorize.put("code_challenge", challenge(verifier));
        authorize.put("code_challenge_method", "S256");
        authorize.put("resource", server.resolve("/mcp").toString());
        browser.get(server.resolve("/authorize?" + form(authorize)));
        browser.submit("decision", "approve");
        for (int hop = 0; hop < HOPS_MAX; hop++) {
            if (browser.isAtForm()) {
                browser.submit("email", email); // of the identity provider
                continue;
            }
            URI next = browser.next();
            if (next.toString().startsWith(REDIRECT_URI)) {
                return redeem(parameters(next.getRawQuery()), state, verifier);
            }
            browser.get(next);
        }
        throw new LoadException("a sign-in went on for more than " + HOPS_MAX + " hops");
    }

    private Token redeem(Map<String, String> landed, String state, String verifier) throws InterruptedException {
        String code = landed.get("code");
        if (code == null || !state.equals(landed.get("state"))) {
            throw new LoadException("a sign-in ended with " + landed);
        }
        return Token.of(Answer.of(
                server,
                token(Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "client_id",
                        clientId,
                        "redirect_uri",
                        REDIRECT_URI,
                        "code_verifier",
                        verifier))));
    }

    Token refresh(Token token) throws InterruptedException {
        return Token.of(Answer.of(server, refreshing(token.refresh())));
    }

    Request refreshing(String refreshToken) {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "client_id", clientId));
    }

    /** Ends a grant, by one of its tokens. */
    Request revoking(String refreshToken) {
        return Request.post(
                "/revoke",
                "application/x-www-form-urlencoded",
                form(Map.of("token", refreshToken, "client_id", clientId)));
    }

    private static Request token(Map<String, String> parameters) {
        return Request.post("/token", "application/x-www-form-urlencoded", form(parameters));
    }

    /** A person's browser: cookies by host and port, and the page that it shows. One thread. */
    private static final class Browser {
        private final Map<String, Map<String, String>> cookies = new HashMap<>();
        private URI at = URI.create("about:blank");
        private Answer page = new Answer(0, List.of(), new byte[0]);

        void get(URI uri) throws InterruptedException {
            show(uri, Request.get(pathOf(uri)).with("accept", "text/html"));
        }

        boolean isAtForm() {
            return page.status() == 200;
        }

        /** @return where the page sends us */
        URI next() {
            String location = page.header("location");
            if (location == null) {
                throw new LoadException("a sign-in stopped at " + at + ": " + page.status() + " " + page.text());
            }
            return at.resolve(location);
        }

        /** Presses a button of the form, or fills in the one field that matters. */
        void submit(String name, String value) throws InterruptedException {
            String html = page.expecting(200, "name=\"" + name + "\"").text();
            var form = new LinkedHashMap<String, String>();
            var hidden = HIDDEN.matcher(html);
            while (hidden.find()) {
                form.put(hidden.group(1), unescape(hidden.group(2)));
            }
            form.put(name, value);
            form.putIfAbsent("action", "signin");
            var action = FORM_ACTION.matcher(html);
            URI target = action.find() ? at.resolve(unescape(action.group(1))) : at;
            show(
                    target,
                    Request.post(pathOf(target), "application/x-www-form-urlencoded", form(form))
                            .with("origin", at.getScheme() + "://" + at.getAuthority()));
        }

        private void show(URI uri, Request request) throws InterruptedException {
            var jar = cookies.computeIfAbsent(uri.getAuthority(), _ -> new LinkedHashMap<>());
            var sent = jar.isEmpty()
                    ? request
                    : request.with(
                            "cookie",
                            jar.entrySet().stream()
                                    .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                                    .collect(Collectors.joining("; ")));
            page = Answer.of(uri, sent);
            at = uri;
            page.headers().stream()
                    .filter(header -> header.getKey().equals("set-cookie"))
                    .forEach(header -> {
                        String[] pair = header.getValue().split(";", 2)[0].split("=", 2);
                        if (header.getValue().contains("Max-Age=0")) {
                            jar.remove(pair[0]);
                        } else {
                            jar.put(pair[0], pair[1]);
                        }
                    });
        }

        private static String pathOf(URI uri) {
            return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
        }

        private static String unescape(String html) {
            return html.replace("&quot;", "\"")
                    .replace("&#39;", "'")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&");
        }
    }

    static String member(Answer answer, String name) {
        try (var json = JSON.createParser(ObjectReadContext.empty(), answer.body())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                json.nextToken();
                if (member.equals(name)) {
                    return json.getString();
                }
                json.skipChildren();
            }
        }
        throw new LoadException("no " + name + " in " + answer.text());
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static Map<String, String> parameters(String rawQuery) {
        var parameters = new HashMap<String, String>();
        for (String pair : rawQuery.split("&", -1)) {
            String[] nameAndValue = pair.split("=", 2);
            parameters.put(nameAndValue[0], URLDecoder.decode(nameAndValue[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }
}
