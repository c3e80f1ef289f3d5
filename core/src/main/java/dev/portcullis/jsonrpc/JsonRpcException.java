package dev.portcullis.jsonrpc;

import org.jspecify.annotations.Nullable;

/** What came in is no JSON-RPC message: {@link JsonRpcErrorCode#PARSE_ERROR} or {@link JsonRpcErrorCode#INVALID_REQUEST}. The message may be shown to the sender. */
public final class JsonRpcException extends Exception {
    private static final long serialVersionUID = 1;

    private final JsonRpcErrorCode code;

    @SuppressWarnings("serial") // never serialized
    private final @Nullable JsonRpcId id;

    JsonRpcException(JsonRpcErrorCode code, String message, @Nullable JsonRpcId id) {
        super(message, null, false, false);
        this.code = code;
        this.id = id;
    }

    public JsonRpcErrorCode code() {
        return code;
    }

    /** @return the request's id, for the answer; null if it could not be read (H-200) */
    public @Nullable JsonRpcId id() {
        return id;
    }

    /** @return {@link #getMessage}, which is never null here */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
