package dev.portcullis.policy;

import dev.portcullis.identity.Scopes;

/** What {@link Policy} says. */
public sealed interface Decision {
    /** The one {@link Allow}. */
    Decision ALLOW = new Allow();

    /** Yes. */
    record Allow() implements Decision {}

    /**
     * No, whatever the scopes.
     *
     * @param rule which rule said so, for operators; not for the caller
     */
    record Deny(String rule) implements Decision {}

    /**
     * Not with this token.
     *
     * @param needed all scopes that the operation needs
     */
    record NeedScope(Scopes needed) implements Decision {}
}
