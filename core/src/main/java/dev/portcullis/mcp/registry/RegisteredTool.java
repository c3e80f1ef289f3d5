package dev.portcullis.mcp.registry;

import dev.portcullis.json.RawJson;
import dev.portcullis.policy.Action;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A tool that has passed registration: its code, and its definition with the schemas compiled. Immutable. */
public final class RegisteredTool implements Registered {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final ToolHandler handler;
    private final ToolDefinition definition;
    private final InputSchema input;
    private final @Nullable JsonSchema output;
    private final Action.CallTool action;

    private RegisteredTool(
            ToolHandler handler, ToolDefinition definition, InputSchema input, @Nullable JsonSchema output) {
        this.handler = handler;
        this.definition = definition;
        this.input = input;
        this.output = output;
        this.action = new Action.CallTool(definition.name());
    }

    /** @throws IllegalArgumentException what is wrong with the definition */
    static RegisteredTool of(ToolHandler handler) {
        var definition = handler.definition();
        if (!NAME.matcher(definition.name()).matches()) {
            throw new IllegalArgumentException("a tool's name is 1 to 64 of A-Z a-z 0-9 _ - (H-170)");
        }
        if (definition.timeoutMillis() <= 0) {
            throw new IllegalArgumentException("timeoutMillis must be positive, found " + definition.timeoutMillis());
        }
        var input = InputSchema.compile(definition.inputSchema());
        if (definition.execution() == ToolDefinition.Execution.INLINE && !input.isCompiled()) {
            throw new IllegalArgumentException(
                    "an inline tool needs a flat schema of strings, numbers, integers and booleans");
        }
        if (definition.execution() == ToolDefinition.Execution.INLINE
                && definition.tasks() != ToolDefinition.TaskSupport.FORBIDDEN) {
            throw new IllegalArgumentException("an inline tool is answered at once, and never a task");
        }
        JsonSchema output = null;
        if (definition.outputSchema() != null) {
            SchemaRules.check(definition.outputSchema());
            output = JsonSchema.compile(definition.outputSchema());
        }
        return new RegisteredTool(handler, definition, input, output);
    }

    public ToolHandler handler() {
        return handler;
    }

    public ToolDefinition definition() {
        return definition;
    }

    public InputSchema input() {
        return input;
    }

    @Override
    public String key() {
        return definition.name();
    }

    @Override
    public Action.CallTool action() {
        return action;
    }

    /** @return what is wrong with a result's structured content, for whoever mends the tool; null if nothing is (H-175) */
    public @Nullable String checkOutput(@Nullable RawJson structuredContent) {
        if (output == null) {
            return null;
        }
        return structuredContent == null ? "structuredContent is missing" : output.check(structuredContent);
    }
}
