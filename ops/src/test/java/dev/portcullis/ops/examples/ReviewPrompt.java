package dev.portcullis.ops.examples;

import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptResult;
import java.util.List;

final class ReviewPrompt implements PromptHandler {
    private static final List<String> LANGUAGES = List.of("Java", "JavaScript", "Kotlin");

    @Override
    public PromptDefinition definition() {
        return PromptDefinition.of("review", "Review a change").requiring("language", "What it is written in");
    }

    @Override
    public PromptResult get(PromptCall call) {
        return PromptResult.of(PromptMessage.user("Review this " + call.required("language") + " change."));
    }

    @Override
    public Completion complete(CompletionCall call) {
        return Completion.of(LANGUAGES.stream()
                .filter(language -> language.startsWith(call.value()))
                .toList());
    }
}
