package dev.portcullis.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
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
}
