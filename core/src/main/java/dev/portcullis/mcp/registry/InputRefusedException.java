package dev.portcullis.mcp.registry;

/** The client, or the person at it, refused to answer what a call asked, or its answer was not one. Let through, it becomes a result the model can read. */
public final class InputRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;

    /** @param code the JSON-RPC error code it gave, such as -1 for a person's refusal; 0 if it gave none */
    public InputRefusedException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public int code() {
        return code;
    }
}
