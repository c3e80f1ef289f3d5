package dev.portcullis.store;

/** The store cannot answer now. What was asked may or may not have happened; asking again is safe. Answered with 503 and {@code Retry-After}, never as a refusal. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreException(String message) {
        super(message);
    }
}
