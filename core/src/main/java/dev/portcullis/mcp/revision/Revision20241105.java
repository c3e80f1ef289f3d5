package dev.portcullis.mcp.revision;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import org.jspecify.annotations.Nullable;

/** 2024-11-05: the least there is. Names, descriptions, text, images and embedded resources; of clients only roots and samples can be asked. */
record Revision20241105(ServerInfo info) implements Parts, SessionRules {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2024_11_05;
    }

    @Override
    public boolean takesBatches() {
        return true; // H-111: nothing forbids what JSON-RPC allows
    }

    @Override
    public boolean speaksHttpSse() {
        return true;
    }

    @Override
    public boolean completesInContext() {
        return false; // H-183
    }

    @Override
    public void implementation(JsonWriter out) {
        out.name("name").string(info.name()).name("version").string(info.version());
    }

    @Override
    public void capabilityMembers(JsonWriter out, Offer offer) {
        Shapes.capabilities(out, offer);
    }

    @Override
    public void taskCapability(JsonWriter out) {}

    @Override
    public void toolMembers(JsonWriter out, ToolDefinition tool) {
        out.name("name").string(tool.name()).name("description").string(tool.description());
        out.name("inputSchema").raw(Json.parse(tool.inputSchema()));
    }

    @Override
    public void toolOutput(JsonWriter out, ToolDefinition tool) {}

    @Override
    public void toolAnnotations(JsonWriter out, ToolDefinition tool) {}

    @Override
    public void toolExecution(JsonWriter out, ToolDefinition tool) {}

    @Override
    public void promptMembers(JsonWriter out, PromptDefinition prompt) {
        out.name("name").string(prompt.name());
        Shapes.text(out, "description", prompt.description());
    }

    @Override
    public void promptArgument(JsonWriter out, PromptDefinition.Argument argument) {
        out.name("name").string(argument.name());
        Shapes.text(out, "description", argument.description());
        out.name("required").bool(argument.required());
    }

    @Override
    public void resourceMembers(JsonWriter out, ResourceDefinition resource) {
        Shapes.resource(out, resource);
    }

    @Override
    public void contentMembers(JsonWriter out, Content content) {
        switch (content) {
            case Content.Text text -> Shapes.text(out, text.text());
            case Content.Image image -> Shapes.media(out, "image", image.data(), image.mimeType());
            case Content.Embedded embedded -> Shapes.embedded(out, embedded);
            case Content.Audio audio -> Shapes.text(out, Shapes.inWords(audio)); // H-210
            case Content.ResourceLink link -> Shapes.text(out, Shapes.inWords(link));
        }
    }

    @Override
    public void annotationMembers(JsonWriter out, Annotations annotations) {
        Shapes.annotations(out, annotations);
    }

    @Override
    public void structuredContent(JsonWriter out, RawJson value) {} // H-210: the text copy stays

    @Override
    public void progress(JsonWriter out, double progress, double total, @Nullable String message) {
        Shapes.progress(out, progress, total);
    }

    @Override
    public boolean canAsk(InputRequest request) {
        return switch (request) {
            case InputRequest.Roots _ -> true;
            case InputRequest.Sampling sampling -> Shapes.isWithoutTools(sampling) && Shapes.isWithoutAudio(sampling);
            case InputRequest.Form _, InputRequest.Page _ -> false;
        };
    }

    @Override
    public void formField(JsonWriter out, FormField field) {
        throw new IllegalStateException("there are no forms");
    }

    @Override
    public void pageMembers(JsonWriter out, InputRequest.Page page) {
        throw new IllegalStateException("there are no pages");
    }

    @Override
    public boolean hasLongSamplingMessages() {
        return false;
    }

    @Override
    public void samplingMembers(JsonWriter out, InputRequest.Sampling sampling) {
        Shapes.sampling(out, sampling);
    }
}
