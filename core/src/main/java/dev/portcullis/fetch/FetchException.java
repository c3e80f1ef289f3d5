package dev.portcullis.fetch;

/** A document could not be had. The message is for our log; it holds neither bodies nor secrets, and nothing that the peer chose but a status. */
public final class FetchException extends Exception {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** Why. */
    public enum Reason {
        /** The address is none we may connect to ({@link AddressGuard}); said before any connection, in the same words for all. */
        ADDRESS,
        /** No such name, no connection, no TLS, or the connection broke. */
        UNREACHABLE,
        /** The deadline passed. */
        TIMEOUT,
        /** A redirect: never followed. */
        REDIRECT,
        /** A status that the caller did not ask for. */
        STATUS,
        /** A status that says the peer is in trouble: 408, 429, 5xx. */
        PEER_FAILING,
        /** Not one of the wanted media types, or a content encoding. */
        MEDIA_TYPE,
        /** Longer than allowed. */
        TOO_LARGE,
        /** Not HTTP. */
        MALFORMED,
        /** Too many requests are under way. */
        OVERLOADED,
        /** We are shutting down. */
        CLOSED
    }

    FetchException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
