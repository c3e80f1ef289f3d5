package dev.portcullis.mcp;

import dev.portcullis.mcp.model.Icon;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this server says it is (MCP {@code Implementation}).
 *
 * @param name for programs
 * @param title for people; told from 2025-06-18 on
 * @param version its version
 * @param instructions for the model: how the tools go together; null for none
 * @param description for people; null for none; told, as what follows, from 2025-11-25 on
 * @param websiteUrl null for none
 * @param icons for people
 */
public record ServerInfo(
        String name,
        String title,
        String version,
        @Nullable String instructions,
        @Nullable String description,
        @Nullable String websiteUrl,
        List<Icon> icons) {
    public ServerInfo {
        icons = List.copyOf(icons);
    }

    /** With nothing for people but a title. */
    public ServerInfo(String name, String title, String version, @Nullable String instructions) {
        this(name, title, version, instructions, null, null, List.of());
    }
}
