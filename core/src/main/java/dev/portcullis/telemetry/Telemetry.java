package dev.portcullis.telemetry;

/**
 * What happened, for whoever counts it. All methods are called on the path that does the work, event loops included: an implementation neither blocks nor
 * throws. Labels passed as strings come from closed sets (route names, registered tool names), so that the number of series stays bounded.
 */
public interface Telemetry {
    /** Counts nothing. */
    Telemetry NONE = new Telemetry() {};

    /**
     * A request was answered or given up.
     *
     * @param route the route's name, or {@code unmatched}
     * @param status HTTP status sent, or 0 if the peer left before an answer
     * @param nanos from the request head's arrival to the answer's last byte handed to the socket
     */
    default void requestFinished(String route, int status, long nanos) {}

    /** A request or message was refused, for this reason. */
    default void refused(Outcome outcome) {}

    /** A bearer token was checked. */
    default void tokenChecked(TokenOutcome outcome) {}

    /**
     * A tool call ended.
     *
     * @param tool a registered tool's name, or {@code unknown}
     * @param nanos duration of the call in nanoseconds
     */
    default void toolCalled(String tool, ToolOutcome outcome, long nanos) {}

    /**
     * A prompt was got.
     *
     * @param prompt a registered prompt's name, or {@code unknown}
     * @param nanos duration of the call in nanoseconds
     */
    default void promptCalled(String prompt, ToolOutcome outcome, long nanos) {}

    /**
     * A resource was read.
     *
     * @param resource the name, not the URI, of a registered resource or template, or {@code unknown}
     * @param nanos duration of the read in nanoseconds
     */
    default void resourceRead(String resource, ToolOutcome outcome, long nanos) {}

    /** A step of the sign-in funnel ended. */
    default void signIn(SignInStep step, boolean succeeded) {}

    /** Something that an auditor may ask about later. */
    default void audit(AuditEvent event) {}

    /** A connection was accepted. */
    default void connectionOpened() {}

    /** A connection ended. */
    default void connectionClosed() {}

    /** An event stream was opened. */
    default void streamOpened() {}

    /** An event stream ended. */
    default void streamClosed() {}

    /** How a token check ended. */
    enum TokenOutcome {
        /** Found in this process's table. */
        HIT,
        /** Not in the table; the store knew it. */
        MISS,
        /** Unknown, expired, revoked or malformed. */
        INVALID,
        /** Known, but for another resource. */
        WRONG_AUDIENCE,
        /** No credentials were sent. */
        ABSENT,
        /** The store could not be asked. */
        UNAVAILABLE
    }

    /** How a call of a tool or prompt, or a read of a resource, ended. */
    enum ToolOutcome {
        OK,
        /** The tool answered {@code isError}. */
        TOOL_ERROR,
        INVALID_ARGUMENTS,
        /** Not there, or not for this caller. */
        UNKNOWN,
        /** It has asked its client something, and is called again with the answers. */
        INPUT_REQUIRED,
        CANCELLED,
        TIMEOUT,
        /** A bug in the tool. */
        FAILED,
        /** Too many calls are running. */
        OVERLOADED
    }

    /** The steps of a sign-in, in order. */
    enum SignInStep {
        REGISTER,
        AUTHORIZE,
        CONSENT,
        CALLBACK,
        TOKEN,
        REFRESH,
        REVOKE
    }
}
