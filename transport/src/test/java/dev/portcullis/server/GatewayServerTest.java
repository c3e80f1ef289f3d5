package dev.portcullis.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.EchoEndpoint;
import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.TestServer;
import org.junit.jupiter.api.Test;

/** The whole path over a real socket. */
class GatewayServerTest {
    private final EchoEndpoint echo = new EchoEndpoint();

    @Test
    void requestWhenAllIsWellThenEndpointAnswersAndConnectionLives() {
        try (var server = TestServer.with(echo.mcp(1024));
                var client = server.connect()) {
            client.send("POST /mcp?a=b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
            RawClient.Answer first = client.read();
            client.send("GET /mcp/ HTTP/1.1\r\nHost: localhost\r\n\r\n"); // H-7
            RawClient.Answer second = client.read();

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.body()).isEqualTo("POST a=b hello");
            assertThat(second.body()).isEqualTo("GET  ");
            assertThat(server.telemetry.finished).containsExactly("mcp 200", "mcp 200");
        }
    }
}
