package dev.portcullis.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An identity assertion (ID-JAG) that holds: somebody we trust says that this client may act for this person here.
 *
 * @param identity who, by (issuer, subject)
 * @param clientId the client it is for, by its id here
 * @param id {@code jti}, to be spent once
 * @param spentUntil Unix seconds until which {@code id} must be remembered: as long as it could be presented
 * @param resources where it is good, in its own words; at least one
 * @param scope {@code scope}; null if it says nothing
 * @param confirmation {@code cnf}: what the client must prove to hold; null if nothing
 */
public record IdentityAssertion(
        Identity identity,
        String clientId,
        String id,
        long spentUntil,
        List<String> resources,
        @Nullable String scope,
        @Nullable JsonObject confirmation) {
    public IdentityAssertion {
        resources = List.copyOf(resources);
    }

    /** Nothing about the person is shown. */
    @Override
    public String toString() {
        return "IdentityAssertion[…]";
    }
}
