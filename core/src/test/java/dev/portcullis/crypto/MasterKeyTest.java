package dev.portcullis.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class MasterKeyTest {
    private final MasterKey master = new MasterKey("not a secret: a test's key of more than 32 characters");

    @Test
    void aesWhenLabelIsTheSameThenTheSameKeyInAnyProcess() { // grants outlive restarts
        var again = new MasterKey("not a secret: a test's key of more than 32 characters");

        assertThat(master.aes("session-id/1").getEncoded())
                .isEqualTo(again.aes("session-id/1").getEncoded())
                .hasSize(32);
        assertThat(master.aes("a/1").getAlgorithm()).isEqualTo("AES");
        assertThat(master.hmac("a/1").getAlgorithm()).isEqualTo("HmacSHA256");
    }

    @Test
    void aesWhenLabelOrSecretDiffersThenTheKeysShareNothing() { // O-180
        byte[] key = master.aes("session-id/1").getEncoded();

        for (byte[] other : new byte[][] {
            master.aes("session-id/2").getEncoded(),
            master.hmac("refresh-successor/1").getEncoded(),
            new MasterKey("not a secret: a test's key of more than 32 character!")
                    .aes("session-id/1")
                    .getEncoded()
        }) {
            int same = 0;
            for (int i = 0; i < key.length; i++) {
                same += Integer.bitCount(~(key[i] ^ other[i]) & 0xFF);
            }
            assertThat(same).as("of 256 bits").isBetween(80, 176);
        }
    }

    @Test
    void aesWhenDerivedByHandThenTheSame()
            throws Exception { // RFC 5869 §2.2, §2.3 with one block: T(1) = HMAC(PRK, info | 0x01)
        byte[] secret = "secret \u00e9".getBytes(UTF_8);
        byte[] prk = hmac("dev.portcullis/1".getBytes(UTF_8), secret);
        byte[] expected = hmac(prk, "session-id/1\u0001".getBytes(UTF_8));

        assertThat(new MasterKey("secret \u00e9").aes("session-id/1").getEncoded())
                .isEqualTo(expected);
    }

    @Test
    void toStringWhenPrintedThenShowsNothingOfTheSecret() {
        assertThat(master.toString()).doesNotContain("secret").doesNotContain(Arrays.toString(new byte[0]));
    }

    private static byte[] hmac(byte[] key, byte[] message) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    @Test
    void sealerWhenKeyWasReplacedThenOpensWhatTheEarlierOneSealedAndSealsWithTheNewOne() { // O-180, T-120
        byte[] context = {1};
        byte[] before = new MasterKey("old").sealer("session-id/1").seal(new byte[] {7}, context);
        var both = new MasterKey("new", List.of("old", "oldest"));

        assertThat(both.sealer("session-id/1").open(before, context)).containsExactly(7);
        assertThat(both.sealer("cursor/1").open(before, context)).isNull();
        byte[] after = both.sealer("session-id/1").seal(new byte[] {8}, context);
        assertThat(new MasterKey("new").sealer("session-id/1").open(after, context))
                .containsExactly(8);
        assertThat(new MasterKey("old").sealer("session-id/1").open(after, context))
                .isNull();
        assertThat(new MasterKey("new").sealer("session-id/1").open(before, context))
                .isNull();
    }

    @Test
    void generationsWhenKeyWasReplacedThenEachStandsAlone() { // O-180
        byte[] context = {1};
        var both = new MasterKey("new", List.of("old"));
        byte[] before = new MasterKey("old").sealer("client-id/1").seal(new byte[] {7}, context);

        assertThat(both.generations()).hasSize(2);
        assertThat(both.generations().get(0).sealer("client-id/1").open(before, context))
                .isNull();
        assertThat(both.generations().get(1).sealer("client-id/1").open(before, context))
                .containsExactly(7);
    }

    @Test
    void keyedHashWhenKeyWasReplacedThenEarlierHashesHold() { // O-180
        byte[] value = {1, 2, 3};
        byte[] before = new MasterKey("old").keyedHash("approvals/1").of(value);
        var both = new MasterKey("new", List.of("old")).keyedHash("approvals/1");

        assertThat(both.isOf(value, before)).isTrue();
        assertThat(both.isOf(new byte[] {1, 2, 4}, before)).isFalse();
        assertThat(both.of(value))
                .isNotEqualTo(before)
                .isEqualTo(new MasterKey("new").keyedHash("approvals/1").of(value));
        assertThat(both.allOf(value)).containsExactly(both.of(value), before);
        assertThat(new MasterKey("new").keyedHash("approvals/1").isOf(value, before))
                .isFalse();
    }
}
