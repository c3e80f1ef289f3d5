package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.identity.Identity;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrantPropsTest {
    private final GrantProps whole = new GrantProps(
            new Identity(
                    "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/abc",
                    "7335d417-61da-459d-899c-0a01c76a2f94",
                    "ada@example.com",
                    "Ada Löveläce 🧮",
                    List.of("engineering", "", "数学")),
            "upstream-refresh-token");

    @Test
    void decodeWhenEncodedThenEqual() {
        var bare = new GrantProps(new Identity("https://idp", "s", null, null, List.of()), null);
        var empty = new GrantProps(new Identity("", "", "", "", List.of()), "");

        for (GrantProps props : List.of(whole, bare, empty)) {
            assertThat(GrantProps.decode(props.encode())).isEqualTo(props);
        }
    }

    @Test
    void decodeWhenCutShortThenRefused() {
        byte[] encoded = whole.encode();
        for (int length = 0; length < encoded.length; length++) {
            byte[] cut = Arrays.copyOf(encoded, length);
            assertThatThrownBy(() -> GrantProps.decode(cut))
                    .as("%d of %d bytes", length, encoded.length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void decodeWhenOfAnotherVersionThenRefused() {
        byte[] encoded = whole.encode();
        encoded[0] = 3;
        assertThatThrownBy(() -> GrantProps.decode(encoded))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version");
    }

    @Test
    void decodeWhenALengthIsHugeThenRefusedWithoutTakingThatMuch() {
        byte[] encoded = whole.encode();
        encoded[1] = 0x7F; // the issuer is said to be 2 GB
        assertThatThrownBy(() -> GrantProps.decode(encoded)).isInstanceOf(IllegalArgumentException.class);
    }
}
