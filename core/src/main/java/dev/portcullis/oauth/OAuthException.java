package dev.portcullis.oauth;

/** The protocol refuses. Carries no stack trace; mapped to an answer in one place per endpoint family. */
public final class OAuthException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final OAuthError error;

    /** @param description for the client's developer: ASCII without {@code "} and {@code \}, no secrets (O-7) */
    public OAuthException(OAuthError error, String description) {
        super(description, null, false, false);
        this.error = error;
    }

    public OAuthError error() {
        return error;
    }

    /** @return {@code error_description} */
    public String description() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
