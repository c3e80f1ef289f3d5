package dev.portcullis.policy;

import dev.portcullis.identity.Principal;

/** Who may do what. The same decision serves listing, calling and challenging (design decision: what is not allowed is not listed). Pure; event loops ask it. */
public interface Policy {
    /** @return whether {@code principal} may do {@code action}, or which scopes are missing */
    Decision decide(Principal principal, Action action);

    /** @return whether there is anything for which scopes are asked; if not, nobody need look for it early */
    default boolean asksForScopes() {
        return true;
    }
}
