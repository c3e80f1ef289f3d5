package dev.portcullis.telemetry;

/** Every reason for which something is refused at the door or by a limit. Each is a value of one metric label. */
public enum Outcome {
    TOO_MANY_CONNECTIONS,
    TOO_MANY_CONNECTIONS_PER_ADDRESS,
    BAD_FRAMING,
    HEADERS_TOO_LARGE,
    URI_TOO_LONG,
    BODY_TOO_LARGE,
    HEADER_TIMEOUT,
    BODY_TIMEOUT,
    WRITE_STALLED,
    REQUEST_TIMEOUT,
    IDLE_TIMEOUT,
    BAD_HOST,
    BAD_ORIGIN,
    RATE_LIMITED,
    NO_ROUTE,
    BAD_METHOD,
    NO_TOKEN,
    BAD_TOKEN,
    /** Access did not vouch for a request, or not for one that may come in (O-154). */
    BAD_ASSERTION,
    INSUFFICIENT_SCOPE,
    BAD_MEDIA_TYPE,
    NOT_ACCEPTABLE,
    MALFORMED_JSON,
    MALFORMED_MESSAGE,
    UNKNOWN_SESSION,
    HEADER_MISMATCH,
    TOO_MANY_STREAMS,
    STREAM_QUEUE_FULL,
    TOO_MANY_TASKS,
    CHANGE_DROPPED,
    /** A log message of a call was too many or too long for its client. */
    LOG_DROPPED,
    OVERLOADED,
    STORE_UNAVAILABLE,
    IDENTITY_PROVIDER_UNAVAILABLE,
    INTERNAL_ERROR
}
