package dev.portcullis.mcp.model;

import org.jspecify.annotations.Nullable;

/**
 * A folder or file the client lets the server work with (MCP {@code Root}).
 *
 * @param uri a {@code file://} URI
 * @param name for people; null where nothing is said
 */
public record Root(String uri, @Nullable String name) {}
