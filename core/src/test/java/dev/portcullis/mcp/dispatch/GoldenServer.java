package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.request;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.session.Attachment;
import dev.portcullis.mcp.session.EventReader;
import dev.portcullis.mcp.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Says one message of each kind that a server can say in a revision; all of it by the code that serves clients. */
final class GoldenServer implements AutoCloseable {
    private static final ClientCapabilities ABLE = ClientCapabilities.of(
            Json.parse("{\"sampling\":{\"tools\":{}},\"roots\":{},\"elicitation\":{\"form\":{},\"url\":{}}}"));

    private static final List<Change> CHANGES = List.of(
            new Change.ToolList(),
            new Change.PromptList(),
            new Change.ResourceList(),
            new Change.ResourceUpdated("test://page"));

    private final ProtocolVersion version;
    private final Catalog catalog;
    private final DispatcherFixture fixture;
    private final Map<String, String> messages = new TreeMap<>();

    private GoldenServer(ProtocolVersion version, Catalog catalog) {
        this.version = version;
        this.catalog = catalog;
        this.fixture = new DispatcherFixture(catalog);
    }

    /** @return messages by name; what is random in them is masked */
    static Map<String, String> messages(ProtocolVersion version) throws Exception {
        var all = new TreeMap<String, String>();
        try (var server = new GoldenServer(version, GoldenCatalog.catalog())) {
            all.putAll(server.serve());
        }
        try (var server = new GoldenServer(version, GoldenCatalog.asking())) {
            all.putAll(server.ask());
        }
        return all;
    }

    private Map<String, String> serve() throws Exception {
        if (version.hasSessions()) {
            String body = fixture.initialize(version.text());
            put("InitializeResult", body.substring(body.indexOf(' ') + 1));
            answer("EmptyResult.ping", "ping", "{}");
            answer("EmptyResult.setLevel", "logging/setLevel", "{\"level\":\"debug\"}");
            changesInSession();
        } else {
            answer("DiscoverResult", "server/discover", "{}");
            unsupported();
            changesToListener();
        }
        answer("ListToolsResult", "tools/list", "{}");
        for (String tool : new String[] {"everything", "list", "fails"}) {
            answer("CallToolResult." + tool, "tools/call", "{\"name\":\"" + tool + "\"}");
        }
        answer("CallToolResult.badArguments", "tools/call", "{\"name\":\"add\",\"arguments\":{\"a\":\"x\",\"b\":2}}");
        answer("CallToolResult.unknownTool", "tools/call", "{\"name\":\"nope\"}");
        told();
        answer("ListPromptsResult", "prompts/list", "{}");
        answer("GetPromptResult.hello", "prompts/get", "{\"name\":\"hello\"}");
        answer("GetPromptResult.review", "prompts/get", "{\"name\":\"review\",\"arguments\":{\"code\":\"x\"}}");
        answer("GetPromptResult.missingArgument", "prompts/get", "{\"name\":\"review\"}");
        answer("ListResourcesResult", "resources/list", "{}");
        answer("ListResourceTemplatesResult", "resources/templates/list", "{}");
        answer("ReadResourceResult.page", "resources/read", "{\"uri\":\"test://page\"}");
        answer("ReadResourceResult.picture", "resources/read", "{\"uri\":\"test://picture\"}");
        answer("ReadResourceResult.family", "resources/read", "{\"uri\":\"test://family/7\"}");
        answer("ReadResourceResult.unknown", "resources/read", "{\"uri\":\"test://nope\"}");
        complete("prompt", "{\"type\":\"ref/prompt\",\"name\":\"review\"}", "style");
        complete("resource", "{\"type\":\"ref/resource\",\"uri\":\"test://family/{id}\"}", "id");
        answer("EmptyResult.unknownMethod", "nope", "{}");
        return messages;
    }

    private void complete(String variant, String ref, String argument) throws Exception {
        String params = "{\"ref\":" + ref + ",\"argument\":{\"name\":\"" + argument + "\",\"value\":\"t\"}}";
        answer("CompleteResult." + variant, "completion/complete", params);
    }

    /** Notifications of a call. */
    private void told() throws Exception {
        var sink = dispatch(
                "tools/call",
                "{\"name\":\"tells\",\"_meta\":{\"progressToken\":\"p\",\"io.modelcontextprotocol/logLevel\":\"debug\"}}");
        put("ProgressNotification", sink.next());
        put("LoggingMessageNotification", sink.next());
        put("CallToolResult.tells", sink.next());
    }

    private void unsupported() {
        var refusal = fixture.revisions.unsupported("1900-01-01", false);
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.error(out, new JsonRpcId.Int(7), refusal.error().code(), refusal.detail(), refusal.data());
            put("UnsupportedProtocolVersionError", out.toString());
        }
    }

    /** On the session's standalone stream. */
    private void changesInSession() throws Exception {
        var session = fixture.session(version, ADA);
        var sink = new Sink();
        var reading = ((Attachment.Attached) fixture.sessions.attach(session, ADA, null)).reading();
        reading.start(sink);
        dispatch("resources/subscribe", "{\"uri\":\"test://page\"}", session, sink);
        put("EmptyResult.subscribe", sink.next());
        putChanges(sink);
        reading.close();
    }

    private void changesToListener() throws Exception {
        var sink = dispatch(
                "subscriptions/listen",
                "{\"notifications\":{\"toolsListChanged\":true,\"promptsListChanged\":true,"
                        + "\"resourcesListChanged\":true,\"resourceSubscriptions\":[\"test://page\",\"test://nope\"]}}");
        put("SubscriptionsAcknowledgedNotification", sink.next());
        putChanges(sink);
        sink.end();
        put("SubscriptionsListenResult", sink.next());
    }

    private void putChanges(Sink sink) throws Exception {
        for (var change : CHANGES) {
            catalog.changes().announce(change);
            String kind = switch (change) {
                case Change.ToolList() -> "ToolListChangedNotification";
                case Change.PromptList() -> "PromptListChangedNotification";
                case Change.ResourceList() -> "ResourceListChangedNotification";
                case Change.ResourceUpdated _ -> "ResourceUpdatedNotification";
            };
            put(kind, sink.next());
        }
    }

    private Map<String, String> ask() throws Exception {
        for (String question : GoldenCatalog.QUESTIONS.keySet()) {
            var sink = dispatch("tools/call", "{\"name\":\"" + question + "\"}");
            String message = sink.next();
            put(kind(message) + "." + question, message);
            sink.cancel();
        }
        if (!version.hasSessions()) {
            var sink = new Sink();
            fixture.dispatch(version, ADA, request("tools/call", "{\"name\":\"form\"}"), sink);
            put("MissingRequiredClientCapabilityError", sink.next());
        }
        return messages;
    }

    private static String kind(String message) {
        if (message.contains("\"result\":{")) {
            return message.contains("\"input_required\"") ? "InputRequiredResult" : "CallToolResult";
        }
        return switch (((JsonRpcMessage.Request) DispatcherFixture.message(message)).method()) {
            case "elicitation/create" -> "ElicitRequest";
            case "sampling/createMessage" -> "CreateMessageRequest";
            case "roots/list" -> "ListRootsRequest";
            default -> throw new AssertionError(message);
        };
    }

    private void answer(String name, String method, String params) throws Exception {
        put(name, dispatch(method, params).next());
    }

    /** An error goes by that name, whatever it stands in place of. */
    private void put(String name, String message) {
        boolean refused = message.contains("\"error\":{\"code\"") && name.contains("Result");
        String called = refused ? "Error" + name.substring(name.indexOf('.')) : name;
        messages.put(
                called,
                message.replaceAll("\"id\":[0-9]{5,}", "\"id\":1")
                        .replaceAll("\"requestState\":\"[^\"]+\"", "\"requestState\":\"sealed\""));
    }

    private Sink dispatch(String method, String params) {
        var sink = new Sink();
        dispatch(method, params, version.hasSessions() ? fixture.session(version, ADA) : null, sink);
        return sink;
    }

    private void dispatch(String method, String params, @Nullable Session session, Sink sink) {
        var request = request(method, params);
        sink.pending = fixture.dispatcher.dispatch(
                request,
                new CallContext(
                        fixture.revisions.of(version),
                        ADA,
                        session,
                        ABLE,
                        RequestParams.of(request.params()),
                        ArgumentHeaders.NONE,
                        sink));
    }

    @Override
    public void close() {
        fixture.close();
    }

    /** All that is said, in order. */
    private static final class Sink implements ReplySink, EventReader {
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        private @Nullable PendingCall pending;

        String next() throws InterruptedException {
            String message = said.poll(20, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing was said");
            }
            return message;
        }

        void cancel() {
            if (pending != null) {
                pending.cancel();
            }
        }

        /** Ends what goes on; also what a stream says at its end, when nothing does. */
        @Override
        public void end() {
            if (pending != null) {
                pending.end();
            }
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void event(String id, byte[] message) {
            said.add(new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void letGo(@Nullable String id, int retryMillis) {}

        @Override
        public void notification(JsonWriter message, Slack slack) {
            said.add(message.toString());
        }

        @Override
        public boolean request(JsonWriter message) {
            return said.add(message.toString());
        }

        @Override
        public void letClientPoll(int retryMillis) {}

        @Override
        public void answer(int status, JsonWriter message) {
            said.add(message.toString());
        }

        @Override
        public void needScope(Scopes needed) {
            said.add("scope " + needed);
        }

        @Override
        public void withdrawn() {}
    }
}
