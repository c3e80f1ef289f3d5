package dev.portcullis.benchmarks.jmh;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.GrantProps;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TickingClock;
import dev.portcullis.oauth.token.TokenCheck;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantCipher;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The bearer token check of every request, beside a bare SHA-256 of the same token. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TokenCheckBenchmark {
    private static final String RESOURCE = "http://localhost:8788/mcp";
    private static final int TOKENS = 1 << 10;
    private static final int BEARER = "Bearer ".length();

    /** Live grants in the store, and so tokens that could be in the table. */
    @Param({"1024", "100000"})
    public int grants;

    private final String[] headers = new String[TOKENS];
    private final String[] missing = new String[TOKENS];
    private byte[] tokenBytes = {};
    private final byte[] digest = new byte[32];
    private final TickingClock clock = new TickingClock();
    private MessageDigest sha256;
    private EmbeddedGrantStore store;
    private AccessTokenVerifier warm;
    private AccessTokenVerifier cold;
    private int next;

    /** JMH fills the rest in {@link #fill}. */
    public TokenCheckBenchmark() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
        warm = verifier(AccessTokenVerifier.Limits.DEFAULT);
        // A table of one: each of many tokens is always a miss.
        cold = verifier(new AccessTokenVerifier.Limits(1, 1, 1));
    }

    private AccessTokenVerifier verifier(AccessTokenVerifier.Limits limits) {
        return new AccessTokenVerifier(store, List.of(), limits, clock, Telemetry.NONE);
    }

    /** Fills the store, and warms the table. */
    @Setup
    public void fill() {
        for (int i = 0; i < grants; i++) {
            String token = remember(i);
            if (i < TOKENS) {
                headers[i] = "Bearer " + token;
                missing[i] = "Bearer " + TokenFormat.newToken(TokenFormat.Kind.ACCESS, TokenFormat.newGrantId());
            }
            warm.load("Bearer " + token, BEARER, RESOURCE);
        }
        for (String header : missing) {
            warm.load(header, BEARER, RESOURCE);
        }
        tokenBytes = headers[0].substring(BEARER).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Lets go of the clock's thread and the store's. */
    @TearDown
    public void close() {
        clock.close();
        store.close();
    }

    private String remember(int i) {
        long now = System.currentTimeMillis() / 1000;
        String grantId = TokenFormat.newGrantId();
        var key = GrantCipher.newKey();
        var identity =
                new Identity("https://idp.example", "subject-" + i, "p" + i + "@example.com", "P", List.of("staff"));
        var client = new RegisteredClient(
                "client-" + i,
                "Benchmark",
                List.of("http://127.0.0.1/callback"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code"),
                RegisteredClient.Kind.DYNAMIC,
                now);
        var grant = new Grant(
                grantId,
                client,
                "http://127.0.0.1/callback",
                "subject-key-" + i,
                Scopes.of("mcp"),
                List.of(RESOURCE),
                GrantCipher.sealProps(new GrantProps(identity, null).encode(), key, grantId),
                now,
                now,
                now + 86_400,
                now + 86_400);
        String code = TokenFormat.newToken(TokenFormat.Kind.CODE, grantId);
        var record = new AuthorizationCode(
                TokenHash.of(code), grantId, Randoms.base64Url(32), GrantCipher.wrap(key, code), now + 60, false);
        store.createGrant(grant, record, 50, now);
        String token = TokenFormat.newToken(TokenFormat.Kind.ACCESS, grantId);
        var access = new AccessToken(
                TokenHash.of(token),
                grantId,
                Scopes.of("mcp"),
                List.of(RESOURCE),
                GrantCipher.wrap(key, token),
                now + 86_400);
        store.consumeCode(record.spentUntil(now + 3600), access, null, now + 86_400, now);
        return token;
    }

    private int next() {
        next = (next + 1) & (TOKENS - 1);
        return next;
    }

    /** The baseline: SHA-256 of a token's bytes, nothing else. */
    @Benchmark
    public byte[] bareSha256() throws java.security.DigestException {
        sha256.update(tokenBytes);
        sha256.digest(digest, 0, 32);
        return digest;
    }

    /** The token is in this process's table. */
    @Benchmark
    public TokenCheck warmHit() {
        return warm.peek(headers[next()], BEARER, RESOURCE);
    }

    /** The token must be read from the store, and the person's properties unsealed. */
    @Benchmark
    public TokenCheck miss() {
        return cold.load(headers[next()], BEARER, RESOURCE);
    }

    /** A well-formed token that the store does not know, for the second time. */
    @Benchmark
    public TokenCheck bogus() {
        return warm.peek(missing[next()], BEARER, RESOURCE);
    }
}
