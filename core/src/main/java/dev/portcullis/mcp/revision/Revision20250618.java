package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;

/** 2025-06-18: as 2025-03-26, and things have titles, results may be structured, content may be a link, a person can be asked by a form; there are no batches. */
record Revision20250618(Parts previous) implements Amendment, SessionRules {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_06_18;
    }

    @Override
    public void implementation(JsonWriter out) {
        previous.implementation(out);
        out.name("title").string(info().title());
    }

    @Override
    public void toolMembers(JsonWriter out, ToolDefinition tool) {
        previous.toolMembers(out, tool);
        Shapes.text(out, "title", tool.title());
    }

    @Override
    public void toolOutput(JsonWriter out, ToolDefinition tool) {
        if (tool.outputSchema() != null && Shapes.describesObject(tool.outputSchema())) { // H-210
            Shapes.outputSchema(out, tool.outputSchema());
        }
    }

    @Override
    public void toolAnnotations(JsonWriter out, ToolDefinition tool) {
        Shapes.toolAnnotations(out, null, tool.annotations());
    }

    @Override
    public void promptMembers(JsonWriter out, PromptDefinition prompt) {
        previous.promptMembers(out, prompt);
        Shapes.text(out, "title", prompt.title());
    }

    @Override
    public void promptArgument(JsonWriter out, PromptDefinition.Argument argument) {
        previous.promptArgument(out, argument);
        Shapes.text(out, "title", argument.title());
    }

    @Override
    public void resourceMembers(JsonWriter out, ResourceDefinition resource) {
        previous.resourceMembers(out, resource);
        Shapes.text(out, "title", resource.title());
    }

    @Override
    public void contentMembers(JsonWriter out, Content content) {
        if (content instanceof Content.ResourceLink link) {
            Shapes.link(out, link);
        } else {
            previous.contentMembers(out, content);
        }
    }

    @Override
    public void annotationMembers(JsonWriter out, Annotations annotations) {
        previous.annotationMembers(out, annotations);
        Shapes.text(out, "lastModified", annotations.lastModified());
    }

    @Override
    public void structuredContent(JsonWriter out, RawJson value) {
        if (value.kind() == JsonKind.OBJECT) { // H-210: the text copy stays
            out.name("structuredContent").raw(value);
        }
    }

    /** A form that needs to say "some of several" cannot be said: one of several would be another question. */
    @Override
    public boolean canAsk(InputRequest request) {
        return request instanceof InputRequest.Form form
                ? form.fields().values().stream().noneMatch(FormField.MultiChoice.class::isInstance)
                : previous.canAsk(request);
    }

    @Override
    public void formField(JsonWriter out, FormField field) {
        switch (field) { // only yes or no can have a default (H-190)
            case FormField.Text text -> FormFields.text(out, text);
            case FormField.Numeric number -> FormFields.number(out, number);
            case FormField.Bool bool -> {
                FormFields.bool(out, bool);
                FormFields.defaultValue(out, bool.defaultValue());
            }
            case FormField.Choice choice -> FormFields.named(out, choice);
            case FormField.MultiChoice _ -> throw new IllegalStateException("canAsk said no");
        }
    }
}
