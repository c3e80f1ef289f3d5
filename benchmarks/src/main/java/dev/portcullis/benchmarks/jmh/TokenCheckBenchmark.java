package dev.portcullis.benchmarks.jmh;

import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.oauth.token.TickingClock;
import dev.portcullis.oauth.token.TokenCheck;
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
            String token = IssuedToken.in(store, i, RESOURCE);
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
