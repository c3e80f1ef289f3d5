package dev.portcullis.identity;

/**
 * Whoever calls, through whichever client: what is counted when one person's share is limited.
 *
 * @param issuer who vouches for the subject
 * @param subject the issuer's name for the person
 */
public record Person(String issuer, String subject) {
    public static Person of(Principal principal) {
        return new Person(principal.identity().issuer(), principal.identity().subject());
    }
}
