package dev.portcullis.oauth.token;

import dev.portcullis.identity.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for a client (RFC 6749 §5.1; O-83).
 *
 * @param expiresIn life of the access token in seconds
 * @param refreshToken null if the client gets none
 * @param scopes of the access token, always said
 * @param resources of the access token
 * @param isBound whether the access token is for the holder of a key only (RFC 9449 §5)
 * @param issuedTokenType {@code issued_token_type} (RFC 8693 §2.2.1); null for all but an exchange
 */
public record TokenResponse(
        String accessToken,
        int expiresIn,
        @Nullable String refreshToken,
        Scopes scopes,
        List<String> resources,
        boolean isBound,
        @Nullable String issuedTokenType) {
    public TokenResponse {
        resources = List.copyOf(resources);
    }

    /** This response to an exchange. */
    TokenResponse ofType(String type) {
        return new TokenResponse(accessToken, expiresIn, refreshToken, scopes, resources, isBound, type);
    }

    /** @return {@code token_type} (RFC 6750 §4, RFC 9449 §5) */
    public String tokenType() {
        return isBound ? "DPoP" : "Bearer";
    }

    @Override
    public String toString() {
        return "TokenResponse[…]";
    }
}
