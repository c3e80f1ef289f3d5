package dev.portcullis.mcp.registry;

import org.jspecify.annotations.Nullable;

/** One call of a prompt. */
public interface PromptCall extends Call {
    /** @return the argument; null if it was not given */
    @Nullable
    String argument(String name);

    /**
     * @return an argument that is required
     * @throws IllegalArgumentException it was not given
     */
    default String required(String name) {
        String value = argument(name);
        if (value == null) {
            throw new IllegalArgumentException("no argument " + name);
        }
        return value;
    }
}
