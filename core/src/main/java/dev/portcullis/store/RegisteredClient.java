package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An OAuth client as it was registered (RFC 7591 §2).
 *
 * @param id {@code client_id}
 * @param name {@code client_name}, cleaned of control and bidi characters; null if none was given
 * @param redirectUris exact strings, at least one
 * @param authMethod how it proves itself at the token endpoint
 * @param secretHash SHA-256 of its secret; null for a public client
 * @param grantTypes what it may ask the token endpoint for
 * @param kind where the registration came from
 * @param issuedAt Unix seconds
 */
public record RegisteredClient(
        String id,
        @Nullable String name,
        List<String> redirectUris,
        AuthMethod authMethod,
        @Nullable TokenHash secretHash,
        List<String> grantTypes,
        Kind kind,
        long issuedAt) {
    public RegisteredClient {
        redirectUris = List.copyOf(redirectUris);
        grantTypes = List.copyOf(grantTypes);
    }

    /** {@code token_endpoint_auth_method}. */
    public enum AuthMethod {
        NONE("none"),
        CLIENT_SECRET_BASIC("client_secret_basic"),
        CLIENT_SECRET_POST("client_secret_post");

        private final String wireName;

        AuthMethod(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /** Where a client's metadata comes from. */
    public enum Kind {
        /** It registered itself (RFC 7591); nobody vouches for what it says. */
        DYNAMIC
    }
}
