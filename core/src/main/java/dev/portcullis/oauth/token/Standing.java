package dev.portcullis.oauth.token;

import dev.portcullis.identity.Identity;

/** What is known of a grant's person at the identity provider, at a refresh (O-99). */
sealed interface Standing {
    /** The provider has just said so, or was never to be asked again: then the grant itself is short (O-145). */
    record Confirmed(Identity identity) implements Standing {}

    /**
     * The provider could not be asked, or its answer says nothing about the person.
     *
     * @param identity as it was said at {@code checkedAt}
     * @param checkedAt Unix seconds of its last word
     */
    record Unconfirmed(Identity identity, long checkedAt) implements Standing {}

    /** The provider says no, and the grant is revoked. */
    record Refused() implements Standing {}

    /** The grant has ended meanwhile. */
    record Over() implements Standing {}
}
