package dev.portcullis.benchmarks.jmh;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.token.ClientRequest;
import dev.portcullis.oauth.token.Oversight;
import dev.portcullis.oauth.token.TokenResponse;
import dev.portcullis.oauth.token.TokenService;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the token endpoint decides and stores, without HTTP, with the store in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OAuthBenchmark {
    private static final String RESOURCE = "http://localhost:8788/mcp";
    private static final String REDIRECT_URI = "http://127.0.0.1/callback";
    private static final String VERIFIER = "a".repeat(43);

    /** Live grants in the store, all of one person's with clients of their own. */
    @Param({"1", "100000"})
    public int grants;

    private final String challenge = Base64Url.encode(
            TokenHash.of(VERIFIER.getBytes(StandardCharsets.US_ASCII)).toBytes());
    private final EmbeddedGrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final TokenService tokens;
    private final long now = System.currentTimeMillis() / 1000;
    private String clientId = "";
    private String refreshToken = "";
    private int next;

    /** JMH fills the rest in {@link #fill}. */
    public OAuthBenchmark() {
        var scopes = Scopes.of("mcp");
        var settings = new OAuthSettings(
                URI.create("http://localhost:8788"),
                List.of(RESOURCE),
                scopes,
                scopes,
                false,
                List.of(),
                OAuthSettings.Lives.DEFAULT);
        var key = new MasterKey("a key of a benchmark, for one run and one machine");
        var clients = new Clients(store, key, settings.lives().client());
        var oversight = new Oversight(new NoProvider(), RulePolicy.openToAll(), Oversight.DEFAULT_RECHECK);
        tokens = new TokenService(settings, key, store, clients, oversight, Telemetry.NONE);
    }

    /** Fills the store; the last grant is the one that is refreshed. */
    @Setup
    public void fill() {
        for (int i = 0; i < grants; i++) {
            refreshToken = Objects.requireNonNull(redeem().refreshToken());
        }
    }

    /** Lets go of the store's thread. */
    @TearDown
    public void close() {
        store.close();
    }

    /** With the token that the refresh before gave. */
    @Benchmark
    public TokenResponse refresh() {
        var response = tokens.token(
                ClientRequest.of(
                        Map.of(
                                "grant_type", List.of("refresh_token"),
                                "refresh_token", List.of(refreshToken),
                                "client_id", List.of(clientId)),
                        List.of()),
                now);
        refreshToken = Objects.requireNonNull(response.refreshToken());
        return response;
    }

    /** A grant with its code is made and stored; the code is redeemed; the grant is revoked, so that there stay as many. */
    @Benchmark
    public boolean redeemAndRevoke() {
        String kept = clientId;
        var response = redeem();
        clientId = kept;
        return store.revokeGrant(TokenFormat.grantIdOf(response.accessToken()));
    }

    private TokenResponse redeem() {
        clientId = "client-" + next++;
        String grantId = TokenFormat.newGrantId();
        String code = TokenFormat.newToken(TokenFormat.Kind.CODE, grantId);
        var key = GrantCipher.newKey();
        var record = new AuthorizationCode(
                TokenHash.of(code), grantId, challenge, GrantCipher.wrap(key, code), now + 60, false);
        store.createGrant(grant(grantId, GrantCipher.sealProps(props().encode(), key, grantId)), record, 50, now);
        return tokens.token(
                ClientRequest.of(
                        Map.of(
                                "grant_type", List.of("authorization_code"),
                                "code", List.of(code),
                                "code_verifier", List.of(VERIFIER),
                                "client_id", List.of(clientId)),
                        List.of()),
                now);
    }

    private static GrantProps props() {
        return new GrantProps(
                new Identity("https://idp.example", "subject", "p@example.com", "P", List.of("staff")), null);
    }

    private Grant grant(String grantId, byte[] sealedProps) {
        var client = new RegisteredClient(
                clientId,
                "Benchmark",
                List.of(REDIRECT_URI),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code", "refresh_token"),
                RegisteredClient.Kind.DYNAMIC,
                now);
        return new Grant(
                grantId,
                client,
                REDIRECT_URI,
                "subject-key",
                Scopes.of("mcp"),
                List.of(RESOURCE),
                sealedProps,
                now,
                now,
                now + 86_400,
                now + 86_400);
    }

    /** Of grants without a refresh token of the provider's nothing is asked. */
    private static final class NoProvider implements IdentityProvider {
        @Override
        public URI authorizationUri(AuthorizationStart start) throws IdentityException {
            throw new IllegalStateException("nobody signs in");
        }

        @Override
        public SignIn signIn(String code, String codeVerifier, String nonce) throws IdentityException {
            throw new IllegalStateException("nobody signs in");
        }

        @Override
        public SignIn refresh(String refreshToken, Identity known) throws IdentityException {
            throw new IllegalStateException("nobody is asked about");
        }

        @Override
        public boolean isIssuerOfCallback(@Nullable String iss) {
            return true;
        }
    }
}
