package dev.portcullis.endpoint.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.fetch.HostNames;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every endpoint that browsers meet, over a real store, with a provider and a policy that do what a test says, and browsers that keep cookies. */
final class BrowserHouse implements AutoCloseable {
    static final String ISSUER = "https://mcp.example.com";
    static final String REDIRECT = "https://client.example/callback";
    static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    static final long NOW = 1_800_000_000;
    static final Identity ALICE =
            new Identity("https://idp.example", "alice-sub", "alice@example.com", "Alice", List.of());
    static final Identity BOB = new Identity("https://idp.example", "bob-sub", "bob@example.com", "Bob", List.of());

    final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    final List<AuditEvent> audited = new ArrayList<>();
    private final List<Route> routes;
    long now = NOW;
    Identity identity = ALICE;
    IdentityException.@Nullable Kind signInFails;
    boolean startFails;
    boolean refusesPeople;

    BrowserHouse() {
        var master = new MasterKey("an-example-key-of-at-least-32-characters");
        var settings = new OAuthSettings(
                URI.create(ISSUER),
                List.of(ISSUER + "/mcp", ISSUER + "/sse"),
                Scopes.of("read", "write"),
                Scopes.of("read"),
                true,
                List.of("cursor"),
                OAuthSettings.Lives.DEFAULT);
        var telemetry = new Telemetry() {
            @Override
            public void audit(AuditEvent event) {
                audited.add(event);
            }
        };
        Policy policy = this::decide;
        var provider = new Provider();
        var flow = new AuthorizationFlow(
                settings, master, store, new Clients(store, master, 3600), provider, policy, telemetry);
        var account = new AccountFlow(new AccountFlow.Lives(600, 1800), master, store, provider, policy, telemetry);
        routes = AuthorizeRoutes.of(
                settings,
                new AuthorizeRoutes.PageSettings(
                        Map.of("read", "look at things"), "idp.example", List.of(), HostNames.NONE),
                flow,
                account,
                Runnable::run,
                () -> Instant.ofEpochSecond(now),
                telemetry);
        register("dynamic", RegisteredClient.Kind.DYNAMIC, Scopes.NONE, List.of("authorization_code"));
        register("known", RegisteredClient.Kind.PREREGISTERED, Scopes.NONE, List.of("authorization_code"));
        register("bounded", RegisteredClient.Kind.PREREGISTERED, Scopes.of("read"), List.of("authorization_code"));
        register("machine", RegisteredClient.Kind.PREREGISTERED, Scopes.NONE, List.of("client_credentials"));
    }

    private Decision decide(Principal principal, Action action) {
        return switch (action) {
            case Action.SignIn _ -> refusesPeople ? new Decision.Deny("a rule") : Decision.ALLOW;
            case Action.HoldScope(String scope) ->
                scope.equals("write") && principal.identity().equals(BOB)
                        ? new Decision.Deny("a rule")
                        : Decision.ALLOW;
            case Action.CallTool _, Action.ReadResource _, Action.GetPrompt _ -> Decision.ALLOW;
        };
    }

    private void register(String id, RegisteredClient.Kind kind, Scopes scopes, List<String> grantTypes) {
        var client = new RegisteredClient(
                id,
                "App " + id,
                List.of(REDIRECT, "http://127.0.0.1/cb"),
                RegisteredClient.AuthMethod.NONE,
                null,
                grantTypes,
                kind,
                NOW);
        store.putClient(client.with(null, scopes), NOW + 10 * 86_400, NOW);
    }

    List<AuditEvent.What> happened() {
        return audited.stream().map(AuditEvent::what).toList();
    }

    /** How many grants somebody has: what a sign-in leaves behind. */
    int grantsOf(String client) {
        return store.grantsOfClient(client, now).size();
    }

    @Override
    public void close() {
        store.close();
    }

    static String encoded(Map<String, String> parameters) {
        var pairs = new ArrayList<String>();
        parameters.forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, UTF_8)));
        return String.join("&", pairs);
    }

    /** A right request of the client "known"; {@code name=value} changes it, {@code name=} takes away. */
    static String authorize(String... changes) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("response_type", "code");
        parameters.put("client_id", "known");
        parameters.put("redirect_uri", REDIRECT);
        parameters.put("state", "s t/ä");
        parameters.put("code_challenge", CHALLENGE);
        parameters.put("code_challenge_method", "S256");
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals == change.length() - 1) {
                parameters.remove(change.substring(0, equals));
            } else {
                parameters.put(change.substring(0, equals), change.substring(equals + 1));
            }
        }
        return "/authorize?" + encoded(parameters);
    }

    static Map<String, String> query(@Nullable String location) {
        assertThat(location).as("a location").isNotNull();
        var parameters = new LinkedHashMap<String, String>();
        for (String pair : URI.create(String.valueOf(location)).getRawQuery().split("&", -1)) {
            int equals = pair.indexOf('=');
            assertThat(parameters.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8)))
                    .as("repeated in " + location)
                    .isNull();
        }
        return parameters;
    }

    /** The values of hidden fields of this name, in order. */
    static List<String> hidden(RecordedExchange page, String name) {
        return Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"")
                .matcher(page.body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    Browser browser() {
        return new Browser();
    }

    /** One profile of one person's browser. */
    final class Browser {
        final Map<String, String> cookies = new LinkedHashMap<>();

        RecordedExchange get(String target, String... headers) {
            return send(HttpMethod.GET, target, "", headers);
        }

        RecordedExchange post(String path, Map<String, String> form, String... headers) {
            var all = new ArrayList<>(List.of("content-type", "application/x-www-form-urlencoded"));
            all.addAll(List.of(headers));
            return send(HttpMethod.POST, path, encoded(form), all.toArray(String[]::new));
        }

        private RecordedExchange send(HttpMethod method, String target, String body, String... headers) {
            var all = new ArrayList<>(List.of(headers));
            if (!cookies.isEmpty()) {
                var pairs = new ArrayList<String>();
                cookies.forEach((name, value) -> pairs.add(name + "=" + value));
                all.addAll(List.of("cookie", String.join("; ", pairs)));
            }
            String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
            var route = routes.stream()
                    .filter(candidate -> candidate.path().equals(path))
                    .findFirst()
                    .orElseThrow();
            var exchange = RecordedExchange.of(route, method, target, all.toArray(String[]::new))
                    .send(body);
            keep(exchange);
            return exchange;
        }

        private void keep(RecordedExchange exchange) {
            for (String field : exchange.headers("set-cookie")) {
                String pair = field.substring(0, field.indexOf(';'));
                String name = pair.substring(0, pair.indexOf('='));
                if (field.contains("Max-Age=0;")) {
                    cookies.remove(name);
                } else {
                    cookies.put(name, pair.substring(pair.indexOf('=') + 1));
                }
            }
        }

        /** Asks, approves, and is at the provider. @return the state sent there */
        String approve(String... changes) {
            var page = get(authorize(changes));
            assertThat(page.status()).isEqualTo(200);
            var left = post(
                    "/authorize",
                    Map.of("transaction", hidden(page, "transaction").get(0), "decision", "approve"));
            assertThat(left.status()).isEqualTo(303);
            return String.valueOf(query(left.header("location")).get("state"));
        }

        /** Signs in to the account. @return the state sent to the provider */
        String leaveForAccount() {
            var left = post("/account", Map.of("action", "sign-in"));
            assertThat(left.status()).isEqualTo(303);
            assertThat(left.header("location")).startsWith("https://idp.example/");
            return String.valueOf(query(left.header("location")).get("state"));
        }

        RecordedExchange signInToAccount() {
            var back = get("/callback?code=c&state=" + leaveForAccount());
            assertThat(back.status()).isEqualTo(303);
            assertThat(back.header("location")).isEqualTo(ISSUER + "/account");
            return get("/account");
        }
    }

    private final class Provider implements IdentityProvider {
        @Override
        public URI authorizationUri(AuthorizationStart start) throws IdentityException {
            if (startFails) {
                throw new IdentityException(IdentityException.Kind.UNAVAILABLE, "away");
            }
            return URI.create("https://idp.example/authorization?state=" + start.state());
        }

        @Override
        public SignIn signIn(String code, String codeVerifier, String nonce) throws IdentityException {
            if (signInFails != null) {
                throw new IdentityException(signInFails, "canary");
            }
            return new SignIn(identity, "upstream-canary");
        }

        @Override
        public SignIn refresh(String refreshToken, Identity known) {
            throw new UnsupportedOperationException("no refresh here");
        }

        @Override
        public boolean isIssuerOfCallback(@Nullable String iss) {
            return iss == null || iss.equals("https://idp.example");
        }
    }
}
