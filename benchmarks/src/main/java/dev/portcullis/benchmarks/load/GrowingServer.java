package dev.portcullis.benchmarks.load;

import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.ops.server.StartException;
import dev.portcullis.tool.AddTool;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The product with {@code add}, and with more tools when it is told to. A process of its own, started by a {@link Lab}. */
final class GrowingServer {
    /** Environment variable: the folder of {@code portcullis.yaml}. */
    static final String FOLDER = "LOAD_FOLDER";

    private GrowingServer() {}

    /** Takes the settings of the product. */
    public static void main(String[] arguments) throws StartException, InterruptedException {
        var tools = new ToolsTool();
        try (var server = PortcullisServer.builder()
                .name("growing")
                .fromEnvironment()
                .directory(Path.of(System.getenv(FOLDER)))
                .tool(new AddTool(), tools)
                .start()) {
            tools.catalog = server.catalog();
            System.out.println(server.url());
            server.awaitTermination();
        }
    }

    /** {@code tools(count)}: that so many others are there. */
    private static final class ToolsTool implements ToolHandler {
        private volatile @Nullable Catalog catalog;
        private int others;

        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("tools", "Have so many other tools", """
                    {"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}""");
        }

        @Override
        public synchronized ToolResult call(ToolCall call) {
            var grown = catalog;
            if (grown == null) {
                return ToolResult.error("The server is still starting.");
            }
            long wanted = call.arguments().integer("count", 0);
            for (; others < wanted; others++) {
                grown.add(new ManyTools.OtherTool(others));
            }
            for (; others > wanted; others--) {
                grown.removeTool("tool-" + (others - 1));
            }
            return ToolResult.text("there are " + others);
        }
    }
}
