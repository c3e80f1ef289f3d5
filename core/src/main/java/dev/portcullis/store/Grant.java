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
 * @param checkedAt Unix seconds when the identity provider last said that the person may (O-99)
 * @param checkingUntil Unix seconds until which one caller has claimed to ask it again ({@link GrantStore#claimCheck}); 0 if nobody has
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
        long endsAt,
        long checkedAt,
        long checkingUntil) {
    public Grant {
        resources = List.copyOf(resources);
    }

    /** A new grant: the identity provider has just spoken. */
    public Grant(
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
        this(
                id,
                client,
                redirectUri,
                subjectKey,
                scopes,
                resources,
                sealedProps,
                createdAt,
                lastUsedAt,
                expiresAt,
                endsAt,
                createdAt,
                0);
    }

    /** This grant, claimed for a check until then; 0: claimed no more. */
    public Grant claimedUntil(long checkingUntil) {
        return new Grant(
                id,
                client,
                redirectUri,
                subjectKey,
                scopes,
                resources,
                sealedProps,
                createdAt,
                lastUsedAt,
                expiresAt,
                endsAt,
                checkedAt,
                checkingUntil);
    }

    /** This grant after the identity provider was asked again, at {@code checkedAt}. */
    public Grant checked(byte[] sealedProps, long checkedAt) {
        return new Grant(
                id,
                client,
                redirectUri,
                subjectKey,
                scopes,
                resources,
                sealedProps,
                createdAt,
                lastUsedAt,
                expiresAt,
                endsAt,
                checkedAt,
                0);
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
                endsAt,
                checkedAt,
                checkingUntil);
    }
}
