package dev.portcullis.benchmarks.load;

import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Changes;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.ops.server.StartException;
import dev.portcullis.tool.AddTool;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The product with more to say than a kernel takes for a slow reader: an answer of four mebibytes, a call that streams twice as much, and a resource with a long name that
 * changes often when it is told to. A process of its own, started by a {@link Lab}.
 */
final class TalkativeServer {
    /** Bytes of the text that {@code large} answers. */
    static final int LARGE_BYTES = 4 << 20;

    /** The resource that changes: each event about it has two kilobytes. */
    static final String RESTLESS = "load://restless/" + "x".repeat(1_900);

    /** How often it changes with each call of {@code change}: more than a kernel takes of its events. */
    private static final int CHANGES = 2_000;

    private static final int CHANGE_MILLIS = 1;
    private static final int STEPS = 1_024;
    private static final int STEP_CHARS = 8_192;

    private TalkativeServer() {}

    /** Takes the settings of the product. */
    public static void main(String[] arguments) throws StartException, InterruptedException {
        var change = new ChangeTool();
        try (var server = PortcullisServer.builder()
                .name("talkative")
                .fromEnvironment()
                .tool(new AddTool(), new LargeTool(), new StreamingTool(), change)
                .resource(new Restless())
                .start()) {
            change.changes = server.catalog().changes();
            System.out.println(server.url());
            server.awaitTermination();
        }
    }

    /** Answers when all changes are announced. */
    private static final class ChangeTool implements ToolHandler {
        private volatile @Nullable Changes changes;

        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("change", "Changes the restless resource", "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) throws InterruptedException {
            var told = changes;
            if (told == null) {
                return ToolResult.error("The server is still starting.");
            }
            for (int i = 0; i < CHANGES; i++) {
                told.resourceUpdated(RESTLESS);
                TimeUnit.MILLISECONDS.sleep(CHANGE_MILLIS); // or they were one
            }
            return ToolResult.text("changed");
        }
    }

    private static final class LargeTool implements ToolHandler {
        private final String text = "x".repeat(LARGE_BYTES);

        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("large", "A text of four mebibytes", "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) {
            return ToolResult.text(text);
        }
    }

    private static final class StreamingTool implements ToolHandler {
        private final String text = "x".repeat(STEP_CHARS);

        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("streaming", "Eight mebibytes of progress", "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) {
            for (int i = 0; i < STEPS; i++) {
                call.progress(i, STEPS, text);
            }
            return ToolResult.text("done");
        }
    }

    private static final class Restless implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return ResourceDefinition.of(RESTLESS, "restless", "Changes all the time", "text/plain");
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Text(RESTLESS, "text/plain", "news"));
        }
    }
}
