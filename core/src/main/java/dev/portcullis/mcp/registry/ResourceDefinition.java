package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Icon;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a resource is, or a family of them (MCP {@code Resource}, {@code ResourceTemplate}).
 *
 * @param uri the URI, or for a template an RFC 6570 template (level 1 and {@code {+path}})
 * @param template whether {@code uri} is one
 * @param name for programs
 * @param title for people; null for none
 * @param size bytes; null if not known
 * @param ttlMillis how long clients may keep what they have read (H-95); 0 for not at all
 * @param timeoutMillis when a read is given up
 */
public record ResourceDefinition(
        String uri,
        boolean template,
        String name,
        @Nullable String title,
        @Nullable String description,
        @Nullable String mimeType,
        @Nullable Long size,
        List<Icon> icons,
        @Nullable Annotations annotations,
        int ttlMillis,
        int timeoutMillis) {
    private static final int TIMEOUT_MILLIS = 60_000;

    public ResourceDefinition {
        icons = List.copyOf(icons);
    }

    /** A resource. */
    public static ResourceDefinition of(String uri, String name, String description, @Nullable String mimeType) {
        return of(uri, false, name, description, mimeType);
    }

    /** A family of resources, by an RFC 6570 template. */
    public static ResourceDefinition template(
            String uriTemplate, String name, String description, @Nullable String mimeType) {
        return of(uriTemplate, true, name, description, mimeType);
    }

    private static ResourceDefinition of(
            String uri, boolean template, String name, String description, @Nullable String mimeType) {
        return new ResourceDefinition(
                uri, template, name, null, description, mimeType, null, List.of(), null, 0, TIMEOUT_MILLIS);
    }

    public ResourceDefinition titled(String title) {
        return new ResourceDefinition(
                uri, template, name, title, description, mimeType, size, icons, annotations, ttlMillis, timeoutMillis);
    }

    public ResourceDefinition withIcons(Icon... more) {
        return new ResourceDefinition(
                uri,
                template,
                name,
                title,
                description,
                mimeType,
                size,
                List.of(more),
                annotations,
                ttlMillis,
                timeoutMillis);
    }

    public ResourceDefinition annotated(Annotations said) {
        return new ResourceDefinition(
                uri, template, name, title, description, mimeType, size, icons, said, ttlMillis, timeoutMillis);
    }

    public ResourceDefinition keptFor(int millis) {
        return new ResourceDefinition(
                uri, template, name, title, description, mimeType, size, icons, annotations, millis, timeoutMillis);
    }

    public ResourceDefinition timingOutAfter(int millis) {
        return new ResourceDefinition(
                uri, template, name, title, description, mimeType, size, icons, annotations, ttlMillis, millis);
    }
}
