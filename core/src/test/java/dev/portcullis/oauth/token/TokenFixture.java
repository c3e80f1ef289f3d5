package dev.portcullis.oauth.token;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.oauth.client.ClientRegistration.Registered;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.policy.Policy;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An authorization server without its browser half: grants come into the store as a finished sign-in puts them there. */
final class TokenFixture implements AutoCloseable {
    static final String MCP = "https://mcp.example.com/mcp";
    static final String SSE = "https://mcp.example.com/sse";
    static final String REDIRECT = "http://localhost:6274/oauth/callback";
    static final Scopes GRANTED = Scopes.of("tools", "images");
    static final Identity ALICE =
            new Identity("https://idp.example.com", "alice", "alice@example.com", "Alice", List.of("staff"));
    static final Policy POLICY = RulePolicy.openToAll();
    static final OAuthSettings SETTINGS = settings(OAuthSettings.Lives.DEFAULT);

    final MasterKey key = new MasterKey(Randoms.base64Url(32));
    final WatchedGrantStore store =
            new WatchedGrantStore(EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT));
    final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    final Telemetry telemetry = new Telemetry() {
        @Override
        public void tokenChecked(TokenOutcome outcome) {
            told.add(outcome.name());
        }

        @Override
        public void signIn(SignInStep step, boolean succeeded) {
            told.add(step.name() + (succeeded ? " ok" : " failed"));
        }
    };
    final OAuthSettings settings;
    final TokenService tokens;
    final ClientRegistration registration;

    /** Unix time in seconds; moved on only while no other thread works. */
    long now = 1_800_000_000L;

    TokenFixture() {
        this(SETTINGS);
    }

    TokenFixture(OAuthSettings settings) {
        this.settings = settings;
        var clients = new Clients(store, key, settings.lives().client());
        tokens = new TokenService(
                settings, key, store, clients, new Oversight(new RefreshingProvider(), POLICY, 5), telemetry);
        registration = new ClientRegistration(settings, key, store, 10, Telemetry.NONE);
    }

    static OAuthSettings settings(OAuthSettings.Lives lives) {
        return new OAuthSettings(
                URI.create("https://mcp.example.com"),
                List.of(MCP, SSE),
                Scopes.of("tools", "images", "admin"),
                Scopes.of("tools"),
                true,
                List.of("cursor"),
                lives);
    }

    AccessTokenVerifier verifier() {
        return verifier(new AccessTokenVerifier.Limits(100, 64, 5_000));
    }

    AccessTokenVerifier verifier(AccessTokenVerifier.Limits limits) {
        return new AccessTokenVerifier(store, List.of(), limits, () -> Instant.ofEpochSecond(now), telemetry);
    }

    Registered register(String members) {
        String json = "{\"redirect_uris\":[\"" + REDIRECT + "\"]" + (members.isEmpty() ? "" : "," + members) + "}";
        return registration.register(json.getBytes(StandardCharsets.UTF_8), now);
    }

    RegisteredClient publicClient() {
        return register("\"token_endpoint_auth_method\":\"none\"").client();
    }

    Issued signIn(RegisteredClient client) {
        return signIn(client, GRANTED, List.of(MCP));
    }

    Issued signIn(RegisteredClient client, Scopes scopes, List<String> resources) {
        String grantId = TokenFormat.newGrantId();
        String code = TokenFormat.newToken(Kind.CODE, grantId);
        String verifier = Randoms.base64Url(32);
        var grantKey = GrantCipher.newKey();
        var grant = new Grant(
                grantId,
                client,
                REDIRECT,
                "subject key of alice",
                scopes,
                resources,
                GrantCipher.sealProps(new GrantProps(ALICE, null).encode(), grantKey, grantId),
                now,
                now,
                now + settings.lives().code(),
                now + settings.lives().grant());
        var record = new AuthorizationCode(
                TokenHash.of(code),
                grantId,
                challengeOf(verifier),
                GrantCipher.wrap(grantKey, code),
                now + settings.lives().code(),
                false);
        store.createGrant(grant, record, 50, now);
        return new Issued(grantId, client, code, verifier);
    }

    static String challengeOf(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(TokenHash.of(verifier).toBytes());
    }

    /** A signed-in client's first tokens. */
    TokenResponse tokensOf(Issued issued) {
        return tokens.token(ClientRequest.of(issued.form(), List.of()), now);
    }

    TokenResponse refresh(RegisteredClient client, String refreshToken, String... more) {
        return tokens.token(ClientRequest.of(refreshForm(client, refreshToken, more), List.of()), now);
    }

    static Map<String, List<String>> refreshForm(RegisteredClient client, String refreshToken, String... more) {
        var form = form("grant_type", "refresh_token", "client_id", client.id(), "refresh_token", refreshToken);
        for (int i = 0; i < more.length; i += 2) {
            form.put(more[i], List.of(more[i + 1]));
        }
        return form;
    }

    static Map<String, List<String>> form(String... namesAndValues) {
        var form = new LinkedHashMap<String, List<String>>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        return form;
    }

    boolean isGrantLive(Issued issued) {
        return store.grant(issued.grantId, now) != null;
    }

    @Override
    public void close() {
        store.close();
    }

    record Issued(String grantId, RegisteredClient client, String code, String verifier) {
        /** The right request for this code; a public client's. */
        Map<String, List<String>> form() {
            return TokenFixture.form(
                    "grant_type", "authorization_code",
                    "client_id", client.id(),
                    "code", code,
                    "redirect_uri", REDIRECT,
                    "code_verifier", verifier);
        }

        /** The same with one parameter changed; null leaves it out. */
        Map<String, List<String>> formWith(String name, String value) {
            Map<String, List<String>> form = form();
            if (value == null) {
                form.remove(name);
            } else {
                form.put(name, List.of(value));
            }
            return form;
        }
    }
}
