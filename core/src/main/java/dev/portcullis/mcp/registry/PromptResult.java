package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.PromptMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a prompt says (MCP {@code GetPromptResult}).
 *
 * @param description null for none
 */
public record PromptResult(@Nullable String description, List<PromptMessage> messages) {
    public PromptResult {
        messages = List.copyOf(messages);
    }

    public static PromptResult of(PromptMessage... messages) {
        return new PromptResult(null, List.of(messages));
    }
}
