package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptResult;

/** A prompt made of a definition and lambdas. */
public record TestPrompt(PromptDefinition definition, Body body, Suggestions suggestions) implements PromptHandler {
    /** What it says. */
    @FunctionalInterface
    public interface Body {
        PromptResult get(PromptCall call) throws Exception;
    }

    /** What it suggests. */
    @FunctionalInterface
    public interface Suggestions {
        Completion complete(CompletionCall call) throws Exception;
    }

    public TestPrompt(PromptDefinition definition, Body body) {
        this(definition, body, _ -> Completion.NONE);
    }

    /** One without arguments that says its name. */
    public static TestPrompt of(String name) {
        return new TestPrompt(
                PromptDefinition.of(name, "Test " + name), _ -> PromptResult.of(PromptMessage.user("I am " + name)));
    }

    @Override
    public PromptResult get(PromptCall call) throws Exception {
        return body.get(call);
    }

    @Override
    public Completion complete(CompletionCall call) throws Exception {
        return suggestions.complete(call);
    }
}
