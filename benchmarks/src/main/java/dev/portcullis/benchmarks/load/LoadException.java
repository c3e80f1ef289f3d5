package dev.portcullis.benchmarks.load;

/** A scenario cannot go on: a process ended, or an answer is not the one that must come. */
final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
