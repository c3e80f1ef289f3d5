package dev.portcullis.policy;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;

/** Which of the scopes that were asked for are given (O-42). */
public final class GrantedScopes {
    private GrantedScopes() {}

    /**
     * What is asked for, and the client may have, and the person may have. Names are compared whole (T-88).
     *
     * @param requested by the client, or what a grant has so far
     * @param ofClient what the client may have at most; empty: no bound
     * @param principal the person, acting through this client
     * @return never more than {@code requested}; empty if nothing is left
     */
    public static Scopes of(Scopes requested, Scopes ofClient, Principal principal, Policy policy) {
        return Scopes.of(requested.values().stream()
                .filter(scope -> ofClient.isEmpty() || ofClient.contains(scope))
                .filter(scope -> policy.decide(principal, new Action.HoldScope(scope)) instanceof Decision.Allow)
                .toList());
    }
}
