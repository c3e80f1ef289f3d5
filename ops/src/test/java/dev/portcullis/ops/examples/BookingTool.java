package dev.portcullis.ops.examples;

import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;

final class BookingTool implements ToolHandler {
    @Override
    public ToolDefinition definition() {
        return ToolDefinition.of("book", "Book a table", "{\"type\":\"object\"}");
    }

    @Override
    public ToolResult call(ToolCall call) throws Exception {
        var form = Form.of("For whom is the table?").requireText("name", "As it shall stand on the card");
        var answer = call.elicit("guest", form).content();
        return ToolResult.text(answer == null ? "Nothing was booked." : "Booked for " + answer.string("name") + ".");
    }
}
