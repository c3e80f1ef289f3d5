package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of an access token that is live (RFC 7662 §2.2; O-117). Nothing of what the grant knows about the person.
 *
 * @param clientId the client it was issued to
 * @param subject who stands behind it, under a name that only the asking client gets for them
 * @param resources {@code aud}
 * @param issuer ours
 * @param expiresAt Unix seconds
 * @param issuedAt Unix seconds; 0 if that is not known
 * @param boundTo thumbprint of the key whose holder alone may use it; null if whoever bears it may
 */
public record Introspection(
        String clientId,
        Scopes scopes,
        String subject,
        List<String> resources,
        String issuer,
        long expiresAt,
        long issuedAt,
        @Nullable TokenHash boundTo) {
    public Introspection {
        resources = List.copyOf(resources);
    }
}
