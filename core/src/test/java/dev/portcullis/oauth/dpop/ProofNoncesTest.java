package dev.portcullis.oauth.dpop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 9449 §8; O-160, O-180. */
final class ProofNoncesTest {
    private static final long NOW = 1_800_000_000L - 1_800_000_000L % ProofNonces.WINDOW_SECONDS;

    private static ProofNonces of(MasterKey key) {
        return new ProofNonces(key.keyedHash("dpop-nonce/1"));
    }

    @Test
    void isGoodWhenWindowIsOverThenForOneMoreAndNoLonger() {
        var nonces = of(new MasterKey("a test's key"));
        String nonce = nonces.at(NOW);

        assertThat(nonces.isGood(nonce, NOW)).isTrue();
        assertThat(nonces.isGood(nonce, NOW + 2 * ProofNonces.WINDOW_SECONDS - 1))
                .isTrue();
        assertThat(nonces.isGood(nonce, NOW + 2 * ProofNonces.WINDOW_SECONDS)).isFalse();
        assertThat(nonces.isGood(nonce, NOW - 1)).isFalse();
        assertThat(nonces.isGood(nonce + "A", NOW)).isFalse();
        assertThat(nonces.isGood("", NOW)).isFalse();
    }

    /** O-180: nobody is asked for another nonce because the key changed. */
    @Test
    void isGoodWhenMasterKeyIsBeingReplacedThenEarlierNoncesHoldAndNewOnesAreOfTheNewKey() {
        String before = of(new MasterKey("old")).at(NOW);
        var both = of(new MasterKey("new", List.of("old")));

        assertThat(both.isGood(before, NOW)).isTrue();
        assertThat(both.at(NOW)).isEqualTo(of(new MasterKey("new")).at(NOW)).isNotEqualTo(before);
        assertThat(of(new MasterKey("new")).isGood(before, NOW)).isFalse();
    }
}
