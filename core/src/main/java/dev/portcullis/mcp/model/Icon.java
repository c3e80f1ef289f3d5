package dev.portcullis.mcp.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A picture for people (MCP {@code Icon}); told to clients from 2025-11-25 on.
 *
 * @param src an https or data URI
 * @param mimeType null where nothing is said
 * @param sizes such as {@code 48x48}, or {@code any}; empty where nothing is said
 * @param theme {@code light} or {@code dark}; null for both
 */
public record Icon(
        String src,
        @Nullable String mimeType,
        List<String> sizes,
        @Nullable String theme) {
    public Icon {
        sizes = List.copyOf(sizes);
    }

    public static Icon of(String src, String mimeType) {
        return new Icon(src, mimeType, List.of(), null);
    }
}
