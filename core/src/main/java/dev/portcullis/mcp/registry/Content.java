package dev.portcullis.mcp.registry;

/** One block of content (MCP {@code ContentBlock}). */
public sealed interface Content {
    /** Plain text. */
    record Text(String text) implements Content {}

    /**
     * An image.
     *
     * @param data the file's bytes; base64 on the wire
     * @param mimeType e.g. {@code image/jpeg}
     */
    record Image(byte[] data, String mimeType) implements Content {}

    /** A sound; as text to clients of a revision without sounds. */
    record Audio(byte[] data, String mimeType) implements Content {}

    /** A text resource, embedded. */
    record EmbeddedText(String uri, String mimeType, String text) implements Content {}
}
