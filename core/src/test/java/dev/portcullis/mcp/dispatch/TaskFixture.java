package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.ProtocolVersion.V2025_11_25;
import static dev.portcullis.mcp.ProtocolVersion.V2026_07_28;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.LocalBus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Principal;
import dev.portcullis.json.Json;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.mcp.task.TaskStore;
import dev.portcullis.policy.Policy;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A dispatcher whose tools may be tasks, and clients of both generations. Every answer about a task is held against the schema of its generation. */
final class TaskFixture implements AutoCloseable {
    static final TaskLimits LIMITS = new TaskLimits(60_000, 1_000, 600_000, 60_000, 500, 50, 8, 1 << 20, 1 << 19, 8);

    private static final MasterKey KEY = new MasterKey("0123456789abcdef0123456789abcdef");
    private static final ServerInfo INFO = new ServerInfo("portcullis", "Portcullis", "0.1.0", null);
    private static final String ABILITIES = "\"elicitation\":{},\"sampling\":{},\"roots\":{}";

    /** Added to what the clock says. */
    final AtomicLong laterMillis = new AtomicLong();

    final InstantSource clock = () -> Instant.now().plusMillis(laterMillis.get());
    final Revisions revisions = new Revisions(INFO);
    final Sessions sessions =
            new Sessions(KEY, new MemorySessionStore(SessionLimits.DEFAULT, clock), SessionLimits.DEFAULT, clock);
    final TaskStore store;
    final McpDispatcher dispatcher;
    final List<String> toolCalls = new CopyOnWriteArrayList<>();
    final List<Outcome> refusals = new CopyOnWriteArrayList<>();
    final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger ids = new AtomicInteger();

    TaskFixture(ToolHandler... tools) {
        this(CallLimits.DEFAULT.tasks(LIMITS), RulePolicy.openToAll(), tools);
    }

    TaskFixture(CallLimits limits, Policy policy, ToolHandler... tools) {
        this(limits, policy, new LocalBus(), clock -> new MemoryTaskStore(limits.tasks(), clock), tools);
    }

    /** One of several nodes. */
    TaskFixture(
            CallLimits limits,
            Policy policy,
            Bus bus,
            Function<InstantSource, TaskStore> storeOf,
            ToolHandler... tools) {
        store = storeOf.apply(clock);
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
                KEY,
                revisions,
                sessions,
                new Shared(store, bus, null),
                Catalog.of(tools),
                policy,
                limits,
                new CallThreads(command -> Thread.ofVirtual().start(command), timer),
                telemetry);
    }

    /** A tool without arguments. */
    static TestTool tool(String name, TaskSupport support, TestTool.Body body) {
        return new TestTool(
                ToolDefinition.of(name, "Test " + name, "{\"type\":\"object\"}").asTask(support), body);
    }

    /** Knows the extension. */
    Client modern(Principal who) {
        return new Client(
                V2026_07_28, who, null, "{" + ABILITIES + ",\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
    }

    /** Does not. */
    Client plain(Principal who) {
        return new Client(V2026_07_28, who, null, "{" + ABILITIES + "}");
    }

    /** Has a session of 2025-11-25. */
    Client session(Principal who) {
        return session(V2025_11_25, who);
    }

    Client session(ProtocolVersion version, Principal who) {
        String capabilities = "{" + ABILITIES + "}";
        return new Client(
                version,
                who,
                sessions.open(version, ClientCapabilities.of(Json.parse(capabilities)), who),
                capabilities);
    }

    /** The same client, whose requests come here. */
    Client with(Client elsewhere) {
        return new Client(elsewhere.version, elsewhere.who, elsewhere.session, elsewhere.json);
    }

    /** Makes this much time pass, for those who ask what time it is. */
    void pass(long millis) {
        laterMillis.addAndGet(millis);
        store.sweep();
    }

    /** @return a member of an object, as JSON text; null if absent */
    static @Nullable String member(String json, String... path) {
        RawJson at = Json.parse(json);
        for (String name : path) {
            at = at == null ? null : RequestParams.memberOf(at, name);
        }
        return at == null ? null : at.text();
    }

    static String text(String json, String... path) {
        String member = member(json, path);
        assertThat(member).as("%s of %s", List.of(path), json).startsWith("\"");
        return Json.parse(member).cursor().string();
    }

    /** Somebody who calls. */
    final class Client {
        final ProtocolVersion version;
        final Principal who;
        final @Nullable Session session;
        private final String json;
        private final ClientCapabilities capabilities;

        Client(ProtocolVersion version, Principal who, @Nullable Session session, String capabilities) {
            this.version = version;
            this.who = who;
            this.session = session;
            this.json = capabilities;
            this.capabilities = ClientCapabilities.of(Json.parse(capabilities));
        }

        /** A request under way. */
        record Sent(
                JsonRpcMessage.Request request,
                RecordingSink sink,
                @Nullable PendingCall pending) {}

        Sent send(String method, String params) {
            return send(method, params, new RecordingSink());
        }

        /** From where no stream is taken. */
        Sent sendWithoutStream(String method, String params) {
            var sink = new RecordingSink();
            sink.takesRequests = false;
            return send(method, params, sink);
        }

        private Sent send(String method, String params, RecordingSink sink) {
            var request = (JsonRpcMessage.Request) DispatcherFixture.message("{\"jsonrpc\":\"2.0\",\"id\":"
                    + ids.incrementAndGet() + ",\"method\":\"" + method + "\",\"params\":" + params + "}");
            var context = new CallContext(
                    revisions.of(version),
                    who,
                    session,
                    capabilities,
                    RequestParams.of(request.params()),
                    ArgumentHeaders.NONE,
                    sink);
            return new Sent(request, sink, dispatcher.dispatch(request, context));
        }

        /** @return status and body; a result about a task is one by its schema */
        String call(String method, String params) throws Exception {
            String answer = send(method, params).sink().awaitEnd();
            check(method, answer);
            return answer;
        }

        private void check(String method, String answer) {
            String result = answer.startsWith("200 ") ? member(answer.substring(4), "result") : null;
            if (result == null) {
                return;
            }
            boolean isSession = version.hasSessions();
            String schema = isSession ? TaskSchemas.SESSION : TaskSchemas.EXTENSION;
            switch (method) {
                case "tools/call" -> {
                    if (isSession ? member(result, "task") != null : "\"task\"".equals(member(result, "resultType"))) {
                        TaskSchemas.assertValid(schema, "CreateTaskResult", result);
                    }
                }
                case "tasks/get" -> TaskSchemas.assertValid(schema, "GetTaskResult", result);
                case "tasks/cancel" -> TaskSchemas.assertValid(schema, "CancelTaskResult", result);
                case "tasks/update" -> TaskSchemas.assertValid(schema, "UpdateTaskResult", result);
                case "tasks/list" -> TaskSchemas.assertValid(schema, "ListTasksResult", result);
                case "tasks/result" -> {
                    TaskSchemas.assertValid(schema, "GetTaskPayloadResult", result);
                    TaskSchemas.assertValid(schema, "CallToolResult", result);
                }
                default -> {}
            }
        }

        /** @return the result of a call that succeeds */
        String result(String method, String params) throws Exception {
            String answer = call(method, params);
            String result = member(answer.substring(4), "result");
            assertThat(result).as(answer).isNotNull();
            return result;
        }

        /** Calls a tool that becomes a task. @return the task's id */
        String task(String tool) throws Exception {
            if (!version.hasSessions()) {
                return text(result("tools/call", "{\"name\":\"" + tool + "\"}"), "taskId");
            }
            return text(result("tools/call", "{\"name\":\"" + tool + "\",\"task\":{}}"), "task", "taskId");
        }

        /** @return the task, as it stands */
        String get(String taskId) throws Exception {
            return result("tasks/get", idOf(taskId));
        }

        /** @return the task, once it stands like this */
        String await(String taskId, String status) throws Exception {
            var changed = new Semaphore(0);
            var unwatch = store.watch(taskId, changed::release);
            try {
                String task = get(taskId);
                while (!text(task, "status").equals(status)) {
                    assertThat(changed.tryAcquire(20, TimeUnit.SECONDS))
                            .as("%s: waiting for %s", task, status)
                            .isTrue();
                    task = get(taskId);
                }
                return task;
            } finally {
                if (unwatch != null) {
                    unwatch.run();
                }
            }
        }

        /** Answers a request of ours. */
        void respond(String id, String result) {
            var answer = (JsonRpcMessage.Response)
                    DispatcherFixture.message("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
            if (!dispatcher.responded(answer, java.util.Objects.requireNonNull(session))) {
                dispatcher.route(answer, session);
            }
        }

        /** Refuses a request of ours. */
        void refuse(String id, int code, String message) {
            dispatcher.responded(
                    (JsonRpcMessage.ErrorResponse) DispatcherFixture.message("{\"jsonrpc\":\"2.0\",\"id\":" + id
                            + ",\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\"}}"),
                    java.util.Objects.requireNonNull(session));
        }

        /** Cancels a request of its own. */
        void withdraw(Sent sent) {
            var id = (dev.portcullis.jsonrpc.JsonRpcId.Int) sent.request().id();
            var told = (JsonRpcMessage.Notification) DispatcherFixture.message(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"
                            + id.value() + "}}");
            dispatcher.notified(told, RequestParams.of(told.params()), java.util.Objects.requireNonNull(session));
        }
    }

    static String idOf(String taskId) {
        return "{\"taskId\":\"" + taskId + "\"}";
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
