package dev.portcullis.mcp.model;

/** Who speaks, or for whom something is (MCP {@code Role}). */
public enum Role {
    USER("user"),
    ASSISTANT("assistant");

    private final String text;

    Role(String text) {
        this.text = text;
    }

    /** @return the name on the wire */
    public String text() {
        return text;
    }
}
