package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {
    @Test
    void ofWhenMostTurnsHadAPauseThenTheQuartileIsOfThoseWithout() {
        var spread = Spread.of(List.of(900.0, 104.0, 3_000.0, 100.0, 700.0, 101.0, 800.0, 850.0));

        assertThat(spread.quartile()).isEqualTo(101);
        assertThat(spread.median()).isEqualTo(750);
        assertThat(spread.ofQuartile()).isEqualTo("lower quartile of 8 from 100 to 3,000");
        assertThat(spread).hasToString("median of 8 from 100 to 3,000");
    }

    @Test
    void ofWhenThereIsOneTurnThenAllIsThat() {
        assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7, 7, 1));
    }
}
