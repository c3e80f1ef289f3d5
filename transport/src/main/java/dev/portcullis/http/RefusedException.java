package dev.portcullis.http;

import dev.portcullis.telemetry.Outcome;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * A request is refused after its gates: fired down the pipeline, answered in one place ({@link ErrorHandler}) if there was no answer yet; otherwise the
 * connection is cut. Carries no stack trace.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient HttpResponseStatus status;
    private final Outcome outcome;

    /** @param message for the peer: says what was wrong with the request, nothing about us */
    public RefusedException(HttpResponseStatus status, Outcome outcome, String message) {
        super(message, null, false, false);
        this.status = status;
        this.outcome = outcome;
    }

    public HttpResponseStatus status() {
        return status;
    }

    public Outcome outcome() {
        return outcome;
    }

    /** @return the text for the peer */
    String text() {
        String message = getMessage();
        return message == null ? status.reasonPhrase() : message;
    }
}
