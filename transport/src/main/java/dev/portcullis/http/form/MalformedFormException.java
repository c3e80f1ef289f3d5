package dev.portcullis.http.form;

/** A form or query that cannot be read in exactly one way. Carries no stack trace; the message shows nothing of what was sent. */
public final class MalformedFormException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedFormException(String message) {
        super(message, null, false, false);
    }

    /** @return what is wrong: ASCII without {@code "} and {@code \} */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
