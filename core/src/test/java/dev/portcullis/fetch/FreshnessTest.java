package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9111 §4.2.1, as O-146 needs it. */
class FreshnessTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,-,-1",
                "public,-,-1",
                "max-age=60,-,60",
                "'Public, MAX-AGE=60',-,60",
                "'max-age=60, max-age=90',-,60",
                "max-age=60,20,40",
                "max-age=60,90,0",
                "max-age=60,soon,60",
                "'max-age=60, no-store',-,0",
                "no-cache,-,0",
                "max-age=-5,-,-1",
                "max-age=99999999999999999999,-,2147483648",
                "'max-age=\"60\"',-,60",
                "max-age=,-,-1",
                "s-maxage=60,-,-1",
            })
    void secondsReadsHeaders(String cacheControl, String age, long expected) {
        assertThat(Freshness.seconds(cacheControl, age)).isEqualTo(expected);
    }
}
