package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.policy.Policy;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An authorization server of two resources and three clients, and the hands to walk through it. */
final class Fixture {
    static final String KEY = "an-example-key-of-at-least-32-characters";
    static final String ISSUER = "https://mcp.example.com";
    static final String MCP = "https://mcp.example.com/mcp";
    static final String SSE = "https://mcp.example.com/sse";
    static final String WEB_REDIRECT = "https://client.example/callback";
    static final String LOOPBACK_REDIRECT = "http://127.0.0.1/callback";
    static final String CUSTOM_REDIRECT = "cursor://anysphere.cursor-retrieval/oauth/callback";
    static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    static final long NOW = 1_800_000_000;

    static final OAuthSettings SETTINGS = new OAuthSettings(
            URI.create(ISSUER),
            List.of(MCP, SSE),
            Scopes.of("tools:read", "tools:call"),
            Scopes.of("tools:read"),
            true,
            List.of("cursor"),
            OAuthSettings.Lives.DEFAULT);

    final RecordingGrantStore store = new RecordingGrantStore();
    final ScriptedProvider provider = new ScriptedProvider();
    final List<String> counted = Collections.synchronizedList(new ArrayList<>());
    final List<AuditEvent> audited = Collections.synchronizedList(new ArrayList<>());
    final List<Outcome> refused = new ArrayList<>();
    Policy policy = RulePolicy.openToAll();

    Fixture() {
        put(client("web", "Web Client", WEB_REDIRECT, WEB_REDIRECT + "/second?kept=1"));
        put(client("desktop", "Desktop Client", LOOPBACK_REDIRECT, "http://localhost:33418/cb", "http://[::1]/cb"));
        put(client("editor", "Editor", CUSTOM_REDIRECT));
        put(new RegisteredClient(
                "refresh-only",
                null,
                List.of(WEB_REDIRECT),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("refresh_token"),
                RegisteredClient.Kind.DYNAMIC,
                NOW));
    }

    Clients clients() {
        return new Clients(store, new MasterKey("no sealed client ids are used in here"), 3600);
    }

    void put(RegisteredClient client) {
        store.clients.put(client.id(), client);
    }

    static RegisteredClient client(String id, String name, String... redirectUris) {
        return new RegisteredClient(
                id,
                name,
                List.of(redirectUris),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code", "refresh_token"),
                RegisteredClient.Kind.DYNAMIC,
                NOW);
    }

    AuthorizationFlow flow() {
        return flow(KEY);
    }

    AuthorizationFlow flow(String masterKey) {
        return flow(new MasterKey(masterKey));
    }

    AuthorizationFlow flow(MasterKey masterKey) {
        var telemetry = new Telemetry() {
            @Override
            public void signIn(SignInStep step, boolean succeeded) {
                counted.add(step + (succeeded ? "+" : "-"));
            }

            @Override
            public void audit(AuditEvent event) {
                audited.add(event);
            }

            @Override
            public void refused(Outcome outcome) {
                refused.add(outcome);
            }
        };
        return new AuthorizationFlow(SETTINGS, masterKey, store, clients(), provider, policy, telemetry);
    }

    /** A right request of the web client, with parameters changed: {@code name=value} replaces, {@code name=} empties, {@code -name} removes, {@code +name=value} adds. */
    static Map<String, List<String>> request(String... changes) {
        var parameters = new LinkedHashMap<String, List<String>>();
        parameters.put("response_type", List.of("code"));
        parameters.put("client_id", List.of("web"));
        parameters.put("redirect_uri", List.of(WEB_REDIRECT));
        parameters.put("state", List.of("client state"));
        parameters.put("code_challenge", List.of(CHALLENGE));
        parameters.put("code_challenge_method", List.of("S256"));
        parameters.put("resource", List.of(MCP));
        parameters.put("scope", List.of("tools:read"));
        for (String change : changes) {
            change(parameters, change);
        }
        return parameters;
    }

    private static void change(Map<String, List<String>> parameters, String change) {
        if (change.startsWith("-")) {
            parameters.remove(change.substring(1));
            return;
        }
        boolean adds = change.startsWith("+");
        String pair = adds ? change.substring(1) : change;
        String name = pair.substring(0, pair.indexOf('='));
        String value = pair.substring(pair.indexOf('=') + 1);
        var values = new ArrayList<>(adds ? parameters.getOrDefault(name, List.of()) : List.of());
        values.add(value);
        parameters.put(name, List.copyOf(values));
    }

    /** The parameters of a location's query; fails if one is repeated. */
    static Map<String, String> query(String location) {
        var parameters = new LinkedHashMap<String, String>();
        for (String pair : location.substring(location.indexOf('?') + 1).split("&", -1)) {
            String name = pair.substring(0, pair.indexOf('='));
            String value = URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), StandardCharsets.UTF_8);
            if (parameters.put(name, value) != null) {
                throw new AssertionError("repeated: " + name);
            }
        }
        return parameters;
    }

    /** A browser that keeps what it is told to keep. */
    static final class Browser {
        private final Map<String, String> secrets = new LinkedHashMap<>();

        BrowserSecrets secrets() {
            return new BrowserSecrets(secrets);
        }

        Browser keep(List<BrowserSecret> changes) {
            for (var change : changes) {
                if (change.lifeSeconds() == 0) {
                    secrets.remove(change.name());
                } else {
                    secrets.put(change.name(), change.value());
                }
            }
            return this;
        }

        void set(String name, String value) {
            secrets.put(name, value);
        }

        List<String> names() {
            return List.copyOf(secrets.keySet());
        }

        Browser copy() {
            var copy = new Browser();
            copy.secrets.putAll(secrets);
            return copy;
        }
    }
}
