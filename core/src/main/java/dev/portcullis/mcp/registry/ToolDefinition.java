package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.model.Icon;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tool is (MCP {@code Tool}).
 *
 * @param name 1 to 64 of {@code [A-Za-z0-9_-]}, unique (H-170)
 * @param title for people; null for none
 * @param description for the model
 * @param inputSchema JSON Schema 2020-12 of the arguments, an object schema, as JSON text (H-171)
 * @param outputSchema JSON Schema of {@code structuredContent}, as JSON text; null for none
 * @param annotations hints; null for none
 * @param icons for people
 * @param execution where it runs
 * @param tasks whether a call may outlive its request; not if it runs inline
 * @param timeoutMillis when a call is given up; inline tools are not timed, and tasks have a time of their own, an hour unless configured
 */
public record ToolDefinition(
        String name,
        @Nullable String title,
        String description,
        String inputSchema,
        @Nullable String outputSchema,
        @Nullable Annotations annotations,
        List<Icon> icons,
        Execution execution,
        TaskSupport tasks,
        int timeoutMillis) {
    public ToolDefinition {
        icons = List.copyOf(icons);
    }

    /** Where a tool runs. */
    public enum Execution {
        /** On the event loop: pure, microseconds, never blocks. */
        INLINE,
        /** On a virtual thread of its own; may block. */
        VIRTUAL_THREAD
    }

    /** Whether a call may be a task (H-140, H-220). */
    public enum TaskSupport {
        /** Never. */
        FORBIDDEN,
        /** If the client asks for it (2025-11-25), or the tool says {@link ToolCall#becomeTask} (2026-07-28). Else it is a call like any other. */
        OPTIONAL,
        /**
         * Always, from its start, whether the tool says so or not; clients without tasks cannot call it. A tool that is to ask something first is {@link #OPTIONAL}, and
         * becomes a task afterwards.
         */
        REQUIRED
    }

    /** Hints about behaviour (MCP {@code ToolAnnotations}, H-176); null where nothing is said. */
    public record Annotations(
            @Nullable Boolean readOnly,
            @Nullable Boolean destructive,
            @Nullable Boolean idempotent,
            @Nullable Boolean openWorld) {}

    /** A tool that runs on a virtual thread and gets 60 seconds. */
    public static ToolDefinition of(String name, String description, String inputSchema) {
        return new ToolDefinition(
                name,
                null,
                description,
                inputSchema,
                null,
                null,
                List.of(),
                Execution.VIRTUAL_THREAD,
                TaskSupport.FORBIDDEN,
                60_000);
    }

    public ToolDefinition titled(String title) {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                icons,
                execution,
                tasks,
                timeoutMillis);
    }

    /** Runs on the event loop. */
    public ToolDefinition inline() {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                icons,
                Execution.INLINE,
                tasks,
                timeoutMillis);
    }

    public ToolDefinition annotated(Annotations annotations) {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                icons,
                execution,
                tasks,
                timeoutMillis);
    }

    public ToolDefinition withOutputSchema(String outputSchema) {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                icons,
                execution,
                tasks,
                timeoutMillis);
    }

    public ToolDefinition withIcons(Icon... more) {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                List.of(more),
                execution,
                tasks,
                timeoutMillis);
    }

    public ToolDefinition asTask(TaskSupport tasks) {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                icons,
                execution,
                tasks,
                timeoutMillis);
    }

    public ToolDefinition timingOutAfter(int timeoutMillis) {
        return new ToolDefinition(
                name,
                title,
                description,
                inputSchema,
                outputSchema,
                annotations,
                icons,
                execution,
                tasks,
                timeoutMillis);
    }
}
