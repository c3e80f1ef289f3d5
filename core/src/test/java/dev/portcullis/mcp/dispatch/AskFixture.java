package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.Json;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.policy.Policy;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A dispatcher whose calls ask, clients that can be asked, and clocks that stand until they are moved. */
final class AskFixture implements AutoCloseable {
    static final ClientCapabilities ALL =
            capabilities("{\"sampling\":{\"tools\":{}},\"roots\":{},\"elicitation\":{\"form\":{},\"url\":{}}}");

    private static final ServerInfo INFO = new ServerInfo("portcullis", "Portcullis", "0.1.0", "Ask.");
    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");

    final AtomicLong nowMillis = new AtomicLong(1_800_000_000_000L);
    final ManualTimer timer = new ManualTimer();
    final List<String> toolCalls = new CopyOnWriteArrayList<>();
    final List<Outcome> refusals = new CopyOnWriteArrayList<>();
    final McpDispatcher dispatcher;
    private final Revisions revisions = new Revisions(INFO);
    final Sessions sessions;

    AskFixture(ToolHandler... tools) {
        this(AskLimits.DEFAULT, tools);
    }

    AskFixture(AskLimits limits, ToolHandler... tools) {
        this(KEY, limits, Catalog.of(tools));
    }

    AskFixture(MasterKey key, AskLimits limits, Catalog catalog) {
        this(
                key,
                limits,
                catalog,
                RulePolicy.openToAll(),
                clock -> Shared.alone(new MemoryTaskStore(TaskLimits.DEFAULT, clock)));
    }

    /** One of several nodes. */
    AskFixture(Bus bus, @Nullable OnceOnly onceOnly, Catalog catalog, Policy policy) {
        this(
                KEY,
                AskLimits.DEFAULT,
                catalog,
                policy,
                clock -> new Shared(new MemoryTaskStore(TaskLimits.DEFAULT, clock), bus, onceOnly));
    }

    private AskFixture(
            MasterKey key, AskLimits limits, Catalog catalog, Policy policy, Function<InstantSource, Shared> shared) {
        InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
        sessions =
                new Sessions(key, new MemorySessionStore(SessionLimits.DEFAULT, clock), SessionLimits.DEFAULT, clock);
        var telemetry = new Telemetry() {
            @Override
            public void toolCalled(String tool, ToolOutcome outcome, long nanos) {
                toolCalls.add(tool + " " + outcome);
            }

            @Override
            public void refused(Outcome outcome) {
                refusals.add(outcome);
            }
        };
        dispatcher = new McpDispatcher(
                INFO,
                key,
                revisions,
                sessions,
                shared.apply(clock),
                catalog,
                policy,
                CallLimits.DEFAULT.asking(limits),
                new CallThreads(command -> Thread.ofVirtual().start(command), timer),
                telemetry,
                clock);
    }

    static ClientCapabilities capabilities(String json) {
        return ClientCapabilities.of(Json.parse(json));
    }

    Session session(ProtocolVersion version, Principal who) {
        return sessions.open(version, ALL, who);
    }

    /** One call in a session; its stream is the sink. */
    record Running(RecordingSink sink, @Nullable PendingCall pending) {}

    Running call(Session session, Principal who, ClientCapabilities client, String method, String params) {
        var sink = new RecordingSink();
        return new Running(sink, dispatch(session.version(), session, who, client, method, params, sink));
    }

    @Nullable
    PendingCall dispatch(
            ProtocolVersion version,
            @Nullable Session session,
            Principal who,
            ClientCapabilities client,
            String method,
            String params,
            ReplySink sink) {
        var request = DispatcherFixture.request(method, params);
        var context = new CallContext(
                revisions.of(version),
                who,
                session,
                client,
                RequestParams.of(request.params()),
                ArgumentHeaders.NONE,
                sink);
        return dispatcher.dispatch(request, context);
    }

    /** One request that stands alone. @return status and body */
    String call(Principal who, ClientCapabilities client, String method, String params) throws Exception {
        var sink = new RecordingSink();
        dispatch(V2026_07_28, null, who, client, method, params, sink);
        String answer = sink.awaitEnd();
        assertThat(sink.requests).isEmpty(); // only input_required asks there (H-86)
        return answer;
    }

    /** Posts a message that answers one of ours. */
    void respond(Session session, String json) {
        switch (DispatcherFixture.message(json)) {
            case JsonRpcMessage.Response response -> dispatcher.responded(response, session);
            case JsonRpcMessage.ErrorResponse response -> dispatcher.responded(response, session);
            case JsonRpcMessage other -> throw new IllegalArgumentException(other.toString());
        }
    }

    void answer(Session session, String request, String result) {
        respond(session, "{\"jsonrpc\":\"2.0\",\"id\":" + id(request) + ",\"result\":" + result + "}");
    }

    void refuse(Session session, String request, String error) {
        respond(session, "{\"jsonrpc\":\"2.0\",\"id\":" + id(request) + ",\"error\":" + error + "}");
    }

    static String id(String request) {
        var id = Objects.requireNonNull(JsonRpcId.of(member(request, "id")));
        return Long.toString(((JsonRpcId.Int) id).value());
    }

    /** @return a member of a member, JSON */
    static RawJson member(String json, String... path) {
        RawJson value = Json.parse(json);
        for (String name : path) {
            value = Objects.requireNonNull(RequestParams.memberOf(value, name), name + " in " + json);
        }
        return value;
    }

    /** @return the JSON of {@code status JSON} */
    static String body(String answer) {
        return answer.substring(answer.indexOf(' ') + 1);
    }

    /** @return the state in an {@code input_required} */
    static String state(String answer) {
        return member(body(answer), "result", "requestState").cursor().string();
    }

    /** @return which keys an {@code input_required} asks for, and by which method */
    @SuppressWarnings("unchecked") // a tree of JSON: objects are maps of strings
    static Map<String, Object> asked(String answer) {
        String json = member(body(answer), "result", "inputRequests").text();
        return (Map<String, Object>) Objects.requireNonNull(Json.tree(json));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
