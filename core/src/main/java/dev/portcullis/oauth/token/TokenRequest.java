package dev.portcullis.oauth.token;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks of the token endpoint, once its form is known to be right; that the values are, is not known yet. */
public sealed interface TokenRequest {
    /** {@code grant_type} of RFC 6749 §4.1.3. */
    String AUTHORIZATION_CODE = "authorization_code";

    /** {@code grant_type} of RFC 6749 §6. */
    String REFRESH_TOKEN = "refresh_token";

    /** {@code grant_type} of RFC 8693 §2.1. */
    String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

    /** {@code grant_type} of RFC 7523 §2.1. */
    String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /** {@code grant_type} of RFC 6749 §4.4. */
    String CLIENT_CREDENTIALS = "client_credentials";

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

    /**
     * RFC 8693 §2.1, as far as it is offered: an access token of ours for another (O-165).
     *
     * @param scope null if not sent
     * @param resources targets by RFC 8707 and by {@code audience}, which mean the same here; empty if not sent
     */
    record TokenExchange(String subjectToken, @Nullable String scope, List<String> resources) implements TokenRequest {
        public TokenExchange {
            resources = List.copyOf(resources);
        }

        @Override
        public String grantType() {
            return TOKEN_EXCHANGE;
        }

        @Override
        public String toString() {
            return "TokenExchange[…]";
        }
    }

    /**
     * RFC 7523 §2.1 with an identity assertion (O-170).
     *
     * @param scope null if not sent
     * @param resources RFC 8707; empty if not sent
     */
    record AssertionGrant(String assertion, @Nullable String scope, List<String> resources) implements TokenRequest {
        public AssertionGrant {
            resources = List.copyOf(resources);
        }

        @Override
        public String grantType() {
            return JWT_BEARER;
        }

        @Override
        public String toString() {
            return "AssertionGrant[…]";
        }
    }

    /**
     * RFC 6749 §4.4 (O-175).
     *
     * @param scope null if not sent
     * @param resources RFC 8707; empty if not sent
     */
    record OwnAccess(@Nullable String scope, List<String> resources) implements TokenRequest {
        public OwnAccess {
            resources = List.copyOf(resources);
        }

        @Override
        public String grantType() {
            return CLIENT_CREDENTIALS;
        }
    }
}
