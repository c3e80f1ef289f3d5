package dev.portcullis.store;

import dev.portcullis.identity.Scopes;
import java.util.List;

/**
 * What a person allowed a client. Who the person is stands in {@code sealedProps} only ({@link GrantCipher}): the record alone tells nothing about them.
 *
 * @param id 128 random bits, base64url
 * @param client the client as it was when the grant was made (O-85)
 * @param redirectUri where this grant's code was sent
 * @param subjectKey keyed hash of (issuer, subject), base64url: finds the grants of a person without naming them
 * @param scopes what was granted
 * @param resources RFC 8707 resources it is good for, exact strings
 * @param sealedProps the person's attributes and upstream tokens, sealed under the grant's key
 * @param createdAt Unix seconds
 * @param lastUsedAt Unix seconds of the last code exchange or refresh
 * @param expiresAt Unix seconds; moved on by use, up to {@code endsAt}
 * @param endsAt Unix seconds after which no use moves it on
 */
public record Grant(
        String id,
        RegisteredClient client,
        String redirectUri,
        String subjectKey,
        Scopes scopes,
        List<String> resources,
        byte[] sealedProps,
        long createdAt,
        long lastUsedAt,
        long expiresAt,
        long endsAt) {
    public Grant {
        resources = List.copyOf(resources);
    }

    /** This grant, used now and living on until {@code expiresAt}. */
    public Grant usedAt(long nowSeconds, long expiresAt) {
        return new Grant(
                id,
                client,
                redirectUri,
                subjectKey,
                scopes,
                resources,
                sealedProps,
                createdAt,
                nowSeconds,
                Math.max(this.expiresAt, Math.min(expiresAt, endsAt)),
                endsAt);
    }
}
