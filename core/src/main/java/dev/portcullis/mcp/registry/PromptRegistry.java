package dev.portcullis.mcp.registry;

import dev.portcullis.policy.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The prompts of this server, in the order of their registration. Immutable. */
public final class PromptRegistry {
    private final Map<String, RegisteredPrompt> byName;
    private final List<RegisteredPrompt> all;

    /** A prompt that has passed registration. */
    public record RegisteredPrompt(PromptHandler handler, PromptDefinition definition, Action.GetPrompt action) {}

    private PromptRegistry(Map<String, RegisteredPrompt> byName) {
        this.byName = byName;
        this.all = List.copyOf(byName.values());
    }

    /**
     * Checks the definitions.
     *
     * @throws IllegalArgumentException all that is wrong, one line per prompt
     */
    public static PromptRegistry of(List<? extends PromptHandler> handlers) {
        var byName = new LinkedHashMap<String, RegisteredPrompt>();
        var problems = new ArrayList<String>();
        for (var handler : handlers) {
            var definition = handler.definition();
            String name = definition.name();
            var prompt = new RegisteredPrompt(handler, definition, new Action.GetPrompt(name));
            if (byName.put(name, prompt) != null) {
                problems.add("prompt " + name + ": the name is taken");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return new PromptRegistry(byName);
    }

    public @Nullable RegisteredPrompt find(String name) {
        return byName.get(name);
    }

    public List<RegisteredPrompt> all() {
        return all;
    }
}
