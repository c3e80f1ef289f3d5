package dev.portcullis.oauth.token;

import dev.portcullis.identity.IdentityProvider;
import dev.portcullis.policy.Policy;

/**
 * Who has a say in whether a grant may go on when it is refreshed (O-99): the identity provider, if it gave us a means to ask, and our own rules over what it says.
 *
 * @param provider asked with the refresh token it gave
 * @param policy asked in any case, since the rules may be others than at the sign-in
 * @param recheckSeconds for how long the provider's word counts before it is asked again; the sign-in itself is its first word
 * @param saveAgainMillis until the store is asked once more to take the provider's word, if it failed to
 */
public record Oversight(IdentityProvider provider, Policy policy, int recheckSeconds, int saveAgainMillis) {
    /** Seconds: long enough that refreshes which race, on any node, share one answer (O-100), and far shorter than any access token lives. */
    public static final int DEFAULT_RECHECK = 5;

    private static final int DEFAULT_SAVE_AGAIN_MILLIS = 200;

    /** A question to the provider that takes longer than this is given up by those who wait for its answer, not by whoever asks it. */
    static final int WAIT_MILLIS = 15_000;

    /** After this a question counts as forgotten: longer than the provider's metadata, tokens and keys together may take (O-140). */
    static final int CLAIM_SECONDS = 60;

    public Oversight {
        if (recheckSeconds < 0) {
            throw new IllegalArgumentException("a word cannot count for " + recheckSeconds + " seconds");
        }
    }

    public Oversight(IdentityProvider provider, Policy policy, int recheckSeconds) {
        this(provider, policy, recheckSeconds, DEFAULT_SAVE_AGAIN_MILLIS);
    }
}
