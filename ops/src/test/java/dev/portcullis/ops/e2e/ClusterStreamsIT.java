package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.e2e.SessionClient.Event;
import dev.portcullis.ops.e2e.SessionClient.EventStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Streams, questions, subscriptions and tasks of sessions whose every request lands on another node than the one before; a connection that is cut; and at last a node that is killed in
 * the middle of a stream. What is asserted of a stream is what its client can see: each event once, in order, to the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterStreamsIT {
    private static final int DROPS = 40;
    private static final int ATTEMPTS_MAX = 10;
    private static final String PERSON = "alice@example.com";

    @TempDir
    static Path folder;

    private ClusterOfServers cluster;

    @BeforeAll
    void startCluster() throws Exception {
        cluster = ClusterOfServers.start(
                folder,
                MatrixServer.class.getName(),
                3,
                Map.of("MATRIX_STATE", folder.toString(), "RATE_LIMIT", "off"));
    }

    @AfterAll
    void stopCluster() throws Exception {
        try {
            assertThat(cluster.stopNodes()).doesNotContain("LEAK").doesNotContain("Exception");
        } finally {
            cluster.close();
        }
    }

    @Test
    void requestsWhenOneClientSendsThemThenEachLandsOnAnotherNode() throws Exception {
        var client = new ScriptedClient(cluster.uri("/"));
        String token = client.signIn(PERSON).access();
        var nodes = new ArrayList<String>();
        for (int i = 0; i < 6; i++) {
            var answer = client.call(token, "add", "{\"a\":1,\"b\":2}");
            assertThat(answer.statusCode()).isEqualTo(200);
            nodes.add(answer.headers().firstValue("node").orElseThrow());
        }

        assertThat(new HashSet<>(nodes)).containsExactlyInAnyOrder("node-1", "node-2", "node-3");
        assertThat(nodes.subList(3, 6)).isEqualTo(nodes.subList(0, 3));
    }

    /** H-122, and again from its beginning once it has ended. */
    @Test
    void callWhenItsConnectionIsCutThenGoesOnAtAnotherNodeWithNothingLostOrTwice() throws Exception {
        var client = begin();
        var seen = new ArrayList<Event>();
        String first;
        try (var stream = client.call("drip", "{}")) {
            first = stream.node();
            for (int i = 0; i < 5; i++) {
                seen.add(stream.message());
            }
        }
        for (int cut = 0; cut < 2; cut++) {
            try (var stream = comeBack(client, seen)) {
                assertThat(stream.node()).isNotEqualTo(first);
                first = stream.node();
                for (int i = 0; i < 4; i++) {
                    seen.add(stream.message());
                }
            }
        }
        readUntilAnswered(client, seen);

        assertDripped(seen);
        try (var stream = client.listen(seen.getFirst().id())) {
            assertThat(stream.readToEnd()).isEqualTo(seen.subList(1, seen.size()));
        }
    }

    /** H-122: somebody else's place in a stream is not known, on whichever node. */
    @Test
    void resumptionWhenPlaceIsAnothersOrNoneThenIsRefusedOnEveryNode() throws Exception {
        String id;
        try (var stream = begin().call("drip", "{}")) {
            id = stream.message().id();
        }
        var other = begin();
        for (int node = 0; node < 3; node++) {
            assertThat(other.get(id).statusCode()).isEqualTo(400);
            assertThat(other.get("nonsense").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void questionWhenItIsAnsweredOnAnotherNodeThenReachesTheTool() throws Exception {
        var client = begin();
        for (int round = 0; round < 3; round++) {
            try (var stream = client.call("greet", "{}")) {
                JsonNode question = stream.message().data();
                assertThat(question.get("method").asString()).isEqualTo("elicitation/create");
                String name = UUID.randomUUID().toString();
                String answer = "{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id")
                        + ",\"result\":{\"action\":\"accept\",\"content\":{\"name\":\"" + name + "\"}}}";
                assertThat(client.send(answer)).isEqualTo(202);
                assertThat(textOf(stream.message().data())).isEqualTo("Hello, " + name + "!");
            }
        }
    }

    @Test
    void subscriptionWhenMadeAndChangedOnOtherNodesThenIsToldOnTheStreamEvenAfterACut() throws Exception {
        var client = begin();
        String key = UUID.randomUUID().toString();
        String uri = "note://" + key;
        String place;
        try (var stream = client.listen(null)) {
            assertThat(client.request("resources/subscribe", "{\"uri\":\"" + uri + "\"}")
                            .has("result"))
                    .isTrue();
            write(client, key);
            Event told = stream.message();
            assertThat(told.data().at("/params/uri").asString()).isEqualTo(uri);
            place = told.id();
        }
        write(client, key); // nobody listens
        try (var stream = client.listen(place)) {
            assertThat(stream.message().data().at("/params/uri").asString()).isEqualTo(uri);
        }
    }

    /** H-124 of the stateless revision: what one listens to on one node changes on another. */
    @Test
    void listenWhenResourceChangesOnAnotherNodeThenIsTold() throws Exception {
        String token = token();
        String key = UUID.randomUUID().toString();
        String uri = "note://" + key;
        var client = SessionClient.begin(cluster.uri("/mcp"), token);
        try (var stream = new EventStream(stateless(
                token,
                "subscriptions/listen",
                "",
                "\"notifications\":{\"resourceSubscriptions\":[\"" + uri + "\"]}"))) {
            assertThat(stream.message().data().get("method").asString()).contains("acknowledged");
            write(client, key);
            assertThat(stream.message().data().at("/params/uri").asString()).isEqualTo(uri);
        }
    }

    /** HTTP+SSE of 2024-11-05: the stream is on one node, requests land on the others. */
    @Test
    void sseWhenMessagesLandOnOtherNodesThenAnswersComeOnTheStream() throws Exception {
        String token = token();
        try (var http = HttpClient.newHttpClient()) {
            var opening = HttpRequest.newBuilder(cluster.uri("/sse"))
                    .header("authorization", "Bearer " + token)
                    .header("accept", "text/event-stream")
                    .build();
            try (var stream = new EventStream(http.send(opening, HttpResponse.BodyHandlers.ofInputStream()))) {
                Event endpoint = stream.message();
                assertThat(endpoint.name()).isEqualTo("endpoint");
                URI messages = cluster.uri("/").resolve(endpoint.text());
                var nodes = new HashSet<String>();
                nodes.add(postTo(messages, token, """
                        {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}"""));
                assertThat(stream.message().data().at("/result/protocolVersion").asString())
                        .isEqualTo("2024-11-05");
                nodes.add(postTo(messages, token, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
                for (int id = 1; id <= 3; id++) {
                    nodes.add(postTo(
                            messages,
                            token,
                            "{\"jsonrpc\":\"2.0\",\"id\":" + id
                                    + ",\"method\":\"tools/call\",\"params\":{\"name\":\"add\",\"arguments\":{\"a\":"
                                    + id
                                    + ",\"b\":1}}}"));
                    JsonNode answer = stream.message().data();
                    assertThat(answer.get("id").asInt()).isEqualTo(id);
                    assertThat(textOf(answer)).isEqualTo(Integer.toString(id + 1));
                }
                assertThat(nodes).hasSize(3);
            }
        }
    }

    @Test
    void taskWhenMadeOnOneNodeThenIsKnownOnAll() throws Exception {
        var client = begin();
        JsonNode made = client.request("tools/call", "{\"name\":\"report\",\"arguments\":{},\"task\":{\"ttl\":60000}}");
        String task = made.at("/result/task/taskId").asString();
        assertThat(task).as("%s", made).isNotEmpty();
        for (int node = 0; node < 3; node++) {
            JsonNode got = client.request("tasks/get", "{\"taskId\":\"" + task + "\"}");
            assertThat(got.at("/result/taskId").asString()).as("%s", got).isEqualTo(task);
        }
        for (int node = 0; node < 3; node++) {
            JsonNode result = client.request("tasks/result", "{\"taskId\":\"" + task + "\"}");
            assertThat(textOf(result)).as("%s", result).isEqualTo("Reported to " + PERSON);
        }
        var other = begin("bob@example.com");
        for (int node = 0; node < 3; node++) {
            assertThat(other.request("tasks/get", "{\"taskId\":\"" + task + "\"}")
                            .has("error"))
                    .isTrue();
        }
    }

    @Test
    void sessionWhenEndedOnOneNodeThenIsUnknownOnAll() throws Exception {
        var client = begin();
        try (var stream = client.listen(null)) {
            assertThat(client.end()).isIn(200, 204);
            assertThat(stream.readToEnd()).isEmpty();
        }
        for (int node = 0; node < 3; node++) {
            var answer = client.post("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}");
            answer.body().close();
            assertThat(answer.statusCode()).isEqualTo(404);
        }
    }

    /** The node that runs a call is killed: whoever comes back for it is told that it is over, and never waits in vain. */
    @Test
    @Order(Integer.MAX_VALUE)
    void callWhenItsNodeIsKilledThenClientComesBackAndIsToldTheEnd() throws Exception {
        var client = begin();
        var seen = new ArrayList<Event>();
        ServerProcess killed;
        try (var stream = client.call("drip", "{}")) {
            for (int i = 0; i < 10; i++) {
                seen.add(stream.message());
            }
            killed = kill(stream.node());
        }
        try {
            // What it was sent last may be nowhere else: then it is told so, and at once.
            var last = client.get(seen.getLast().id());
            assertThat(last.statusCode()).isIn(200, 400);
            last.body().close();
            seen.subList(2, seen.size()).clear();
            readUntilAnswered(client, seen);
            assertThat(seen.getLast().data().has("error")).as("%s", seen).isTrue();
            assertThat(seen.getLast().data().get("id").asInt()).isEqualTo(client.lastId());
            // The session itself is as it was.
            assertThat(client.request("ping", "{}").has("result")).isTrue();
        } finally {
            killed.startAgain();
        }
    }

    /** The node that merely reads a stream to a client is killed: the call is elsewhere, and goes on. */
    @Test
    @Order(Integer.MAX_VALUE)
    void resumptionWhenItsNodeIsKilledThenGoesOnAtAThirdOne() throws Exception {
        var client = begin();
        var seen = new ArrayList<Event>();
        try (var stream = client.call("drip", "{}")) {
            for (int i = 0; i < 5; i++) {
                seen.add(stream.message());
            }
        }
        ServerProcess killed;
        try (var stream = comeBack(client, seen)) {
            killed = kill(stream.node());
            seen.addAll(stream.readToEnd());
        }
        try {
            readUntilAnswered(client, seen);
            assertDripped(seen);
        } finally {
            killed.startAgain();
        }
    }

    private ServerProcess kill(String name) throws Exception {
        var node = cluster.node(Integer.parseInt(name.substring("node-".length())) - 1);
        node.kill();
        return node;
    }

    /** Goes on reading, as clients do: a stream that ends without an answer is taken up again. The first event has been read. */
    private static EventStream comeBack(SessionClient client, List<Event> seen) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            var stream = client.listen(seen.getLast().id());
            for (Event event = stream.next(); event != null; event = stream.next()) {
                if (!event.text().isBlank()) {
                    seen.add(event);
                    return stream;
                }
            }
        }
        throw new AssertionError("no event after " + seen.getLast());
    }

    private static void readUntilAnswered(SessionClient client, List<Event> seen) throws Exception {
        while (seen.getLast().data().has("method")) {
            try (var stream = comeBack(client, seen)) {
                seen.addAll(stream.readToEnd());
            }
        }
    }

    private static void assertDripped(List<Event> seen) {
        assertThat(seen.stream().map(Event::id)).doesNotHaveDuplicates();
        assertThat(seen.subList(0, seen.size() - 1).stream()
                        .map(event -> event.data().at("/params/data").asString()))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, DROPS)
                        .mapToObj(drop -> "Drop " + drop)
                        .toList());
        assertThat(textOf(seen.getLast().data())).isEqualTo("Dripped " + DROPS);
    }

    private static void write(SessionClient client, String key) throws Exception {
        JsonNode written = client.request("tools/call", "{\"name\":\"write\",\"arguments\":{\"key\":\"" + key + "\"}}");
        assertThat(textOf(written)).isEqualTo("note://" + key);
    }

    private static String textOf(JsonNode answer) {
        return answer.at("/result/content/0/text").asString();
    }

    private SessionClient begin() throws Exception {
        return begin(PERSON);
    }

    private SessionClient begin(String person) throws Exception {
        String token = new ScriptedClient(cluster.uri("/")).signIn(person).access();
        return SessionClient.begin(cluster.uri("/mcp"), token);
    }

    private String token() throws Exception {
        return new ScriptedClient(cluster.uri("/")).signIn(PERSON).access();
    }

    private HttpResponse<java.io.InputStream> stateless(String token, String method, String name, String params)
            throws Exception {
        var request = HttpRequest.newBuilder(cluster.uri("/mcp"))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + token)
                .header("accept", "application/json, text/event-stream")
                .header("content-type", "application/json")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", method);
        if (!name.isEmpty()) {
            request.header("mcp-name", name);
        }
        String message = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params
                + ",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
        return ScriptedClient.newBrowser()
                .send(
                        request.POST(HttpRequest.BodyPublishers.ofString(message))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
    }

    /** @return which node took it */
    private static String postTo(URI messages, String token, String message) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(messages)
                            .timeout(Duration.ofSeconds(30))
                            .header("authorization", "Bearer " + token)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(message))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            assertThat(answer.statusCode()).isEqualTo(202);
            return answer.headers().firstValue("node").orElseThrow();
        }
    }
}
