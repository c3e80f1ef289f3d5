package dev.portcullis.identity;

/** An identity provider did not sign somebody in. The message is for our log, never for the browser; it holds no token. */
public final class IdentityException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** The provider says no to this person ({@code access_denied}). */
        REFUSED,
        /** The provider's answer does not hold ({@code server_error}). */
        INVALID,
        /** The provider cannot be reached, or fails ({@code temporarily_unavailable}). */
        UNAVAILABLE
    }

    public IdentityException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
