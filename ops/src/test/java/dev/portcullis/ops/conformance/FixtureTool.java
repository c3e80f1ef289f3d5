package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

/** A tool as a row of a table. */
record FixtureTool(ToolDefinition definition, Work work) implements ToolHandler {
    /** What it does. */
    @FunctionalInterface
    interface Work {
        ToolResult call(ToolCall call) throws Exception;
    }

    /** A tool without arguments. */
    static FixtureTool of(String name, String description, Work work) {
        return of(name, description, "{\"type\":\"object\"}", work);
    }

    static FixtureTool of(String name, String description, String inputSchema, Work work) {
        return new FixtureTool(ToolDefinition.of(name, description, inputSchema), work);
    }

    FixtureTool asTask(ToolDefinition.TaskSupport support) {
        return new FixtureTool(definition.asTask(support), work);
    }

    @Override
    public ToolResult call(ToolCall call) throws Exception {
        return work.call(call);
    }
}
