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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The product with resources that change when a tool is called. A process of its own, started by a {@link Lab}. */
final class ChangingServer {
    private ChangingServer() {}

    /** Takes the settings of the product. */
    public static void main(String[] arguments) throws StartException, InterruptedException {
        var announce = new AnnounceTool();
        try (var server = PortcullisServer.builder()
                .name("changing")
                .fromEnvironment()
                .tool(announce)
                .resource(Topics.URIS.stream().map(Topic::new).toArray(ResourceHandler[]::new))
                .start()) {
            announce.changes = server.catalog().changes();
            System.out.println(server.url());
            server.awaitTermination();
        }
    }

    /** {@code announce(first, count)}: that so many topics have changed. Says when that was, by {@link System#nanoTime}, which all processes of a machine share on Linux. */
    private static final class AnnounceTool implements ToolHandler {
        private volatile @Nullable Changes changes;

        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("announce", "Say that topics have changed", """
                            {"type":"object","properties":{"first":{"type":"integer"},"count":{"type":"integer"}},\
                            "required":["first","count"],"additionalProperties":false}""")
                    .inline();
        }

        @Override
        public ToolResult call(ToolCall call) {
            var told = changes;
            if (told == null) {
                return ToolResult.error("The server is still starting.");
            }
            int first = Math.toIntExact(call.arguments().integer("first", 0));
            int count = Math.toIntExact(call.arguments().integer("count", 0));
            long begun = System.nanoTime();
            Topics.URIS.subList(first, first + count).forEach(told::resourceUpdated);
            return ToolResult.text(Long.toString(begun));
        }
    }

    private record Topic(String uri) implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return ResourceDefinition.of(uri, uri.substring(uri.lastIndexOf('/') + 1), "A topic", "text/plain");
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Text(uri, "text/plain", "news"));
        }
    }
}
