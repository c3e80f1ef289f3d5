package dev.portcullis.oauth.account;

/**
 * Somebody who has signed in to look at their account; held by their browser alone, sealed.
 *
 * @param id 128 random bits, base64url: what the tokens of its forms are bound to
 * @param person the store's key for them
 * @param name what they are called, for themselves to see
 * @param expiresAt Unix seconds
 */
record AccountSession(String id, String person, String name, long expiresAt) {
    @Override
    public String toString() {
        return "AccountSession[…]";
    }
}
