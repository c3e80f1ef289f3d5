package dev.portcullis.ops.e2e;

import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.model.InputRequest.Sampling;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.tool.AddTool;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server, as a process, that offers one of everything a client can do something with; settings and sign-in are those of {@code ops/run}. Whatever it answers has in it what
 * the client alone could know, so that answers that went to the wrong client are seen.
 */
final class MatrixServer {
    private static final int STEPS = 3;
    private static final int WAIT_SECONDS_MAX = 30;

    /** Calls of {@code wait} that were cancelled, by their key. */
    private static final Map<String, CountDownLatch> CANCELLED = new ConcurrentHashMap<>();

    private static final Map<String, String> NOTES = new ConcurrentHashMap<>();

    private MatrixServer() {}

    /** What a tool does. */
    @FunctionalInterface
    private interface Work {
        ToolResult call(ToolCall call) throws Exception;
    }

    /** A tool as a row of a table. */
    private record Tool(ToolDefinition definition, Work work) implements ToolHandler {
        @Override
        public ToolResult call(ToolCall call) throws Exception {
            return work.call(call);
        }
    }

    public static void main(String[] arguments) throws Exception {
        var builder = PortcullisServer.builder()
                .name("client-matrix")
                .fromEnvironment()
                .tool(new AddTool())
                .tool(tools())
                .prompt(new Review())
                .resource(new Note());
        try (var server = builder.start()) {
            server.catalog().add(write(server.catalog()));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
            server.awaitTermination();
        }
    }

    private static Tool[] tools() {
        return new Tool[] {
            tool(
                    "who",
                    "Say who calls",
                    "{}",
                    call -> ToolResult.text(String.valueOf(call.principal().email()))),
            tool("count", "Count, and tell each step", "{}", MatrixServer::count),
            tool("wait", "Wait to be cancelled", requiring("key"), MatrixServer::waitForCancel),
            tool("cancelled", "Tell when the call of wait was cancelled", requiring("key"), MatrixServer::cancelled),
            tool("greet", "Ask the person for a name", "{}", MatrixServer::greet),
            tool(
                    "summarize",
                    "Ask the client's model",
                    "{}",
                    call -> ToolResult.text(call.sample("summary", Sampling.of("Sum it up", 100))
                            .text())),
            tool(
                    "folders",
                    "Ask for the client's roots",
                    "{}",
                    call -> ToolResult.text(String.join(
                            " ", call.roots().stream().map(Root::uri).toList()))),
        };
    }

    private static Tool tool(String name, String description, String properties, Work work) {
        String required = properties.equals("{}") ? "" : ",\"required\":[\"key\"]";
        String schema = "{\"type\":\"object\",\"properties\":" + properties + required + "}";
        return new Tool(ToolDefinition.of(name, description, schema), work);
    }

    private static String requiring(String property) {
        return "{\"" + property + "\":{\"type\":\"string\"}}";
    }

    private static ToolResult count(ToolCall call) throws InterruptedException {
        for (int step = 1; step <= STEPS; step++) {
            call.progress(step, STEPS, "Step " + step);
            call.log(LogLevel.INFO, "Step " + step + " is done");
            Thread.sleep(10);
        }
        return ToolResult.text("Counted to " + STEPS);
    }

    /** Its progress tells the client that it runs, and may be cancelled. */
    private static ToolResult waitForCancel(ToolCall call) throws InterruptedException {
        call.progress(1, 2, "Waiting");
        try {
            TimeUnit.SECONDS.sleep(WAIT_SECONDS_MAX);
        } catch (InterruptedException e) {
            latch(call.arguments().string("key")).countDown();
            throw e;
        }
        return ToolResult.error("Nobody cancelled this.");
    }

    private static ToolResult cancelled(ToolCall call) throws InterruptedException {
        boolean seen = latch(call.arguments().string("key")).await(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        return ToolResult.text(seen ? "cancelled" : "not cancelled");
    }

    private static CountDownLatch latch(String key) {
        return CANCELLED.computeIfAbsent(key, _ -> new CountDownLatch(1));
    }

    private static ToolResult greet(ToolCall call) throws Exception {
        var answer = call.elicit("name", Form.of("Who are you?").requireText("name", "As you are called"));
        var content = answer.content();
        return ToolResult.text(content == null ? answer.action().text() : "Hello, " + content.string("name") + "!");
    }

    private static Tool write(Catalog catalog) {
        return tool("write", "Write the note of this name anew", requiring("key"), call -> {
            String uri = "note://" + call.arguments().string("key");
            NOTES.merge(uri, "1", (old, _) -> Integer.toString(Integer.parseInt(old) + 1));
            catalog.changes().resourceUpdated(uri);
            return ToolResult.text(uri);
        });
    }

    /** A note of each client's own, which says how often it was written. */
    private static final class Note implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return ResourceDefinition.template("note://{key}", "note", "How often a note was written", "text/plain");
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Text(call.uri(), "text/plain", NOTES.getOrDefault(call.uri(), "0")));
        }
    }

    /** Suggests languages for its argument. */
    private static final class Review implements PromptHandler {
        @Override
        public PromptDefinition definition() {
            return PromptDefinition.of("review", "Review a change").requiring("language", "What it is written in");
        }

        @Override
        public PromptResult get(PromptCall call) {
            return PromptResult.of(PromptMessage.user("Review this " + call.required("language") + " change."));
        }

        @Override
        public Completion complete(CompletionCall call) {
            return Completion.of(Stream.of("Java", "Kotlin")
                    .filter(language -> language.startsWith(call.value()))
                    .toList());
        }
    }
}
