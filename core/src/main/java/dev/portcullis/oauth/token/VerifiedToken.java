package dev.portcullis.oauth.token;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An access token that was live when the store was last asked. One object per token and process, shared by all its requests. Immutable.
 *
 * @param principal who calls, through which client, with which scopes
 * @param resources exact resources it is good for
 * @param expiresAtSeconds Unix seconds; from then on it is refused
 * @param hash what tables know it by
 * @param boundTo thumbprint of the key whose holder alone may use it (RFC 9449 §6); null if whoever bears it may
 */
public record VerifiedToken(
        Principal principal,
        List<String> resources,
        long expiresAtSeconds,
        TokenHash hash,
        @Nullable TokenHash boundTo) implements TokenCheck {
    public VerifiedToken {
        resources = List.copyOf(resources);
    }

    /** A token that its bearer may use. */
    public VerifiedToken(Principal principal, List<String> resources, long expiresAtSeconds, TokenHash hash) {
        this(principal, resources, expiresAtSeconds, hash, null);
    }

    /** What holds until it ends, and nobody can take back before: it is for no resource, and in no store. */
    static VerifiedToken untilItsEnd(Principal principal, long expiresAtSeconds, TokenHash hash) {
        return new VerifiedToken(principal, List.of(), expiresAtSeconds, hash);
    }

    /** @return whether only time ends it */
    boolean holdsUntilItsEnd() {
        return resources.isEmpty();
    }

    boolean isExpired(long nowMillis) {
        return expiresAtSeconds * 1000 <= nowMillis;
    }

    /** Whether {@code resource} is in its audience (O-25). */
    public boolean isFor(String resource) {
        return resources.contains(resource);
    }
}
