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
 */
public record TokenResponse(
        String accessToken, int expiresIn, @Nullable String refreshToken, Scopes scopes, List<String> resources) {
    public TokenResponse {
        resources = List.copyOf(resources);
    }

    @Override
    public String toString() {
        return "TokenResponse[…]";
    }
}
