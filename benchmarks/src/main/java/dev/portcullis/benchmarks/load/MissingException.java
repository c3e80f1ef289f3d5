package dev.portcullis.benchmarks.load;

/** A program that the machine must have is not there; the message says how to get it. */
final class MissingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MissingException(String message) {
        super(message);
    }
}
