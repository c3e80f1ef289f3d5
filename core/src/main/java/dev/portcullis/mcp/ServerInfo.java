package dev.portcullis.mcp;

import org.jspecify.annotations.Nullable;

/**
 * What this server says it is (MCP {@code Implementation}).
 *
 * @param name for programs
 * @param title for people
 * @param version its version
 * @param instructions for the model: how the tools go together; null for none
 */
public record ServerInfo(
        String name, String title, String version, @Nullable String instructions) {}
