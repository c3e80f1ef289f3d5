package dev.portcullis.mcp.model;

/** One message of a prompt (MCP {@code PromptMessage}). */
public record PromptMessage(Role role, Content content) {
    public static PromptMessage user(String text) {
        return new PromptMessage(Role.USER, new Content.Text(text));
    }

    public static PromptMessage user(Content content) {
        return new PromptMessage(Role.USER, content);
    }

    public static PromptMessage assistant(String text) {
        return new PromptMessage(Role.ASSISTANT, new Content.Text(text));
    }
}
