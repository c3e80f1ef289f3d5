package dev.portcullis.ops.devidp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.identity.OidcSettings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The stand-in itself: an OpenID provider on loopback with the URL shapes of an Access for SaaS application (O-150). Signs in whoever is picked or typed on its
 * page. Stop it by {@link #close}.
 *
 * <pre>
 *   /cdn-cgi/access/sso/oidc/&lt;client-id&gt;/.well-known/openid-configuration · /authorization · /token · /jwks · /userinfo
 *   /dev                                  made to fail: see {@link Switches} and {@link Directory}, and SwitchesHandler for the forms
 * </pre>
 */
public final class DevIdentityProvider implements AutoCloseable {
    private static final Logger LOG = System.getLogger(DevIdentityProvider.class.getName());
    private static final int BACKLOG = 64;

    private final DevIdpSettings settings;
    private final String origin;
    private final String issuer;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SigningKeys keys = new SigningKeys();
    private final Switches switches = new Switches();
    private final Directory directory;

    /**
     * Binds and serves.
     *
     * @throws IllegalArgumentException the host is not loopback alone
     * @throws IOException the port is taken
     */
    public static DevIdentityProvider start(DevIdpSettings settings, InstantSource clock) throws IOException {
        return new DevIdentityProvider(settings, clock);
    }

    private DevIdentityProvider(DevIdpSettings settings, InstantSource clock) throws IOException {
        this.settings = settings;
        this.directory = new Directory(settings.people());
        this.server = HttpServer.create(new InetSocketAddress(loopback(settings.host()), settings.port()), BACKLOG);
        String host = settings.host().indexOf(':') < 0 ? settings.host() : "[" + settings.host() + "]";
        this.origin = "http://" + host + ":" + server.getAddress().getPort();
        this.issuer = origin + "/cdn-cgi/access/sso/oidc/" + settings.clientId();
        addRoutes(clock);
        server.setExecutor(threads);
        server.start();
    }

    private void addRoutes(InstantSource clock) {
        var tokens = new IssuedTokens(settings, issuer, keys, switches, directory, clock);
        String base = "/cdn-cgi/access/sso/oidc/" + settings.clientId();
        failing("GET", base + "/.well-known/openid-configuration", exchange -> Replies.json(exchange, 200, metadata()));
        failing("GET", base + "/jwks", exchange -> Replies.keys(exchange, keys.published()));
        var authorization = new AuthorizationHandler(settings, issuer, origin, tokens, directory);
        failing("GET POST", base + "/authorization", exchange -> {
            keys.prepare();
            authorization.handle(exchange);
        });
        failing("POST", base + "/token", new TokenHandler(settings, tokens, switches));
        failing("GET POST", base + "/userinfo", new UserInfoHandler(tokens));

        var handler = new SwitchesHandler(switches, directory, keys, origin);
        route("GET", "/dev", handler::page);
        route("POST", "/dev/switches", handler.making(handler::change));
        route("POST", "/dev/people", handler.making(handler::changePerson));
        route("POST", "/dev/rotate-keys", handler.making(handler::rotateKeys));
        route("POST", "/dev/drop-keys", handler.making(handler::dropKeys));
        route("POST", "/dev/reset", handler.making(handler::reset));
    }

    /** A path of the provider's, which answers as the switches say. */
    private void failing(String methods, String path, HttpHandler handler) {
        route(methods, path, exchange -> {
            var state = switches.state();
            pause(state.delayMillis());
            switch (state.answer()) {
                case PROPER -> handler.handle(exchange);
                case ERROR -> Replies.text(exchange, 500, "Switched to fail.");
                case UNAVAILABLE -> Replies.text(exchange, 503, "Switched to be unavailable.");
                case NOTHING -> {} // whoever called finds the connection closed
            }
        });
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is being stopped
        }
    }

    /** One path, exactly; the server's own contexts are prefixes. */
    private void route(String methods, String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                if (!hasOurHost(exchange)) {
                    Replies.text(exchange, 421, "This is " + origin + " only.");
                } else if (!exchange.getRequestURI().getPath().equals(path)) {
                    Replies.text(exchange, 404, "There is nothing here.");
                } else if (!List.of(methods.split(" ")).contains(exchange.getRequestMethod())) {
                    exchange.getResponseHeaders().set("Allow", methods.replace(" ", ", "));
                    Replies.text(exchange, 405, "Use " + methods.replace(" ", " or ") + ".");
                } else {
                    handler.handle(exchange);
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a bug in the local stand-in", e);
            }
        });
    }

    /** Against DNS rebinding (T-50): a page elsewhere must not reach this through a name of its own. */
    private boolean hasOurHost(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        int port = server.getAddress().getPort();
        return host != null
                && List.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port, origin.substring(7))
                        .contains(host);
    }

    private Map<String, Object> metadata() {
        return Map.ofEntries(
                Map.entry("issuer", issuer),
                Map.entry("authorization_endpoint", issuer + "/authorization"),
                Map.entry("token_endpoint", issuer + "/token"),
                Map.entry("jwks_uri", issuer + "/jwks"),
                Map.entry("userinfo_endpoint", issuer + "/userinfo"),
                Map.entry("response_types_supported", List.of("code")),
                Map.entry("grant_types_supported", List.of("authorization_code", "refresh_token")),
                Map.entry("subject_types_supported", List.of("public")),
                Map.entry("id_token_signing_alg_values_supported", List.of("RS256")),
                Map.entry("scopes_supported", List.of("openid", "email", "profile", "groups")),
                Map.entry(
                        "token_endpoint_auth_methods_supported", List.of("client_secret_basic", "client_secret_post")),
                Map.entry("code_challenge_methods_supported", List.of("S256")),
                Map.entry("claims_supported", List.of("sub", "email", "name", "groups")),
                Map.entry("authorization_response_iss_parameter_supported", true));
    }

    /** @return what it does wrong, to be changed at any time */
    public Switches switches() {
        return switches;
    }

    /** @return who is removed or has changed, to be changed at any time */
    public Directory directory() {
        return directory;
    }

    /** Signs with a new key from now on; the old ones stay published. */
    public void rotateKeys() {
        keys.rotate();
    }

    /** Withdraws all keys but the one that signs. */
    public void dropOldKeys() {
        keys.dropOld();
    }

    /** @return {@code iss} of its ID tokens; its URLs begin with it */
    public String issuer() {
        return issuer;
    }

    /** @return what our server needs to sign people in here, with the first of the redirect URIs */
    public OidcSettings oidcSettings() {
        return OidcSettings.of(
                issuer,
                null,
                settings.clientId(),
                settings.clientSecret(),
                settings.redirectUris().getFirst());
    }

    /** @return who is offered on its page */
    public List<Person> people() {
        return settings.people();
    }

    /** Stops at once. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static InetAddress loopback(String host) throws IOException {
        InetAddress[] addresses = InetAddress.getAllByName(host);
        for (InetAddress address : addresses) {
            if (!address.isLoopbackAddress()) {
                throw new IllegalArgumentException("the local stand-in for Access lets anybody in, so it listens on"
                        + " loopback only (localhost, 127.0.0.1, ::1), not on " + host);
            }
        }
        return addresses[0];
    }
}
