package dev.portcullis.mcp.registry;

import dev.portcullis.policy.Action;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The prompts of this server, in the order of their registration. Immutable. */
public final class PromptRegistry {
    private final Roster<RegisteredPrompt> roster;

    /** A prompt that has passed registration. */
    public record RegisteredPrompt(PromptHandler handler, PromptDefinition definition, Action.GetPrompt action)
            implements Registered {
        static RegisteredPrompt of(PromptHandler handler) {
            var definition = handler.definition();
            return new RegisteredPrompt(handler, definition, new Action.GetPrompt(definition.name()));
        }

        @Override
        public String key() {
            return definition.name();
        }

        /** @return whether it has this argument */
        public boolean hasArgument(String name) {
            return definition.arguments().stream()
                    .anyMatch(argument -> argument.name().equals(name));
        }
    }

    private PromptRegistry(Roster<RegisteredPrompt> roster) {
        this.roster = roster;
    }

    /**
     * Checks the definitions.
     *
     * @throws IllegalArgumentException all that is wrong, a line each
     */
    public static PromptRegistry of(List<? extends PromptHandler> handlers) {
        var problems = new DefinitionProblems("prompt");
        var all = new ArrayList<RegisteredPrompt>();
        var names = new HashSet<String>();
        for (var handler : handlers) {
            var prompt = RegisteredPrompt.of(handler);
            check(prompt.definition(), names, problems);
            all.add(prompt);
        }
        problems.throwIfAny();
        return new PromptRegistry(Roster.of(all));
    }

    /** @param names that are taken; grows */
    private static void check(PromptDefinition prompt, Set<String> names, DefinitionProblems problems) {
        String name = prompt.name();
        problems.requireName(name, name, "a prompt's name");
        problems.require(names.add(name), name, "the name is taken");
        problems.requireLine(prompt.title(), name, "a title");
        problems.requireTimeout(prompt.timeoutMillis(), name);
        var arguments = new HashSet<String>();
        for (var argument : prompt.arguments()) {
            problems.requireName(argument.name(), name, "the name of argument " + argument.name());
            problems.require(arguments.add(argument.name()), name, "argument " + argument.name() + " is there twice");
            problems.requireLine(argument.title(), name, "the title of argument " + argument.name());
        }
    }

    /** @throws IllegalArgumentException what is wrong with it */
    PromptRegistry with(PromptHandler handler) {
        var problems = new DefinitionProblems("prompt");
        var prompt = RegisteredPrompt.of(handler);
        check(prompt.definition(), new HashSet<>(names()), problems);
        problems.throwIfAny();
        return new PromptRegistry(roster.with(prompt));
    }

    private List<String> names() {
        return roster.all().stream().map(RegisteredPrompt::key).toList();
    }

    PromptRegistry without(String name) {
        return new PromptRegistry(roster.without(name));
    }

    public @Nullable RegisteredPrompt find(String name) {
        return roster.find(name);
    }

    public List<RegisteredPrompt> all() {
        return roster.all();
    }

    /** @return the same, with the place of each */
    public Roster<RegisteredPrompt> roster() {
        return roster;
    }
}
