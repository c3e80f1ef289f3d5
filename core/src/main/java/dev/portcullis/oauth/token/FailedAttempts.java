package dev.portcullis.oauth.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.client.ClientCredentials;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Slows down whoever guesses at a client's secret (O-84, T-77): counts failed authentications per client and address (IPv6: per /64) in one number, the time at which
 * all of them are forgiven. Another address that names the same client is not concerned, so that nobody locks out a third party. Behind a tunnel or a proxy all come
 * from one address: so only what may be a guess waits, and a secret that was right before is none. Bounded: what was not touched longest is forgotten first. Any
 * thread.
 */
final class FailedAttempts {
    private static final int PREFIX_BYTES = 8;

    private final Limits limits;
    private final Telemetry telemetry;
    private final Cache<TokenHash, AtomicLong> forgivenAt;

    /** Secrets that were right, each with its client, by their hash. It only tells them from guesses: each is checked again, every time. */
    private final Cache<TokenHash, Boolean> proved;

    FailedAttempts(Limits limits, Telemetry telemetry) {
        this.limits = limits;
        this.telemetry = telemetry;
        this.forgivenAt = Caffeine.newBuilder()
                .maximumSize(limits.remembered())
                .expireAfterAccess(Duration.ofSeconds(limits.allSeconds()))
                .build();
        this.proved = Caffeine.newBuilder().maximumSize(limits.remembered()).build();
    }

    /** Whether these credentials may be a guess: they hold a secret, and one that was not right before. Nobody guesses a signature, or where there is no secret. */
    boolean mayBeGuess(ClientCredentials credentials) {
        return switch (credentials.method()) {
            case NONE, PRIVATE_KEY_JWT -> false;
            case CLIENT_SECRET_BASIC, CLIENT_SECRET_POST ->
                limits.max() > 0 && proved.getIfPresent(hashOf(credentials)) == null;
        };
    }

    /** Notes that they were right. */
    void succeeded(ClientCredentials credentials) {
        proved.put(hashOf(credentials), true);
    }

    /** @throws OAuthException TOO_MANY_ATTEMPTS, with the time after which one more may be made */
    void check(String clientId, @Nullable InetAddress peer, long nowSeconds) {
        if (limits.max() == 0) {
            return;
        }
        AtomicLong known = forgivenAt.getIfPresent(key(clientId, peer));
        if (known == null) {
            return;
        }
        long left = left(known.get(), nowSeconds);
        if (left > limits.allSeconds() - limits.forgivenSeconds()) {
            telemetry.refused(Outcome.RATE_LIMITED);
            throw new OAuthException(
                    OAuthError.TOO_MANY_ATTEMPTS,
                    "too many failed authentications of this client, ask again later",
                    (int) (left - limits.allSeconds() + limits.forgivenSeconds()));
        }
    }

    /** Counts a failure. */
    void failed(String clientId, @Nullable InetAddress peer, long nowSeconds) {
        if (limits.max() > 0) {
            var known = forgivenAt.get(key(clientId, peer), _ -> new AtomicLong());
            known.updateAndGet(
                    at -> nowSeconds + Math.min(left(at, nowSeconds) + limits.forgivenSeconds(), limits.allSeconds()));
        }
    }

    /** Seconds until all is forgiven; a clock set back makes none of them longer than they ever were (T-116). */
    private long left(long at, long nowSeconds) {
        return Math.clamp(at - nowSeconds, 0, limits.allSeconds());
    }

    private static TokenHash hashOf(ClientCredentials credentials) {
        String id = credentials.clientId();
        return TokenHash.of((id.length() + ":" + id + credentials.proof()).getBytes(StandardCharsets.UTF_8));
    }

    private static TokenHash key(String clientId, @Nullable InetAddress peer) {
        return TokenHash.of((network(peer) + " " + clientId).getBytes(StandardCharsets.UTF_8));
    }

    private static String network(@Nullable InetAddress peer) {
        if (peer == null) {
            return "";
        }
        byte[] address = peer.getAddress();
        return HexFormat.of().formatHex(peer instanceof Inet6Address ? Arrays.copyOf(address, PREFIX_BYTES) : address);
    }

    /**
     * @param max failures at once after a rest; 0: no limit
     * @param forgivenSeconds after which one of them is forgiven
     * @param remembered pairs of client and address, about 200 bytes each
     */
    record Limits(int max, int forgivenSeconds, int remembered) {
        long allSeconds() {
            return (long) max * forgivenSeconds;
        }
    }
}
