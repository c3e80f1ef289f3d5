package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.List;

/** Tools that announce that something has changed. */
final class ChangeTools {
    private ChangeTools() {}

    static List<ToolHandler> all(Catalog catalog) {
        return List.of(
                announcing("test_trigger_tool_change", catalog, new Change.ToolList()),
                announcing("test_trigger_prompt_change", catalog, new Change.PromptList()));
    }

    private static FixtureTool announcing(String name, Catalog catalog, Change change) {
        return FixtureTool.of(name, "Announces a change of a list", _ -> {
            catalog.changes().announce(change);
            return ToolResult.text("Announced.");
        });
    }
}
