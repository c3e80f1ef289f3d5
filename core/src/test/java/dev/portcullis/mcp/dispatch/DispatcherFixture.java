package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcDecoder;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.Icon;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.policy.Policy;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A dispatcher with test tools, and people who call it. */
final class DispatcherFixture implements AutoCloseable {
    static final Principal ADA = person("ada");
    static final Principal BOB = person("bob");

    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    final Revisions revisions = new Revisions(INFO);
    final Sessions sessions;
    final McpDispatcher dispatcher;
    final List<String> toolCalls = new CopyOnWriteArrayList<>();

    /** Prompts got and resources read. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    final List<Outcome> refusals = new CopyOnWriteArrayList<>();
    final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    private static final ServerInfo INFO = new ServerInfo(
            "portcullis",
            "Portcullis",
            "0.1.0",
            "Add with add.",
            "Offers all there is",
            "https://portcullis.example/",
            List.of(new Icon("https://portcullis.example/icon.png", "image/png", List.of("48x48"), "dark")));

    DispatcherFixture(ToolHandler... tools) {
        this(RulePolicy.openToAll(), command -> Thread.ofVirtual().start(command), tools);
    }

    DispatcherFixture(Policy policy, Executor executor, ToolHandler... tools) {
        this(policy, executor, CallLimits.DEFAULT, Catalog.of(tools), SessionLimits.DEFAULT);
    }

    DispatcherFixture(Catalog catalog) {
        this(RulePolicy.openToAll(), CallLimits.DEFAULT, catalog);
    }

    DispatcherFixture(Policy policy, CallLimits limits, Catalog catalog) {
        this(policy, command -> Thread.ofVirtual().start(command), limits, catalog, SessionLimits.DEFAULT);
    }

    DispatcherFixture(Policy policy, Executor executor, Catalog catalog, SessionLimits sessionLimits) {
        this(policy, executor, CallLimits.DEFAULT, catalog, sessionLimits);
    }

    private DispatcherFixture(
            Policy policy, Executor executor, CallLimits limits, Catalog catalog, SessionLimits sessionLimits) {
        sessions = new Sessions(
                KEY,
                new MemorySessionStore(sessionLimits, InstantSource.system()),
                sessionLimits,
                InstantSource.system());
        var telemetry = new Telemetry() {
            @Override
            public void toolCalled(String tool, ToolOutcome outcome, long nanos) {
                toolCalls.add(tool + " " + outcome);
            }

            @Override
            public void promptCalled(String prompt, ToolOutcome outcome, long nanos) {
                calls.add(prompt + " " + outcome);
            }

            @Override
            public void resourceRead(String resource, ToolOutcome outcome, long nanos) {
                calls.add(resource + " " + outcome);
            }

            @Override
            public void refused(Outcome outcome) {
                refusals.add(outcome);
            }
        };
        dispatcher = new McpDispatcher(
                INFO,
                KEY,
                revisions,
                sessions,
                Shared.alone(new MemoryTaskStore(limits.tasks(), InstantSource.system())),
                catalog,
                policy,
                limits,
                new CallThreads(executor, timer),
                telemetry);
    }

    static CallLimits limits(int pageSize, int completionMillis, int logsPerSecondMax) {
        return CallLimits.DEFAULT.telling(pageSize, completionMillis, logsPerSecondMax);
    }

    static Principal person(String name) {
        return new Principal(
                new Identity("https://issuer.example", name, name + "@example.com", name, List.of()),
                "client-1",
                "grant",
                Scopes.NONE);
    }

    static JsonRpcMessage message(String json) {
        try {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            var decoder = new JsonRpcDecoder(4 * 1024 * 1024, bytes.length);
            decoder.read(bytes, 0, bytes.length);
            return decoder.end();
        } catch (JsonRpcException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    static JsonRpcMessage.Request request(String method, String params) {
        return (JsonRpcMessage.Request)
                message("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    Session session(ProtocolVersion version, Principal principal) {
        return sessions.open(version, ClientCapabilities.NONE, principal);
    }

    CallContext context(
            ProtocolVersion version,
            Principal principal,
            @Nullable Session session,
            JsonRpcMessage.Request request,
            ReplySink sink) {
        return new CallContext(
                revisions.of(version),
                principal,
                session,
                ClientCapabilities.NONE,
                RequestParams.of(request.params()),
                ArgumentHeaders.NONE,
                sink);
    }

    @Nullable
    PendingCall dispatch(ProtocolVersion version, Principal who, JsonRpcMessage.Request request, ReplySink sink) {
        var session = version.hasSessions() ? session(version, who) : null;
        return dispatcher.dispatch(request, context(version, who, session, request, sink));
    }

    /** @return status and body */
    String call(ProtocolVersion version, Principal who, String method, String params) throws Exception {
        var sink = new RecordingSink();
        dispatch(version, who, request(method, params), sink);
        return sink.awaitEnd();
    }

    String initialize(String version) throws Exception {
        String params = "{\"protocolVersion\":\"" + version
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}";
        var request = request("initialize", params);
        var session = openSession(request);
        var sink = new RecordingSink();
        dispatcher.dispatch(request, context(session.version(), ADA, session, request, sink));
        return sink.awaitEnd();
    }

    Session openSession(JsonRpcMessage.Request request) throws McpException {
        return dispatcher.openSession(RequestParams.of(request.params()), ADA);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
