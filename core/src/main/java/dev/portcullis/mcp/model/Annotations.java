package dev.portcullis.mcp.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For whom something is and how much it matters (MCP {@code Annotations}).
 *
 * @param audience for whom; empty where nothing is said
 * @param priority 0 (may be left out) to 1 (is needed); null where nothing is said
 * @param lastModified ISO 8601; null where nothing is said; not told to revisions before 2025-06-18
 */
public record Annotations(
        List<Role> audience,
        @Nullable Double priority,
        @Nullable String lastModified) {
    public Annotations {
        audience = List.copyOf(audience);
        if (priority != null && !(priority >= 0 && priority <= 1)) {
            throw new IllegalArgumentException("priority is 0 to 1, found " + priority);
        }
    }
}
