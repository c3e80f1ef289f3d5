package dev.portcullis.jsonrpc;

/** The error codes that JSON-RPC 2.0 itself defines (§5.1). */
public enum JsonRpcErrorCode {
    PARSE_ERROR(-32700),
    INVALID_REQUEST(-32600),
    METHOD_NOT_FOUND(-32601),
    INVALID_PARAMS(-32602),
    INTERNAL_ERROR(-32603);

    private final int number;

    JsonRpcErrorCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
