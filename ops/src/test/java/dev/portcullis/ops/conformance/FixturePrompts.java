package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptResult;
import java.util.List;
import java.util.stream.Stream;

/** All prompts. */
final class FixturePrompts {
    private FixturePrompts() {}

    /** What a prompt says. */
    @FunctionalInterface
    private interface Words {
        PromptResult say(PromptCall call) throws Exception;
    }

    /** A prompt as a row of a table; suggests two values for whatever is asked. */
    private record FixturePrompt(PromptDefinition definition, Words words) implements PromptHandler {
        @Override
        public PromptResult get(PromptCall call) throws Exception {
            return words.say(call);
        }

        @Override
        public Completion complete(CompletionCall call) {
            return Completion.of(Stream.of("test-one", "test-two")
                    .filter(value -> value.startsWith(call.value()))
                    .toList());
        }
    }

    static PromptHandler[] all() {
        return List.of(
                        new FixturePrompt(
                                PromptDefinition.of("test_simple_prompt", "Says one thing"),
                                _ -> PromptResult.of(PromptMessage.user("This is a simple prompt for testing."))),
                        new FixturePrompt(
                                PromptDefinition.of("test_prompt_with_arguments", "Says its arguments")
                                        .requiring("arg1", "First test argument")
                                        .requiring("arg2", "Second test argument"),
                                FixturePrompts::sayArguments),
                        new FixturePrompt(
                                PromptDefinition.of("test_prompt_with_embedded_resource", "Has a resource in it")
                                        .requiring("resourceUri", "URI of the resource"),
                                FixturePrompts::embedResource),
                        new FixturePrompt(
                                PromptDefinition.of("test_prompt_with_image", "Has an image in it"),
                                _ -> PromptResult.of(
                                        PromptMessage.user(Samples.image()),
                                        PromptMessage.user("Please analyze the image above."))),
                        new FixturePrompt(
                                PromptDefinition.of("test_input_required_result_prompt", "Asks before it speaks"),
                                FixturePrompts::askForContext))
                .toArray(PromptHandler[]::new);
    }

    private static PromptResult sayArguments(PromptCall call) {
        return PromptResult.of(PromptMessage.user(
                "Prompt with arguments: arg1='" + call.required("arg1") + "', arg2='" + call.required("arg2") + "'"));
    }

    private static PromptResult embedResource(PromptCall call) {
        var resource = new ResourceContents.Text(
                call.required("resourceUri"), "text/plain", "Embedded resource content for testing.");
        return PromptResult.of(
                PromptMessage.user(new Content.Embedded(resource)),
                PromptMessage.user("Please process the embedded resource above."));
    }

    private static PromptResult askForContext(PromptCall call) throws Exception {
        var answer = call.elicit(
                "user_context", Form.of("What context should the prompt use?").requireText("context", null));
        var content = answer.content();
        return PromptResult.of(
                PromptMessage.user("Use this context: " + (content == null ? "none" : content.string("context"))));
    }
}
