package dev.portcullis.endpoint.mcp;

import static dev.portcullis.endpoint.mcp.McpFixture.META;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.dispatch.CallLimits;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.testing.Await;
import dev.portcullis.testing.RawClient;
import org.junit.jupiter.api.Test;

/** {@code subscriptions/listen} over real sockets (H-75 to H-81). */
class ListenTest {
    private static final String RESULT = "\"id\":\"L1\",\"result\":{\"resultType\":\"complete\",\"_meta\":{";
    private static final String ID = "\"io.modelcontextprotocol/subscriptionId\":\"L1\"";

    private static Wire wire(int keepAliveMillis, int streamsPerPersonMax) {
        var streams = new SseLimits(keepAliveMillis, 256 * 1024, 1_000, 60_000);
        return new Wire(new McpFixture(new McpHttpLimits(1_000, 1, streams), streamsPerPersonMax, CallLimits.DEFAULT));
    }

    private static RawClient listen(Wire wire, String filter) {
        var client = wire.server.connect();
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":\"L1\",\"method\":\"subscriptions/listen\",\"params\":{\"notifications\":"
                        + filter + "," + META + "}}";
        wire.write(
                client,
                "ada",
                "POST",
                "/mcp",
                body,
                "MCP-Protocol-Version",
                "2026-07-28",
                "Mcp-Method",
                "subscriptions/listen");
        return client;
    }

    private static RawClient open(Wire wire, String filter) {
        var client = listen(wire, filter);
        var head = client.readHead();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-type")).isEqualTo("text/event-stream");
        assertThat(head.header("mcp-session-id")).isEmpty();
        assertThat(client.readChunk())
                .startsWith(
                        "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\"")
                .contains(ID);
        return client;
    }

    private static String readEvent(RawClient client) {
        String chunk = client.readChunk();
        while (chunk.startsWith(":")) {
            chunk = client.readChunk();
        }
        return chunk;
    }

    // H-76, H-77, H-62
    @Test
    void listenWhenThingsChangeThenHearsOfThem() {
        try (var wire = wire(60_000, 10);
                var client = open(wire, "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"test://watched\"]}")) {
            wire.fixture.catalog.changes().resourceUpdated("test://watched");
            assertThat(client.readChunk())
                    .isEqualTo(
                            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\","
                                    + "\"params\":{\"uri\":\"test://watched\",\"_meta\":{" + ID + "}}}\n\n");
            wire.fixture.catalog.removeTool("mirror");
            assertThat(client.readChunk()).contains("notifications/tools/list_changed", ID);
        }
    }

    // H-79: T-113
    @Test
    void listenWhenServerStopsThenEndsWithItsResult() {
        try (var wire = wire(60_000, 10);
                var client = open(wire, "{}")) {
            wire.fixture.dispatcher.endStreams();
            assertThat(client.readChunk()).contains(RESULT, ID);
            assertThat(client.readChunk()).isEmpty();
            Await.until("no stream is open", () -> wire.fixture.streams.get() == 0);
        }
    }

    // H-79, O-27, T-41
    @Test
    void listenWhenTokenIsRevokedThenEndsWithItsResult() {
        try (var wire = wire(20, 10);
                var client = open(wire, "{}")) {
            wire.fixture.revoke(wire.token("ada"));
            assertThat(readEvent(client)).contains(RESULT, ID);
            assertThat(client.readChunk()).isEmpty();
        }
    }

    // H-81, H-63: a place is free again once its client has gone
    @Test
    void listenWhenClientGoesThenItsPlaceIsFree() {
        try (var wire = wire(60_000, 1)) {
            try (var first = open(wire, "{\"toolsListChanged\":true}");
                    var second = listen(wire, "{}")) {
                var refused = second.read();
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.header("retry-after")).isEqualTo("1");
                assertThat(refused.body()).contains("\"id\":\"L1\"", "-32603");
                assertThat(first.socket.isConnected()).isTrue();
            }
            Await.until("the place is free", () -> {
                try (var again = listen(wire, "{}")) {
                    return again.readHead().status() == 200;
                }
            });
            wire.fixture.catalog.removeTool("mirror");
        }
    }

    // H-14
    @Test
    void listenWhenNoStreamIsAcceptedThenRefuses() {
        try (var wire = wire(60_000, 1)) {
            var refused = wire.modern("subscriptions/listen", "", "\"notifications\":{}", "Accept", "application/json");
            assertThat(refused.status()).isEqualTo(406);
            assertThat(refused.body()).contains("\"id\":7", "-32600");
        }
    }
}
