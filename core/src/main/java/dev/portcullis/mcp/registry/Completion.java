package dev.portcullis.mcp.registry;

import java.util.List;

/**
 * Suggestions (MCP {@code CompleteResult}, H-183).
 *
 * @param values best first; of more than 100 the client gets the first 100
 * @param total how many there are; -1 if not known
 */
public record Completion(List<String> values, int total) {
    /** No suggestion. */
    public static final Completion NONE = new Completion(List.of(), 0);

    public Completion {
        values = List.copyOf(values);
    }

    /** All there are. */
    public static Completion of(List<String> values) {
        return new Completion(values, values.size());
    }
}
