package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.Icon;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a prompt is (MCP {@code Prompt}).
 *
 * @param name 1 to 64 of {@code [A-Za-z0-9_-]}, unique
 * @param title for people; null for none
 * @param description what it is for; null for none
 * @param arguments in order
 * @param timeoutMillis when a call is given up
 */
public record PromptDefinition(
        String name,
        @Nullable String title,
        @Nullable String description,
        List<Argument> arguments,
        List<Icon> icons,
        int timeoutMillis) {
    private static final int TIMEOUT_MILLIS = 60_000;

    public PromptDefinition {
        arguments = List.copyOf(arguments);
        icons = List.copyOf(icons);
    }

    /**
     * One argument, a string (MCP {@code PromptArgument}).
     *
     * @param required a call without it is refused (H-182)
     */
    public record Argument(
            String name, @Nullable String title, @Nullable String description, boolean required) {}

    /** A prompt without arguments. */
    public static PromptDefinition of(String name, String description) {
        return new PromptDefinition(name, null, description, List.of(), List.of(), TIMEOUT_MILLIS);
    }

    public PromptDefinition titled(String title) {
        return new PromptDefinition(name, title, description, arguments, icons, timeoutMillis);
    }

    /** This prompt and one more argument that must be given. */
    public PromptDefinition requiring(String argument, String argumentDescription) {
        return with(new Argument(argument, null, argumentDescription, true));
    }

    /** This prompt and one more argument that may be given. */
    public PromptDefinition allowing(String argument, String argumentDescription) {
        return with(new Argument(argument, null, argumentDescription, false));
    }

    private PromptDefinition with(Argument argument) {
        var more = new java.util.ArrayList<>(arguments);
        more.add(argument);
        return new PromptDefinition(name, title, description, more, icons, timeoutMillis);
    }

    public PromptDefinition withIcons(Icon... more) {
        return new PromptDefinition(name, title, description, arguments, List.of(more), timeoutMillis);
    }

    public PromptDefinition timingOutAfter(int millis) {
        return new PromptDefinition(name, title, description, arguments, icons, millis);
    }
}
