package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientSseClientTransport;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The official Java SDK's client, which does all it can with {@link MatrixServer}, once each. It has no way to cancel: nothing in it sends {@code notifications/cancelled},
 * and who stops waiting for an answer merely stops waiting. Nor does it know 2026-07-28.
 */
final class JavaSdkClient {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WRITES_MAX = 100;
    private static final int TELL_MILLIS = 300;

    private final String me = UUID.randomUUID().toString();
    private final BlockingQueue<Double> steps = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> logged = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    private final McpSyncClient client;

    private JavaSdkClient(McpClientTransport transport) {
        client = McpClient.sync(transport)
                .requestTimeout(PATIENCE)
                .initializationTimeout(PATIENCE)
                .capabilities(McpSchema.ClientCapabilities.builder()
                        .roots(true)
                        .sampling()
                        .elicitation(true, false)
                        .build())
                .roots(McpSchema.Root.builder("file:///" + me).build())
                .elicitation(_ -> McpSchema.ElicitResult.builder(McpSchema.ElicitResult.Action.ACCEPT)
                        .content(Map.of("name", me))
                        .build())
                .sampling(request -> McpSchema.CreateMessageResult.builder(
                                McpSchema.Role.ASSISTANT,
                                me + " read "
                                        + text(request.messages().getFirst().content()),
                                "none")
                        .build())
                .progressConsumer(progress -> steps.add(progress.progress()))
                .loggingConsumer(message -> logged.add(message.data()))
                .resourcesUpdateConsumer(updated -> updated.forEach(contents -> news.add(contents.uri())))
                .build();
    }

    /**
     * Over Streamable HTTP.
     *
     * @param revision the only one that it is to know
     */
    static Seen useEverythingOverHttp(URI origin, String token, String revision) throws Exception {
        var transport = HttpClientStreamableHttpTransport.builder(origin.toString())
                .addHttpRequestCustomizer((request, _, _, _, _) -> request.header("Authorization", "Bearer " + token))
                .supportedProtocolVersions(List.of(revision))
                .build();
        return new JavaSdkClient(transport).useEverything();
    }

    /** Over the two endpoints of 2024-11-05, the only revision that it speaks there. */
    @SuppressWarnings("deprecation") // as the transport is by its specification, and served all the same
    static Seen useEverythingOverSse(URI origin, String token) throws Exception {
        var transport = HttpClientSseClientTransport.builder(origin.toString())
                .addHttpRequestCustomizer((request, _, _, _, _) -> request.header("Authorization", "Bearer " + token))
                .build();
        return new JavaSdkClient(transport).useEverything();
    }

    private Seen useEverything() throws Exception {
        try (client) {
            String revision = client.initialize().protocolVersion();
            client.setLoggingLevel(McpSchema.LoggingLevel.INFO);
            var tools = client.listTools().tools().stream()
                    .map(McpSchema.Tool::name)
                    .toList();
            String counted = call("count", Map.of());
            return new Seen(
                    me,
                    revision,
                    tools,
                    call("add", Map.of("a", 2, "b", 3)),
                    call("who", Map.of()),
                    counted,
                    take(steps, 3),
                    take(logged, 3),
                    call("greet", Map.of()),
                    call("summarize", Map.of()),
                    call("folders", Map.of()),
                    prompt(),
                    complete(),
                    watch(),
                    isUnknownRefused());
        }
    }

    private String prompt() {
        var request = McpSchema.GetPromptRequest.builder("review")
                .arguments(Map.of("language", "Java"))
                .build();
        return text(client.getPrompt(request).messages().getFirst().content());
    }

    private List<String> complete() {
        var argument = new McpSchema.CompleteRequest.CompleteArgument("language", "Ko");
        var prompt = new McpSchema.PromptReference("review");
        return client.completeCompletion(
                        McpSchema.CompleteRequest.builder(prompt, argument).build())
                .completion()
                .values();
    }

    /** Has a resource changed until that is told: the SDK opens the stream for it in the background, maybe after the first change. */
    private boolean watch() throws InterruptedException {
        String uri = "note://" + me;
        client.subscribeResource(McpSchema.SubscribeRequest.builder(uri).build());
        for (int write = 0; write < WRITES_MAX; write++) {
            call("write", Map.of("key", me));
            String told = news.poll(TELL_MILLIS, TimeUnit.MILLISECONDS);
            if (told != null) {
                return told.equals(uri);
            }
        }
        return false;
    }

    private boolean isUnknownRefused() {
        try {
            call("noSuchTool", Map.of());
            return false;
        } catch (McpError e) {
            return e.getJsonRpcError().code() == McpSchema.ErrorCodes.INVALID_PARAMS;
        }
    }

    private String call(String tool, Map<String, Object> arguments) {
        var result = client.callTool(McpSchema.CallToolRequest.builder(tool)
                .arguments(arguments)
                .progressToken(me + tool)
                .build());
        return result.content().stream().map(JavaSdkClient::text).collect(Collectors.joining("\n"));
    }

    private static String text(McpSchema.Content content) {
        assertThat(content).isInstanceOf(McpSchema.TextContent.class);
        return ((McpSchema.TextContent) content).text();
    }

    /** What is told is handed over by other threads, perhaps after the result. */
    private static <T> List<T> take(BlockingQueue<T> told, int count) throws InterruptedException {
        var taken = new ArrayList<T>();
        while (taken.size() < count) {
            T next = told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(next).as("what was told after %s", taken).isNotNull();
            taken.add(next);
        }
        return taken;
    }

    /**
     * What the client saw.
     *
     * @param me what this client alone knows
     * @param heard whether it was told that its resource changed
     * @param unknownRefused whether a tool that is not there was refused as the specification says
     */
    record Seen(
            String me,
            String revision,
            List<String> tools,
            String add,
            String who,
            String counted,
            List<Double> steps,
            List<String> logged,
            String greeted,
            String summary,
            String folders,
            String prompt,
            List<String> completed,
            boolean heard,
            boolean unknownRefused) {}
}
