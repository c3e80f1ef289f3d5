package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.task.Task;

/**
 * 2025-11-25: as 2025-06-18, and things have icons, calls may be tasks, all fields of forms have defaults, a person can be sent to a page and a model be given tools;
 * arguments that do not fit are results that the model can read, and clients can be told to come back for the rest of a stream.
 */
record Revision20251125(Parts previous) implements Amendment, SessionRules {
    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.V2025_11_25;
    }

    @Override
    public boolean primesStreams() {
        return true; // H-124
    }

    @Override
    public TaskRules tasks() {
        return TaskRules.CLIENT_DECIDES;
    }

    @Override
    public void createdTask(JsonWriter out, Task task) {
        out.name("task").beginObject();
        TaskShapes.session(out, task);
        out.endObject();
    }

    @Override
    public void task(JsonWriter out, Task task) {
        TaskShapes.session(out, task);
    }

    @Override
    public boolean argumentErrorsAreResults() {
        return true; // H-173
    }

    @Override
    public boolean tellsElicitationComplete() {
        return true;
    }

    @Override
    public void implementation(JsonWriter out) {
        previous.implementation(out);
        Shapes.text(out, "description", info().description());
        Shapes.text(out, "websiteUrl", info().websiteUrl());
        Shapes.icons(out, info().icons());
    }

    @Override
    public void taskCapability(JsonWriter out) { // H-140
        out.name("tasks").beginObject();
        out.name("list").beginObject().endObject();
        out.name("cancel").beginObject().endObject();
        out.name("requests").beginObject().name("tools").beginObject();
        out.name("call").beginObject().endObject().endObject().endObject();
        out.endObject();
    }

    @Override
    public void toolMembers(JsonWriter out, ToolDefinition tool) {
        previous.toolMembers(out, tool);
        Shapes.icons(out, tool.icons());
    }

    @Override
    public void toolExecution(JsonWriter out, ToolDefinition tool) {
        Shapes.execution(out, tool.tasks());
    }

    @Override
    public void promptMembers(JsonWriter out, PromptDefinition prompt) {
        previous.promptMembers(out, prompt);
        Shapes.icons(out, prompt.icons());
    }

    @Override
    public void resourceMembers(JsonWriter out, ResourceDefinition resource) {
        previous.resourceMembers(out, resource);
        Shapes.icons(out, resource.icons());
    }

    @Override
    public void contentMembers(JsonWriter out, Content content) {
        previous.contentMembers(out, content);
        if (content instanceof Content.ResourceLink link) {
            Shapes.icons(out, link.icons());
        }
    }

    @Override
    public boolean canAsk(InputRequest request) {
        return true;
    }

    @Override
    public void formField(JsonWriter out, FormField field) { // H-190
        switch (field) {
            case FormField.Text text -> {
                FormFields.text(out, text);
                FormFields.defaultValue(out, text.defaultValue());
            }
            case FormField.Numeric number -> {
                FormFields.number(out, number);
                FormFields.defaultValue(out, number.defaultValue());
            }
            case FormField.Bool bool -> {
                FormFields.bool(out, bool);
                FormFields.defaultValue(out, bool.defaultValue());
            }
            case FormField.Choice choice -> {
                FormFields.chosen(out, choice);
                FormFields.defaultValue(out, choice.defaultValue());
            }
            case FormField.MultiChoice choice -> FormFields.several(out, choice);
        }
    }

    @Override
    public void pageMembers(JsonWriter out, InputRequest.Page page) { // H-191
        Shapes.page(out, page);
        out.name("elicitationId").string(page.id());
    }

    @Override
    public boolean hasLongSamplingMessages() {
        return true;
    }

    @Override
    public void samplingMembers(JsonWriter out, InputRequest.Sampling sampling) {
        previous.samplingMembers(out, sampling);
        Shapes.json(out, "tools", sampling.tools());
        Shapes.json(out, "toolChoice", sampling.toolChoice());
    }
}
