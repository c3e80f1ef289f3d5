package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Telemetry;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one switch over methods: every message of every revision and transport comes through here, on whatever thread has read it. Nothing blocks but an inline tool's own code. */
public final class McpDispatcher {
    private final LifecycleMethods lifecycle;
    private final ToolMethods tools;
    private final Sessions sessions;
    private final InFlight inFlight = new InFlight();

    /**
     * @param info what this server says it is
     * @param tools what it offers
     * @param policy who may use what of it
     * @param threads where tools run
     */
    public McpDispatcher(
            ServerInfo info,
            Revisions revisions,
            Sessions sessions,
            ToolRegistry tools,
            Policy policy,
            CallLimits limits,
            CallThreads threads,
            Telemetry telemetry) {
        this.sessions = sessions;
        this.lifecycle = new LifecycleMethods(info, revisions, sessions, limits);
        this.tools = new ToolMethods(tools, policy, limits, revisions, threads, telemetry, inFlight);
    }

    /** @throws McpException METHOD_NOT_FOUND: nothing this revision knows (H-160), or nothing that can be asked */
    public static McpMethod method(String text, Revision revision) throws McpException {
        var method = McpMethod.of(text);
        if (method != null && revision.serves(method)) {
            return method;
        }
        if (method == McpMethod.INITIALIZE) { // H-47
            String known =
                    ProtocolVersion.ALL.stream().map(ProtocolVersion::text).collect(Collectors.joining(", "));
            throw new McpException(
                    McpError.METHOD_NOT_FOUND, "Method not found: initialize. Supported versions: " + known);
        }
        throw new McpException(McpError.METHOD_NOT_FOUND, "Method not found: " + McpException.echo(text));
    }

    /**
     * Opens the session that an {@code initialize} asks for; the request itself is then dispatched like any other, in that session.
     *
     * @throws McpException INVALID_PARAMS (H-101)
     */
    public Session openSession(RequestParams params, Principal principal) throws McpException {
        return lifecycle.open(params, principal);
    }

    /** Ends a session, its stream and its calls (H-105). */
    public void endSession(Session session) {
        sessions.end(session);
        inFlight.of(session).forEach(ToolRun::withdraw);
    }

    /**
     * Does what a request asks. The context's sink gets its answer, now or later, whatever happens.
     *
     * @return the call, if it goes on; null if it has been answered
     */
    public @Nullable PendingCall dispatch(JsonRpcMessage.Request request, CallContext context) {
        try {
            var method = method(request.method(), context.revision());
            return dispatch(method, request.id(), context);
        } catch (McpException e) {
            Answers.error(request.id(), context, e);
            return null;
        }
    }

    private @Nullable PendingCall dispatch(McpMethod method, JsonRpcId id, CallContext context) throws McpException {
        switch (method) {
            case INITIALIZE -> lifecycle.initialized(id, context);
            case PING -> lifecycle.ping(id, context);
            case DISCOVER -> lifecycle.discover(id, context);
            case LIST_TOOLS -> tools.list(id, context);
            case CALL_TOOL -> {
                return tools.call(id, context);
            }
            case INITIALIZED, CANCELLED ->
                throw new McpException(McpError.METHOD_NOT_FOUND, method.text() + " is a notification");
        }
        return null;
    }

    /** Takes a notification of a session; unknown ones are ignored (H-161). */
    public void notified(JsonRpcMessage.Notification notification, RequestParams params, Session session) {
        if (McpMethod.of(notification.method()) != McpMethod.CANCELLED) {
            return;
        }
        var requestId = params.member("requestId");
        var id = requestId == null ? null : JsonRpcId.of(requestId);
        var run = id == null ? null : inFlight.find(session, id);
        if (run != null) {
            run.withdraw();
        }
    }

    /** @return whether no call of a session is running; for tests */
    boolean isIdle() {
        return inFlight.isEmpty();
    }
}
