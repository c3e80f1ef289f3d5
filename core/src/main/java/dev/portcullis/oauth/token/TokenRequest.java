package dev.portcullis.oauth.token;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks of the token endpoint, once its form is known to be right; that the values are, is not known yet. */
public sealed interface TokenRequest {
    /** {@code grant_type} of RFC 6749 §4.1.3. */
    String AUTHORIZATION_CODE = "authorization_code";

    /** {@code grant_type} of RFC 6749 §6. */
    String REFRESH_TOKEN = "refresh_token";

    /** @return {@code grant_type} */
    String grantType();

    /**
     * RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5).
     *
     * @param redirectUri null if not sent, which OAuth 2.1 allows
     * @param scope null if not sent
     * @param resources RFC 8707; empty if not sent
     */
    record CodeExchange(
            String code,
            @Nullable String redirectUri,
            String codeVerifier,
            @Nullable String scope,
            List<String> resources)
            implements TokenRequest {
        public CodeExchange {
            resources = List.copyOf(resources);
        }

        @Override
        public String grantType() {
            return AUTHORIZATION_CODE;
        }

        @Override
        public String toString() {
            return "CodeExchange[…]";
        }
    }

    /**
     * RFC 6749 §6.
     *
     * @param scope null if not sent
     * @param resources RFC 8707; empty if not sent
     */
    record Refresh(String refreshToken, @Nullable String scope, List<String> resources) implements TokenRequest {
        public Refresh {
            resources = List.copyOf(resources);
        }

        @Override
        public String grantType() {
            return REFRESH_TOKEN;
        }

        @Override
        public String toString() {
            return "Refresh[…]";
        }
    }
}
