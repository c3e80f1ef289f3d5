package dev.portcullis.identity;

import org.jspecify.annotations.Nullable;

/** An identity provider did not sign somebody in. The message is for our log, never for the browser; it holds no token. */
public final class IdentityException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    private final transient @Nullable String nextRefreshToken;

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
        this(kind, message, null);
    }

    private IdentityException(Kind kind, String message, @Nullable String nextRefreshToken) {
        super(message, null, false, false);
        this.kind = kind;
        this.nextRefreshToken = nextRefreshToken;
    }

    /** The same failure, of a refresh in which the provider had already given its next refresh token: the one that was sent may be void now. */
    public IdentityException keeping(String refreshToken) {
        return new IdentityException(kind, String.valueOf(getMessage()), refreshToken);
    }

    public Kind kind() {
        return kind;
    }

    /** @return the refresh token to go on with although this refresh failed; null: the one that was sent */
    public @Nullable String nextRefreshToken() {
        return nextRefreshToken;
    }
}
