package dev.portcullis.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.CharBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TokenHashTest {
    @Test
    void ofWhenKnownThenSha256() { // FIPS 180-2, appendix B
        assertThat(TokenHash.of("abc")).hasToString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(TokenHash.of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))
                .hasToString("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assertThat(TokenHash.of("")).hasToString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void ofWhenBytesStandInALargerArrayThenOnlyTheyCount() throws Exception {
        byte[] line = "Bearer mcpat.x.y, more".getBytes(US_ASCII);

        assertThat(TokenHash.of(line, 7, 9)).isEqualTo(TokenHash.of("mcpat.x.y"));
        assertThat(TokenHash.of(line).toBytes())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(line));
    }

    @Test
    void ofWhenTextIsAStretchOfAnotherThenOnlyItCounts() {
        String header = "Bearer mcpat.x.y, \u00e9 more";
        var expected = TokenHash.of("mcpat.x.y");

        assertThat(TokenHash.of(header, 7, 9)).isEqualTo(expected);
        assertThat(TokenHash.of(CharBuffer.wrap(header), 7, 9)).isEqualTo(expected);
        assertThat(TokenHash.of("x".repeat(TokenHash.TEXT_MAX), 0, TokenHash.TEXT_MAX))
                .isEqualTo(TokenHash.of("x".repeat(TokenHash.TEXT_MAX)));
        assertThat(TokenHash.of(header, 18, 1)).isEqualTo(TokenHash.of(CharBuffer.wrap(header), 18, 1));
    }

    @Test
    void toBytesWhenReadBackThenEqual() {
        for (int i = 0; i < 100; i++) {
            TokenHash hash = TokenHash.of(Randoms.bytes(i));
            assertThat(TokenHash.ofDigest(hash.toBytes())).isEqualTo(hash).hasSameHashCodeAs(hash);
        }
    }

    @Test
    void equalsWhenOneWordDiffersThenFalse() {
        var hash = new TokenHash(1, 2, 3, 4);

        assertThat(hash).isEqualTo(new TokenHash(1, 2, 3, 4));
        assertThat(hash).isNotEqualTo(new TokenHash(0, 2, 3, 4));
        assertThat(hash).isNotEqualTo(new TokenHash(1, 0, 3, 4));
        assertThat(hash).isNotEqualTo(new TokenHash(1, 2, 0, 4));
        assertThat(hash).isNotEqualTo(new TokenHash(1, 2, 3, 0));
    }

    @Test
    void ofWhenThreadsHashAtOnceThenEachHasItsOwnDigest() throws Exception {
        Set<TokenHash> hashes = new HashSet<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<TokenHash>>();
            for (int i = 0; i < 1000; i++) {
                all.add(threads.submit(() -> TokenHash.of("abc")));
            }
            for (var one : all) {
                hashes.add(one.get());
            }
        }
        assertThat(hashes).containsExactly(TokenHash.of("abc"));
    }
}
