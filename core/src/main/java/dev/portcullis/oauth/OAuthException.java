package dev.portcullis.oauth;

/** The protocol refuses. Carries no stack trace; mapped to an answer in one place per endpoint family. */
public final class OAuthException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final OAuthError error;
    private final int retryAfterSeconds;

    /** @param description for the client's developer: ASCII without {@code "} and {@code \}, no secrets (O-7) */
    public OAuthException(OAuthError error, String description) {
        this(error, description, 0);
    }

    /** @param retryAfterSeconds when to ask again; 0: nothing is said of it */
    public OAuthException(OAuthError error, String description, int retryAfterSeconds) {
        super(description, null, false, false);
        this.error = error;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public OAuthError error() {
        return error;
    }

    /** @return {@code Retry-After} in seconds; 0 for none */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** @return {@code error_description} */
    public String description() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
