package dev.portcullis.fetch;

/** A document came whole and is not what it should be. The message is our own words, with nothing of the document. */
public final class InvalidDocumentException extends Exception {
    private static final long serialVersionUID = 1;

    public InvalidDocumentException(String flaw) {
        super(flaw, null, false, false);
    }

    /** @return what is wrong */
    public String flaw() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
