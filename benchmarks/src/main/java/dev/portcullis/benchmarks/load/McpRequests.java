package dev.portcullis.benchmarks.load;

import dev.portcullis.mcp.model.LogLevel;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Requests of MCP clients: what {@link Wrk} and {@link OpenLoop} send again and again. */
final class McpRequests {
    static final String STATELESS = "2026-07-28";
    static final String WITH_SESSION = "2025-11-25";

    /** Arguments of {@code add}. */
    static final String TWO_AND_THREE = "{\"a\":2,\"b\":3}";

    private static final String PATH = "/mcp";
    private static final String JSON = "application/json";

    private McpRequests() {}

    /** A call by the stateless revision. The arguments are JSON. */
    static Request call(String token, String tool, String arguments) {
        return stateless(token, "tools/call", "\"name\":\"" + tool + "\",\"arguments\":" + arguments + ",")
                .with("mcp-name", tool);
    }

    /**
     * A call without arguments by the stateless revision.
     *
     * @param capabilities of the client, JSON
     * @param logLevel from which on it wants to hear what the tool logs
     */
    static Request call(String token, String tool, String capabilities, LogLevel logLevel) {
        String meta = """
                "io.modelcontextprotocol/logLevel":"%s",""".formatted(logLevel.text());
        return stateless(token, "tools/call", "\"name\":\"" + tool + "\",", capabilities, meta)
                .with("mcp-name", tool);
    }

    /** @return a list of tools, first page, by the stateless revision */
    static Request list(String token) {
        return stateless(token, "tools/list", "");
    }

    /** Opens a stream of changes of the list of tools, by the stateless revision. */
    static Request listen(String token) {
        return stateless(token, "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true},");
    }

    /** Opens a stream of what becomes of resources, by the stateless revision. */
    static Request listenTo(String token, List<String> uris) {
        String all = uris.stream().map(uri -> '"' + uri + '"').collect(Collectors.joining(","));
        return stateless(token, "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[" + all + "]},");
    }

    /** Follows a resource in a session. */
    static Request subscribe(String token, String session, String uri) {
        return inSession(token, session, """
                {"jsonrpc":"2.0","id":7,"method":"resources/subscribe","params":{"uri":"%s"}}""".formatted(uri));
    }

    /** Opens a session's standalone stream. */
    static Request stream(String token, String session) {
        return Request.get(PATH)
                .with("accept", "text/event-stream")
                .with("authorization", "Bearer " + token)
                .with("mcp-session-id", session)
                .with("mcp-protocol-version", WITH_SESSION);
    }

    /** A call of whose progress the client wants to hear. */
    static Request callWithProgress(String token, String tool) {
        return stateless(
                        token,
                        "tools/call",
                        "\"name\":\"" + tool + "\",\"arguments\":{},",
                        "{}",
                        "\"progressToken\":7,")
                .with("mcp-name", tool);
    }

    private static Request stateless(String token, String method, String params) {
        return stateless(token, method, params, "{}", "");
    }

    /** The params and what is more in {@code _meta} are members, each followed by a comma. */
    private static Request stateless(String token, String method, String params, String capabilities, String meta) {
        return message(token, """
                {"jsonrpc":"2.0","id":7,"method":"%s","params":{%s"_meta":{%s\
                "io.modelcontextprotocol/protocolVersion":"%s","io.modelcontextprotocol/clientCapabilities":%s,\
                "io.modelcontextprotocol/clientInfo":{"name":"load","version":"1.0"}}}}""".formatted(method, params, meta, STATELESS, capabilities))
                .with("mcp-protocol-version", STATELESS)
                .with("mcp-method", method);
    }

    /** Asks for a session. */
    static Request initialize(String token) {
        return initialize(token, "{}");
    }

    /** The same by a client that can do more. The capabilities are JSON. */
    static Request initialize(String token, String capabilities) {
        return message(token, """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s","capabilities":%s,\
                "clientInfo":{"name":"load","version":"1.0"}}}""".formatted(WITH_SESSION, capabilities));
    }

    /** Says that the session was understood. */
    static Request initialized(String token, String session) {
        return inSession(token, session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    }

    /** @return the id of the session that was asked for */
    static String sessionIn(Answer answer) {
        String session = answer.expecting(200, "protocolVersion").header("mcp-session-id");
        if (session == null) {
            throw new LoadException("initialize gave no session");
        }
        return session;
    }

    /** Opens a session, as clients do. @return its id */
    static String openSession(URI server, String token) throws InterruptedException {
        return openSession(server, token, "{}");
    }

    /** The same by a client that can do more. The capabilities are JSON. */
    static String openSession(URI server, String token, String capabilities) throws InterruptedException {
        String session = sessionIn(Answer.of(server, initialize(token, capabilities)));
        Answer.of(server, initialized(token, session)).expecting(202, "");
        return session;
    }

    /** Opens a session for each of these. @return their ids */
    static List<String> openSessions(URI server, List<String> tokens, int atATime) throws InterruptedException {
        var sessions = ManyAnswers.of(
                server, tokens.stream().map(token -> initialize(token)).toList(), atATime, McpRequests::sessionIn);
        var initialized = new ArrayList<Request>();
        for (int i = 0; i < tokens.size(); i++) {
            initialized.add(initialized(tokens.get(i), sessions.get(i)));
        }
        ManyAnswers.of(
                server,
                initialized,
                atATime,
                answer -> answer.expecting(202, "").text());
        return sessions;
    }

    /** A call in a session. The arguments are JSON. */
    static Request callInSession(String token, String session, String tool, String arguments) {
        return callInSession(token, session, 7, tool, arguments);
    }

    /** The same with an id by which it can be cancelled. */
    static Request callInSession(String token, String session, int id, String tool, String arguments) {
        return inSession(token, session, """
                {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%s","arguments":%s}}""".formatted(id, tool, arguments));
    }

    /** Tells that nobody waits for the answer to that request. */
    static Request cancel(String token, String session, int id) {
        return inSession(token, session, """
                {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}""".formatted(id));
    }

    /** Ends a session. */
    static Request end(String token, String session) {
        return new Request("DELETE", PATH, stream(token, session).headers(), new byte[0]);
    }

    /** Has a session remember how much it wants to hear. */
    static Request setLogLevel(String token, String session) {
        return inSession(
                token,
                session,
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"logging/setLevel\",\"params\":{\"level\":\"error\"}}");
    }

    /** Any message in a session. */
    static Request inSession(String token, String session, String message) {
        return message(token, message).with("mcp-session-id", session).with("mcp-protocol-version", WITH_SESSION);
    }

    private static Request message(String token, String body) {
        return Request.post(PATH, JSON, body)
                .with("accept", "application/json, text/event-stream")
                .with("authorization", "Bearer " + token);
    }
}
