package dev.portcullis.oauth.browser;

/**
 * Something that a browser is to hold for us and bring back; a cookie, but that is not this room's affair.
 *
 * @param name a short word of {@code [a-z0-9_]}
 * @param value base64url; empty if it is to be forgotten
 * @param lifeSeconds how long to hold it; 0 to forget it
 */
public record BrowserSecret(String name, String value, int lifeSeconds) {
    /** The order to hold it no longer. */
    public static BrowserSecret forget(String name) {
        return new BrowserSecret(name, "", 0);
    }

    @Override
    public String toString() {
        return "BrowserSecret[" + name + "]";
    }
}
