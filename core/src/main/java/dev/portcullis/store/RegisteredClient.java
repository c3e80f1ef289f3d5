package dev.portcullis.store;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An OAuth client as it was registered (RFC 7591 §2), as it describes itself at its URL, or as the settings say.
 *
 * @param id {@code client_id}
 * @param name {@code client_name}, cleaned of control and bidi characters; null if none was given
 * @param redirectUris exact strings, at least one
 * @param authMethod how it proves itself at the token endpoint
 * @param secretHash SHA-256 of its secret; null for a public client
 * @param grantTypes what it may ask the token endpoint for
 * @param kind where the registration came from
 * @param issuedAt Unix seconds
 * @param keys what its assertions are verified with; null unless it authenticates by {@link AuthMethod#PRIVATE_KEY_JWT}
 * @param scopes all it may ever be given; empty: no such bound
 */
public record RegisteredClient(
        String id,
        @Nullable String name,
        List<String> redirectUris,
        AuthMethod authMethod,
        @Nullable TokenHash secretHash,
        List<String> grantTypes,
        Kind kind,
        long issuedAt,
        @Nullable ClientKeys keys,
        Scopes scopes) {
    public RegisteredClient {
        redirectUris = List.copyOf(redirectUris);
        grantTypes = List.copyOf(grantTypes);
    }

    /** A client without keys, for which there is no bound of scopes. */
    public RegisteredClient(
            String id,
            @Nullable String name,
            List<String> redirectUris,
            AuthMethod authMethod,
            @Nullable TokenHash secretHash,
            List<String> grantTypes,
            Kind kind,
            long issuedAt) {
        this(id, name, redirectUris, authMethod, secretHash, grantTypes, kind, issuedAt, null, Scopes.NONE);
    }

    /** This client with keys and a bound of scopes. */
    public RegisteredClient with(@Nullable ClientKeys keys, Scopes scopes) {
        return new RegisteredClient(
                id, name, redirectUris, authMethod, secretHash, grantTypes, kind, issuedAt, keys, scopes);
    }

    /** Public keys of a client (RFC 7591 §2). */
    public sealed interface ClientKeys {
        /** {@code jwks}: a JWK set, JSON. */
        record Inline(String jwks) implements ClientKeys {}

        /** {@code jwks_uri}: where the JWK set is. */
        record At(String jwksUri) implements ClientKeys {}
    }

    /** {@code token_endpoint_auth_method}. */
    public enum AuthMethod {
        NONE("none"),
        CLIENT_SECRET_BASIC("client_secret_basic"),
        CLIENT_SECRET_POST("client_secret_post"),
        /** RFC 7523 §2.2. */
        PRIVATE_KEY_JWT("private_key_jwt");

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
        DYNAMIC,
        /** Its id is the URL at which it describes itself: whoever has that host vouches for it (O-121…O-126). */
        METADATA_DOCUMENT,
        /** The operator vouches for it, in the settings (O-120). */
        PREREGISTERED
    }
}
