package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.oauth.TokenFormat.Kind;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFormatTest { // O-105
    private final String grantId = TokenFormat.newGrantId();
    private final KeyedHash key = new MasterKey("a test's key").keyedHash("refresh-successor/1");

    @ParameterizedTest
    @EnumSource
    void newTokenWhenMadeThenIsWellFormedOfItsKindOnly(Kind kind) {
        String token = TokenFormat.newToken(kind, grantId);

        assertThat(token).hasSize(TokenFormat.LENGTH).matches("mcp(at|rt|ac)\\.[\\w-]{22}\\.[\\w-]{43}");
        assertThat(TokenFormat.LENGTH).isLessThanOrEqualTo(128);
        for (Kind other : Kind.values()) {
            assertThat(TokenFormat.isWellFormed(other, token)).isEqualTo(other == kind);
        }
    }

    @Test
    void newTokenWhenRepeatedThenNoneComesTwice() {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            made.add(TokenFormat.newToken(Kind.ACCESS, grantId));
            made.add(TokenFormat.newGrantId());
        }
        assertThat(made).hasSize(20_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mcpat",
                "mcpat.",
                "MCPAT.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA\u0000AAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA\uff21AAAAAAAAAAAAAAAAAAAAA",
                "mcpatXAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "mcpat.AAAAAAAAAAAAAAAAAAAAAAXAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void isWellFormedWhenAnythingIsOffThenFalse(String token) { // T-75
        assertThat(TokenFormat.isWellFormed(Kind.ACCESS, token)).isFalse();
    }

    @Test
    void isWellFormedWhenNullThenFalse() {
        assertThat(TokenFormat.isWellFormed(Kind.ACCESS, null)).isFalse();
        assertThat(TokenFormat.isWellFormed(
                        Kind.ACCESS, "mcpat.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
                .as("the neighbour of what is refused above")
                .isTrue();
    }

    @Test
    void successorOfWhenAskedAgainThenTheSameAndOfTheSameGrant() { // O-95
        String first = TokenFormat.newToken(Kind.REFRESH, grantId);
        String second = TokenFormat.successorOf(first, key);

        assertThat(TokenFormat.successorOf(first, key)).isEqualTo(second);
        assertThat(TokenFormat.isWellFormed(Kind.REFRESH, second)).isTrue();
        assertThat(second).startsWith("mcprt." + grantId + ".").isNotEqualTo(first);
    }

    @Test
    void successorOfWhenTokenOrKeyIsAnotherThenAnother() {
        String first = TokenFormat.newToken(Kind.REFRESH, grantId);
        var otherKey = new MasterKey("a test's other key").keyedHash("refresh-successor/1");
        Set<String> successors = new HashSet<>();
        String token = first;
        for (int i = 0; i < 100; i++) {
            successors.add(TokenFormat.successorOf(token, otherKey));
            token = TokenFormat.successorOf(token, key);
            successors.add(token);
        }
        assertThat(successors).hasSize(200).doesNotContain(first);
    }
}
