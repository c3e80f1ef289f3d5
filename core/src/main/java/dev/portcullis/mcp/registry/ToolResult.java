package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.Content;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tool answers (MCP {@code CallToolResult}).
 *
 * @param content blocks, in order
 * @param structuredContent JSON text that fits the output schema; null for none
 * @param isError the tool could not do it, and the model should know why (H-174)
 */
public record ToolResult(List<Content> content, @Nullable String structuredContent, boolean isError) {
    public ToolResult {
        content = List.copyOf(content);
    }

    public static ToolResult text(String text) {
        return new ToolResult(List.of(new Content.Text(text)), null, false);
    }

    /** A result for programs, which fits the tool's output schema; clients that read text alone get it as text (H-175). */
    public static ToolResult structured(String json) {
        return new ToolResult(List.of(), json, false);
    }

    /** A failure the model can act on. */
    public static ToolResult error(String text) {
        return new ToolResult(List.of(new Content.Text(text)), null, true);
    }

    public static ToolResult of(Content... content) {
        return new ToolResult(List.of(content), null, false);
    }
}
