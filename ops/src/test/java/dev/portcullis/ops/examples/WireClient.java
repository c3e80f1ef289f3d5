package dev.portcullis.ops.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A plain MCP client of either wire: sessions (2025-11-25), or requests that stand alone (2026-07-28). It answers what the server asks, and keeps what the server tells.
 * For one thread.
 */
final class WireClient implements AutoCloseable {
    static final String SESSIONS = "2025-11-25";
    static final String STATELESS = "2026-07-28";

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ROUNDS_MAX = 5;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI url;
    private final String revision;
    private final JsonNode capabilities;
    private final Function<JsonNode, String> answering;
    private final List<JsonNode> told = new ArrayList<>();
    private Consumer<JsonNode> listener = _ -> {};
    private @Nullable String session;
    private int lastId;

    /**
     * Connects.
     *
     * @param capabilities JSON text of what the client can do
     * @param answering from a request of the server's (its method and params) to the result, JSON text
     */
    WireClient(URI url, String revision, String capabilities, Function<JsonNode, String> answering) throws Exception {
        this.url = url;
        this.revision = revision;
        this.capabilities = JSON.readTree(capabilities);
        this.answering = answering;
        if (!isStateless()) {
            var params = object();
            params.put("protocolVersion", revision);
            params.set("capabilities", this.capabilities);
            params.set("clientInfo", clientInfo());
            request("initialize", params.toString());
            send(message(null, "notifications/initialized", object()), Map.of());
        }
    }

    boolean isStateless() {
        return revision.equals(STATELESS);
    }

    /** @return what the server has told since the last request began: notifications, in order */
    List<JsonNode> told() {
        return told;
    }

    /** Does this on each notification, between it and what follows; what it throws ends the request, as a client that goes away does. */
    void whenTold(Consumer<JsonNode> changed) {
        listener = changed;
    }

    /** Cancels the request that is running, by the session's means. */
    void cancelRunning() throws Exception {
        var params = object().put("requestId", lastId);
        send(message(null, "notifications/cancelled", params), Map.of()).body().close();
    }

    /** Calls a method and answers what the server wants to know meanwhile. @return the result, or the error as {@code {"error": …}} */
    JsonNode request(String method, String params) throws Exception {
        return request(method, params, Map.of());
    }

    JsonNode request(String method, String params, Map<String, String> headers) throws Exception {
        told.clear();
        var given = (ObjectNode) JSON.readTree(params);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            JsonNode response = answerOf(send(message(++lastId, method, given), headers));
            if (response.has("error")) {
                return response;
            }
            JsonNode result = response.get("result");
            if (!result.path("resultType").asString("").equals("input_required")) {
                return result;
            }
            given.set("inputResponses", answers(result.get("inputRequests")));
            if (result.has("requestState")) {
                given.set("requestState", result.get("requestState"));
            }
        }
        throw new AssertionError("still asked after " + ROUNDS_MAX + " rounds");
    }

    /** Opens the stream on which changes are told, with what the wire needs for it. @return what comes, in order */
    BlockingQueue<JsonNode> listen(String subscriptions) throws Exception {
        HttpResponse<java.io.InputStream> stream = isStateless()
                ? send(message(++lastId, "subscriptions/listen", subscriptions(subscriptions)), Map.of())
                : http.send(
                        builder(Map.of())
                                .header("accept", "text/event-stream")
                                .GET()
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        if (stream.statusCode() != 200) {
            throw new AssertionError("no stream: " + stream.statusCode());
        }
        var news = new LinkedBlockingQueue<JsonNode>();
        Thread.ofVirtual().start(() -> {
            try (var lines = lines(stream)) {
                for (JsonNode event = next(lines); event != null; event = next(lines)) {
                    news.add(event);
                }
            } catch (IOException e) {
                // The server, or this client, has ended it.
            }
        });
        return news;
    }

    private static ObjectNode subscriptions(String text) {
        var params = object();
        params.set("notifications", JSON.readTree(text));
        return params;
    }

    private ObjectNode answers(JsonNode requests) {
        var answers = object();
        requests.properties()
                .forEach(entry -> answers.set(entry.getKey(), JSON.readTree(answering.apply(entry.getValue()))));
        return answers;
    }

    private JsonNode answerOf(HttpResponse<java.io.InputStream> response) throws Exception {
        String type = response.headers().firstValue("content-type").orElse("");
        try (var lines = lines(response)) {
            if (!type.startsWith("text/event-stream")) {
                return JSON.readTree(String.join("", lines.readAllLines()));
            }
            for (JsonNode event = next(lines); event != null; event = next(lines)) {
                if (!event.has("method")) {
                    return event;
                }
                if (event.has("id")) {
                    answer(event);
                } else {
                    told.add(event);
                    listener.accept(event);
                }
            }
        }
        throw new AssertionError("the stream ended without an answer");
    }

    private void answer(JsonNode request) throws Exception {
        var response = object().put("jsonrpc", "2.0");
        response.set("id", request.get("id"));
        response.set("result", JSON.readTree(answering.apply(request)));
        send(response, Map.of()).body().close();
    }

    private ObjectNode message(@Nullable Integer id, String method, ObjectNode params) {
        var message = object().put("jsonrpc", "2.0").put("method", method);
        if (id != null) {
            message.put("id", id);
        }
        if (isStateless()) {
            var meta = params.has("_meta") ? (ObjectNode) params.get("_meta") : object();
            meta.put("io.modelcontextprotocol/protocolVersion", revision);
            meta.set("io.modelcontextprotocol/clientInfo", clientInfo());
            meta.set("io.modelcontextprotocol/clientCapabilities", capabilities);
            params.set("_meta", meta);
        }
        message.set("params", params);
        return message;
    }

    private HttpResponse<java.io.InputStream> send(JsonNode message, Map<String, String> headers) throws Exception {
        var request = builder(headers)
                .header("accept", "application/json, text/event-stream")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(message.toString()));
        if (isStateless()) {
            var params = message.path("params");
            request.header("mcp-method", message.get("method").asString());
            for (String name : List.of("name", "uri", "taskId")) {
                if (params.path(name).isString()) {
                    request.header("mcp-name", params.get(name).asString());
                }
            }
        }
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        response.headers().firstValue("mcp-session-id").ifPresent(id -> session = id);
        return response;
    }

    private HttpRequest.Builder builder(Map<String, String> headers) {
        var request = HttpRequest.newBuilder(url).timeout(PATIENCE);
        headers.forEach(request::header);
        if (isStateless() || session != null) {
            request.header("mcp-protocol-version", revision);
        }
        if (session != null) {
            request.header("mcp-session-id", session);
        }
        return request;
    }

    private static BufferedReader lines(HttpResponse<java.io.InputStream> response) {
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** @return the next event with a message in it; null at the end */
    private static @Nullable JsonNode next(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data:") && !line.substring(5).isBlank()) {
                return JSON.readTree(line.substring(5));
            }
        }
        return null;
    }

    private static ObjectNode clientInfo() {
        return object().put("name", "example").put("version", "1");
    }

    private static ObjectNode object() {
        return JSON.createObjectNode();
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
