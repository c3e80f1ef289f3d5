package dev.portcullis.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class SealerTest {
    private static final byte[] CONTEXT = "grant-props/1:g".getBytes(UTF_8);

    private final Sealer sealer = new Sealer(newKey());

    @Test
    void openWhenSealedThenGivesItBack() {
        for (int length : new int[] {0, 1, 16, 1000}) {
            byte[] plain = Randoms.bytes(length);
            byte[] sealed = sealer.seal(plain, CONTEXT);

            assertThat(sealed).hasSize(length + Sealer.OVERHEAD_BYTES);
            assertThat(sealer.open(sealed, CONTEXT)).isEqualTo(plain);
        }
    }

    @Test
    void openWhenAnyBitWasChangedThenNull() { // T-91
        byte[] sealed = sealer.seal("secret".getBytes(UTF_8), CONTEXT);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(sealer.open(changed, CONTEXT)).as("bit %d", bit).isNull();
        }
    }

    @Test
    void openWhenCutOrLengthenedThenNull() {
        byte[] sealed = sealer.seal("secret".getBytes(UTF_8), CONTEXT);
        for (int length = 0; length < sealed.length; length++) {
            assertThat(sealer.open(Arrays.copyOf(sealed, length), CONTEXT)).isNull();
        }
        assertThat(sealer.open(Arrays.copyOf(sealed, sealed.length + 1), CONTEXT))
                .isNull();
    }

    @Test
    void openWhenContextOrKeyIsAnotherThenNull() { // T-91: the authenticated data is part of the seal
        byte[] sealed = sealer.seal("secret".getBytes(UTF_8), CONTEXT);

        assertThat(sealer.open(sealed, "grant-props/1:h".getBytes(UTF_8))).isNull();
        assertThat(sealer.open(sealed, new byte[0])).isNull();
        assertThat(new Sealer(newKey()).open(sealed, CONTEXT)).isNull();
    }

    @Test
    void openWhenMadeByAnotherAesGcmThenTheSame() { // McGrew and Viega, "The Galois/Counter Mode of Operation", test
        // case 16
        var known = new Sealer(
                new SecretKeySpec(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), "AES"));
        byte[] sealed = hex("cafebabefacedbaddecaf888"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b");

        assertThat(known.open(sealed, hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")))
                .isEqualTo(hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
    }

    @Test
    void sealWhenRepeatedThenNoNonceComesTwice() { // O-107, T-91
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            nonces.add(HexFormat.of().formatHex(sealer.seal(new byte[0], CONTEXT), 0, 12));
        }
        assertThat(nonces).hasSize(20_000);
    }

    private static SecretKey newKey() {
        return new SecretKeySpec(Randoms.bytes(32), "AES");
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
