package dev.portcullis.mcp.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One block of content (MCP {@code ContentBlock}). Revisions without a kind of block get a text that stands for it (H-210). */
public sealed interface Content {
    /** @return for whom it is and how much it matters; null where nothing is said */
    @Nullable
    Annotations annotations();

    /** Plain text. */
    record Text(String text, @Nullable Annotations annotations) implements Content, SamplingContent {
        public Text(String text) {
            this(text, null);
        }
    }

    /**
     * An image.
     *
     * @param data the file's bytes; base64 on the wire
     * @param mimeType e.g. {@code image/jpeg}
     */
    record Image(byte[] data, String mimeType, @Nullable Annotations annotations) implements Content, SamplingContent {
        public Image(byte[] data, String mimeType) {
            this(data, mimeType, null);
        }
    }

    /** A sound. */
    record Audio(byte[] data, String mimeType, @Nullable Annotations annotations) implements Content, SamplingContent {
        public Audio(byte[] data, String mimeType) {
            this(data, mimeType, null);
        }
    }

    /** A resource, embedded. */
    record Embedded(ResourceContents resource, @Nullable Annotations annotations) implements Content {
        public Embedded(ResourceContents resource) {
            this(resource, null);
        }
    }

    /**
     * A resource that can be read.
     *
     * @param size bytes; null if not known
     */
    record ResourceLink(
            String uri,
            String name,
            @Nullable String title,
            @Nullable String description,
            @Nullable String mimeType,
            @Nullable Long size,
            List<Icon> icons,
            @Nullable Annotations annotations)
            implements Content {
        public ResourceLink {
            icons = List.copyOf(icons);
        }

        public ResourceLink(String uri, String name, @Nullable String mimeType) {
            this(uri, name, null, null, mimeType, null, List.of(), null);
        }
    }
}
