package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the revisions with sessions that sees each event, its id and which node it is from; it can lose its connection and come back. */
final class SessionClient {
    static final String REVISION = "2025-11-25";
    static final JsonMapper JSON = new JsonMapper();

    /** No stream of these tests is quiet for longer: keep-alives come each 15 s. */
    private static final int SILENCE_SECONDS_MAX = 30;

    private final HttpClient http = ScriptedClient.newBrowser();
    private final URI url;
    private final String token;
    private final String session;
    private int lastId;

    private SessionClient(URI url, String token, String session) {
        this.url = url;
        this.token = token;
        this.session = session;
    }

    /** Begins a session, as a client that can be asked and wants to know what is logged. */
    static SessionClient begin(URI url, String token) throws Exception {
        var beginning = new SessionClient(url, token, "");
        var answer = beginning.post("""
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s",
                 "capabilities":{"elicitation":{"form":{}},"sampling":{},"roots":{}},"clientInfo":{"name":"raw","version":"1"}}}\
                """.formatted(REVISION));
        assertThat(answer.statusCode()).isEqualTo(200);
        answer.body().close();
        var client = new SessionClient(
                url, token, answer.headers().firstValue("mcp-session-id").orElseThrow());
        assertThat(client.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"))
                .isEqualTo(202);
        assertThat(client.request("logging/setLevel", "{\"level\":\"info\"}").has("result"))
                .isTrue();
        return client;
    }

    /** Calls a tool and wants to know how far it is. */
    EventStream call(String tool, String arguments) throws Exception {
        String message = """
                {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%s","arguments":%s,"_meta":{"progressToken":"p"}}}\
                """.formatted(++lastId, tool, arguments);
        return new EventStream(post(message));
    }

    /** Calls a method that is answered at once, in whichever form. @return the whole answer */
    JsonNode request(String method, String params) throws Exception {
        var answer = post("{\"jsonrpc\":\"2.0\",\"id\":" + ++lastId + ",\"method\":\"" + method + "\",\"params\":"
                + params + "}");
        assertThat(answer.statusCode()).as("%s", answer).isEqualTo(200);
        if (EventStream.isOne(answer)) {
            return new EventStream(answer).readToEnd().getLast().data();
        }
        return JSON.readTree(answer.body().readAllBytes());
    }

    /** @return the id of the last request */
    int lastId() {
        return lastId;
    }

    /** Opens the stream of the session, or goes on with one. */
    EventStream listen(@Nullable String lastEventId) throws Exception {
        return new EventStream(get(lastEventId));
    }

    HttpResponse<InputStream> get(@Nullable String lastEventId) throws Exception {
        var request = builder().header("accept", "text/event-stream").GET();
        if (lastEventId != null) {
            request.header("last-event-id", lastEventId);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    int end() throws Exception {
        return http.send(builder().DELETE().build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** Sends what is not answered but by a status. @return it */
    int send(String message) throws Exception {
        var answer = post(message);
        answer.body().close();
        return answer.statusCode();
    }

    HttpResponse<InputStream> post(String message) throws Exception {
        return http.send(
                builder()
                        .header("accept", "application/json, text/event-stream")
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(message))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder builder() {
        var request = HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(SILENCE_SECONDS_MAX))
                .header("authorization", "Bearer " + token);
        return session.isEmpty()
                ? request
                : request.header("mcp-session-id", session).header("mcp-protocol-version", REVISION);
    }

    /**
     * What stands in an event.
     *
     * @param id empty if there is none
     * @param name {@code event:}; empty if there is none
     * @param text {@code data:}, which may be no JSON
     */
    record Event(String id, String name, String text) {
        JsonNode data() {
            return JSON.readTree(text);
        }
    }

    /** An answer that is a stream of events. For one thread; reading waits for {@value #SILENCE_SECONDS_MAX} seconds at most. */
    static final class EventStream implements AutoCloseable {
        private final String node;
        private final InputStream body;
        private final BufferedReader lines;

        EventStream(HttpResponse<InputStream> answer) {
            assertThat(answer.statusCode()).as("%s", answer).isEqualTo(200);
            assertThat(isOne(answer))
                    .as("%s %s", answer, answer.headers().map())
                    .isTrue();
            this.node = answer.headers().firstValue("node").orElse("");
            this.body = answer.body();
            this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        }

        static boolean isOne(HttpResponse<?> answer) {
            return answer.headers().firstValue("content-type").orElse("").startsWith("text/event-stream");
        }

        /** @return which node it is from, as the balancer says */
        String node() {
            return node;
        }

        /** @return the next event, empty ones among them; null at the end, also when the connection was lost */
        @Nullable
        Event next() throws Exception {
            var reading = CompletableFuture.supplyAsync(this::read, Thread::startVirtualThread);
            return reading.get(SILENCE_SECONDS_MAX, TimeUnit.SECONDS);
        }

        /** @return the next event that has a message */
        Event message() throws Exception {
            for (Event event = next(); event != null; event = next()) {
                if (!event.text().isBlank()) {
                    return event;
                }
            }
            throw new AssertionError("the stream ended without a message");
        }

        /** @return all further events that have a message */
        List<Event> readToEnd() throws Exception {
            var events = new ArrayList<Event>();
            for (Event event = next(); event != null; event = next()) {
                if (!event.text().isBlank()) {
                    events.add(event);
                }
            }
            return events;
        }

        private @Nullable Event read() {
            String id = "";
            String name = "";
            String text = "";
            boolean isAny = false;
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.isEmpty() && isAny) {
                        return new Event(id, name, text);
                    }
                    isAny |= !line.startsWith(":") && !line.isEmpty();
                    id = line.startsWith("id:") ? line.substring(3).strip() : id;
                    name = line.startsWith("event:") ? line.substring(6).strip() : name;
                    text = line.startsWith("data:") ? line.substring(5).strip() : text;
                }
            } catch (IOException e) {
                // The connection was lost: an end as well.
            }
            return null;
        }

        /** Leaves it, as a connection that is lost does. */
        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
