package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

/** A tool made of a definition and a lambda. */
public record TestTool(ToolDefinition definition, Body body) implements ToolHandler {
    private static final String ADD_SCHEMA = """
            {"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},\
            "required":["a","b"],"additionalProperties":false}""";

    /** What it does. */
    @FunctionalInterface
    public interface Body {
        ToolResult call(ToolCall call) throws Exception;
    }

    @Override
    public ToolResult call(ToolCall call) throws Exception {
        return body.call(call);
    }

    /** {@code add(a, b)}, inline. */
    public static TestTool add() {
        return new TestTool(ToolDefinition.of("add", "Adds", ADD_SCHEMA).inline(), call -> {
            double sum = call.arguments().number("a") + call.arguments().number("b");
            return ToolResult.text(sum == Math.rint(sum) ? Long.toString((long) sum) : Double.toString(sum));
        });
    }

    /** A tool without arguments, on a thread of its own. */
    public static TestTool of(String name, Body body) {
        return new TestTool(ToolDefinition.of(name, "Test " + name, "{\"type\":\"object\"}"), body);
    }
}
