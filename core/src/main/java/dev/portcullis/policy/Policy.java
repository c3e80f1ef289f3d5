package dev.portcullis.policy;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;

/** Who may do what. The same decision serves listing, calling and challenging (design decision: what is not allowed is not listed). Pure; event loops ask it. */
public interface Policy {
    /** @return whether {@code principal} may do {@code action}, or which scopes are missing */
    Decision decide(Principal principal, Action action);

    /** @return whether a token with these scopes may be used where those are needed, be they within others (O-23) */
    default boolean suffices(Scopes held, Scopes needed) {
        return held.containsAll(needed);
    }

    /** @return whether there is anything for which scopes are asked; if not, nobody need look for it early */
    default boolean asksForScopes() {
        return true;
    }
}
