package dev.portcullis.oauth.token;

/** How the check of an access token ended. Checking allocates no result: a {@link VerifiedToken} is one already. */
public sealed interface TokenCheck permits VerifiedToken, TokenCheck.Refused, TokenCheck.AskStore {
    /** The one {@link Refused}. */
    TokenCheck REFUSED = new Refused();

    /** The one {@link AskStore}. */
    TokenCheck ASK_STORE = new AskStore();

    /** Malformed, unknown, expired, revoked or for another resource; which of them is not said (O-22). */
    record Refused() implements TokenCheck {}

    /** This process does not know the token: ask {@link AccessTokenVerifier#load}, off the event loop. */
    record AskStore() implements TokenCheck {}
}
