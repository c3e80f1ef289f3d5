package dev.portcullis.benchmarks.jmh;

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
import dev.portcullis.mcp.dispatch.ArgumentHeaders;
import dev.portcullis.mcp.dispatch.CallContext;
import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.dispatch.CallThreads;
import dev.portcullis.mcp.dispatch.McpDispatcher;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.dispatch.Shared;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolHandler;
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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A dispatcher, and one caller of it in one revision, as the MCP endpoint has them but without HTTP. One thread. */
final class Dispatching implements AutoCloseable {
    private static final int BODY_BYTES_MAX = 8 * 1024 * 1024;

    /** What a stateless request says besides what it asks. */
    private static final String META = """
            "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
            "io.modelcontextprotocol/clientCapabilities":{},\
            "io.modelcontextprotocol/clientInfo":{"name":"benchmark","version":"1.0"}}""";

    private static final Principal CALLER = new Principal(
            new Identity("https://idp.example", "subject", "p@example.com", "P", List.of("staff")),
            "client",
            "grant",
            Scopes.of("mcp"));

    private final TickingClock clock = new TickingClock();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Revisions revisions;
    private final Sessions sessions;
    private final McpDispatcher dispatcher;
    private final ProtocolVersion version;
    private final @Nullable String sessionId;

    /**
     * Opens the session if the revision has one.
     *
     * @param revision by its name
     */
    Dispatching(String revision, ToolHandler... tools) {
        var known = ProtocolVersion.of(revision);
        if (known == null) {
            throw new IllegalArgumentException("no revision " + revision);
        }
        version = known;
        var info = new ServerInfo("portcullis", "Portcullis", "0.1.0", null);
        revisions = new Revisions(info);
        var key = new MasterKey("a key of this benchmark alone");
        sessions =
                new Sessions(key, new MemorySessionStore(SessionLimits.DEFAULT, clock), SessionLimits.DEFAULT, clock);
        dispatcher = new McpDispatcher(
                info,
                key,
                revisions,
                sessions,
                Shared.alone(new MemoryTaskStore(TaskLimits.DEFAULT, clock)),
                Catalog.of(tools),
                RulePolicy.openToAll().keepingTool("generateImage", Set.of("p@example.com")),
                CallLimits.DEFAULT,
                new CallThreads(Runnable::run, timer), // inline tools use neither
                Telemetry.NONE);
        sessionId = version.hasSessions()
                ? sessions.open(version, ClientCapabilities.NONE, CALLER).id()
                : null;
    }

    Revision rules() {
        return revisions.of(version);
    }

    /**
     * A request's body, as a client of the revision sends it.
     *
     * @param params members of it, each followed by a comma
     */
    byte[] body(String method, String params) {
        String members = version.hasSessions() ? params.replaceFirst(",$", "") : params + META;
        return ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":{" + members + "}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Body to request: copied in, checked whole, its params sliced. */
    JsonRpcMessage.Request decode(byte[] body) throws JsonRpcException {
        var decoder = new JsonRpcDecoder(BODY_BYTES_MAX, body.length);
        decoder.makeRoom(body.length);
        System.arraycopy(body, 0, decoder.room(), decoder.roomFrom(), body.length);
        decoder.filledWhole(body.length);
        return request(decoder);
    }

    /** The same of one that arrives in parts. */
    JsonRpcMessage.Request decode(byte[] body, int partBytes) throws JsonRpcException {
        var decoder = new JsonRpcDecoder(BODY_BYTES_MAX, body.length);
        for (int from = 0; from < body.length; from += partBytes) {
            decoder.read(body, from, Math.min(partBytes, body.length - from));
        }
        return request(decoder);
    }

    private static JsonRpcMessage.Request request(JsonRpcDecoder decoder) throws JsonRpcException {
        if (decoder.end() instanceof JsonRpcMessage.Request request) {
            return request;
        }
        throw new IllegalStateException("not a request");
    }

    /** Request to answer: params, session or {@code _meta}, policy, what it asks for, and writing that. */
    void answer(JsonRpcMessage.Request request, ReplySink reply) throws McpException {
        var params = RequestParams.of(request.params());
        var context = params.meta().namesRevision() ? stateless(params, reply) : inSession(params, reply);
        if (dispatcher.dispatch(request, context) != null) {
            throw new IllegalStateException("it was not answered at once");
        }
    }

    /** What a stateless exchange reads out of {@code _meta}. */
    private CallContext stateless(RequestParams params, ReplySink reply) throws McpException {
        var meta = params.meta();
        var capabilities = meta.requireComplete();
        String named = meta.version();
        if (named == null) {
            throw new IllegalStateException("_meta is not whole");
        }
        return new CallContext(
                revisions.stateless(named), CALLER, null, capabilities, params, ArgumentHeaders.NONE, reply);
    }

    private CallContext inSession(RequestParams params, ReplySink reply) {
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

    /** Ends the threads. */
    @Override
    public void close() {
        clock.close();
        timer.shutdownNow();
    }
}
