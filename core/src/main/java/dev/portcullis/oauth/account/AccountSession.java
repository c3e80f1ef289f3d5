package dev.portcullis.oauth.account;

import java.util.List;

/**
 * Somebody who has signed in to look at their account; held by their browser alone, sealed.
 *
 * @param id 128 random bits, base64url: what the tokens of its forms are bound to
 * @param people the store's keys for them, at least one: while the master key is being replaced there are more
 * @param name what they are called, for themselves to see
 * @param expiresAt Unix seconds
 */
record AccountSession(String id, List<String> people, String name, long expiresAt) {
    AccountSession {
        people = List.copyOf(people);
    }

    /** @return the store's key for them, as of now */
    String person() {
        return people.getFirst();
    }

    @Override
    public String toString() {
        return "AccountSession[…]";
    }
}
