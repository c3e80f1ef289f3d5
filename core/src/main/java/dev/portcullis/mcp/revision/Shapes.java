package dev.portcullis.mcp.revision;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.ToolDefinition;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects that several revisions write in the same way (H §8.1). */
final class Shapes {
    private Shapes() {}

    /** {@code Implementation}, as of 2025-06-18. */
    static void serverInfo(JsonWriter out, ServerInfo info) {
        out.beginObject().name("name").string(info.name()).name("title").string(info.title());
        out.name("version").string(info.version()).endObject();
    }

    /** {@code ServerCapabilities} of a server with tools that do not change. */
    static void capabilities(JsonWriter out) {
        out.beginObject().name("tools").beginObject().endObject().endObject();
    }

    /**
     * {@code Tool}, as of 2025-06-18.
     *
     * @param anyOutput whether the output schema may describe something else than an object
     */
    static void tool(JsonWriter out, ToolDefinition tool, boolean anyOutput) {
        out.beginObject().name("name").string(tool.name());
        if (tool.title() != null) {
            out.name("title").string(tool.title());
        }
        out.name("description").string(tool.description());
        out.name("inputSchema").raw(Json.parse(tool.inputSchema()));
        String output = tool.outputSchema();
        if (output != null && (anyOutput || describesObject(output))) {
            out.name("outputSchema").raw(Json.parse(output));
        }
        if (tool.annotations() != null) {
            annotations(out, tool.annotations());
        }
        out.endObject();
    }

    private static boolean describesObject(String schema) {
        return Json.tree(schema) instanceof Map<?, ?> root && "object".equals(root.get("type"));
    }

    private static void annotations(JsonWriter out, ToolDefinition.Annotations hints) {
        out.name("annotations").beginObject();
        hint(out, "readOnlyHint", hints.readOnly());
        hint(out, "destructiveHint", hints.destructive());
        hint(out, "idempotentHint", hints.idempotent());
        hint(out, "openWorldHint", hints.openWorld());
        out.endObject();
    }

    private static void hint(JsonWriter out, String name, @Nullable Boolean value) {
        if (value != null) {
            out.name(name).bool(value);
        }
    }

    /** {@code ContentBlock}, as of 2025-06-18. */
    static void content(JsonWriter out, Content content) {
        out.beginObject();
        switch (content) {
            case Content.Text text ->
                out.name("type").string("text").name("text").string(text.text());
            case Content.Image image -> media(out, "image", image.data(), image.mimeType());
            case Content.Audio audio -> media(out, "audio", audio.data(), audio.mimeType());
            case Content.Embedded embedded -> {
                out.name("type").string("resource").name("resource");
                resourceContents(out, embedded.resource());
            }
            case Content.ResourceLink link -> {
                out.name("type").string("resource_link").name("uri").string(link.uri());
                out.name("name").string(link.name());
            }
        }
        out.endObject();
    }

    /** Members of a {@code ProgressNotification}'s params, as of 2025-03-26. */
    static void progress(JsonWriter out, double progress, double total, @Nullable String message) {
        out.name("progress").number(progress);
        if (Double.isFinite(total)) {
            out.name("total").number(total);
        }
        if (message != null) {
            out.name("message").string(message);
        }
    }

    /** {@code TextResourceContents}, {@code BlobResourceContents}: the same in all revisions. */
    static void resourceContents(JsonWriter out, ResourceContents contents) {
        out.beginObject().name("uri").string(contents.uri());
        if (contents.mimeType() != null) {
            out.name("mimeType").string(contents.mimeType());
        }
        switch (contents) {
            case ResourceContents.Text text -> out.name("text").string(text.text());
            case ResourceContents.Blob blob -> out.name("blob").base64(blob.blob());
        }
        out.endObject();
    }

    private static void media(JsonWriter out, String type, byte[] data, String mimeType) {
        out.name("type").string(type).name("data").base64(data).name("mimeType").string(mimeType);
    }
}
