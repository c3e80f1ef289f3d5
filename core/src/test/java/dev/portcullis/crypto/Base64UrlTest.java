package dev.portcullis.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64UrlTest {
    @Test
    void decodeWhenEncodedThenTheSameBytes() {
        for (int length = 0; length < 70; length++) {
            byte[] bytes = Randoms.bytes(length);

            assertThat(Base64Url.decode(Base64Url.encode(bytes), 100)).isEqualTo(bytes);
        }
    }

    /** One text for one value: an id that can be written in two ways is two ids to whoever compares texts. */
    @ParameterizedTest
    @ValueSource(strings = {"AA==", "AB", "AAB", "A", "AA+A", "AA/A", "AA A", "AA\nA", "ÄAAA"})
    void decodeWhenNotAsWeWouldWriteItThenNull(String text) { // RFC 4648 §3.2, §3.5
        assertThat(Base64Url.decode(text, 100)).isNull();
    }

    @Test
    void decodeWhenLongerThanAllowedThenNull() {
        assertThat(Base64Url.decode("AAAA", 3)).isNull();
        assertThat(Base64Url.decode("AAAA", 4)).containsExactly(0, 0, 0);
    }
}
