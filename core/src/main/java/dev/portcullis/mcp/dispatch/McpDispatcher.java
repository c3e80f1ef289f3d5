package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Registered;
import dev.portcullis.mcp.revision.Revision;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Telemetry;
import java.time.InstantSource;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one switch over methods: every message of every revision and transport comes through here, on whatever thread has read it. Nothing blocks but an inline tool's own code. */
public final class McpDispatcher {
    private final Catalog catalog;
    private final Permits permits;
    private final Offers offers;
    private final LifecycleMethods lifecycle;
    private final ToolMethods tools;
    private final PromptMethods prompts;
    private final ResourceMethods resources;
    private final CompletionMethods completion;
    private final LoggingMethods logging;
    private final ChangeFeed feed;
    private final SubscriptionMethods subscriptions;
    private final TaskMethods tasks;
    private final CallRunner runner;
    private final Sessions sessions;
    private final InFlight inFlight = new InFlight();
    private final AnswersElsewhere answersElsewhere;
    private final CallsElsewhere callsElsewhere;

    /**
     * @param info what this server says it is
     * @param key seals what clients carry for us: cursors, request states
     * @param shared what it has in common with the other nodes of its cluster
     * @param catalog what it offers
     * @param policy who may use what of it
     * @param threads where tools run
     */
    public McpDispatcher(
            ServerInfo info,
            MasterKey key,
            Revisions revisions,
            Sessions sessions,
            Shared shared,
            Catalog catalog,
            Policy policy,
            CallLimits limits,
            CallThreads threads,
            Telemetry telemetry) {
        this(
                info,
                key,
                revisions,
                sessions,
                shared,
                catalog,
                policy,
                limits,
                threads,
                telemetry,
                InstantSource.system());
    }

    McpDispatcher(
            ServerInfo info,
            MasterKey key,
            Revisions revisions,
            Sessions sessions,
            Shared shared,
            Catalog catalog,
            Policy policy,
            CallLimits limits,
            CallThreads threads,
            Telemetry telemetry,
            InstantSource clock) {
        this.catalog = catalog;
        this.sessions = sessions;
        this.offers = new Offers(catalog);
        this.lifecycle = new LifecycleMethods(info, revisions, sessions, offers, limits);
        var logs = new CallLogs(sessions, limits, telemetry);
        var asking = new CallRunner.Asking(
                new OpenQuestions(
                        limits.asking(), new QuestionIds(key, shared.bus().node())),
                new RequestStates(key, limits.asking(), shared.onceOnly(), clock));
        this.runner = new CallRunner(limits, threads, telemetry, inFlight, logs, asking);
        this.answersElsewhere = new AnswersElsewhere(shared.bus(), runner.sessionAsker());
        this.callsElsewhere = new CallsElsewhere(shared.bus(), inFlight);
        var cursors = new Cursors(key);
        var lists = new Pages.Rules(policy, limits, revisions, cursors);
        this.permits = new Permits(policy, telemetry);
        var taskRules = new Tasks(offers, shared.tasks(), runner);
        this.tools = new ToolMethods(catalog, policy, lists, runner, taskRules);
        this.prompts = new PromptMethods(catalog, permits, lists, runner);
        this.resources = new ResourceMethods(catalog, permits, lists, runner);
        this.completion = new CompletionMethods(catalog, permits, limits, runner);
        this.logging = new LoggingMethods(sessions, new SessionChanges(sessions, runner));
        this.feed = new ChangeFeed(catalog, offers, policy, sessions, shared.bus(), telemetry);
        this.subscriptions = new SubscriptionMethods(catalog, offers, permits, sessions, feed, taskRules, runner);
        this.tasks = new TaskMethods(taskRules, permits, limits, cursors, inFlight, runner);
    }

    /** @throws McpException METHOD_NOT_FOUND: nothing this revision knows, or nothing this server offers (H-160) */
    public McpMethod method(String text, Revision revision) throws McpException {
        var method = McpMethod.of(text);
        if (method != null && revision.serves(method) && offers.now().covers(method)) {
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

    /** @return whether {@link #missingScopes} can ever say anything; the same at all times */
    public boolean asksForScopes() {
        return permits.askForScopes();
    }

    /**
     * Which scopes a caller would be asked for, known before the request itself is: what headers say of it is enough to refuse it, and never enough to serve it.
     *
     * @param named what the method's {@link McpMethod#named} member is said to be
     * @return all scopes that the operation needs (O-23); null if it may go on, be it to be refused for another reason
     */
    public @Nullable Scopes missingScopes(McpMethod method, String named, Principal principal) {
        var action = switch (method) {
            case CALL_TOOL -> actionOf(catalog.tools().find(named));
            case GET_PROMPT -> actionOf(catalog.prompts().find(named));
            case READ_RESOURCE -> {
                var match = catalog.resources().match(named);
                yield match == null ? null : match.action();
            }
            default -> null;
        };
        return action == null ? null : permits.missing(principal, action);
    }

    private static @Nullable Action actionOf(@Nullable Registered registered) {
        return registered == null ? null : registered.action();
    }

    /**
     * Opens the session that an {@code initialize} asks for; the request itself is then dispatched like any other, in that session.
     *
     * @throws McpException INVALID_PARAMS (H-101)
     */
    public Session openSession(RequestParams params, Principal principal) throws McpException {
        return lifecycle.open(params, principal);
    }

    /** Ends a session, its stream and its calls, whichever nodes they are on (H-105). */
    public void endSession(Session session) {
        sessions.end(session);
        inFlight.of(session.key()).forEach(Withdrawable::withdraw);
        callsElsewhere.end(session);
    }

    /** Ends the calls of a session that run here: it has ended already. Does not block. */
    public void endCalls(Session session) {
        inFlight.of(session.key()).forEach(Withdrawable::withdraw);
    }

    /** Ends what stays open until something happens, each with its last word: the server is to stop (T-113). */
    public void endStreams() {
        sessions.endStreams();
        feed.stop();
    }

    /**
     * Does what a request asks. The context's sink gets its answer, now or later, whatever happens.
     *
     * @return the call, if it goes on; null if it has been answered
     */
    public @Nullable PendingCall dispatch(JsonRpcMessage.Request request, CallContext context) {
        try {
            var method = method(request.method(), context.revision());
            return run(method, request.id(), context);
        } catch (McpException e) {
            Answers.error(request.id(), context, e);
            return null;
        }
    }

    /** The same, of which it is known already that this is its {@link #method}. */
    public @Nullable PendingCall dispatch(McpMethod method, JsonRpcMessage.Request request, CallContext context) {
        try {
            return run(method, request.id(), context);
        } catch (McpException e) {
            Answers.error(request.id(), context, e);
            return null;
        }
    }

    private @Nullable PendingCall run(McpMethod method, JsonRpcId id, CallContext context) throws McpException {
        return switch (method) {
            case INITIALIZE -> lifecycle.initialized(id, context);
            case PING -> lifecycle.ping(id, context);
            case DISCOVER -> lifecycle.discover(id, context);
            case LIST_TOOLS -> tools.list(id, context);
            case CALL_TOOL -> tools.call(id, context);
            case LIST_PROMPTS -> prompts.list(id, context);
            case GET_PROMPT -> prompts.get(id, context);
            case LIST_RESOURCES -> resources.list(id, context);
            case LIST_RESOURCE_TEMPLATES -> resources.listTemplates(id, context);
            case READ_RESOURCE -> resources.read(id, context);
            case COMPLETE -> completion.complete(id, context);
            case SET_LOG_LEVEL -> logging.setLevel(id, context);
            case LISTEN -> subscriptions.listen(id, context);
            case SUBSCRIBE -> subscriptions.subscribe(id, context);
            case UNSUBSCRIBE -> subscriptions.unsubscribe(id, context);
            case GET_TASK -> tasks.get(id, context);
            case UPDATE_TASK -> tasks.update(id, context);
            case CANCEL_TASK -> tasks.cancel(id, context);
            case LIST_TASKS -> tasks.list(id, context);
            case TASK_RESULT -> tasks.result(id, context);
            case INITIALIZED, CANCELLED, PROGRESS, ROOTS_CHANGED ->
                throw new McpException(McpError.METHOD_NOT_FOUND, method.text() + " is a notification");
        };
    }

    /** Takes a notification of a session; unknown ones are ignored (H-161). A cancellation reaches its call on whichever node it is. Does not block. */
    public void notified(JsonRpcMessage.Notification notification, RequestParams params, Session session) {
        if (McpMethod.of(notification.method()) != McpMethod.CANCELLED) {
            return;
        }
        var requestId = params.member("requestId");
        var id = requestId == null ? null : JsonRpcId.of(requestId);
        var run = id == null ? null : inFlight.find(session.key(), id);
        if (run != null) {
            run.withdraw();
        } else if (id != null) {
            callsElsewhere.cancel(session, id);
        }
    }

    /**
     * Takes the answer to a request of ours (H-113). Does not block.
     *
     * @return true if this is all that is to be done: a call has it now, or no call of this session can be waiting for it (T-35); false if one may on another node:
     *     {@link #route(JsonRpcMessage.Response, Session)} brings it there
     */
    public boolean responded(JsonRpcMessage.Response response, Session session) {
        return runner.sessionAsker().answered(session.key(), response)
                || !answersElsewhere.mayBeAwaited(response.id(), session);
    }

    /** The same of a refusal. */
    public boolean responded(JsonRpcMessage.ErrorResponse response, Session session) {
        return runner.sessionAsker().refused(session.key(), response)
                || response.id() == null
                || !answersElsewhere.mayBeAwaited(response.id(), session);
    }

    /**
     * Brings an answer to the node whose call may be waiting for it; one that nobody waits for is dropped there, as is a second one. Blocks.
     *
     * @throws dev.portcullis.store.StoreException nothing is known about whether it will arrive; doing it again is safe
     */
    public void route(JsonRpcMessage.Response response, Session session) {
        answersElsewhere.route(response, session);
    }

    /** The same of a refusal. */
    public void route(JsonRpcMessage.ErrorResponse response, Session session) {
        answersElsewhere.route(response, session);
    }

    /** @return how many requests wait for a task; for tests */
    int taskWaits(String taskId) {
        return tasks.waits(taskId);
    }

    /** @return whether no call of a person is on a thread, even one that has ended; for tests */
    boolean hasNoThreads() {
        return runner.hasNoThreads();
    }

    /** @return whether no call is running, and no client is asked anything; for tests */
    boolean isIdle() {
        return inFlight.isEmpty() && tasks.isIdle() && runner.isIdle();
    }
}
