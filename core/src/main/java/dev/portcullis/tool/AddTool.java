package dev.portcullis.tool;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.math.BigDecimal;

/** {@code add(a, b)}: the sum of two numbers, as text. For everybody who signed in; also the smallest example of a tool. */
public final class AddTool implements ToolHandler {
    private static final double EXACT_INTEGERS_MAX = 1L << 53;

    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("add", "Add two numbers and get their sum as text", """
                        {"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},\
                        "required":["a","b"],"additionalProperties":false}""")
                .titled("Add")
                .annotated(new ToolDefinition.Annotations(true, false, true, false))
                .inline();
    }

    @Override
    public ToolResult call(ToolCall call) {
        double sum = call.arguments().number("a") + call.arguments().number("b");
        if (Double.isInfinite(sum)) {
            return ToolResult.error("The sum is too large for a number.");
        }
        return ToolResult.text(text(sum));
    }

    /** A number as people write it: whole ones without a point, others without an exponent while that stays short. */
    private static String text(double number) {
        if (number == Math.rint(number) && Math.abs(number) <= EXACT_INTEGERS_MAX) {
            return Long.toString((long) number);
        }
        double size = Math.abs(number);
        return size >= 1e-6 && size < 1e21
                ? new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString()
                : Double.toString(number);
    }
}
