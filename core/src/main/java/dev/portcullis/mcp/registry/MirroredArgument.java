package dev.portcullis.mcp.registry;

import java.util.List;

/**
 * An argument that clients of stateless revisions repeat in a header {@code Mcp-Param-…} (H §4.3).
 *
 * @param header what stands behind {@code Mcp-Param-}, as annotated; compared without regard to case
 * @param path names from the arguments' root to the value
 * @param type how the two are compared (H-54)
 */
public record MirroredArgument(String header, List<String> path, Type type) {
    public MirroredArgument {
        path = List.copyOf(path);
    }

    /** What may be mirrored (H-56). */
    public enum Type {
        STRING,
        INTEGER,
        BOOLEAN
    }
}
