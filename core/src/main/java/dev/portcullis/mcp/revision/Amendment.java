package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import org.jspecify.annotations.Nullable;

/** A revision whose objects are those of the one before, but for the parts it writes itself. */
interface Amendment extends Parts {
    Parts previous();

    @Override
    default ServerInfo info() {
        return previous().info();
    }

    @Override
    default void implementation(JsonWriter out) {
        previous().implementation(out);
    }

    @Override
    default void capabilityMembers(JsonWriter out, Offer offer) {
        previous().capabilityMembers(out, offer);
    }

    @Override
    default void taskCapability(JsonWriter out) {
        previous().taskCapability(out);
    }

    @Override
    default void toolMembers(JsonWriter out, ToolDefinition tool) {
        previous().toolMembers(out, tool);
    }

    @Override
    default void toolOutput(JsonWriter out, ToolDefinition tool) {
        previous().toolOutput(out, tool);
    }

    @Override
    default void toolAnnotations(JsonWriter out, ToolDefinition tool) {
        previous().toolAnnotations(out, tool);
    }

    @Override
    default void toolExecution(JsonWriter out, ToolDefinition tool) {
        previous().toolExecution(out, tool);
    }

    @Override
    default void promptMembers(JsonWriter out, PromptDefinition prompt) {
        previous().promptMembers(out, prompt);
    }

    @Override
    default void promptArgument(JsonWriter out, PromptDefinition.Argument argument) {
        previous().promptArgument(out, argument);
    }

    @Override
    default void resourceMembers(JsonWriter out, ResourceDefinition resource) {
        previous().resourceMembers(out, resource);
    }

    @Override
    default void contentMembers(JsonWriter out, Content content) {
        previous().contentMembers(out, content);
    }

    @Override
    default void annotationMembers(JsonWriter out, Annotations annotations) {
        previous().annotationMembers(out, annotations);
    }

    @Override
    default void structuredContent(JsonWriter out, RawJson value) {
        previous().structuredContent(out, value);
    }

    @Override
    default void progress(JsonWriter out, double progress, double total, @Nullable String message) {
        previous().progress(out, progress, total, message);
    }

    @Override
    default boolean canAsk(InputRequest request) {
        return previous().canAsk(request);
    }

    @Override
    default void formField(JsonWriter out, FormField field) {
        previous().formField(out, field);
    }

    @Override
    default void pageMembers(JsonWriter out, InputRequest.Page page) {
        previous().pageMembers(out, page);
    }

    @Override
    default boolean hasLongSamplingMessages() {
        return previous().hasLongSamplingMessages();
    }

    @Override
    default void samplingMembers(JsonWriter out, InputRequest.Sampling sampling) {
        previous().samplingMembers(out, sampling);
    }
}
