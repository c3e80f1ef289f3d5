package dev.portcullis.mcp;

import org.jspecify.annotations.Nullable;

/** MCP refuses a message. The text is for the client's developer: no secret, nothing internal, and what it repeats of the client's is short (H-201). */
public final class McpException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int ECHO_CHARS_MAX = 128;

    private final McpError error;
    private final byte @Nullable [] data;

    public McpException(McpError error, String message) {
        this(error, message, null);
    }

    /** @param data the error's {@code data}, JSON; null for none */
    public McpException(McpError error, String message, byte @Nullable [] data) {
        super(message, null, false, false);
        this.error = error;
        this.data = data;
    }

    /** @return a text of the client's, shortened and without control characters, for use in a message */
    public static String echo(String text) {
        String shown = text.length() > ECHO_CHARS_MAX ? text.substring(0, ECHO_CHARS_MAX) + "…" : text;
        return shown.replaceAll("\\p{C}", "?");
    }

    public McpError error() {
        return error;
    }

    public byte @Nullable [] data() {
        return data;
    }

    /** @return {@link #getMessage}, which is never null here */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
