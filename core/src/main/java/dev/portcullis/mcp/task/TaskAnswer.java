package dev.portcullis.mcp.task;

import dev.portcullis.json.RawJson;

/** What the client answered to something a task asked. */
public sealed interface TaskAnswer {
    /** An answer, which has been checked against what was asked. */
    record Given(RawJson result) implements TaskAnswer {}

    /**
     * None.
     *
     * @param code the JSON-RPC error code the client gave; 0 if it gave none
     * @param message why
     */
    record Refused(int code, String message) implements TaskAnswer {}
}
