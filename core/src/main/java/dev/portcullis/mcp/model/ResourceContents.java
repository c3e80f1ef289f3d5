package dev.portcullis.mcp.model;

import org.jspecify.annotations.Nullable;

/** What a resource holds (MCP {@code TextResourceContents}, {@code BlobResourceContents}). */
public sealed interface ResourceContents {
    /** Which resource, or which part of it. */
    String uri();

    /** e.g. {@code text/plain}; null where nothing is said. */
    @Nullable
    String mimeType();

    /** Text. */
    record Text(String uri, @Nullable String mimeType, String text) implements ResourceContents {}

    /**
     * Bytes.
     *
     * @param blob base64 on the wire
     */
    record Blob(String uri, @Nullable String mimeType, byte[] blob) implements ResourceContents {}
}
