package dev.portcullis.image;

/** No picture could be made. The message may be shown to the model and its user; it holds no secret. */
public final class ImageException extends Exception {
    private static final long serialVersionUID = 1;

    public ImageException(String message) {
        super(message, null, false, false);
    }
}
