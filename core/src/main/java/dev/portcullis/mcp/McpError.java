package dev.portcullis.mcp;

/** The errors of MCP: code, and HTTP status in the revisions with sessions and in the stateless ones (H §9). The code alone does not tell the status. */
public enum McpError {
    PARSE_ERROR(-32700, 400, 400),
    INVALID_REQUEST(-32600, 400, 400),
    /** H-47, H-104, H-160. */
    METHOD_NOT_FOUND(-32601, 200, 404),
    INVALID_PARAMS(-32602, 200, 200),
    /** H-42: a stateless request without what every one must carry. */
    MISSING_META(-32602, 400, 400),
    INTERNAL_ERROR(-32603, 200, 200),
    /** H-20: too much is going on; later it may work. */
    OVERLOADED(-32603, 503, 503),
    /** H-20: too much by this caller. */
    TOO_MANY(-32603, 429, 429),
    /** H-103: no such session, or not this person's. Nothing else is 404 in a session (H-104). */
    UNKNOWN_SESSION(-32600, 404, 404),
    /** H-14. */
    NOT_ACCEPTABLE(-32600, 406, 406),
    /** H-15. */
    UNSUPPORTED_MEDIA_TYPE(-32600, 415, 415),
    /** H-37, H-38, H-51 to H-54. */
    HEADER_MISMATCH(-32020, 400, 400),
    /** H-180, in revisions with sessions; stateless ones have {@link #INVALID_PARAMS}. */
    RESOURCE_NOT_FOUND(-32002, 200, 200),
    /** H-86, H-75, H-224: the client has not said that it can do what is needed; {@code data.requiredCapabilities} says what. */
    MISSING_CAPABILITY(-32021, 200, 400),
    /** H-36, H-35. */
    UNSUPPORTED_VERSION(-32022, 400, 400);

    private final int code;
    private final int sessionStatus;
    private final int statelessStatus;

    McpError(int code, int sessionStatus, int statelessStatus) {
        this.code = code;
        this.sessionStatus = sessionStatus;
        this.statelessStatus = statelessStatus;
    }

    public int code() {
        return code;
    }

    /** @return HTTP status of an answer that is nothing but this error */
    public int status(boolean inSession) {
        return inSession ? sessionStatus : statelessStatus;
    }
}
