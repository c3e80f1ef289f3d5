package dev.portcullis.mcp.task;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.Icon;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.Role;
import dev.portcullis.mcp.model.SamplingContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Blocks of content as they are stored: whole, unlike on the wire, where each revision has its own way and leaves something out. */
final class ContentCodec {
    private static final String KIND = "kind";

    private ContentCodec() {}

    static void write(JsonWriter out, SamplingContent block) {
        switch (block) {
            case Content content -> write(out, content);
            case SamplingContent.ToolUse use ->
                out.beginObject()
                        .name(KIND)
                        .string("use")
                        .name("id")
                        .string(use.id())
                        .name("name")
                        .string(use.name())
                        .name("input")
                        .string(use.input())
                        .endObject();
            case SamplingContent.ToolResult result -> {
                out.beginObject().name(KIND).string("result");
                out.name("id").string(result.toolUseId());
                Members.put(out, "content", result.content(), ContentCodec::write);
                Members.put(out, "structured", result.structuredContent());
                out.name("isError").bool(result.isError()).endObject();
            }
        }
    }

    static SamplingContent readSampling(RawJson block) {
        return switch (Members.text(block, KIND)) {
            case "use" ->
                new SamplingContent.ToolUse(
                        Members.text(block, "id"), Members.text(block, "name"), Members.text(block, "input"));
            case "result" ->
                new SamplingContent.ToolResult(
                        Members.text(block, "id"),
                        Members.list(block, "content", ContentCodec::read),
                        Members.textOrNull(block, "structured"),
                        Members.flag(block, "isError"));
            default -> (SamplingContent) read(block);
        };
    }

    private static void write(JsonWriter out, Content block) {
        out.beginObject().name(KIND);
        switch (block) {
            case Content.Text text -> out.string("text").name("text").string(text.text());
            case Content.Image image -> data(out.string("image"), image.data(), image.mimeType());
            case Content.Audio audio -> data(out.string("audio"), audio.data(), audio.mimeType());
            case Content.Embedded embedded -> resource(out.string("embedded").name("resource"), embedded.resource());
            case Content.ResourceLink link -> link(out.string("link"), link);
        }
        var annotations = block.annotations();
        if (annotations != null) {
            write(out.name("annotations"), annotations);
        }
        out.endObject();
    }

    private static void data(JsonWriter out, byte[] data, String mimeType) {
        out.name("data").base64(data).name("mimeType").string(mimeType);
    }

    private static void resource(JsonWriter out, ResourceContents resource) {
        out.beginObject().name("uri").string(resource.uri());
        Members.put(out, "mimeType", resource.mimeType());
        switch (resource) {
            case ResourceContents.Text text -> out.name("text").string(text.text());
            case ResourceContents.Blob blob -> out.name("blob").base64(blob.blob());
        }
        out.endObject();
    }

    private static void link(JsonWriter out, Content.ResourceLink link) {
        out.name("uri").string(link.uri()).name("name").string(link.name());
        Members.put(out, "title", link.title());
        Members.put(out, "description", link.description());
        Members.put(out, "mimeType", link.mimeType());
        Members.put(out, "size", link.size());
        Members.put(out, "icons", link.icons(), (each, icon) -> {
            each.beginObject().name("src").string(icon.src());
            Members.put(each, "mimeType", icon.mimeType());
            Members.put(each, "sizes", icon.sizes(), JsonWriter::string);
            Members.put(each, "theme", icon.theme());
            each.endObject();
        });
    }

    private static void write(JsonWriter out, Annotations annotations) {
        out.beginObject();
        Members.put(out, "audience", annotations.audience(), (each, role) -> each.string(role.name()));
        Members.put(out, "priority", annotations.priority());
        Members.put(out, "lastModified", annotations.lastModified());
        out.endObject();
    }

    private static Content read(RawJson block) {
        var annotations = annotations(block);
        return switch (Members.text(block, KIND)) {
            case "text" -> new Content.Text(Members.text(block, "text"), annotations);
            case "image" ->
                new Content.Image(Members.bytes(block, "data"), Members.text(block, "mimeType"), annotations);
            case "audio" ->
                new Content.Audio(Members.bytes(block, "data"), Members.text(block, "mimeType"), annotations);
            case "embedded" -> new Content.Embedded(resource(Members.required(block, "resource")), annotations);
            case "link" ->
                new Content.ResourceLink(
                        Members.text(block, "uri"),
                        Members.text(block, "name"),
                        Members.textOrNull(block, "title"),
                        Members.textOrNull(block, "description"),
                        Members.textOrNull(block, "mimeType"),
                        Members.longOrNull(block, "size"),
                        icons(block),
                        annotations);
            default -> throw new IllegalStateException("unknown kind of content");
        };
    }

    private static ResourceContents resource(RawJson resource) {
        String uri = Members.text(resource, "uri");
        String mimeType = Members.textOrNull(resource, "mimeType");
        String text = Members.textOrNull(resource, "text");
        return text == null
                ? new ResourceContents.Blob(uri, mimeType, Members.bytes(resource, "blob"))
                : new ResourceContents.Text(uri, mimeType, text);
    }

    private static List<Icon> icons(RawJson link) {
        return Members.list(
                link,
                "icons",
                icon -> new Icon(
                        Members.text(icon, "src"),
                        Members.textOrNull(icon, "mimeType"),
                        Members.texts(icon, "sizes"),
                        Members.textOrNull(icon, "theme")));
    }

    private static @Nullable Annotations annotations(RawJson block) {
        var all = RequestParams.memberOf(block, "annotations");
        return all == null
                ? null
                : new Annotations(
                        Members.list(all, "audience", role -> Role.valueOf(Members.string(role))),
                        Members.doubleOrNull(all, "priority"),
                        Members.textOrNull(all, "lastModified"));
    }
}
