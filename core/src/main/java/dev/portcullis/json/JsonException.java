package dev.portcullis.json;

/** A text is not JSON, or is past a limit of {@link Json}. The message may be shown to whoever sent it: it repeats nothing of the text. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JsonException(String message) {
        super(message, null, false, false);
    }
}
