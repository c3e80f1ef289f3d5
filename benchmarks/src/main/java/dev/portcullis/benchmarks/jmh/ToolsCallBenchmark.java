package dev.portcullis.benchmarks.jmh;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcDecoder;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcException;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestMeta;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.ArgumentHeaders;
import dev.portcullis.mcp.dispatch.CallContext;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.dispatch.CallThreads;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.dispatch.Shared;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.oauth.token.TickingClock;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.tool.AddTool;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One {@code tools/call} of {@code add}, from the bytes of its body to the bytes of its answer, as the MCP endpoint does it but without HTTP; beside one pass of
 * a bare JSON parser over the same body.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ToolsCallBenchmark {
    private static final int BODY_BYTES_MAX = 4 * 1024 * 1024;
    private static final JsonRpcId ID = new JsonRpcId.Int(7);
    private static final Content SUM = new Content.Text("5");
    private static final Principal CALLER = new Principal(
            new Identity("https://idp.example", "subject", "p@example.com", "P", List.of("staff")),
            "client",
            "grant",
            Scopes.of("mcp"));
    private static final String IN_SESSION = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3}}}""";
    private static final String STATELESS = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3},\
            "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
            "io.modelcontextprotocol/clientCapabilities":{},\
            "io.modelcontextprotocol/clientInfo":{"name":"benchmark","version":"1.0"}}}}""";

    /** A stateless revision, and one with sessions. */
    @Param({"2026-07-28", "2025-11-25"})
    public String revision = "";

    private final JsonFactory jackson = new JsonFactory();
    private final KeptReply reply = new KeptReply();
    private final TickingClock clock = new TickingClock();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Revisions revisions;
    private final Sessions sessions;
    private final McpDispatcher dispatcher;
    private Revision rules;
    private byte[] body = {};
    private @Nullable String sessionId;
    private JsonRpcMessage.Request decoded = new JsonRpcMessage.Request(ID, "", null);

    /** JMH fills the rest in {@link #prepare}. */
    public ToolsCallBenchmark() {
        var info = new ServerInfo("portcullis", "Portcullis", "0.1.0", null);
        revisions = new Revisions(info);
        rules = revisions.newestFirst().getFirst();
        var key = new MasterKey("a key of this benchmark alone");
        sessions =
                new Sessions(key, new MemorySessionStore(SessionLimits.DEFAULT, clock), SessionLimits.DEFAULT, clock);
        dispatcher = new McpDispatcher(
                info,
                key,
                revisions,
                sessions,
                Shared.alone(new MemoryTaskStore(TaskLimits.DEFAULT, clock)),
                Catalog.of(new AddTool()),
                RulePolicy.openToAll().keepingTool("generateImage", Set.of("p@example.com")),
                CallLimits.DEFAULT,
                new CallThreads(Runnable::run, timer), // add runs inline: neither is used
                Telemetry.NONE);
    }

    /** Opens the session if the revision has one, and makes sure that the call is answered at all: refusals are fast too. */
    @Setup
    public void prepare() throws JsonRpcException, McpException {
        var version = ProtocolVersion.of(revision);
        if (version == null) {
            throw new IllegalArgumentException("no revision " + revision);
        }
        rules = revisions.of(version);
        if (version.hasSessions()) {
            sessionId = sessions.open(version, ClientCapabilities.NONE, CALLER).id();
        }
        body = (version.hasSessions() ? IN_SESSION : STATELESS).getBytes(StandardCharsets.UTF_8);
        decoded = decode();
        String answer = decodeDispatchEncode().text();
        if (!answer.contains("\"text\":\"5\"")) {
            throw new IllegalStateException("add answered " + answer);
        }
        String encoded = encode().text();
        if (!encoded.equals(answer)) {
            throw new IllegalStateException("encode wrote " + encoded + ", a call " + answer);
        }
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        clock.close();
        timer.shutdownNow();
    }

    /** The baseline: every token of the body by a bare parser, nothing kept. */
    @Benchmark
    public int bareParse() {
        int names = 0;
        try (var parser = jackson.createParser(ObjectReadContext.empty(), body)) {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                names += token == JsonToken.PROPERTY_NAME ? 1 : 0;
            }
        }
        return names;
    }

    /** Body to request: copied in, checked whole, its params sliced. */
    @Benchmark
    public JsonRpcMessage.Request decode() throws JsonRpcException {
        var decoder = new JsonRpcDecoder(BODY_BYTES_MAX, body.length);
        decoder.makeRoom(body.length);
        System.arraycopy(body, 0, decoder.room(), decoder.roomFrom(), body.length);
        decoder.filledWhole(body.length);
        if (decoder.end() instanceof JsonRpcMessage.Request request) {
            return request;
        }
        throw new IllegalStateException("not a request");
    }

    /** Request to answer: params, session or {@code _meta}, policy, schema, the tool; its result is written on the way, so that {@link #encode} is a part of this. */
    @Benchmark
    public KeptReply dispatch() throws McpException {
        return answer(decoded);
    }

    /** A result that is there already, written and kept. */
    @Benchmark
    public KeptReply encode() {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginResult(out, ID);
            rules.beginResult(out);
            out.name("content").beginArray();
            rules.content(out, SUM);
            out.endArray();
            rules.endResult(out);
            JsonRpcEncoder.end(out);
            reply.answer(200, out);
        }
        return reply;
    }

    /** All of it: body to answer. */
    @Benchmark
    public KeptReply decodeDispatchEncode() throws JsonRpcException, McpException {
        return answer(decode());
    }

    private KeptReply answer(JsonRpcMessage.Request request) throws McpException {
        var params = RequestParams.of(request.params());
        var context = params.meta().namesRevision() ? stateless(params) : inSession(params);
        if (dispatcher.dispatch(request, context) != null) {
            throw new IllegalStateException("add did not run inline");
        }
        return reply;
    }

    /** What a stateless exchange reads out of {@code _meta}. */
    private CallContext stateless(RequestParams params) throws McpException {
        var meta = params.meta();
        var capabilities = meta.clientCapabilities();
        var info = meta.clientInfo();
        String version = meta.version();
        if (capabilities == null || info == null || version == null || !RequestMeta.isImplementation(info)) {
            throw new IllegalStateException("_meta is not whole");
        }
        return new CallContext(
                revisions.stateless(version),
                CALLER,
                null,
                ClientCapabilities.of(capabilities),
                params,
                ArgumentHeaders.NONE,
                reply);
    }

    private CallContext inSession(RequestParams params) {
        var session = sessionId == null ? null : sessions.find(sessionId, CALLER);
        if (session == null) {
            throw new IllegalStateException("no session");
        }
        return new CallContext(
                revisions.of(session.version()),
                CALLER,
                session,
                session.clientCapabilities(),
                params,
                ArgumentHeaders.NONE,
                reply);
    }
}
