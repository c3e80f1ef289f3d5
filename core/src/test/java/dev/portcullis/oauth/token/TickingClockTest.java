package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class TickingClockTest {
    @Test
    void millisWhenTimePassesThenMovesOnAndIsNeverEarly() {
        try (var clock = new TickingClock()) {
            long start = clock.millis();
            while (clock.millis() < start + 250) {
                assertThat(clock.millis()).isLessThanOrEqualTo(System.currentTimeMillis());
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void millisWhenClosedThenIsTheSystems() {
        var clock = new TickingClock();
        clock.close();
        long closed = System.currentTimeMillis();
        while (clock.millis()
                < closed + Duration.ofMillis(150).toMillis()) { // longer than a tick: it does not stand still
            Thread.onSpinWait();
        }
    }
}
