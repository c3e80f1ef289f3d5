package dev.portcullis.mcp.revision;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.Icon;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.SamplingContent;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pieces of objects that the revisions are written with. Which revision has which piece is not known here. */
final class Shapes {
    private Shapes() {}

    /** A member, if there is something to say. */
    static void text(JsonWriter out, String name, @Nullable String value) {
        if (value != null) {
            out.name(name).string(value);
        }
    }

    /** A member whose value is JSON already, if there is something to say. */
    static void json(JsonWriter out, String name, @Nullable String value) {
        if (value != null) {
            out.name(name).raw(Json.parse(value));
        }
    }

    /** An array. */
    static void strings(JsonWriter out, Collection<String> values) {
        out.beginArray();
        values.forEach(out::string);
        out.endArray();
    }

    static void implementation(JsonWriter out, ServerInfo info) {
        out.beginObject().name("name").string(info.name()).name("title").string(info.title());
        out.name("version").string(info.version()).endObject();
    }

    static void capabilities(JsonWriter out, Offer offer) {
        if (offer.tools()) {
            listChanged(out, "tools");
        }
        if (offer.prompts()) {
            listChanged(out, "prompts");
        }
        if (offer.resources()) {
            out.name("resources").beginObject().name("subscribe").bool(true);
            out.name("listChanged").bool(true).endObject();
        }
        out.name("logging").beginObject().endObject();
    }

    private static void listChanged(JsonWriter out, String capability) {
        out.name(capability).beginObject().name("listChanged").bool(true).endObject();
    }

    static void outputSchema(JsonWriter out, String schema) {
        out.name("outputSchema").raw(Json.parse(schema));
    }

    static boolean describesObject(String schema) {
        return Json.tree(schema) instanceof Map<?, ?> root && "object".equals(root.get("type"));
    }

    static void toolAnnotations(
            JsonWriter out, @Nullable String title, ToolDefinition.@Nullable Annotations annotations) {
        if (title == null && annotations == null) {
            return;
        }
        out.name("annotations").beginObject();
        text(out, "title", title);
        if (annotations != null) {
            hint(out, "readOnlyHint", annotations.readOnly());
            hint(out, "destructiveHint", annotations.destructive());
            hint(out, "idempotentHint", annotations.idempotent());
            hint(out, "openWorldHint", annotations.openWorld());
        }
        out.endObject();
    }

    private static void hint(JsonWriter out, String name, @Nullable Boolean value) {
        if (value != null) {
            out.name(name).bool(value);
        }
    }

    static void execution(JsonWriter out, ToolDefinition.TaskSupport tasks) {
        switch (tasks) {
            case FORBIDDEN -> {} // what clients suppose (H-140)
            case OPTIONAL -> taskSupport(out, "optional");
            case REQUIRED -> taskSupport(out, "required");
        }
    }

    private static void taskSupport(JsonWriter out, String support) {
        out.name("execution").beginObject().name("taskSupport").string(support).endObject();
    }

    static void resource(JsonWriter out, ResourceDefinition resource) {
        out.name(resource.template() ? "uriTemplate" : "uri").string(resource.uri());
        out.name("name").string(resource.name());
        text(out, "description", resource.description());
        text(out, "mimeType", resource.mimeType());
        if (resource.size() != null && !resource.template()) {
            out.name("size").number(resource.size());
        }
    }

    static void icons(JsonWriter out, List<Icon> icons) {
        if (icons.isEmpty()) {
            return;
        }
        out.name("icons").beginArray();
        for (var icon : icons) {
            out.beginObject().name("src").string(icon.src());
            text(out, "mimeType", icon.mimeType());
            if (!icon.sizes().isEmpty()) {
                out.name("sizes");
                strings(out, icon.sizes());
            }
            text(out, "theme", icon.theme());
            out.endObject();
        }
        out.endArray();
    }

    static void annotations(JsonWriter out, Annotations annotations) {
        if (!annotations.audience().isEmpty()) {
            out.name("audience").beginArray();
            annotations.audience().forEach(role -> out.string(role.text()));
            out.endArray();
        }
        if (annotations.priority() != null) {
            out.name("priority").number(annotations.priority());
        }
    }

    /** {@code TextContent}. */
    static void text(JsonWriter out, String text) {
        out.name("type").string("text").name("text").string(text);
    }

    /** {@code ImageContent}, {@code AudioContent}. */
    static void media(JsonWriter out, String type, byte[] data, String mimeType) {
        out.name("type").string(type).name("data").base64(data).name("mimeType").string(mimeType);
    }

    /** {@code EmbeddedResource}. */
    static void embedded(JsonWriter out, Content.Embedded embedded) {
        out.name("type").string("resource").name("resource");
        resourceContents(out, embedded.resource());
    }

    /** {@code ResourceLink}. */
    static void link(JsonWriter out, Content.ResourceLink link) {
        out.name("type").string("resource_link").name("uri").string(link.uri());
        out.name("name").string(link.name());
        text(out, "title", link.title());
        text(out, "description", link.description());
        text(out, "mimeType", link.mimeType());
        if (link.size() != null) {
            out.name("size").number(link.size());
        }
    }

    /** What stands for a sound where there is none (H-210). */
    static String inWords(Content.Audio audio) {
        return "[audio, " + audio.mimeType() + ", " + audio.data().length + " bytes]";
    }

    /** What stands for a link where there is none (H-210). */
    static String inWords(Content.ResourceLink link) {
        String type = link.mimeType() == null ? "" : ", " + link.mimeType();
        return "[resource " + link.name() + ": " + link.uri() + type + "]";
    }

    static void resourceContents(JsonWriter out, ResourceContents contents) {
        out.beginObject().name("uri").string(contents.uri());
        text(out, "mimeType", contents.mimeType());
        switch (contents) {
            case ResourceContents.Text text -> out.name("text").string(text.text());
            case ResourceContents.Blob blob -> out.name("blob").base64(blob.blob());
        }
        out.endObject();
    }

    /** Members of a {@code ProgressNotification}'s params. */
    static void progress(JsonWriter out, double progress, double total) {
        out.name("progress").number(progress);
        if (Double.isFinite(total)) {
            out.name("total").number(total);
        }
    }

    /** Members of {@code ElicitRequestURLParams}. */
    static void page(JsonWriter out, InputRequest.Page page) {
        out.name("mode").string("url").name("message").string(page.message());
        out.name("url").string(page.url());
    }

    /** @return whether a request for a sample does without tools */
    static boolean isWithoutTools(InputRequest.Sampling sampling) {
        return sampling.tools() == null
                && blocks(sampling)
                        .noneMatch(block -> block instanceof SamplingContent.ToolUse
                                || block instanceof SamplingContent.ToolResult);
    }

    static boolean isWithoutAudio(InputRequest.Sampling sampling) {
        return blocks(sampling).noneMatch(Content.Audio.class::isInstance);
    }

    private static Stream<SamplingContent> blocks(InputRequest.Sampling sampling) {
        return sampling.messages().stream().flatMap(message -> message.content().stream());
    }

    /** Members of {@code CreateMessageRequestParams}, without the messages. */
    static void sampling(JsonWriter out, InputRequest.Sampling sampling) {
        out.name("maxTokens").number(sampling.maxTokens());
        text(out, "systemPrompt", sampling.systemPrompt());
        if (sampling.temperature() != null) {
            out.name("temperature").number(sampling.temperature());
        }
        if (!sampling.stopSequences().isEmpty()) {
            out.name("stopSequences");
            strings(out, sampling.stopSequences());
        }
        json(out, "modelPreferences", sampling.modelPreferences());
    }

    /** {@code ToolUseContent}. */
    static void toolUse(JsonWriter out, SamplingContent.ToolUse use) {
        out.beginObject().name("type").string("tool_use").name("id").string(use.id());
        out.name("name").string(use.name());
        json(out, "input", use.input());
        out.endObject();
    }
}
