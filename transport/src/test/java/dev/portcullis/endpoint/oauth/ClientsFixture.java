package dev.portcullis.endpoint.oauth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.HostNames;
import dev.portcullis.fetch.HostRules;
import dev.portcullis.fetch.StrangersDocuments;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.account.AccountFlow;
import dev.portcullis.oauth.authorize.AuthorizationFlow;
import dev.portcullis.oauth.client.ClientDocuments;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.Oversight;
import dev.portcullis.oauth.token.TokenService;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The authorization server's endpoints with clients of every kind, and a web server of this machine at which some of them describe themselves. */
final class ClientsFixture implements AutoCloseable {
    static final long NOW = 1_800_000_000L;
    static final String ISSUER = "https://mcp.example.com";
    static final String REDIRECT = "https://client.example/callback";
    private static final Oversight NOBODY_TO_ASK =
            new Oversight(new Provider(), RulePolicy.openToAll(), Oversight.DEFAULT_RECHECK);
    private static final String FORM = "application/x-www-form-urlencoded";

    GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    final MasterKey key = new MasterKey("an-example-key-of-at-least-32-characters");
    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final Web web;
    final OAuthSettings settings = new OAuthSettings(
                    URI.create(ISSUER),
                    List.of(ISSUER + "/mcp"),
                    Scopes.of("mcp"),
                    Scopes.of("mcp"),
                    true,
                    List.of("cursor"),
                    OAuthSettings.Lives.DEFAULT)
            .offering(new OAuthSettings.Offered(true, true, false, false, false, false, OAuthSettings.Dpop.OFF));

    List<RegisteredClient> preregistered = List.of();
    AddressGuard.Resolver resolver = AddressGuard.Resolver.SYSTEM;
    Set<Integer> strangersPorts = Set.of(443);
    ClientRegistration.Limits registrations = new ClientRegistration.Limits(2, 1_000);

    HostNames trustedHosts = HostNames.NONE;

    @Nullable
    String initialAccessToken;

    long now = NOW;
    private final Telemetry telemetry = new Telemetry() {
        @Override
        public void audit(AuditEvent event) {
            audited.add(event);
        }
    };
    private @Nullable Map<String, Route> routes;
    private @Nullable DocumentFetcher fetcher;

    ClientsFixture() throws IOException {
        web = new Web();
    }

    @Override
    public void close() {
        web.server.stop(0);
        if (fetcher != null) {
            fetcher.close();
        }
        store.close();
    }

    Map<String, Route> routes() {
        if (routes != null) {
            return routes;
        }
        var guard = new AddressGuard(Set.of("127.0.0.1:" + web.port()), resolver, strangersPorts);
        fetcher = new DocumentFetcher(new FetchLimits(400, 900, 8_192, 100, 8), guard);
        var documents = new StrangersDocuments(
                fetcher,
                guard,
                StrangersDocuments.Limits.DEFAULT,
                HostRules.ALL,
                Set.of(),
                () -> Instant.ofEpochSecond(now));
        var clients = new Clients(
                preregistered,
                new ClientDocuments(
                        settings,
                        documents,
                        ClientDocuments.Limits.DEFAULT,
                        () -> Instant.ofEpochSecond(now),
                        telemetry),
                store,
                key,
                settings.lives().client());
        var registration = new ClientRegistration(
                settings,
                key,
                store,
                registrations,
                initialAccessToken == null ? null : TokenHash.of(initialAccessToken),
                telemetry);
        var flow =
                new AuthorizationFlow(settings, key, store, clients, new Provider(), RulePolicy.openToAll(), telemetry);
        var pages = new AuthorizeRoutes.PageSettings(
                Map.of("mcp", "use the tools"), "idp.example", List.of(), trustedHosts);
        var account = new AccountFlow(
                new AccountFlow.Lives(600, 1800), key, store, new Provider(), RulePolicy.openToAll(), telemetry);
        var all = new ArrayList<Route>();
        all.addAll(OAuthRoutes.of(
                settings,
                new MetadataDocuments(settings, null, null),
                new TokenService(settings, key, store, clients, NOBODY_TO_ASK, telemetry),
                registration,
                Runnable::run,
                () -> Instant.ofEpochSecond(now),
                telemetry));
        all.addAll(AuthorizeRoutes.of(
                settings, pages, flow, account, Runnable::run, () -> Instant.ofEpochSecond(now), telemetry));
        var byPath = new LinkedHashMap<String, Route>();
        all.forEach(route -> byPath.put(route.path(), route));
        routes = byPath;
        return byPath;
    }

    RecordedExchange post(String path, String type, String body, String... headers) {
        var all = new ArrayList<>(List.of("content-type", type));
        all.addAll(List.of(headers));
        return RecordedExchange.of(routes().get(path), HttpMethod.POST, path, all.toArray(String[]::new))
                .send(body);
    }

    RecordedExchange postForm(String path, Map<String, String> form, String... headers) {
        return post(path, FORM, encoded(form), headers);
    }

    /** An authorization request as a client of this id would make it. */
    RecordedExchange authorize(String clientId, String redirectUri, String... headers) {
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", clientId);
        query.put("redirect_uri", redirectUri);
        query.put("state", "s");
        query.put("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        query.put("code_challenge_method", "S256");
        return RecordedExchange.of(routes().get("/authorize"), HttpMethod.GET, "/authorize?" + encoded(query), headers)
                .send("");
    }

    static String encoded(Map<String, String> parameters) {
        var pairs = new ArrayList<String>();
        parameters.forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, UTF_8)));
        return String.join("&", pairs);
    }

    /** A grant and its code, as a finished sign-in leaves them; the verifier is the code. */
    String signIn(RegisteredClient client) {
        String grantId = TokenFormat.newGrantId();
        String code = TokenFormat.newToken(TokenFormat.Kind.CODE, grantId);
        var grantKey = GrantCipher.newKey();
        var props = new GrantProps(new Identity("https://idp.example", "sub", null, null, List.of()), null);
        String challenge = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(TokenHash.of(code).toBytes());
        store.createGrant(
                new Grant(
                        grantId,
                        client,
                        REDIRECT,
                        "person",
                        Scopes.of("mcp"),
                        List.of(ISSUER + "/mcp"),
                        GrantCipher.sealProps(props.encode(), grantKey, grantId),
                        now,
                        now,
                        now + 60,
                        now + 86_400),
                new AuthorizationCode(
                        TokenHash.of(code), grantId, challenge, GrantCipher.wrap(grantKey, code), now + 60, false),
                50,
                now);
        return code;
    }

    /** What exchanges a code of {@link #signIn}, without the client's part. */
    static Map<String, String> exchange(String code) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("code_verifier", code);
        return form;
    }

    /** A web server on loopback: documents by path. */
    final class Web {
        private final HttpServer server;
        final Map<String, Answer> answers = new java.util.concurrent.ConcurrentHashMap<>();

        interface Answer {
            void write(HttpExchange exchange) throws IOException;
        }

        Web() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> {
                String path = exchange.getRequestURI().toString();
                asked.add(path);
                try (exchange) {
                    answers.getOrDefault(path, json(404, "{}")).write(exchange);
                }
            });
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        String url(String path) {
            return "http://127.0.0.1:" + port() + path;
        }

        static Answer json(int status, String body) {
            return of(status, "application/json", body);
        }

        static Answer of(int status, String type, String body) {
            return exchange -> {
                exchange.getResponseHeaders().set("Content-Type", type);
                byte[] bytes = body.getBytes(UTF_8);
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            };
        }
    }

    private static final class Provider implements IdentityProvider {
        @Override
        public URI authorizationUri(AuthorizationStart start) {
            return URI.create("https://idp.example/authorization?state=" + start.state());
        }

        @Override
        public SignIn signIn(String code, String codeVerifier, String nonce) {
            return new SignIn(new Identity("https://idp.example", "sub", "a@example.com", null, List.of()), null);
        }

        @Override
        public SignIn refresh(String refreshToken, Identity known) {
            throw new UnsupportedOperationException("signing in does not need this");
        }

        @Override
        public boolean isIssuerOfCallback(@Nullable String iss) {
            return true;
        }
    }
}
