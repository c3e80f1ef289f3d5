package dev.portcullis.benchmarks.load;

import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.ops.server.StartException;
import dev.portcullis.tool.AddTool;
import java.util.stream.IntStream;

/** The product with more tools than it comes with: {@code add}, one that takes a long text, and any number of others. A process of its own, started by a {@link Lab}. */
final class ManyTools {
    /** Environment variable: how many tools there are, those two with them. */
    static final String TOOLS = "LOAD_TOOLS";

    private ManyTools() {}

    /** Takes the settings of the product. */
    public static void main(String[] arguments) throws StartException, InterruptedException {
        int tools = Integer.parseInt(System.getenv(TOOLS));
        try (var server = PortcullisServer.builder()
                .name("many-tools")
                .fromEnvironment()
                .tool(new AddTool(), new LengthTool())
                .tool(IntStream.range(2, tools).mapToObj(OtherTool::new).toArray(ToolHandler[]::new))
                .start()) {
            System.out.println(server.url());
            server.awaitTermination();
        }
    }

    /** {@code length(text)}: so that arguments of any size are read, and the answer is none. */
    private static final class LengthTool implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of("length", "Count the characters of a text", """
                            {"type":"object","properties":{"text":{"type":"string"}},"required":["text"],\
                            "additionalProperties":false}""")
                    .inline();
        }

        @Override
        public ToolResult call(ToolCall call) {
            return ToolResult.text(
                    Integer.toString(call.arguments().string("text").length()));
        }
    }

    /** One of many, as long in a list as tools usually are. */
    record OtherTool(int number) implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of(
                            "tool-" + number,
                            "Looks up the entries of table " + number
                                    + " that contain a text, and returns those of a page",
                            """
                            {"type":"object","properties":{"text":{"type":"string","description":"what the entries contain"},\
                            "page":{"type":"integer","description":"which page, from 1","minimum":1}},"required":["text"],\
                            "additionalProperties":false}""")
                    .inline();
        }

        @Override
        public ToolResult call(ToolCall call) {
            return ToolResult.text(call.arguments().string("text"));
        }
    }
}
