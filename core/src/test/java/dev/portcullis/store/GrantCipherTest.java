package dev.portcullis.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.TokenFormat.Kind;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;

class GrantCipherTest { // O-107, T-91
    private static final byte[] PROPS = "ada@example.com".getBytes(UTF_8);

    private final String grantId = TokenFormat.newGrantId();
    private final String token = TokenFormat.newToken(Kind.ACCESS, grantId);
    private final SecretKey key = GrantCipher.newKey();

    @Test
    void unwrapWhenWrappedUnderTheTokenThenTheKeyOpensTheProps() {
        byte[] sealed = GrantCipher.sealProps(PROPS, key, grantId);
        byte[] wrapped = GrantCipher.wrap(key, token);

        assertThat(wrapped).hasSize(40);
        assertThat(GrantCipher.openProps(sealed, GrantCipher.unwrap(wrapped, token), grantId))
                .isEqualTo(PROPS);
    }

    @Test
    void unwrapWhenTheTokenIsAnotherThenFails() {
        byte[] wrapped = GrantCipher.wrap(key, token);
        for (String other : new String[] {
            TokenFormat.newToken(Kind.ACCESS, grantId),
            token.replace("mcpat", "mcprt"),
            token.substring(1),
            token + "A",
            hashOf(token)
        }) {
            assertThatThrownBy(() -> GrantCipher.unwrap(wrapped, other)).isInstanceOf(StoreException.class);
        }
    }

    /** What the database knows of a token must not open what the token opens. */
    private static String hashOf(String token) {
        return TokenHash.of(token).toString();
    }

    @Test
    void unwrapWhenAnyByteWasChangedOrIsMissingThenFails() {
        byte[] wrapped = GrantCipher.wrap(key, token);
        for (int i = 0; i < wrapped.length; i++) {
            byte[] changed = wrapped.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> GrantCipher.unwrap(changed, token)).isInstanceOf(StoreException.class);
            byte[] cut = Arrays.copyOf(wrapped, i);
            assertThatThrownBy(() -> GrantCipher.unwrap(cut, token)).isInstanceOf(StoreException.class);
        }
    }

    @Test
    void openPropsWhenTheyAreAnotherGrantsThenFails() { // the grant's id is authenticated
        byte[] sealed = GrantCipher.sealProps(PROPS, key, grantId);

        assertThatThrownBy(() -> GrantCipher.openProps(sealed, key, TokenFormat.newGrantId()))
                .isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> GrantCipher.openProps(sealed, GrantCipher.newKey(), grantId))
                .isInstanceOf(StoreException.class);
        sealed[20] ^= 1;
        assertThatThrownBy(() -> GrantCipher.openProps(sealed, key, grantId)).isInstanceOf(StoreException.class);
    }

    @Test
    void openPropsWhenItFailsThenTheMessageShowsNoSecret() {
        byte[] wrapped = GrantCipher.wrap(key, token);
        assertThatThrownBy(() -> GrantCipher.unwrap(wrapped, TokenFormat.newToken(Kind.ACCESS, grantId)))
                .message()
                .doesNotContain(token)
                .doesNotContain(HexFormat.of().formatHex(wrapped));
    }

    @Test
    void sealPropsWhenRepeatedThenNoNonceAndNoKeyComesTwice() {
        Set<String> nonces = new HashSet<>();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            nonces.add(HexFormat.of().formatHex(GrantCipher.sealProps(PROPS, key, grantId), 0, 12));
            keys.add(HexFormat.of().formatHex(GrantCipher.newKey().getEncoded()));
        }
        assertThat(nonces).hasSize(5000);
        assertThat(keys).hasSize(5000);
    }
}
