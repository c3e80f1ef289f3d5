package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.List;

/** Tools that answer with each kind of content. */
final class ContentTools {
    private ContentTools() {}

    static List<ToolHandler> all() {
        return List.of(
                answering(
                        "test_simple_text",
                        "Answers with text",
                        ToolResult.text("This is a simple text response for testing.")),
                answering("test_image_content", "Answers with an image", ToolResult.of(Samples.image())),
                answering("test_audio_content", "Answers with a sound", ToolResult.of(Samples.sound())),
                answering(
                        "test_embedded_resource",
                        "Answers with a resource",
                        ToolResult.of(resource(
                                "test://embedded-resource", "text/plain", "This is an embedded resource content."))),
                answering(
                        "test_multiple_content_types",
                        "Answers with several kinds of content",
                        ToolResult.of(
                                new Content.Text("Multiple content types test:"),
                                Samples.image(),
                                resource(
                                        "test://mixed-content-resource",
                                        "application/json",
                                        "{\"test\":\"data\",\"value\":123}"))),
                answering(
                        "test_error_handling",
                        "Fails",
                        ToolResult.error("This tool intentionally returns an error for testing")));
    }

    private static FixtureTool answering(String name, String description, ToolResult result) {
        return FixtureTool.of(name, description, _ -> result);
    }

    private static Content resource(String uri, String mimeType, String text) {
        return new Content.Embedded(new ResourceContents.Text(uri, mimeType, text));
    }
}
