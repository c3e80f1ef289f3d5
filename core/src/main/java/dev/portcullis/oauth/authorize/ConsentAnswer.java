package dev.portcullis.oauth.authorize;

/**
 * What came back with a consent form. Nothing in it is trusted but the sealed transaction (O-63).
 *
 * @param transaction the hidden field
 * @param approved which button
 * @param remember whether not to ask again
 */
public record ConsentAnswer(String transaction, boolean approved, boolean remember) {
    @Override
    public String toString() {
        return "ConsentAnswer[approved=" + approved + "]";
    }
}
