package dev.portcullis.mcp.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One block of a message to or from a language model (MCP {@code SamplingMessageContentBlock}). */
public sealed interface SamplingContent
        permits Content.Text, Content.Image, Content.Audio, SamplingContent.ToolUse, SamplingContent.ToolResult {
    /**
     * The model wants to use a tool that the request named; only with {@code sampling.tools} (H-194).
     *
     * @param input JSON text of an object
     */
    record ToolUse(String id, String name, String input) implements SamplingContent {}

    /**
     * What the tool answered; a message with one holds nothing else (H-194).
     *
     * @param structuredContent JSON text; null for none
     */
    record ToolResult(
            String toolUseId,
            List<Content> content,
            @Nullable String structuredContent,
            boolean isError) implements SamplingContent {
        public ToolResult {
            content = List.copyOf(content);
        }
    }
}
