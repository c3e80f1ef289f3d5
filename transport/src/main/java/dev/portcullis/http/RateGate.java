package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket per peer address (IPv6: per /64), kept as the one number of the generic cell rate algorithm: the time at which the bucket will be full again.
 * The numbers lie in two rows of fixed size, addressed by two keyed hashes, and a request is refused only if both of its buckets are empty: memory does not
 * grow with the number of peers, nothing is evicted, and a neighbour in one row does no harm. Any thread; no locks, no allocation for IPv4.
 */
public final class RateGate implements Gate {
    private static final int ROW_SLOTS = 1 << 15;

    private final long intervalNanos;
    private final long burstNanos;
    private final LongSupplier nanoTime;
    private final long start;
    private final AtomicLongArray fullAt = new AtomicLongArray(2 * ROW_SLOTS);
    private final long firstKey = ThreadLocalRandom.current().nextLong();
    private final long secondKey = ThreadLocalRandom.current().nextLong();

    /**
     * How much one address may ask for. Generous, since hosted clients, proxies and tunnels share addresses (O-131, T-32).
     *
     * @param perSecond requests a second in the long run
     * @param burst requests at once after a rest
     */
    public record RateLimits(int perSecond, int burst) {}

    public RateGate(RateLimits limits) {
        this(limits, System::nanoTime);
    }

    /** @param nanoTime a clock that only goes forward (T-116) */
    RateGate(RateLimits limits, LongSupplier nanoTime) {
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / limits.perSecond();
        burstNanos = intervalNanos * limits.burst();
        this.nanoTime = nanoTime;
        start = nanoTime.getAsLong();
    }

    @Override
    public Verdict check(RequestHead head, @Nullable Route route) {
        long key = keyOf(head.peer());
        long now = nanoTime.getAsLong() - start;
        boolean first = take(slot(key ^ firstKey), now);
        boolean second = take(ROW_SLOTS + slot(key ^ secondKey), now);
        return first || second ? Verdict.PASS : refuse(route);
    }

    /** Takes one token, if there is one. */
    private boolean take(int slot, long now) {
        while (true) {
            long before = fullAt.get(slot);
            long after = Math.max(before, now) + intervalNanos;
            if (after - now > burstNanos) {
                return false;
            }
            if (fullAt.compareAndSet(slot, before, after)) {
                return true;
            }
        }
    }

    private static Verdict refuse(@Nullable Route route) {
        var reply = Refusals.retryLater(HttpResponseStatus.TOO_MANY_REQUESTS, route, "Too many requests");
        return new Verdict.Refuse(reply, Outcome.RATE_LIMITED);
    }

    private static long keyOf(InetAddress peer) {
        return peer instanceof Inet4Address four
                ? four.hashCode() // the address itself, without a copy
                : ByteBuffer.wrap(peer.getAddress()).getLong();
    }

    /** The finalizer of MurmurHash3, keyed by what the caller has mixed in. */
    private static int slot(long key) {
        long hash = key;
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return (int) (hash ^ (hash >>> 33)) & (ROW_SLOTS - 1);
    }
}
