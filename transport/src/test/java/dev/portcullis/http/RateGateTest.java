package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.RateGate.RateLimits;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.EchoEndpoint;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** H-20, T-13, T-77. */
class RateGateTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private @Nullable Route route;
    private final RateGate gate = new RateGate(new RateLimits(10, 20), nanos::get);

    private boolean passes(String address) {
        return passes(address, new DefaultHttpHeaders());
    }

    private boolean passes(String address, HttpHeaders headers) {
        try {
            var head = new RequestHead(HttpMethod.GET, "/mcp", "", headers, InetAddress.getByName(address));
            return switch (gate.check(head, route)) {
                case Verdict.Pass pass -> true;
                case Verdict.Refuse refusal -> {
                    assertThat(refusal.outcome()).isEqualTo(Outcome.RATE_LIMITED);
                    assertThat(refusal.reply().status().code()).isEqualTo(429);
                    assertThat(refusal.reply().headers())
                            .anyMatch(h -> h.getKey().toString().equals("retry-after"));
                    yield false;
                }
                case Verdict.Wait wait -> throw new AssertionError("waits");
            };
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private int passed(String address, int requests) {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += passes(address) ? 1 : 0;
        }
        return passed;
    }

    @Test
    void checkWhenBurstIsSpentThenRefusesUntilTimeHasPassed() {
        assertThat(passed("192.0.2.1", 100)).isEqualTo(20);

        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(500));

        assertThat(passed("192.0.2.1", 100)).isEqualTo(5);

        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));

        assertThat(passed("192.0.2.1", 100)).isEqualTo(20);
    }

    /** T-92: what a page may leave behind is bounded for all, so one address gets less of it. */
    @Test
    void checkWhenRouteIsAPageForPeopleThenItCostsFive() {
        route = EchoEndpoint.route(
                "authorize", "/authorize", Route.Access.OPEN, Route.Cors.NONE, 0, new EchoEndpoint());
        assertThat(passed("192.0.2.1", 100)).isEqualTo(4);
        route = EchoEndpoint.route("token", "/token", Route.Access.OPEN, Route.Cors.ANY, 0, new EchoEndpoint());
        assertThat(passed("192.0.2.2", 100)).isEqualTo(20);
    }

    @Test
    void checkWhenOneAddressFloodsThenOthersPass() {
        passed("192.0.2.1", 1_000);

        for (int i = 2; i < 250; i++) {
            assertThat(passes("192.0.2." + i)).isTrue();
        }
    }

    @Test
    void checkWhenIpv6ThenAPrefixOf64IsOnePeer() {
        int passed = 0;
        for (int i = 1; i <= 100; i++) {
            passed += passes("2001:db8:1:2::" + Integer.toHexString(i)) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(20);
        assertThat(passes("2001:db8:1:3::1")).isTrue();
    }

    @Test
    void checkWhenForwardedHeadersAreSpoofedThenSocketPeerCounts() { // T-13
        int passed = 0;
        for (int i = 0; i < 100; i++) {
            var spoofed = new DefaultHttpHeaders().set("x-forwarded-for", "198.51.100." + i);
            passed += passes("192.0.2.1", spoofed) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(20);
    }
}
