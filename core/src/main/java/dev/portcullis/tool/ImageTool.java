package dev.portcullis.tool;

import dev.portcullis.image.ImageException;
import dev.portcullis.image.ImageGenerator;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

/** {@code generateImage(prompt, steps)}: a picture from words, as JPEG. For whom is the policy's business ({@code ALLOWED_EMAILS}), not this class's. */
public final class ImageTool implements ToolHandler {
    /** The tool's name, for the policy rule that keeps it. */
    public static final String NAME = "generateImage";

    private static final int STEPS_DEFAULT = 4;

    private final ImageGenerator images;

    public ImageTool(ImageGenerator images) {
        this.images = images;
    }

    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of(NAME, "Generate an image from a text description", """
                        {"type":"object","properties":{\
                        "prompt":{"type":"string","minLength":1,"maxLength":2048,\
                        "description":"What the image is to show."},\
                        "steps":{"type":"integer","minimum":4,"maximum":8,"default":4,\
                        "description":"Diffusion steps: more take longer and look better."}},\
                        "required":["prompt"],"additionalProperties":false}""")
                .titled("Generate image")
                .annotated(new ToolDefinition.Annotations(true, false, false, true))
                .timingOutAfter(120_000);
    }

    @Override
    public ToolResult call(ToolCall call) throws InterruptedException {
        String prompt = call.arguments().string("prompt");
        int steps = Math.toIntExact(call.arguments().integer("steps", STEPS_DEFAULT));
        try {
            return ToolResult.of(new Content.Image(images.generate(prompt, steps), "image/jpeg"));
        } catch (ImageException e) {
            String reason = e.getMessage();
            return ToolResult.error(reason == null ? "The image could not be generated." : reason);
        }
    }
}
