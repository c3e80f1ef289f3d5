package dev.portcullis.benchmarks.load;

import java.net.URI;

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

    /** @return a list of tools, first page, by the stateless revision */
    static Request list(String token) {
        return stateless(token, "tools/list", "");
    }

    /** Opens a stream of changes of the list of tools, by the stateless revision. */
    static Request listen(String token) {
        return stateless(token, "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true},");
    }

    /** Opens a session's standalone stream. */
    static Request stream(String token, String session) {
        return Request.get(PATH)
                .with("accept", "text/event-stream")
                .with("authorization", "Bearer " + token)
                .with("mcp-session-id", session)
                .with("mcp-protocol-version", WITH_SESSION);
    }

    private static Request stateless(String token, String method, String params) {
        return message(token, """
                {"jsonrpc":"2.0","id":7,"method":"%s","params":{%s"_meta":{\
                "io.modelcontextprotocol/protocolVersion":"%s","io.modelcontextprotocol/clientCapabilities":{},\
                "io.modelcontextprotocol/clientInfo":{"name":"load","version":"1.0"}}}}""".formatted(method, params, STATELESS))
                .with("mcp-protocol-version", STATELESS)
                .with("mcp-method", method);
    }

    /** Opens a session, as clients do. @return its id */
    static String openSession(URI server, String token) throws InterruptedException {
        var initialized =
                Answer.of(server, message(token, """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},\
                "clientInfo":{"name":"load","version":"1.0"}}}""".formatted(WITH_SESSION))).expecting(200, "protocolVersion");
        String session = initialized.header("mcp-session-id");
        if (session == null) {
            throw new LoadException("initialize gave no session");
        }
        Answer.of(server, inSession(token, session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"))
                .expecting(202, "");
        return session;
    }

    /** A call in a session. The arguments are JSON. */
    static Request callInSession(String token, String session, String tool, String arguments) {
        return inSession(
                token,
                session,
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                        + "\",\"arguments\":" + arguments + "}}");
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
