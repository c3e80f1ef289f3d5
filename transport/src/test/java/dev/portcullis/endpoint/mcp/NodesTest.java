package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.ADD;
import static dev.portcullis.endpoint.mcp.McpFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.session.RedisSessionStore;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.redis.BusLimits;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisBus;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.store.StoreException;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests of one session on two nodes over real sockets, which share a real Redis: H-105, H-113, H-120, H-122, H-131, H-150 to H-152. */
@Timeout(60)
class NodesTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static Process redis;
    private static final List<Node> NODES = new ArrayList<>();

    private record Node(Redis redis, RedisBus bus, McpFixture fixture, TestServer server) {
        static Node start(String url) {
            var redis = connect(url);
            var bus = RedisBus.join(redis, McpFixture.KEY, BusLimits.DEFAULT);
            var limits = SessionLimits.DEFAULT;
            var store = new RedisSessionStore(
                    redis, bus, McpFixture.KEY, limits, RulePolicy.openToAll(), InstantSource.system());
            var http = new McpHttpLimits(1_000, 1, SseLimits.DEFAULT);
            var fixture = new McpFixture(http, limits, CallLimits.DEFAULT, store, bus);
            return new Node(redis, bus, fixture, fixture.openServer());
        }

        private static Redis connect(String url) {
            StoreException last = null;
            for (int attempt = 0; attempt < 100; attempt++) {
                try {
                    return Redis.connect(RedisSettings.of(url));
                } catch (StoreException notYet) {
                    last = notYet;
                    LockSupport.parkNanos(100_000_000);
                }
            }
            throw new IllegalStateException("Redis does not come up", last);
        }

        void stop() {
            server.close();
            fixture.close();
            bus.close();
            redis.close();
        }
    }

    @BeforeAll
    static void start() throws IOException {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        redis = new ProcessBuilder(
                        "redis-server", "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.log").toFile())
                .start();
        for (int i = 0; i < 2; i++) {
            NODES.add(Node.start("redis://127.0.0.1:" + port));
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        NODES.forEach(Node::stop);
        redis.destroy();
        assertThat(redis.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private static HttpRequest.Builder to(int node, String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://localhost:" + NODES.get(node).server().port + path))
                .header("Accept", "application/json, text/event-stream")
                .header("Content-Type", "application/json");
    }

    private static HttpResponse<String> post(int node, String path, String body, String... headers) throws Exception {
        var builder = to(node, path).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return HTTP.send(builder.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String session(int node) throws Exception {
        return post(node, "/mcp", McpFixture.INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
    }

    /** An open stream, line by line. */
    private record Lines(InputStream in, Scanner scanner) implements AutoCloseable {
        static Lines of(HttpRequest request) throws Exception {
            var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            return new Lines(answer.body(), new Scanner(answer.body(), StandardCharsets.UTF_8));
        }

        /** @return the rest of the next line that begins so */
        String next(String prefix) {
            while (scanner.hasNextLine()) {
                String line = scanner.nextLine();
                if (line.startsWith(prefix)) {
                    return line.substring(prefix.length()).strip();
                }
            }
            throw new AssertionError("the stream has ended without " + prefix);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static Lines get(int node, String path, String... headers) throws Exception {
        var builder = to(node, path).setHeader("Accept", "text/event-stream").GET();
        return Lines.of((headers.length == 0 ? builder : builder.headers(headers)).build());
    }

    // H-101, H-131, H-105
    @Test
    void sessionWhenServedByAnyNodeThenIsOne() throws Exception {
        String id = session(0);
        for (int node : List.of(1, 0, 1)) {
            var answer = post(node, "/mcp", request("tools/call", ADD), "Mcp-Session-Id", id);
            assertThat(answer.statusCode() + answer.body()).startsWith("200").contains("\"5\"");
        }
        var ended = HTTP.send(
                to(1, "/mcp").header("Mcp-Session-Id", id).DELETE().build(), HttpResponse.BodyHandlers.ofString());
        assertThat(ended.statusCode()).isEqualTo(204);
        Await.until("ended everywhere", () -> {
            try {
                return post(0, "/mcp", request("ping", ""), "Mcp-Session-Id", id)
                                .statusCode()
                        == 404;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(post(1, "/mcp", request("ping", ""), "Mcp-Session-Id", id).statusCode())
                .isEqualTo(404);
    }

    // H-122, H-124, H-125: let go by one node, resumed at the other
    @Test
    void callWhenResumedOnAnotherNodeThenIsAnsweredThere() throws Exception {
        String id = session(0);
        var let = post(0, "/mcp", request("tools/call", "\"name\":\"poll\""), "Mcp-Session-Id", id);
        String event = let.body()
                .lines()
                .filter(line -> line.startsWith("id:"))
                .findFirst()
                .orElseThrow();
        try (var lines = get(
                1,
                "/mcp",
                "Mcp-Session-Id",
                id,
                "Last-Event-ID",
                event.substring(3).strip())) {
            NODES.getFirst().fixture().goOn.release();
            assertThat(lines.next("data:")).contains("\"id\":7,\"result\"", "polled");
        }
    }

    // H-122: nobody can be held by what is not there
    @Test
    void getWhenEventIsUnknownThen400() throws Exception {
        String id = session(0);
        var answer = HTTP.send(
                to(1, "/mcp")
                        .headers("Mcp-Session-Id", id, "Last-Event-ID", "nonsense-1")
                        .GET()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    // H-113: what a tool asks is answered at the other node
    @Test
    void answerWhenPostedToAnotherNodeThenReachesTheCall() throws Exception {
        String initialize = McpFixture.INITIALIZE.replace("\"capabilities\":{}", "\"capabilities\":{\"roots\":{}}");
        String id = post(0, "/mcp", initialize)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
        var call = to(0, "/mcp")
                .header("Mcp-Session-Id", id)
                .POST(HttpRequest.BodyPublishers.ofString(request("tools/call", "\"name\":\"ask\"")))
                .build();
        try (var lines = Lines.of(call)) {
            String asked = lines.next("data:");
            assertThat(asked).contains("roots/list");
            String question = asked.replaceAll(".*\"id\":([^,]+),.*", "$1");
            var answer = post(
                    1,
                    "/mcp",
                    "{\"jsonrpc\":\"2.0\",\"id\":" + question + ",\"result\":{\"roots\":[]}}",
                    "Mcp-Session-Id",
                    id);
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(lines.next("data:")).contains("roots: 0");
        }
    }

    // H-120: a change here is told there
    @Test
    void changeWhenOnAnotherNodeThenTold() throws Exception {
        String id = session(0);
        assertThat(post(0, "/mcp", request("resources/subscribe", "\"uri\":\"test://watched\""), "Mcp-Session-Id", id)
                        .body())
                .contains("\"result\":{}");
        try (var lines = get(1, "/mcp", "Mcp-Session-Id", id)) {
            NODES.getFirst().fixture().catalog.changes().resourceUpdated("test://watched");
            assertThat(lines.next("data:")).contains("resources/updated", "test://watched");
            NODES.get(1).fixture().catalog.changes().announce(new Change.ToolList());
            assertThat(lines.next("data:")).contains("tools/list_changed");
        }
    }

    // H-150 to H-152: everything is posted to the node that does not have the stream
    @Test
    void legacyClientWhenItPostsToAnotherNodeThenIsAnsweredOnItsStream() throws Exception {
        String target;
        try (var lines = get(0, "/sse")) {
            target = lines.next("data:");
            assertThat(post(1, target, request("tools/list", "")).statusCode()).isEqualTo(202);
            assertThat(lines.next("data:")).contains("\"error\":{\"code\":-32600"); // before initialize
            assertThat(post(1, target, McpFixture.INITIALIZE).statusCode()).isEqualTo(202);
            assertThat(lines.next("data:")).contains("\"protocolVersion\":\"2025-11-25\"");
            for (int node : List.of(0, 1, 1, 0)) {
                assertThat(post(node, target, request("tools/call", ADD)).statusCode())
                        .isEqualTo(202);
                assertThat(lines.next("data:")).contains("\"id\":7,\"result\"", "\"5\"");
            }
            assertThat(post(0, target, McpFixture.INITIALIZE).statusCode()).isEqualTo(202);
            assertThat(lines.next("data:")).contains("\"error\":{\"code\":-32600"); // H-102
            assertThat(post(1, target, request("tools/call", "\"name\":\"scoped\""))
                            .statusCode())
                    .isEqualTo(403); // O-23, O-24: by status, whichever node
            assertThat(post(1, target + "x", request("ping", "")).statusCode()).isEqualTo(404);
            NODES.get(1).fixture().catalog.changes().announce(new Change.ToolList());
            assertThat(lines.next("data:")).contains("tools/list_changed");
        }
        Await.until("its session has ended everywhere", () -> {
            try {
                return post(1, target, request("ping", "")).statusCode() == 404
                        && post(0, target, request("ping", "")).statusCode() == 404;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }
}
