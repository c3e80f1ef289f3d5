package dev.portcullis.mcp.registry;

import dev.portcullis.json.Json;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call with a JSON-RPC error of the author's choosing, in every revision; a task that ends so has failed (H-222). For what the client's program must handle: what a
 * model could mend is a result with {@link ToolResult#isError} (H-174).
 */
public final class CallErrorException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int INVALID_PARAMS = -32602;
    private static final int INTERNAL_ERROR = -32603;
    private static final int RESERVED_MIN = -32768;
    private static final int RESERVED_MAX = -32000;
    private static final int MESSAGE_CHARS_MAX = 1_000; // H-201

    private final int code;
    private final byte @Nullable [] data;

    public CallErrorException(int code, String message) {
        this(code, message, null);
    }

    /**
     * @param code -32602 (the parameters are wrong), -32603 (it cannot be done), or one of the author's own, outside of -32768 to -32000, which JSON-RPC and MCP keep for
     *     themselves (H-49)
     * @param message for the client's developer: no secret; cut after 1,000 characters
     * @param data JSON text; null for none
     * @throws IllegalArgumentException the code is not the author's to use, or data is no JSON
     */
    public CallErrorException(int code, String message, @Nullable String data) {
        super(
                message.length() > MESSAGE_CHARS_MAX ? message.substring(0, MESSAGE_CHARS_MAX) : message,
                null,
                false,
                false);
        if (code >= RESERVED_MIN && code <= RESERVED_MAX && code != INVALID_PARAMS && code != INTERNAL_ERROR) {
            throw new IllegalArgumentException(code + " is reserved (H-49); use -32602, -32603 or a code of your own");
        }
        this.code = code;
        this.data = data == null ? null : Json.parse(data).text().getBytes(StandardCharsets.UTF_8);
    }

    /** The call's parameters are wrong, in a way that no schema says. */
    public static CallErrorException invalidParams(String message) {
        return new CallErrorException(INVALID_PARAMS, message);
    }

    public int code() {
        return code;
    }

    public byte @Nullable [] data() {
        return data;
    }
}
