package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** O-84, T-77, T-116. */
class FailedAttemptsTest {
    private static final long NOW = 1_800_000_000L;

    private final List<Outcome> refused = new ArrayList<>();
    private final FailedAttempts attempts = attempts(3);

    private FailedAttempts attempts(int max) {
        var telemetry = new Telemetry() {
            @Override
            public void refused(Outcome outcome) {
                refused.add(outcome);
            }
        };
        return new FailedAttempts(new FailedAttempts.Limits(max, 15, 100), telemetry);
    }

    private static InetAddress at(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void fail(String client, String address, int times) {
        for (int i = 0; i < times; i++) {
            attempts.failed(client, at(address), NOW);
        }
    }

    /** Seconds to wait; 0: none. */
    private int waits(String client, String address, long now) {
        var refusal = catchThrowableOfType(OAuthException.class, () -> attempts.check(client, at(address), now));
        if (refusal == null) {
            return 0;
        }
        assertThat(refusal.error()).isEqualTo(OAuthError.TOO_MANY_ATTEMPTS);
        return refusal.retryAfterSeconds();
    }

    @Test
    void checkWhenAsManyFailedAsMayThenWaitsUntilOneIsForgiven() {
        fail("a", "192.0.2.1", 2);
        assertThat(waits("a", "192.0.2.1", NOW)).isZero();
        fail("a", "192.0.2.1", 1);

        assertThat(waits("a", "192.0.2.1", NOW)).isEqualTo(15);
        assertThat(waits("a", "192.0.2.1", NOW + 14)).isEqualTo(1);
        assertThat(waits("a", "192.0.2.1", NOW + 15)).isZero();
        assertThat(refused).containsExactly(Outcome.RATE_LIMITED, Outcome.RATE_LIMITED);
    }

    /** More failures do not make it longer: two requests may fail at once. */
    @Test
    void failedWhenMoreThanMayThenWaitsNoLonger() {
        fail("a", "192.0.2.1", 100);
        assertThat(waits("a", "192.0.2.1", NOW)).isEqualTo(15);
    }

    /** T-77: nobody locks out others by naming their client from elsewhere. */
    @Test
    void checkWhenAnotherClientOrNetworkAsksThenIsNotConcerned() {
        fail("a", "192.0.2.1", 3);
        fail("a", "2001:db8:1:2::1", 3);

        assertThat(waits("b", "192.0.2.1", NOW)).isZero();
        assertThat(waits("a", "192.0.2.2", NOW)).isZero();
        assertThat(waits("a", "2001:db8:1:3::1", NOW)).isZero();
        assertThat(waits("a", "2001:db8:1:2:ffff::2", NOW)).isPositive(); // the same /64
        assertThat(waits("a", "192.0.2.1", NOW)).isPositive();
    }

    @Test
    void checkWhenClockIsSetBackThenWaitsNoLongerThanEver() {
        fail("a", "192.0.2.1", 3);
        assertThat(waits("a", "192.0.2.1", NOW - 3_600)).isLessThanOrEqualTo(15);
    }

    @Test
    void checkWhenThereIsNoLimitThenNeverWaits() {
        var unlimited = attempts(0);
        for (int i = 0; i < 100; i++) {
            unlimited.failed("a", null, NOW);
        }
        unlimited.check("a", null, NOW);
        assertThat(refused).isEmpty();
    }
}
