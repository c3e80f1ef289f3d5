package dev.portcullis.mcp.revision;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.Role;
import dev.portcullis.mcp.model.SamplingContent;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import java.util.List;

/**
 * What the objects of a revision are made of (H §8.1). The parts are what differs: each writes some members into an object that is open, and no object that has parts of
 * its own. How they come together is the same in all revisions and stands here.
 */
interface Parts extends Revision {
    ServerInfo info();

    /** Members of {@code Implementation}. */
    void implementation(JsonWriter out);

    /** Members of {@code ServerCapabilities}, but for tasks. */
    void capabilityMembers(JsonWriter out, Offer offer);

    /** The member that says that there are tasks. */
    void taskCapability(JsonWriter out);

    /** Members of {@code Tool}, but for those below. */
    void toolMembers(JsonWriter out, ToolDefinition tool);

    /** {@code outputSchema}, if there is one, and this revision can say it. */
    void toolOutput(JsonWriter out, ToolDefinition tool);

    /** {@code annotations}, if there is anything to say. */
    void toolAnnotations(JsonWriter out, ToolDefinition tool);

    /** {@code execution}, if it is not as clients suppose. */
    void toolExecution(JsonWriter out, ToolDefinition tool);

    /** Members of {@code Prompt}, but for its arguments. */
    void promptMembers(JsonWriter out, PromptDefinition prompt);

    /** Members of {@code PromptArgument}. */
    void promptArgument(JsonWriter out, PromptDefinition.Argument argument);

    /** Members of {@code Resource} or {@code ResourceTemplate}, but for annotations. */
    void resourceMembers(JsonWriter out, ResourceDefinition resource);

    /** Members of {@code ContentBlock} other than text, but for annotations. */
    void contentMembers(JsonWriter out, Content content);

    /** Members of {@code Annotations}. */
    void annotationMembers(JsonWriter out, Annotations annotations);

    /** Members of {@code PrimitiveSchemaDefinition}. */
    void formField(JsonWriter out, FormField field);

    /** Members of {@code elicitation/create}'s params for a page. */
    void pageMembers(JsonWriter out, InputRequest.Page page);

    /** @return whether the content of one {@code SamplingMessage} may be several blocks */
    boolean hasLongSamplingMessages();

    /** Members of {@code sampling/createMessage}'s params, but for the messages. */
    void samplingMembers(JsonWriter out, InputRequest.Sampling sampling);

    @Override
    default void serverInfo(JsonWriter out) {
        out.beginObject();
        implementation(out);
        out.endObject();
    }

    @Override
    default void capabilities(JsonWriter out, Offer offer) {
        out.beginObject();
        capabilityMembers(out, offer);
        if (offer.tasks()) {
            taskCapability(out);
        }
        out.endObject();
    }

    @Override
    default void tool(JsonWriter out, ToolDefinition tool) {
        out.beginObject();
        toolMembers(out, tool);
        toolOutput(out, tool);
        toolAnnotations(out, tool);
        toolExecution(out, tool);
        out.endObject();
    }

    @Override
    default void prompt(JsonWriter out, PromptDefinition prompt) {
        out.beginObject();
        promptMembers(out, prompt);
        if (!prompt.arguments().isEmpty()) {
            out.name("arguments").beginArray();
            for (var argument : prompt.arguments()) {
                out.beginObject();
                promptArgument(out, argument);
                out.endObject();
            }
            out.endArray();
        }
        out.endObject();
    }

    @Override
    default void promptMessage(JsonWriter out, PromptMessage message) {
        out.beginObject().name("role").string(message.role().text()).name("content");
        content(out, message.content());
        out.endObject();
    }

    @Override
    default void resource(JsonWriter out, ResourceDefinition resource) {
        out.beginObject();
        resourceMembers(out, resource);
        if (resource.annotations() != null) {
            annotations(out, resource.annotations());
        }
        out.endObject();
    }

    @Override
    default void resourceContents(JsonWriter out, ResourceContents contents) {
        Shapes.resourceContents(out, contents);
    }

    @Override
    default void content(JsonWriter out, Content content) {
        out.beginObject();
        if (content instanceof Content.Text text) { // nearly all are, in any revision
            out.name("type").string("text").name("text").string(text.text());
        } else {
            contentMembers(out, content);
        }
        var annotations = content.annotations();
        if (annotations != null) {
            annotations(out, annotations);
        }
        out.endObject();
    }

    private void annotations(JsonWriter out, Annotations annotations) {
        out.name("annotations").beginObject();
        annotationMembers(out, annotations);
        out.endObject();
    }

    @Override
    default void inputParams(JsonWriter out, InputRequest request) {
        out.beginObject();
        switch (request) {
            case InputRequest.Form form -> form(out, form);
            case InputRequest.Page page -> pageMembers(out, page);
            case InputRequest.Sampling sampling -> sampling(out, sampling);
            case InputRequest.Roots _ -> {}
        }
        out.endObject();
    }

    private void form(JsonWriter out, InputRequest.Form form) {
        out.name("message").string(form.message()).name("requestedSchema").beginObject(); // no mode: a form (H-193)
        out.name("type").string("object").name("properties").beginObject();
        form.fields().forEach((name, field) -> {
            out.name(name).beginObject();
            formField(out, field);
            out.endObject();
        });
        out.endObject();
        if (!form.required().isEmpty()) {
            out.name("required");
            Shapes.strings(out, form.required());
        }
        out.endObject();
    }

    private void sampling(JsonWriter out, InputRequest.Sampling sampling) {
        out.name("messages").beginArray();
        for (var message : sampling.messages()) {
            if (message.content().size() == 1 || !hasLongSamplingMessages()) {
                message.content()
                        .forEach(block -> samplingMessage(out, message.role(), () -> samplingBlock(out, block)));
            } else {
                samplingMessage(out, message.role(), () -> samplingBlocks(out, message.content()));
            }
        }
        out.endArray();
        samplingMembers(out, sampling);
    }

    private static void samplingMessage(JsonWriter out, Role role, Runnable content) {
        out.beginObject().name("role").string(role.text()).name("content");
        content.run();
        out.endObject();
    }

    private void samplingBlocks(JsonWriter out, List<SamplingContent> blocks) {
        out.beginArray();
        blocks.forEach(block -> samplingBlock(out, block));
        out.endArray();
    }

    private void samplingBlock(JsonWriter out, SamplingContent block) {
        switch (block) {
            case Content.Text text -> content(out, text);
            case Content.Image image -> content(out, image);
            case Content.Audio audio -> content(out, audio);
            case SamplingContent.ToolUse use -> Shapes.toolUse(out, use);
            case SamplingContent.ToolResult result -> toolResult(out, result);
        }
    }

    private void toolResult(JsonWriter out, SamplingContent.ToolResult result) {
        out.beginObject().name("type").string("tool_result").name("toolUseId").string(result.toolUseId());
        out.name("content").beginArray();
        result.content().forEach(block -> content(out, block));
        out.endArray();
        if (result.structuredContent() != null) {
            structuredContent(out, Json.parse(result.structuredContent()));
        }
        if (result.isError()) {
            out.name("isError").bool(true);
        }
        out.endObject();
    }
}
