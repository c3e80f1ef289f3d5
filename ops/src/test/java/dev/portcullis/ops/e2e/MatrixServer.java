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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server, as a process, that offers one of everything a client can do something with; settings and sign-in are those of {@code ops/run}. Whatever it answers has in it what
 * the client alone could know, so that answers that went to the wrong client are seen.
 */
final class MatrixServer {
    private static final int STEPS = 3;
    private static final int DROPS = 40;
    private static final int DROP_MILLIS = 100;
    private static final int WAIT_SECONDS_MAX = 30;

    private static final int LOOK_MILLIS = 20;

    /** What clients have done, a file each, since the servers of several processes may be asked about it. */
    private static final Path STATE = Path.of(System.getenv().getOrDefault("MATRIX_STATE", "."));

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
            tool("drip", "Log each of many steps, slowly", "{}", MatrixServer::drip),
            new Tool(
                    ToolDefinition.of("report", "Take a while, as a task if that may be", "{\"type\":\"object\"}")
                            .asTask(ToolDefinition.TaskSupport.OPTIONAL),
                    MatrixServer::report),
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

    /** For clients that lose their connection meanwhile. */
    private static ToolResult drip(ToolCall call) throws InterruptedException {
        for (int drop = 1; drop <= DROPS; drop++) {
            call.log(
                    LogLevel.INFO,
                    "Drop " + drop); // progress would not do: what nobody has read yet is replaced by what comes
            Thread.sleep(DROP_MILLIS);
        }
        return ToolResult.text("Dripped " + DROPS);
    }

    private static ToolResult report(ToolCall call) throws Exception {
        call.becomeTask();
        Thread.sleep(DROP_MILLIS);
        return ToolResult.text("Reported to " + call.principal().email());
    }

    /** Its progress tells the client that it runs, and may be cancelled. */
    private static ToolResult waitForCancel(ToolCall call) throws Exception {
        call.progress(1, 2, "Waiting");
        try {
            TimeUnit.SECONDS.sleep(WAIT_SECONDS_MAX);
        } catch (InterruptedException e) {
            append("cancelled-" + call.arguments().string("key"));
            throw e;
        }
        return ToolResult.error("Nobody cancelled this.");
    }

    private static ToolResult cancelled(ToolCall call) throws Exception {
        String name = "cancelled-" + call.arguments().string("key");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (timesAppended(name) == 0 && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return ToolResult.text(timesAppended(name) > 0 ? "cancelled" : "not cancelled");
    }

    private static void append(String name) throws IOException {
        Files.write(STATE.resolve(name), new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static long timesAppended(String name) throws IOException {
        Path file = STATE.resolve(name);
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static ToolResult greet(ToolCall call) throws Exception {
        var answer = call.elicit("name", Form.of("Who are you?").requireText("name", "As you are called"));
        var content = answer.content();
        return ToolResult.text(content == null ? answer.action().text() : "Hello, " + content.string("name") + "!");
    }

    private static Tool write(Catalog catalog) {
        return tool("write", "Write the note of this name anew", requiring("key"), call -> {
            String key = call.arguments().string("key");
            String uri = "note://" + key;
            append("note-" + key);
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
        public List<ResourceContents> read(ResourceCall call) throws IOException {
            String written = Long.toString(timesAppended("note-" + call.variable("key")));
            return List.of(new ResourceContents.Text(call.uri(), "text/plain", written));
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
