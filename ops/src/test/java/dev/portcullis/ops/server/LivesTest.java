package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** O-109, O-90, O-98, O-99, O-145: what lives how long if nobody says otherwise, and how long it may at most. */
class LivesTest {
    @ParameterizedTest
    @CsvSource({
        "SIGN_IN_SECONDS, 600, 3600", // consent form and state of the trip to the provider
        "CODE_SECONDS, 60, 600",
        "ACCESS_TOKEN_SECONDS, 3600, 86400",
        "REFRESH_TOKEN_SECONDS, 2592000, 31536000",
        "REFRESH_OVERLAP_SECONDS, 60, 3600",
        "GRANT_SECONDS, 7776000, 63072000",
        "UNCHECKED_GRANT_SECONDS, 86400, 7776000",
        "STALENESS_SECONDS, 3600, 86400",
        "UNCONFIRMED_TOKEN_SECONDS, 900, 900", // never more than 15 min while nobody can be asked
        "CLIENT_SECONDS, 7776000, 63072000",
        "CLIENT_DOCUMENT_SECONDS_MAX, 86400, 604800",
        "APPROVAL_SECONDS, 2592000, 2592000",
        "CLOCK_SKEW_SECONDS, 60, 300"
    })
    void lifeWhenNothingIsSetThenIsTheDefaultAndHasABound(Setting setting, String usual, int most) {
        assertThat(setting.defaultText()).isEqualTo(usual);
        assertThat(setting.max()).isEqualTo(most);
        assertThat(setting.min()).isBetween(0, Integer.parseInt(usual));
    }
}
