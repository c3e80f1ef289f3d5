package dev.portcullis.endpoint.mcp;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.LocalBus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.http.BearerGate;
import dev.portcullis.http.Gate;
import dev.portcullis.http.GuardedPaths;
import dev.portcullis.http.RecordedExchange;
import dev.portcullis.http.Route;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.dispatch.CallThreads;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.dispatch.Shared;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.SessionStore;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.oauth.TokenFormat;
import dev.portcullis.oauth.token.AccessTokenVerifier;
import dev.portcullis.policy.Decision;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.sse.TokenWatch;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import dev.portcullis.testing.TestTokens;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The endpoint with tools to test by, and ways to send it messages. */
final class McpFixture implements AutoCloseable {
    static final String ADD = "\"name\":\"add\",\"arguments\":{\"a\":2,\"b\":3}";
    static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";
    static final String INITIALIZE =
            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                    + "\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";

    static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    final List<String> toolCalls = new CopyOnWriteArrayList<>();
    final List<Outcome> refused = new CopyOnWriteArrayList<>();

    /** One permit each time {@code wait} has begun, and lets one {@code wait} go on. */
    final Semaphore waiting = new Semaphore(0);

    final Semaphore goOn = new Semaphore(0);
    final Semaphore interrupted = new Semaphore(0);

    /** Open streams, and tools that are running. */
    final AtomicInteger streams = new AtomicInteger();

    final AtomicInteger running = new AtomicInteger();

    /** {@code /mcp}. */
    final Route route;

    final Catalog catalog;
    final McpDispatcher dispatcher;
    private final McpEndpoint endpoint;
    private final GuardedPaths guarded =
            new GuardedPaths(McpRoutes.resources(URI.create("https://mcp.example.com")), Scopes.of("tools"));
    private final AccessTokenVerifier verifier;
    private final GrantStore store = EmbeddedGrantStore.inMemory(EmbeddedGrantStore.Limits.DEFAULT);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    McpFixture() {
        this(1_000, 1_000);
    }

    McpFixture(int softDeadlineMillis, int streamsPerPersonMax) {
        this(new McpHttpLimits(softDeadlineMillis, 1, SseLimits.DEFAULT), streamsPerPersonMax, CallLimits.DEFAULT);
    }

    McpFixture(McpHttpLimits limits, int streamsPerPersonMax, CallLimits callLimits) {
        this(limits, SessionLimits.DEFAULT.withStreams(1_000, streamsPerPersonMax), callLimits, null, new LocalBus());
    }

    /** @param sessionStore of several nodes, which say to each other on the bus what they have to; null for that of one */
    McpFixture(
            McpHttpLimits limits,
            SessionLimits sessionLimits,
            CallLimits callLimits,
            @Nullable SessionStore sessionStore,
            Bus bus) {
        var info = new ServerInfo("portcullis", "Portcullis", "0.1.0", null);
        var revisions = new Revisions(info);
        var sessions = new Sessions(
                KEY,
                sessionStore == null ? new MemorySessionStore(sessionLimits, InstantSource.system()) : sessionStore,
                sessionLimits,
                InstantSource.system());
        var telemetry = new Telemetry() {
            @Override
            public void refused(Outcome outcome) {
                refused.add(outcome);
            }

            @Override
            public void toolCalled(String tool, ToolOutcome outcome, long nanos) {
                toolCalls.add(tool + " " + outcome);
            }

            @Override
            public void streamOpened() {
                streams.incrementAndGet();
            }

            @Override
            public void streamClosed() {
                streams.decrementAndGet();
            }
        };
        catalog = new Catalog(
                ToolRegistry.of(tools()),
                PromptRegistry.of(List.of(new Greeting())),
                ResourceRegistry.of(List.of(new Note(), new Watched())));
        dispatcher = new McpDispatcher(
                info,
                KEY,
                revisions,
                sessions,
                new Shared(new MemoryTaskStore(TaskLimits.DEFAULT, InstantSource.system()), bus, null),
                catalog,
                (who, action) -> action.toString().contains("scoped")
                        ? new Decision.NeedScope(Scopes.of("tools:scoped"))
                        : Decision.ALLOW,
                callLimits,
                new CallThreads(command -> Thread.ofVirtual().start(command), timer),
                telemetry);
        verifier = new AccessTokenVerifier(
                store,
                List.copyOf(new LinkedHashSet<>(McpRoutes.resources(URI.create("https://mcp.example.com"))
                        .values())),
                AccessTokenVerifier.Limits.DEFAULT,
                InstantSource.system(),
                Telemetry.NONE);
        endpoint = new McpEndpoint(
                dispatcher,
                revisions,
                sessions,
                guarded,
                new TokenWatch(verifier, Runnable::run),
                limits,
                command -> Thread.ofVirtual().start(command),
                telemetry);
        route = routes(Route.Access.OPEN)[0];
    }

    /** All paths of MCP. */
    Route[] routes(Route.Access access) {
        return McpRoutes.of(endpoint, access, McpRoutes.BODY_BYTES_MAX).toArray(Route[]::new);
    }

    /** A server of all paths, with real tokens. */
    TestServer guardedServer() {
        return new TestServer.Settings()
                .gates(new BearerGate(verifier, guarded, Telemetry.NONE))
                .start(routes(Route.Access.BEARER));
    }

    /** A server of all paths, for everybody. */
    TestServer openServer() {
        var gates = new ArrayList<Gate>(List.of(BearerGate.off()));
        gates.addAll(endpoint.gates());
        return new TestServer.Settings().gates(gates.toArray(Gate[]::new)).start(routes(Route.Access.OPEN));
    }

    /** @return a person's token for one of the resources */
    String token(String person, String path) {
        var who = new Identity("https://issuer.example", person, null, null, List.of());
        long nowSeconds = System.currentTimeMillis() / 1_000;
        return TestTokens.issue(store, who, List.of("https://mcp.example.com" + path), nowSeconds, 3_600);
    }

    /** @return how many clients of HTTP+SSE are connected */
    int connections() {
        return endpoint.legacySse().connections();
    }

    private List<ToolHandler> tools() {
        String numbers = """
                {"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}""";
        String mirrored = """
                {"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},\
                "count":{"type":"integer","x-mcp-header":"Count"},"flag":{"type":"boolean","x-mcp-header":"Flag"},\
                "deep":{"type":"object","properties":{"er":{"type":"string","x-mcp-header":"Deeper"}}}}}""";
        return List.of(
                new Tool(ToolDefinition.of("add", "Adds", numbers).inline(), call -> {
                    double sum = call.arguments().number("a") + call.arguments().number("b");
                    return ToolResult.text(Long.toString((long) sum));
                }),
                tool(
                        "mirror",
                        mirrored,
                        call -> ToolResult.text(String.valueOf(call.arguments().json("region")))),
                tool(
                        "ask",
                        "{\"type\":\"object\"}",
                        call -> ToolResult.text("roots: " + call.roots().size())),
                tool("scoped", "{\"type\":\"object\"}", call -> ToolResult.text("")),
                tool("steps", "{\"type\":\"object\"}", call -> {
                    call.progress(1, 2, "half");
                    call.progress(2, 2, null);
                    return ToolResult.text("done");
                }),
                tool("wait", "{\"type\":\"object\"}", call -> {
                    waiting.release();
                    try {
                        if (!goOn.tryAcquire(20, TimeUnit.SECONDS)) {
                            throw new IllegalStateException("nobody lets the tool go on");
                        }
                    } catch (InterruptedException e) {
                        interrupted.release();
                        throw e;
                    }
                    return ToolResult.text("waited");
                }),
                tool("poll", "{\"type\":\"object\"}", call -> {
                    call.letClientPoll(300);
                    waiting.release();
                    if (!goOn.tryAcquire(20, TimeUnit.SECONDS)) {
                        throw new IllegalStateException("nobody lets the tool go on");
                    }
                    return ToolResult.text("polled");
                }));
    }

    private static final class Greeting implements PromptHandler {
        @Override
        public PromptDefinition definition() {
            return PromptDefinition.of("greet", "Greets").allowing("who", "whom");
        }

        @Override
        public PromptResult get(PromptCall call) {
            return PromptResult.of(PromptMessage.user("hello"));
        }
    }

    private static final class Note implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return ResourceDefinition.of("test://note", "note", "A note", "text/plain");
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Text("test://note", "text/plain", "noted"));
        }
    }

    /** {@code test://watched}. */
    private record Watched() implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return ResourceDefinition.of("test://watched", "watched", "Watched", "text/plain");
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of();
        }
    }

    void revoke(String token) {
        if (!store.revokeGrant(TokenFormat.grantIdOf(token))) {
            throw new AssertionError("no such grant");
        }
    }

    private Tool tool(String name, String schema, Body body) {
        return new Tool(ToolDefinition.of(name, "Test " + name, schema), call -> {
            running.incrementAndGet();
            try {
                return body.call(call);
            } finally {
                running.decrementAndGet();
            }
        });
    }

    private record Tool(ToolDefinition definition, Body body) implements ToolHandler {
        @Override
        public ToolResult call(ToolCall call) throws Exception {
            return body.call(call);
        }
    }

    @FunctionalInterface
    private interface Body {
        ToolResult call(ToolCall call) throws Exception;
    }

    static Principal person(String name, String clientId) {
        return new Principal(
                new Identity("https://issuer.example", name, null, null, List.of()), clientId, "grant", Scopes.NONE);
    }

    static String request(String method, String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":{" + members + "}}";
    }

    /** @param headers name, value, name, value… beside those of a well-behaved client */
    RecordedExchange post(String body, String... headers) {
        return exchange(HttpMethod.POST, headers).send(body);
    }

    RecordedExchange exchange(HttpMethod method, String... headers) {
        var all = new ArrayList<>(
                List.of("accept", "application/json, text/event-stream", "content-type", "application/json"));
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i].equals("accept") || headers[i].equals("content-type")) {
                int known = all.indexOf(headers[i]);
                all.subList(known, known + 2).clear();
            }
            all.addAll(List.of(headers[i], headers[i + 1]));
        }
        return RecordedExchange.of(route, method, "/mcp", all.toArray(new String[0]));
    }

    /** A stateless request with all its headers. */
    RecordedExchange stateless(String method, String name, String members, String... headers) {
        var all = new ArrayList<>(List.of("mcp-protocol-version", "2026-07-28", "mcp-method", method));
        if (!name.isEmpty()) {
            all.addAll(List.of("mcp-name", name));
        }
        all.addAll(List.of(headers));
        String comma = members.isEmpty() ? "" : ",";
        return post(request(method, members + comma + META), all.toArray(new String[0]));
    }

    /** @return the id of a new session of the anonymous person */
    String session() {
        return String.valueOf(post(INITIALIZE).header("mcp-session-id"));
    }

    /** Sends a message over a socket, as a client would. */
    static void send(RawClient client, String method, String body, String... headers) {
        var text = new StringBuilder(method + " /mcp HTTP/1.1\r\nHost: localhost\r\n");
        text.append("Content-Type: application/json\r\nContent-Length: ")
                .append(body.length())
                .append("\r\n");
        if (!List.of(headers).contains("accept")) {
            text.append("Accept: application/json, text/event-stream\r\n");
        }
        for (int i = 0; i < headers.length; i += 2) {
            text.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        client.send(text.append("\r\n").append(body).toString());
    }

    static boolean acquire(Semaphore semaphore) throws InterruptedException {
        return semaphore.tryAcquire(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        store.close();
    }
}
