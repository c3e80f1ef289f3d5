package dev.portcullis.benchmarks.load;

import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.ops.server.StartException;
import dev.portcullis.tool.AddTool;
import java.util.concurrent.CountDownLatch;

/** The product with calls that do not end by themselves. A process of its own, started by a {@link Lab}. */
final class LingeringTools {
    /** A tool that says {@link #BEGUN} and waits to be cancelled. */
    static final String LINGER = "linger";

    /** A tool that asks its person. */
    static final String ASK = "ask";

    static final String BEGUN = "lingering";
    static final String QUESTION = "May it go on?";

    private LingeringTools() {}

    /** Takes the settings of the product. */
    public static void main(String[] arguments) throws StartException, InterruptedException {
        try (var server = PortcullisServer.builder()
                .name("lingering-tools")
                .fromEnvironment()
                .tool(new AddTool(), new Linger(), new Ask())
                .start()) {
            System.out.println(server.url());
            server.awaitTermination();
        }
    }

    private static final class Linger implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of(LINGER, "Wait to be cancelled", "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) throws InterruptedException {
            call.log(LogLevel.WARNING, BEGUN);
            new CountDownLatch(1).await();
            return ToolResult.text("nobody cancelled");
        }
    }

    private static final class Ask implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of(ASK, "Ask, and go on if that is granted", "{\"type\":\"object\"}");
        }

        @Override
        public ToolResult call(ToolCall call) throws Exception {
            return ToolResult.text(
                    call.elicit("leave", InputRequest.Form.of(QUESTION)).toString());
        }
    }
}
